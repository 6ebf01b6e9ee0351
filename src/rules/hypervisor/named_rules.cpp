// SPDX-License-Identifier: MIT
// Where no reading says what a machine runs on, and a sentence in the paste names a product or a board: what
// is to be done if that is so (NP311, NP312).
#include "base/hearsay.hpp"
#include "rules/common.hpp"
#include "rules/hypervisor/platforms.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

/// KVM was seen at work, or its hardware: then nothing above it has to change.
bool is_there(const Facts& f) {
    // What KVM writes of guests of its own.
    for (const LogLine kind : {LogLine::unhandled_msr, LogLine::unhandled_msr_named, LogLine::unstable_tsc})
        if (heard(f, kind)) return true;
    return is(f.device.open, true) || is(f.device.registered, true) || f.cpu.vmx.any(yes) ||
           f.cpu.svm.any(yes) || f.kernel.flag_usable.any(yes) ||
           vendor_module_is(f, Module::State::loaded) || !software_kvm(f).empty() || heard_start(f) ||
           (f.evidence && is(f.evidence->usable, true));
}

/// A container that is rented as a server has no module and no definition of its own.
Remedy fix_rented(const Facts& f) {
    const std::string_view flag = f.cpu.technology.if_known() ? flag_word(f) : "vmx or svm";
    Remedy remedy(Step{.what = "See what this server is.",
                       .commands = {"systemd-detect-virt"},
                       .expect = "none: real hardware, and this rule does not apply."});
    remedy.then(Step{.where = Where::provider,
                     .what = "If it prints lxc, openvz or another container: only the provider can pass "
                             "/dev/kvm in, and few do. Take a virtual or a dedicated server instead."});
    return remedy.then(
        Step{.where = Where::provider,
             .what = fmt::format("If it prints kvm, vmware, xen, microsoft or the like: the provider decides "
                                 "whether it is shown {}. Ready to send:",
                                 flag),
             .file = "a message",
             .lines = {fmt::format("Please switch on nested virtualization ({} in the guest's CPU) for this "
                                   "server, or tell me which of your products has it.",
                                   flag)},
             .expect = "grep -c -w -E 'vmx|svm' /proc/cpuinfo prints more than 0."});
}

/// That platform's steps, behind a look whether it is so.
Remedy fix_if_there(const Facts& f, Platform platform) {
    if (platform == Platform::hoster) return fix_rented(f);
    Facts so = f;
    so.hypervisor.platform = {platform, {}};
    so.hypervisor.level = {Level::guest, {}};
    Remedy remedy(Step{.what = "See whether this machine is one, and whether it is shown VMX or SVM.",
                       .commands = {"systemd-detect-virt", "grep -c -w -E 'vmx|svm' /proc/cpuinfo"},
                       .expect = "none, or a number above 0: the steps behind this one do not apply."});
    return remedy.then_only("Only if it is one, and the number is 0, this and all that follows:",
                            fix_on_platform(so, f.cpu.technology.if_known() ? flag_word(f) : ""));
}

/// A product that runs guests by another's platform is called by its own name, too.
std::string words_for(const Fact<Platform>& named) {
    const Platform platform = *named.if_known();
    const std::string_view raw = named.from().empty() ? "" : std::string_view(named.from().front().raw);
    if (platform == Platform::apple && !raw.empty() && !raw.starts_with("Apple") &&
        raw != "docker desktop on a mac")
        return std::string(raw);  // which has another backend, too
    const bool another = platform == Platform::kvm || platform == Platform::kubevirt;
    if (!another || raw.empty() || raw == to_string(platform)) return std::string(to_string(platform));
    return fmt::format("{}, whose guests are {}'s", raw, to_string(platform));
}

/// A CI's job or a sandbox: how one is given the device, if it is one.
Outcome judge_named_place(const Facts& f, const std::string& name) {
    auto place = place_called(f, name);
    if (!place) return skip("no sentence names a product");
    const bool is_system = name == "unraid";  // of the machine itself: no container is asked after
    if ((f.kernel.container.if_known() && !is_system) ||
        (f.kernel.job.if_known() && !is(f.kernel.job, Job::none)))
        return skip("where this runs was read");
    if (is_foreign(f)) return skip("this is no x86 machine");
    const bool refused = f.device.open.if_absent() && f.device.open.absence().why == Why::permission_denied;
    if (!refused && is_there(f))
        return cite(pass("KVM or its hardware was seen here"), f.evidence->named_place);
    Remedy remedy;
    remedy.then_only(fmt::format("Only if this is {}:", place->words), std::move(place->remedy));
    const auto& from = f.evidence->named_place.from();
    const std::string_view by = from.empty() ? hearsay::in_a_sentence : std::string_view(from.front().where);
    return cite(fail(fmt::format("{} names {}; no reading says whether this is one", by, place->words),
                     std::move(remedy)),
                f.evidence->named_place);
}

Outcome check_named_product(const Facts& f) {
    if (const std::string* place = f.evidence ? f.evidence->named_place.if_known() : nullptr)
        if (Outcome of_place = judge_named_place(f, *place); of_place.status != Status::skipped)
            return of_place;
    const Platform* named = f.evidence ? f.evidence->named_platform.if_known() : nullptr;
    if (!named) return skip("no sentence names a product");
    if (f.hypervisor.level.if_known()) return skip("what this machine is was read");
    if (is_foreign(f)) return skip("this is no x86 machine");
    // Proxmox VE's kernel is its nodes' (and their containers'), not a guest's of it.
    const std::string* release = f.kernel.release.if_known();
    if (*named == Platform::proxmox && release && release->ends_with("-pve"))
        return cite(skip("this is a kernel of Proxmox VE itself"), f.kernel.release);
    if (is_there(f)) return cite(pass("KVM or its hardware was seen here"), f.evidence->named_platform);
    const auto& from = f.evidence->named_platform.from();
    const std::string_view raw = from.empty() ? std::string_view{} : std::string_view(from.front().raw);
    const bool rented = *named == Platform::hoster, by_name = rented && !raw.empty() && raw != "VPS";
    return cite(
        fail(
            by_name ? fmt::format("a sentence names {}, who rents out servers; no reading says what this one "
                                  "runs on",
                                  raw)
            : rented ? std::string("a sentence says that this is a rented server (VPS); no reading says what "
                                   "it runs on")
                     : fmt::format("a sentence names {}; no reading says whether this machine runs on it",
                                   words_for(f.evidence->named_platform)),
            fix_if_there(f, *named)),
        f.evidence->named_platform);
}

Outcome check_named_board(const Facts& f) {
    const std::string* named = f.evidence ? f.evidence->named_board.if_known() : nullptr;
    if (!named) return skip("no sentence names an Arm board");
    if (f.kernel.arch.if_known() || f.cpu.technology.if_known())
        return cite(pass("the processor was read"), f.evidence->named_board);
    // Apple's documentation, VZGenericPlatformConfiguration; UTM's release notes (4.6.2); state 2026-11.
    const std::string_view on_mac =
        *named != "Apple silicon"
            ? ""
            : " In a Linux guest on a Mac it takes an M3 or later with macOS 15, and UTM's "
              "backend Apple Virtualization or Lima's vz; M1 and M2 cannot.";
    return cite(
        fail(fmt::format(
                 "a sentence names {}, an Arm processor or a board with one: /proc/cpuinfo never lists "
                 "vmx or svm there, and KVM needs a kernel that was started at EL2",
                 *named),
             Step{.what = fmt::format("See whether it is so, and what the kernel says of KVM.{}", on_mac),
                  .commands = {"uname -m", "sudo dmesg | grep -i -e kvm -e 'started at EL'"},
                  .expect = "aarch64, and \"Hyp mode initialized successfully\" or \"VHE mode "
                            "initialized successfully\": KVM works. \"HYP mode not available\": its "
                            "firmware or boot loader starts the kernel at EL1, as in a virtual "
                            "machine. No line: a kernel without CONFIG_KVM."}),
        f.evidence->named_board);
}

constexpr std::string_view named_product_see[] = {"systemd-detect-virt(1)"};
constexpr std::string_view named_board_see[] = {"Linux arch/arm64/kvm/arm.c, kvm_arm_init()",
                                                "Linux Documentation/arch/arm64/booting.rst"};

constexpr Rule named_rows[] = {
    {
        .id = "NP311",
        .name = "runs-on-a-named-product",
        .layer = Layer::hypervisor,
        .question = Question::kvm_here,
        .role = Role::advice,
        .title = "this machine may be a guest of the product that a sentence names",
        .explain = "A paste may hold no reading of what the machine runs on, and say it in a sentence: "
                   "\"Ubuntu in\nVMware Workstation\". A sentence is no reading, and no answer rests on it: "
                   "what is said is what to\ndo if it is so. Where two products are named, neither is meant "
                   "for certain, and nothing is said.",
        .fix = "See what this machine runs on: systemd-detect-virt.",
        .see = named_product_see,
        .check = check_named_product,
        .worked = "systemd-detect-virt names it, and grep -c -w -E 'vmx|svm' /proc/cpuinfo prints more than "
                  "0.",
        .also = "A sentence about another machine.",
        .aside = true,
    },
    {
        .id = "NP312",
        .name = "named-board-is-arm",
        .layer = Layer::hypervisor,
        .question = Question::kvm_here,
        .role = Role::advice,
        .title = "the board that a sentence names has an Arm processor",
        .explain = "vmx and svm are x86's. A search for them finds nothing on any Arm board, whatever KVM "
                   "does there.\nWhere no reading tells the processor and a sentence names such a board, "
                   "that is said.",
        .fix = "See which processor it is: uname -m.",
        .see = named_board_see,
        .check = check_named_board,
        .worked = "dmesg says \"Hyp mode initialized successfully\" or \"VHE mode initialized "
                  "successfully\".",
        .also = "A board that only builds or serves, and another machine that runs the guests.",
        .aside = true,
    },
};

}  // namespace

std::span<const Rule> named_rules() { return named_rows; }

}  // namespace nestprobe
