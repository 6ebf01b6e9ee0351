// SPDX-License-Identifier: MIT
// Rules about KVM's modules: are they there, and if not, what keeps them away (NP5xx).
// The specific reasons come before the general one: "not loaded" is said only where nothing better is known.
#include "remedy/steps.hpp"
#include "rules/common.hpp"
#include "rules/kernel/appliances.hpp"
#include "rules/module/refusals.hpp"

#include <fmt/format.h>

#include <optional>

namespace nestprobe {
namespace {

bool files_missing(const Facts& f) { return is(f.module.files, false) && !in_container(f); }

/// It was tried and found nothing that it may use, though what was read says otherwise: another CPU may
/// differ.
Outcome not_loaded_but_tried(const Facts& f, const LoggedLine& refusal) {
    const std::string name = vendor_module_name(f);
    const bool svm = has(f, Technology::svm);
    Step look{.where = Where::here,
              .what =
                  "See what the firmware left in every CPU (package msr-tools), and what the module says: it "
                  "refuses where a single CPU is not as the others.",
              .commands = {"sudo modprobe msr",
                           svm ? ShellCommand("sudo rdmsr -a 0xc0010114") : "sudo rdmsr -a 0x3a",
                           "sudo dmesg | grep -i -E 'kvm|vmx|svm'"},
              .expect = svm ? "Every CPU prints 0 or 8; 10 or 18 is off."
                            : "Every CPU prints 5 or more; 1 is off."};
    return cite_log(
        fail(fmt::format("{} is not loaded: {}, though what was read shows {} and nothing against it", name,
                         quoted(refusal), hardware_word(f)),
             Remedy(std::move(look))),
        refusal);
}

Outcome check_not_loaded(const Facts& f) {
    if (auto above = follows_from_above(f)) return *std::move(above);
    return judge(
        [&](const Module& m) {
            const std::string name = vendor_module_name(f);
            if (m.state == Module::State::loaded) return pass(fmt::format("{} is loaded", name));
            if (m.state == Module::State::built_in)
                return pass(fmt::format("{} is built into the kernel", name));
            if (m.state == Module::State::present) return pass(fmt::format("{} is in the kernel", name));
            if (auto kept_out = why_kept_out(f)) return *std::move(kept_out);
            const Module* kvm = f.module.kvm.if_known();
            const bool common = kvm && kvm->state != Module::State::absent;
            if (const Appliance* made = appliance(f); made && !made->maker.empty())
                return fail(fmt::format("{} is not loaded, in {}", name, made->name), Remedy(made->instead));
            if (const std::string why = firmware_may_have_it_off(f); !why.empty())
                return cite(fail(fmt::format("{} is not loaded{}", name, why), try_then_firmware(f, name)),
                            f.kernel.flag_usable);
            if (const LoggedLine* line = heard_no_hardware(f);
                line && line->id == LogLine::modprobe_not_supported && !in_guest(f))
                return not_loaded_but_tried(f, *line);
            return fail(
                fmt::format("{} is not loaded{}", name, common ? ", though its common part kvm is" : ""),
                Remedy(load_module(name)).then(load_at_boot(name)));
        },
        f.module.vendor);
}

Remedy fix_missing_file(const Facts& f) {
    if (const Appliance* made = appliance(f))
        return Remedy(made->instead).led_by(fmt::format("This is {}.", made->name));
    Remedy remedy;
    if (f.kernel.container.if_absent())
        remedy.then(Step{.what = "See whether this is a container: its /lib/modules is the image's own and "
                                 "says nothing of the host, which loads the module and passes /dev/kvm in.",
                         .commands = {"ls -d /.dockerenv /run/.containerenv /run/systemd/container"},
                         .expect = "A name without \"cannot access\": a container, and its host is to be "
                                   "looked at. None: the next step."});
    return remedy
        .then(Step{.what = "See which kernels have their modules here. Where the running one is missing, "
                           "restart into one that is there.",
                   .commands = {"uname -r", "ls /lib/modules"}})
        .then(Step{.what = "Only if it is there: install the package with the rest of its modules (Ubuntu: "
                           "linux-modules-extra-$(uname -r); Fedora, RHEL: kernel-modules-core, "
                           "kernel-modules). A kernel that was built by hand, or for a microVM, has to be "
                           "built with CONFIG_KVM and its vendor's part."});
}

Outcome check_files_missing(const Facts& f) {
    if (auto above = follows_from_above(f)) return *std::move(above);
    if (f.module.vendor.if_known() && !vendor_module_absent(f))
        return cite(pass(fmt::format("{} is in the kernel", vendor_module_name(f))), f.module.vendor);
    if (in_container(f)) return skip("in a container, /lib/modules is not the host's");
    return judge(
        [&](bool there) {
            if (there)
                return pass(fmt::format("{} lies in /lib/modules for this kernel", vendor_module_name(f)));
            return fail(
                fmt::format(
                    "{} is not in /lib/modules for the running kernel, {}", vendor_module_name(f),
                    f.kernel.release.if_known() ? *f.kernel.release.if_known() : "whose release is unknown"),
                fix_missing_file(f));
        },
        f.module.files);
}

Remedy fix_wrong_vendor(std::string_view wrong, std::string_view right) {
    Step swap{.what = "Unload the wrong module and load the right one.", .expect = "/dev/kvm is there."};
    add_command(swap, "sudo modprobe -r {}", {wrong});
    add_command(swap, "sudo modprobe {}", {right});
    return Remedy(std::move(swap))
        .then(Step{.what = fmt::format("Then remove {} from where it is loaded at boot:", wrong),
                   .commands = one_command("grep -rs {} /etc/modules /etc/modules-load.d", {wrong})});
}

Outcome check_wrong_vendor(const Facts& f) {
    if (!f.cpu.vendor.if_known() || is(f.cpu.vendor, Vendor::other))
        return skip("the processor's vendor is not known");
    return judge(
        [&](const Module& other, const Module& own) {
            const std::string wrong = has(f, Technology::svm) ? "kvm_intel" : "kvm_amd";
            const std::string_view vendor = to_string(*f.cpu.vendor.if_known());
            const bool loaded = other.state == Module::State::loaded && own.state == Module::State::absent;
            // Linux' own module does not stay on such a processor: that two outputs are of two machines is
            // likelier than another build of it.
            if (loaded && !cpuid_bit(f).any_known())
                return cite(
                    unknown(fmt::format("{} is loaded, which it only is on a processor that it can "
                                        "drive, and another output says {}: are the two of one machine?",
                                        wrong, vendor)),
                    f.cpu.vendor);
            if (loaded)
                return fail(
                    fmt::format("{} is loaded, but this {} processor needs {}; Linux' own {} does not stay "
                                "on one: it is another build",
                                wrong, vendor, vendor_module_name(f), wrong),
                    fix_wrong_vendor(wrong, vendor_module_name(f)));
            return pass("the other vendor's module is not in the way");
        },
        f.module.other_vendor, f.module.vendor);
}

constexpr std::string_view load_see[] = {
    "Linux arch/x86/kvm/vmx/vmx.c, vmx_cpu_id; svm/svm.c, svm_cpu_id: what loads the modules by themselves",
};
constexpr std::string_view wrong_see[] = {
    "Linux arch/x86/kvm/svm/svm.c, __kvm_is_svm_supported(): AMD's and Hygon's processors with SVM",
    "Linux arch/x86/kvm/vmx/vmx.c, __kvm_is_vmx_supported(): processors with VMX",
};
constexpr std::string_view files_see[] = {"modprobe(8)"};

constexpr Rule module_rule_rows[] = {
    {
        .id = "NP501",
        .name = "kvm-module-not-loaded",
        .layer = Layer::module,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "the KVM module for this processor is not loaded",
        .explain =
            "KVM is two modules: kvm, and kvm_intel or kvm_amd. udev loads the second at boot because the\n"
            "processor's flag is there. In minimal systems, containers and guests with a small initramfs\n"
            "nobody does.",
        .fix = "Load the module: the first on Intel, Zhaoxin and VIA, the second on AMD and Hygon.\n"
               "    sudo modprobe kvm_intel\n    sudo modprobe kvm_amd",
        .see = load_see,
        .check = check_not_loaded,
        .worked = "/dev/kvm is there.",
        .also = "A module that was tried and refused says why in the kernel log (NP515); one that is kept "
                "out by a line of modprobe.d (NP502).",
    },
    {
        .id = "NP504",
        .name = "kvm-module-missing",
        .layer = Layer::module,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "the KVM module for the running kernel is not installed",
        .explain = "The module must be in /lib/modules under the release that runs. It is not there after a "
                   "kernel upgrade without a reboot, or where the distribution packages it separately.",
        .fix = "Reboot into the installed kernel; or install the package with its modules (Ubuntu: "
               "linux-modules-extra-$(uname -r); Fedora, RHEL: kernel-modules-core, kernel-modules). In a "
               "container that folder is the image's own and says nothing: there, load the module on the "
               "host and pass /dev/kvm in.",
        .see = files_see,
        .check = check_files_missing,
        .worked = "ls /lib/modules/$(uname -r)/kernel/arch/x86/kvm lists the module.",
        .also = "The running kernel's modules went away with an upgrade: a restart is all that lacks.",
    },
    {
        .id = "NP505",
        .name = "wrong-vendors-module",
        .layer = Layer::module,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "the other vendor's KVM module is loaded",
        .explain =
            "kvm_intel drives VMX, kvm_amd drives SVM; only one of them can own kvm. Each looks at the\n"
            "processor when it loads, and is refused on one that it cannot drive: a line in /etc/modules\n"
            "for the wrong one keeps nothing out. A wrong one that stays was built without that check;\n"
            "in outputs that were gathered it says that they are of two machines.",
        .fix = "Unload the wrong module and load the right one.",
        .see = wrong_see,
        .check = check_wrong_vendor,
        .worked = "lsmod shows kvm and this processor's own module, and /dev/kvm is there.",
        .also = "A KVM that needs neither VMX nor SVM (kvm_pvm), which keeps the other modules out as well "
                "(NP506).",
    },
};

}  // namespace

std::optional<Outcome> follows_from_above(const Facts& f) {
    if (const std::string name = software_kvm(f); !name.empty())
        return cite(skip(fmt::format("{} serves /dev/kvm instead", name)), f.module.software);
    if (hardware_absent(f))
        return cite(cite(skip("there is no VMX or SVM for a module to drive"), f.cpu.vmx), f.cpu.svm);
    if (switched_off(f))
        return skip(
            fmt::format("{} is switched off, so the module cannot load (see above)", hardware_word(f)));
    if (const std::string why = owned_by_others(f); !why.empty()) return cite(skip(why), f.hypervisor.level);
    if (f.kernel.flag_usable.all(no))
        return cite(skip(fmt::format("/proc/cpuinfo does not list {}, so nothing loads the module (NP403)",
                                     flag_word(f))),
                    f.kernel.flag_usable);
    if (is(f.kernel.config_vendor, Tristate::no))
        return cite(skip("this kernel has no such module (NP404)"), f.kernel.config_vendor);
    return std::nullopt;
}

std::optional<Outcome> why_kept_out(const Facts& f) {
    if (const auto blocks = blocks_in_force(f); !blocks.empty())
        return skip(fmt::format("{} keeps it out (NP502)", blocks.front()->origin.text()));
    if (files_missing(f)) return skip("its file is missing (NP504)");
    if (const HeardRefusal heard = heard_refusal(f))
        return skip(fmt::format("it was refused ({})", heard.refusal->rule));
    if (!bad_options(f).empty() || heard_option(f)) return skip("an option keeps it out (NP543)");
    if (heard_blacklisted(f)) return skip("the kernel refuses it by name (NP502)");
    if (differing_register(f)) return skip("it would be refused, for the CPUs differ (NP103)");
    if (f.svm.in_use.any(yes)) return skip("another hypervisor holds SVM, so it could not be loaded (NP604)");
    if (const Module* other = f.module.other_vendor.if_known();
        other && other->state == Module::State::loaded)
        return skip("the other vendor's module is in its place (NP505)");
    return std::nullopt;
}

std::span<const Rule> module_rules() { return module_rule_rows; }

}  // namespace nestprobe
