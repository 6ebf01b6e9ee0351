// SPDX-License-Identifier: MIT
#include "rules/firmware/firmware_evidence.hpp"

#include "rules/common.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

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

}  // namespace

Outcome from_evidence(const Facts& f, const Outcome& unread, unsigned since_major, unsigned since_minor,
                      const PerCpu<bool>& flag) {
    const bool loaded = vendor_module_is(f, Module::State::loaded);
    if (loaded)
        return cite(pass(fmt::format("{} is loaded, and it loads only where firmware allows {}",
                                     vendor_module_name(f), hardware_word(f))),
                    f.module.vendor);
    if (const LoggedLine* line = disabled_by_bios(f)) {
        return cite_log(fail(quoted(*line)), *line);
    }
    if (const std::string parts = parts_without_svm(f); !parts.empty() && !cpuid_bit(f).any_known())
        return cite(fail(fmt::format(
                        "/proc/cpuinfo lists {}, which belong to SVM, and not svm itself: most likely it is "
                        "switched off in the firmware{}",
                        parts, f.hypervisor.level.if_known() ? "" : unknown_level)),
                    f.kernel.flag_svm);
    if (f.evidence && f.evidence->firmware_off.if_known()) {
        const std::string& said = *f.evidence->firmware_off.if_known();
        if (f.evidence->firmware_off_flags[flag_word(f)])
            return cite(
                fail(fmt::format("{} says \"{}\"", f.evidence->firmware_off.from().front().where, said)),
                f.evidence->firmware_off);
    }
    // The module found the bit, and refused all the same: what is left is the register.
    if (const LoggedLine* line = heard_no_hardware(f);
        line && f.cpu.technology.if_known() && (flag.any(yes) || cpuid_bit(f).any(yes)))
        return cite_log(
            cite(fail(fmt::format("{}, though {} shows {}: it is most likely switched off in the firmware{}",
                                  quoted(*line), flag.any(yes) ? "/proc/cpuinfo" : "CPUID", flag_word(f),
                                  f.hypervisor.level.if_known() ? "" : unknown_level)),
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
