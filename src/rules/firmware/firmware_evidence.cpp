// SPDX-License-Identifier: MIT
#include "rules/firmware/firmware_evidence.hpp"

#include "rules/common.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

/// The headline where it is inferred that firmware, or what stands in its place, has it off.
std::string_view likely_title(const Facts& f) {
    const bool bare_metal = is(f.hypervisor.level, Level::bare_metal);
    if (has(f, Technology::svm))
        return bare_metal ? "SVM is most likely switched off in the firmware"
                          : "SVM is most likely switched off, by the firmware or by a hypervisor above";
    return bare_metal ? "VMX is most likely locked off by the firmware"
                      : "VMX is most likely locked off, by the firmware or by a hypervisor above";
}

Outcome likely(const Facts& f, std::string message) {
    Outcome outcome = fail(std::move(message));
    outcome.title = likely_title(f);
    return outcome;
}

/// Nobody said whether this is a guest.
std::string_view by_whom(const Facts& f) { return f.hypervisor.level.if_known() ? "" : unknown_level; }

/// The words of SVM's own leaf in /proc/cpuinfo, where svm itself is not listed: "npt, lbrv, svm_lock".
std::string parts_without_svm(const Facts& f) {
    if (!has(f, Technology::svm) || f.kernel.flag_svm.any(yes) || !f.kernel.flag_svm.any_known() ||
        !clearcpuid_word(f).empty())
        return {};
    for (const auto& g : f.kernel.svm_flags.groups())
        if (const auto* words = g.answer.if_known(); words && !words->empty())
            return fmt::format(
                "{}", fmt::join(words->begin(),
                                words->begin() + std::min<std::ptrdiff_t>(3, std::ssize(*words)), ", "));
    return {};
}

/// Linux arch/x86/kvm/vmx/vmx.c, __kvm_is_vmx_supported(); svm/svm.c, __kvm_is_svm_supported(): CPUID and the
/// flag are looked at before the register, which has a line of its own.
bool says_no_bit(const LoggedLine& line) {
    return line.id == LogLine::kvm_intel_vmx_not_supported || line.id == LogLine::kvm_amd_svm_not_supported;
}

}  // namespace

Outcome from_evidence(const Facts& f, const Outcome& unread, unsigned since_major, unsigned since_minor,
                      const PerCpu<bool>& flag) {
    const bool loaded = vendor_module_is(f, Module::State::loaded);
    if (loaded)
        return cite(pass(fmt::format("{} is loaded, and it loads only where firmware allows {}",
                                     vendor_module_name(f), hardware_word(f))),
                    f.module.vendor);
    if (const LoggedLine* line = disabled_by_bios(f)) {
        return cite_log(fail(fmt::format("{}{}", quoted(*line), by_whom(f))), *line);
    }
    if (const std::string parts = parts_without_svm(f); !parts.empty() && !cpuid_bit(f).any_known())
        return cite(
            likely(f, fmt::format("/proc/cpuinfo lists {}, which belong to SVM, and not svm itself: most "
                                  "likely it is switched off in the firmware{}",
                                  parts, by_whom(f))),
            f.kernel.flag_svm);
    if (f.evidence && f.evidence->firmware_off.if_known()) {
        const std::string& said = *f.evidence->firmware_off.if_known();
        if (f.evidence->firmware_off_flags[flag_word(f)])
            return cite(fail(fmt::format("{} says \"{}\"{}", f.evidence->firmware_off.from().front().where,
                                         said, by_whom(f))),
                        f.evidence->firmware_off);
    }
    // The bit is there, and the module was refused all the same: what is left is the register.  Where the
    // module itself says that it found no bit, firmware's switch is not what it speaks of.
    if (const LoggedLine* line = heard_no_hardware(f);
        line && !says_no_bit(*line) && f.cpu.technology.if_known() &&
        (flag.any(yes) || cpuid_bit(f).any(yes) || lists_svm_or_lock(f)))
        return cite_log(
            cite(likely(f,
                        fmt::format(
                            "{}, though {} shows {}: it is most likely switched off in the firmware{}",
                            quoted(*line), flag.any(yes) || lists_svm_or_lock(f) ? "/proc/cpuinfo" : "CPUID",
                            lists_svm_or_lock(f) ? "svm or svm_lock" : flag_word(f), by_whom(f))),
                 flag.any(yes) ? flag : cpuid_bit(f)),
            *line);
    // Linux arch/x86/kernel/cpu/bugs.c, itlb_multihit_show_state(): CR4.VMXE may be clear, but VMX may be
    // used.
    const FlawReport* itlb = report_of(f, FlawReport::Flaw::itlb_multihit);
    if (itlb && (itlb->tells == FlawTells::vmx_disabled || itlb->tells == FlawTells::pages_split ||
                 itlb->tells == FlawTells::vulnerable))
        return cite(
            pass(fmt::format("itlb_multihit says \"{}\", which the kernel says only where VMX may be used",
                             itlb->words)),
            f.kernel.vulnerabilities);
    if (flag.any(yes) && kernel_at_least(f, since_major, since_minor))
        return cite(
            pass(fmt::format("/proc/cpuinfo shows {}, which this kernel does only where it found it usable",
                             flag_word(f))),
            flag);
    return unread;
}

}  // namespace nestprobe
