// SPDX-License-Identifier: MIT
// Where nothing was read of VMX or SVM: a guest whose log or programs most likely speak of neither being
// shown (NP310).
#include "rules/common.hpp"
#include "rules/hypervisor/above.hpp"
#include "rules/hypervisor/platforms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

namespace nestprobe {
namespace {

// NP601 has the platform's steps then.
constexpr std::string_view see_flags =
    "See whether it is so; if it is, the provider's steps above are the "
    "cure.\n    grep -c -w -E 'vmx|svm' /proc/cpuinfo";

/// NP601 speaks of the loader's refusal then, and not of the platform.
bool tried_to_load(const Facts& f) {
    const auto* lines = f.kernel.log.if_known();
    return lines && std::any_of(lines->begin(), lines->end(), [](const LoggedLine& line) {
               return log_row(line.id).subsystem == LogSubsystem::modprobe;
           });
}

/// A program of this guest found no KVM that it could use, and nothing else is known.
Outcome likely_by_refusal(const Facts& f) {
    return cite(
        fail(fmt::format("{}, and {} found no KVM that it could use: most likely {} does not show VMX or SVM "
                         "to it; grep -c -w -E 'vmx|svm' /proc/cpuinfo tells: 0 means hidden",
                         guest_of(f), f.evidence->usable_by, named_above(f)),
             fix_on_platform(f, is_either(f) ? "" : flag_word(f))),
        f.evidence->usable);
}

/// "kvm: no hardware support" (to 6.0) does not say whose module it was, and built-in kvm_intel prints it on
/// AMD at every start.  Of a guest of which nothing else is known it still says where to look.
Outcome check_likely_hidden(const Facts& f) {
    if (!in_guest(f)) return skip("this is not known to be a guest");
    constexpr LogLine telling[] = {LogLine::kvm_no_hardware,
                                   LogLine::kvm_disabled_by_bios,
                                   LogLine::vmx_outside_txt_off_by_firmware,
                                   LogLine::svm_off_by_firmware,
                                   LogLine::kvm_intel_vmx_not_supported,
                                   LogLine::kvm_amd_svm_not_supported,
                                   LogLine::kvm_intel_no_hardware,
                                   LogLine::kvm_amd_no_hardware,
                                   LogLine::modprobe_not_supported};
    // The other module is refused so only where one of the two serves KVM already.
    constexpr LogLine served[] = {LogLine::kvm_already_loaded_other, LogLine::kvm_already_loaded_vendor};
    const LoggedLine* line = heard_last(f, telling);
    const bool asked = f.cpu.vmx.any_known() || f.cpu.svm.any_known() || f.kernel.flag_usable.any_known() ||
                       (f.kernel.flag_vmx.any_known() && f.kernel.flag_svm.any_known()) ||
                       f.module.vendor.if_known() || f.hypervisor.definition_shows.if_known();
    if (const std::string type = type_without_nesting(f); !type.empty() && !asked)
        return cite(fail(fmt::format("{}, and is {}: most likely neither VMX nor SVM is shown to it; "
                                     "grep -c -w -E 'vmx|svm' /proc/cpuinfo tells: 0 means hidden.",
                                     guest_of(f), type),
                         open_error(f) == ENOENT && !tried_to_load(f)
                             ? Remedy(see_flags)
                             : fix_on_platform(f, is_either(f) ? "" : flag_word(f))),
                    f.hypervisor.instance_type);
    const bool refused = f.evidence && is(f.evidence->usable, false);
    if ((!line && !refused) || heard_start(f) || heard_last(f, served))
        return pass("no module of KVM said that it found no VMX or SVM");
    const bool settled = f.cpu.vmx.any_known() || f.cpu.svm.any_known() || f.kernel.flag_usable.any_known() ||
                         f.kernel.flag_vmx.any_known() || f.module.vendor.if_known() || heard_no_hardware(f);
    if (settled) return skip("other evidence tells (NP301, NP302)");
    if (!line) return likely_by_refusal(f);
    // Each of them has looked at CPUID before (Linux arch/x86/kvm/x86.c, kvm_arch_init(), to 6.0;
    // arch/x86/kernel/cpu/feat_ctl.c, amd.c).
    if (log_row(line->id).effect == LogEffect::off_by_firmware)
        return cite_log(
            fail(fmt::format("{}, and {}: the kernel says that of a processor that shows {} and has it "
                             "switched off, so most likely {} shows it and does not let this guest use it.",
                             guest_of(f), quoted(*line), hardware_word(f), named_above(f)),
                 fix_on_platform(f, is_either(f) ? "" : flag_word(f))),
            *line);
    const std::string other = f.cpu.technology.if_known()
                                  ? fmt::format(
                                        " It may have been the other vendor's module; grep -c -w {} "
                                        "/proc/cpuinfo tells: 0 means hidden.",
                                        flag_word(f))
                                  : " It may have been the wrong vendor's module; grep -c -w -E 'vmx|svm' "
                                    "/proc/cpuinfo tells: 0 means hidden.";
    return cite_log(fail(fmt::format("{}, and {}: most likely {} does not show {} to it.{}", guest_of(f),
                                     quoted(*line), named_above(f), hardware_word(f), other),
                         fix_on_platform(f, is_either(f) ? "" : flag_word(f))),
                    *line);
}

constexpr std::string_view likely_see[] = {
    "Linux arch/x86/kvm/x86.c, kvm_arch_init() (to 6.0), kvm_x86_vendor_init()",
    "Linux Documentation/virt/kvm/x86/running-nested-guests.rst",
};

constexpr Rule likely_rows[] = {
    {
        .id = "NP310",
        .name = "hypervisor-likely-hides-it",
        .layer = Layer::hypervisor,
        .question = Question::kvm_here,
        .role = Role::advice,
        .title = "the hypervisor above most likely shows neither VMX nor SVM to this guest",
        .explain =
            "\"kvm: no hardware support\" is what KVM's modules say of a guest that is shown neither VMX nor "
            "SVM,\n"
            "\"disabled by bios\" of one that is shown it and may not use it. Both speak of the virtual "
            "machine: no\n"
            "firmware setup is meant. Older kernels do not say which module found no hardware, and the wrong "
            "vendor's\n"
            "says the same on every machine, so that line alone proves nothing.",
        .fix = "Make the hypervisor above show VMX or SVM to this guest.",
        .see = likely_see,
        .check = check_likely_hidden,
        .worked = "vmx or svm is among the flags of /proc/cpuinfo in this guest.",
        .also = "The other vendor's module was tried; this processor's own loads.",
    },
};

}  // namespace

std::span<const Rule> likely_hidden_rules() { return likely_rows; }

}  // namespace nestprobe
