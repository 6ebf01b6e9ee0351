// SPDX-License-Identifier: MIT
// Rules about a guest that is shown no VMX or SVM (NP301, NP302).
#include "rules/common.hpp"
#include "rules/hypervisor/above.hpp"
#include "rules/hypervisor/platforms.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <optional>
#include <utility>

namespace nestprobe {
namespace {

constexpr std::string_view neither_shown = "the hypervisor above shows this guest neither VMX nor SVM";

/// Of "vmx" and its modules where the vendor is known, else of both.
struct HiddenWords {
    std::string lacks, module;
    std::string_view flag;
};
HiddenWords words_of_hidden(const Facts& f, std::string_view flag) {
    if (is_either(f)) return {"neither vmx nor svm", "KVM's module", ""};
    return {fmt::format("no {}", flag), flag == "vmx" ? "kvm_intel" : "kvm_amd", flag};
}

/// A no, under a title that names what nobody can tell apart.
Outcome hides(const Facts& f, std::string message, std::string_view flag) {
    Outcome outcome = fail(std::move(message), fix_on_platform(f, flag));
    if (is_either(f)) outcome.title = neither_shown;
    return outcome;
}

/// What this guest can know of its own definition, told from what is likely.
std::string hint_of_brand(const Facts& f, std::string_view flag) {
    const BrandKind* kind = f.hypervisor.brand_kind.if_known();
    const Platform* platform = f.hypervisor.platform.if_known();
    const bool qemu = platform && *platform < Platform::cloud_hypervisor;
    const std::string* known = f.cpu.brand.if_known();
    if (!kind || !qemu || !known) return {};
    if (judge_own_definition(f).judged.status != Status::skipped) return {};  // which says more
    const std::string& brand = *known;
    const std::string_view module = flag == "svm" ? "kvm_amd" : "kvm_intel";
    switch (*kind) {
        case BrandKind::processor:
            return fmt::format(
                " The brand string \"{}\" is a real processor's, so the processor is probably passed through "
                "(host-passthrough) and {}.nested is probably off on the host.",
                brand, module);
        case BrandKind::named_model:
            return fmt::format(
                " The brand string \"{}\" is that of a model that QEMU knows by name; such a model has no {} "
                "unless the guest's definition asks for it: that is the likely cause. (One of the other "
                "vendor's processors can never have it.)",
                brand, flag);
        case BrandKind::generic_model:
            return fmt::format(
                " The brand string \"{}\" is that of {}.", brand,
                brand.starts_with("QEMU")
                    ? "QEMU's default model, or of one of Proxmox VE's x86-64-v2-AES kind, which are made of "
                      "it: the guest's definition most likely names no CPU, or one of these"
                    : "QEMU's models kvm64 and kvm32, of which the first was Proxmox VE's default to 7: the "
                      "guest's definition most likely names it, or no CPU");
        case BrandKind::normalized: break;
    }
    return {};
}

/// What the guest's own definition says, where somebody posts it; skipped: nothing of the kind.
Outcome check_told(const Facts& f, Technology technology, const PerCpu<bool>& flag) {
    const bool* shows = f.hypervisor.definition_shows.if_known();
    if (!shows) return skip("no definition of this guest was recorded");
    const std::string& said = f.hypervisor.definition_shows.from().front().where;
    const HiddenWords words = words_of_hidden(f, technology == Technology::vmx ? "vmx" : "svm");
    const std::string type = type_without_nesting(f);
    const bool unlisted = flag.all([](bool set) { return !set; });
    const auto cite_both = [&](Outcome outcome) {
        return cite(cite(std::move(outcome), f.hypervisor.definition_shows), f.hypervisor.platform);
    };
    if (*shows && !type.empty())
        return cite_both(hides(f,
                               fmt::format("{}, and is {}: the switch that is on there ({}) has no effect",
                                           guest_of(f), type, said),
                               words.flag));
    if (*shows && !unlisted)
        return cite(
            unknown(fmt::format("{}, whose definition shows it VMX or SVM ({}): whether it does so tells the "
                                "guest itself, by grep -c -w -E 'vmx|svm' /proc/cpuinfo",
                                guest_of(f), said)),
            f.hypervisor.definition_shows);
    if (*shows)
        return cite(
            cite_both(hides(f,
                            fmt::format("{}, and /proc/cpuinfo shows {} though the guest's definition shows "
                                        "it ({}): the guest was not shut down and started since, or what is "
                                        "below it cannot offer it{}",
                                        guest_of(f), words.lacks, said, no_switch_there(f)),
                            words.flag)),
            flag);
    return cite_both(hides(f,
                           fmt::format("{}, whose definition shows it neither VMX nor SVM ({}){}",
                                       guest_of(f), said, no_switch_there(f)),
                           words.flag));
}

/// One of the two technologies, as CPUID and the kernel's list show it to this guest.
struct Shown {
    Technology technology;
    const PerCpu<bool>& bit;
    const PerCpu<bool>& flag;
    std::string_view word() const { return technology == Technology::vmx ? "vmx" : "svm"; }
};

/// Where it is no question whether a hypervisor hides it.
std::optional<Outcome> not_asked(const Facts& f, const Shown& shown) {
    if (f.hypervisor.level.if_absent()) return carry(f.hypervisor.level.absence());
    if (!in_guest(f)) return cite(skip("there is no hypervisor above this system"), f.hypervisor.level);
    const Technology technology = shown.technology;
    if (f.cpu.technology.if_known() ? !has(f, technology) : technology == Technology::svm)
        return cite(skip(fmt::format("the processor's technology is {}", hardware_word(f))),
                    f.cpu.technology);
    if (const std::string why = owned_by_others(f); !why.empty()) return cite(skip(why), f.hypervisor.level);
    if (const std::string name = software_kvm(f); !name.empty() && !shown.bit.any(yes))
        return cite(skip(fmt::format("{} does not show {} here; {} needs neither VMX nor SVM", named_above(f),
                                     to_string(technology), name)),
                    shown.bit);
    return std::nullopt;
}

Outcome hidden_in_cpuid(const Facts& f, const Shown& shown) {
    const std::string lacks =
        is_either(f) ? "neither VMX nor SVM" : fmt::format("no {}", to_string(shown.technology));
    Outcome outcome = hides(f,
                            fmt::format("{}, and CPUID shows it {}{}.{}", guest_of(f), lacks,
                                        no_switch_there(f), hint_of_brand(f, shown.word())),
                            words_of_hidden(f, shown.word()).flag);
    return cite(cite(std::move(outcome), shown.bit), f.hypervisor.platform);
}

/// A grep for vmx alone, say: svm may be listed.
Outcome unlisted_of_either(const Facts& f, const Shown& shown) {
    Outcome outcome =
        hides(f,
              fmt::format("{}, and /proc/cpuinfo shows no vmx: most likely {} hides it{}.{} Only if the "
                          "processor is AMD's, svm counts instead: grep -c -w -E 'vmx|svm' /proc/cpuinfo "
                          "looks for both, and 0 means hidden.",
                          guest_of(f), named_above(f), no_switch_there(f), hint_of_brand(f, shown.word())),
              "");
    outcome.title =
        "the hypervisor above most likely shows this guest no VMX; whether svm is listed was not asked";
    return cite(std::move(outcome), shown.flag);
}

/// The kernel does not list it, and CPUID was not read.
Outcome unlisted(const Facts& f, const Shown& shown) {
    if (vendor_module_is(f, Module::State::loaded))
        return cite(
            cite(unknown(fmt::format("/proc/cpuinfo shows no {}, but {} is loaded: the two contradict "
                                     "each other, and CPUID was not read, which would tell",
                                     shown.word(), vendor_module_name(f))),
                 shown.flag),
            f.module.vendor);
    const HiddenWords words = words_of_hidden(f, shown.word());
    const bool below = is(f.cpu.own_cpuid, false);
    const std::string likely =
        below ? "CPUID is answered by a machine further down here, so the kernel's list is what counts"
              : fmt::format("CPUID itself was not read: that {} hides it is likely, not certain",
                            named_above(f));
    Outcome outcome = hides(
        f,
        fmt::format("{}, and /proc/cpuinfo shows {}, without which {} does not load. {}{}.{}", guest_of(f),
                    words.lacks, words.module, likely, no_switch_there(f), hint_of_brand(f, shown.word())),
        words.flag);
    if (below) outcome = cite(std::move(outcome), f.cpu.own_cpuid);
    return cite(cite(std::move(outcome), shown.flag), f.hypervisor.platform);
}

/// A module of KVM's said that it found none.
Outcome hidden_by_log(const Facts& f, const Shown& shown, const LoggedLine& line) {
    Outcome outcome =
        fail(fmt::format("{}, and {}: that {} hides {} is likely, not certain, for CPUID itself "
                         "was not read.{}",
                         guest_of(f), quoted(line), named_above(f), hardware_word(f),
                         hint_of_brand(f, shown.word())),
             fix_on_platform(f, shown.word()));
    return cite(cite_log(std::move(outcome), line), f.hypervisor.platform);
}

/// Why a guest whose definition shows the flag has none.
std::string_view cause_beside_definition(const Facts& f) {
    const bool* nested = f.evidence ? f.evidence->host_nested.if_known() : nullptr;
    if (!nested) return "nested is off on the host, or the guest was not shut down and started since";
    return *nested ? "the guest was most likely not shut down and started since"
                   : "nested is off on the host";
}

/// Behind "the definition": what it says of the flag that this guest has not.
std::string what_it_says(const Facts& f, const Outcome& judged) {
    switch (judged.status) {
        case Status::fail: return fmt::format("says why: {}.", judged.message);
        case Status::pass:
            return fmt::format("would show it ({}): {}.", judged.message, cause_beside_definition(f));
        default: return fmt::format("is likely why: {}.", judged.message);
    }
}

/// What is likely from inside, its own definition tells, where that was given.  (Of some products' it was
/// heard as evidence, and the platform's own steps fit: check_told().)
Outcome beside_definition(const Facts& f, const Shown& shown, Outcome hidden) {
    if (f.hypervisor.definition_shows.if_known()) return hidden;
    const OwnDefinition own = judge_own_definition(f);
    const Outcome& judged = own.judged;
    if (judged.status == Status::skipped) return hidden;
    hidden.message += " The definition that was given with it " + what_it_says(f, judged);
    const std::string_view flag = words_of_hidden(f, shown.word()).flag;
    hidden.remedy = fix_in_definition(f, flag.empty() ? own.flag : flag, judged);
    rest_on(hidden, judged.because);
    return hidden;
}

Outcome judge_hidden(const Facts& f, const Shown& shown) {
    if (auto outcome = not_asked(f, shown)) return *std::move(outcome);
    const auto& [technology, bit, flag] = shown;
    if (bit.any(yes))
        return cite(pass(fmt::format("{} shows {} to this guest", named_above(f), to_string(technology))),
                    bit);
    // Of an unknown maker's processor one clear bit says nothing: the other may be set.
    const bool decided = !is_either(f) || f.cpu.svm.all(no);
    if (decided && bit.all(no)) return hidden_in_cpuid(f, shown);
    if (flag.any(yes)) return cite(pass(fmt::format("/proc/cpuinfo shows {}", shown.word())), flag);
    if (Outcome told = check_told(f, technology, flag); told.status != Status::skipped) return told;
    if (flag.all(no) && is_either(f) && !f.kernel.flag_svm.all(no)) return unlisted_of_either(f, shown);
    if (flag.all(no)) return unlisted(f, shown);
    if (const LoggedLine* line = heard_no_hardware(f); line && !vendor_module_is(f, Module::State::loaded))
        return hidden_by_log(f, shown, *line);
    if (judge_own_definition(f).judged.status == Status::fail)
        return hides(
            f,
            fmt::format("{}, which most likely has {}.", guest_of(f), words_of_hidden(f, shown.word()).lacks),
            words_of_hidden(f, shown.word()).flag);
    return carry(decided ? bit.first_absent() : f.cpu.svm.first_absent());
}

Outcome check_hidden(const Facts& f, const Shown& shown) {
    Outcome outcome = judge_hidden(f, shown);
    return outcome.status == Status::fail ? beside_definition(f, shown, std::move(outcome)) : outcome;
}

Outcome check_hides_svm(const Facts& f) {
    return check_hidden(f, {Technology::svm, f.cpu.svm, f.kernel.flag_svm});
}
Outcome check_hides_vmx(const Facts& f) {
    return check_hidden(f, {Technology::vmx, f.cpu.vmx, f.kernel.flag_vmx});
}

constexpr std::string_view hides_see[] = {
    "Linux arch/x86/kvm/svm/svm.c, svm_set_cpu_caps(); vmx/vmx.c, vmx_set_cpu_caps(): shown when nested is "
    "on",
    "Linux Documentation/virt/kvm/x86/running-nested-guests.rst",
};

constexpr Rule hidden_rows[] = {
    {
        .id = "NP301",
        .name = "hypervisor-hides-svm",
        .layer = Layer::hypervisor,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "the hypervisor above does not show SVM to this guest",
        .explain =
            "A guest has SVM when the hypervisor above puts it into the guest's CPUID. KVM does so when\n"
            "kvm_amd.nested is on and the guest's CPU definition includes svm; from inside, the two cannot\n"
            "be told apart for certain. No firmware setting inside the guest changes it.",
        .fix = "Make the hypervisor above show SVM to this guest, which is shut down and started for it. "
               "libvirt: virt-xml "
               "GUEST --edit --cpu host-passthrough; QEMU: -cpu host; Proxmox VE: qm set VMID --cpu host; "
               "VMware: vhv.enable = "
               "\"TRUE\" in its .vmx; Hyper-V: Set-VMProcessor -VMName GUEST -ExposeVirtualizationExtensions "
               "$true; "
               "VirtualBox: VBoxManage modifyvm GUEST --nested-hw-virt on. Of a rented machine the provider "
               "decides. "
               "nestprobe in that guest names its platform, with all steps.",
        .see = hides_see,
        .check = check_hides_svm,
        .worked = "svm is among the flags of /proc/cpuinfo in this guest.",
        .also = "A guest that was restarted from inside, or resumed: it keeps its old processor until it is "
                "shut down and started.",
    },
    {
        .id = "NP302",
        .name = "hypervisor-hides-vmx",
        .layer = Layer::hypervisor,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "the hypervisor above does not show VMX to this guest",
        .explain =
            "A guest has VMX when the hypervisor above puts it into the guest's CPUID. KVM does so when\n"
            "kvm_intel.nested is on and the guest's CPU definition includes vmx; from inside, the two\n"
            "cannot be told apart for certain. No firmware setting inside the guest changes it.",
        .fix = "Make the hypervisor above show VMX to this guest, which is shut down and started for it. "
               "libvirt: virt-xml "
               "GUEST --edit --cpu host-passthrough; QEMU: -cpu host; Proxmox VE: qm set VMID --cpu host; "
               "VMware: vhv.enable = "
               "\"TRUE\" in its .vmx; Hyper-V: Set-VMProcessor -VMName GUEST -ExposeVirtualizationExtensions "
               "$true; "
               "VirtualBox: VBoxManage modifyvm GUEST --nested-hw-virt on. Of a rented machine the provider "
               "decides. "
               "nestprobe in that guest names its platform, with all steps.",
        .see = hides_see,
        .check = check_hides_vmx,
        .worked = "vmx is among the flags of /proc/cpuinfo in this guest.",
        .also = "A guest that was restarted from inside, or resumed: it keeps its old processor until it is "
                "shut down and started.",
    },
};

}  // namespace

std::span<const Rule> hidden_rules() { return hidden_rows; }

}  // namespace nestprobe
