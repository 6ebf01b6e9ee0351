// SPDX-License-Identifier: MIT
// VMX or SVM: which of the two this processor can have, told from CPUID where that was read, else from all
// that gives it away: its maker, the kernel's flags, registers, modules and lines of the log.
#include "machine/probes.hpp"
#include "registers/all.hpp"

#include <algorithm>

namespace nestprobe {
namespace {

/// A module name that gives the processor away, for evidence that holds nothing better.
Fact<Technology> technology_of_module(const Shared& shared) {
    const auto* names = shared.sys_modules.if_known();
    const bool intel = (names && std::find(names->begin(), names->end(), "kvm_intel") != names->end()) ||
                       (shared.proc_modules.if_known() &&
                        shared.proc_modules.if_known()->find("kvm_intel ") != std::string::npos);
    const bool amd = (names && std::find(names->begin(), names->end(), "kvm_amd") != names->end()) ||
                     (shared.proc_modules.if_known() &&
                      shared.proc_modules.if_known()->find("kvm_amd ") != std::string::npos);
    if (intel == amd)
        return Absent{Why::not_recorded, "neither CPUID nor the vendor says whether it is VMX or SVM"};
    return {intel ? Technology::vmx : Technology::svm, {{"/sys/module", intel ? "kvm_intel" : "kvm_amd"}}};
}

/// A register that only one maker's processors have, where that was read and CPUID was not: Intel SDM Vol. 4,
/// IA32_FEATURE_CONTROL and the VMX capability MSRs; AMD APM Vol. 2, VM_CR.
Fact<Technology> technology_of_registers(const Shared& shared) {
    constexpr const Register* vmx[] = {
        &registers::ia32_vmx_basic,          &registers::ia32_vmx_pinbased_ctls,
        &registers::ia32_vmx_procbased_ctls, &registers::ia32_vmx_exit_ctls,
        &registers::ia32_vmx_entry_ctls,     &registers::ia32_vmx_ept_vpid_cap,
        &registers::ia32_feature_control};
    for (const auto& group : shared.cpu.registers.groups()) {
        for (const Register* reg : vmx)
            if (const std::uint64_t* raw = group[*reg].if_known())
                return {Technology::vmx, {{name_register(*reg), hex(*raw)}}};
        if (const std::uint64_t* raw = group[registers::vm_cr].if_known())
            return {Technology::svm, {{name_register(registers::vm_cr), hex(*raw)}}};
    }
    return Absent{};
}

/// The module that was tried, where loading it failed for a reason that is not the processor's: whoever tries
/// one of the two, by hand or by udev, has the processor for it.
Fact<Technology> technology_of_loader(const Shared& shared, const Absent& otherwise) {
    constexpr LogLine telling[] = {
        LogLine::modprobe_bad_option,
        LogLine::insmod_bad_option,
        LogLine::modprobe_key_rejected,
        LogLine::modprobe_no_key,
        LogLine::modprobe_wrong_format,
        LogLine::insmod_wrong_format,
        LogLine::modprobe_unknown_symbol,
        LogLine::modprobe_not_permitted,
        LogLine::modprobe_busy,
        LogLine::modprobe_io_error,
        LogLine::modprobe_not_found,
        LogLine::loader_blacklisted,
        LogLine::loader_deny_listed,
        LogLine::loader_parameter_invalid,
        LogLine::loader_parameter_too_large,
    };
    const LoggedLine *intel = nullptr, *amd = nullptr;
    if (const auto* lines = shared.log.if_known())
        for (const LoggedLine& line : *lines) {
            if (std::find(std::begin(telling), std::end(telling), line.id) == std::end(telling)) continue;
            if (line.module == "kvm_intel") intel = &line;
            if (line.module == "kvm_amd") amd = &line;
        }
    // A module says "disabled by bios" where it has found its own maker's bit.
    constexpr LogLine disabled = LogLine::kvm_disabled_by_bios, refused = LogLine::modprobe_not_supported;
    if (!intel && !amd && find_line(shared.log, std::span(&disabled, 1)))
        if (const LoggedLine* line = find_line(shared.log, std::span(&refused, 1)))
            (line->module == "kvm_amd" ? amd : intel) = line;
    if ((intel == nullptr) == (amd == nullptr)) return otherwise;
    return {intel ? Technology::vmx : Technology::svm, {from_log(intel ? *intel : *amd)}};
}

/// The kernel names SVM or VMX when it finds it switched off.
Fact<Technology> technology_of_log(const Shared& shared, const Absent& otherwise) {
    constexpr LogLine telling[] = {
        LogLine::vmx_outside_txt_off_by_firmware,
        LogLine::vmx_inside_txt_off_by_firmware,
        LogLine::kvm_intel_disabled_by_bios,
        LogLine::kvm_intel_no_hardware,
        LogLine::kvm_intel_not_enabled_in_feat_ctl,
        LogLine::svm_off_by_firmware,
        LogLine::svm_off_by_firmware_on_cpu,
        LogLine::kvm_amd_disabled_by_bios,
        LogLine::kvm_amd_no_hardware,
        LogLine::nested_on_amd,
        LogLine::npt_on,
        LogLine::npt_off,
    };
    // kvm_amd looks at the maker before that and has other words for it; kvm_intel does not.
    constexpr LogLine of_amd = LogLine::kvm_amd_svm_not_supported,
                      of_any = LogLine::kvm_intel_vmx_not_supported;
    const LoggedLine* line = find_line(shared.log, telling);
    if (!line && !find_line(shared.log, std::span(&of_any, 1)))
        line = find_line(shared.log, std::span(&of_amd, 1));
    if (!line) return technology_of_loader(shared, otherwise);
    const bool amd = log_row(line->id).vendor == LogVendor::amd;
    return {amd ? Technology::svm : Technology::vmx, {from_log(*line)}};
}

}  // namespace

Fact<Technology> probe_technology(const Shared& shared, const CpuFacts& cpu) {
    for (const auto& group : cpu.vmx.groups())
        if (is(group.answer, true)) return {Technology::vmx, group.answer.from()};
    for (const auto& group : cpu.svm.groups())
        if (is(group.answer, true)) return {Technology::svm, group.answer.from()};
    if (const Vendor* vendor = cpu.vendor.if_known(); vendor && *vendor != Vendor::other) {
        const bool amd = *vendor == Vendor::amd || *vendor == Vendor::hygon;
        return {amd ? Technology::svm : Technology::vmx, cpu.vendor.from()};
    }
    const PerCpu<bool> vmx = flag_of(shared.cpuinfo, "vmx");
    if (vmx.any(yes)) return {Technology::vmx, vmx.first_known().from()};
    const PerCpu<bool> svm = flag_of(shared.cpuinfo, "svm");
    if (svm.any(yes)) return {Technology::svm, svm.first_known().from()};
    if (is(shared.heard_vmx, true)) return {Technology::vmx, shared.heard_vmx.from()};
    if (is(shared.heard_svm, true)) return {Technology::svm, shared.heard_svm.from()};
    if (is(shared.svm_or_lock, true)) return {Technology::svm, shared.svm_or_lock.from()};
    if (Fact<Technology> read = technology_of_registers(shared); read.if_known()) return read;
    Fact<Technology> module = technology_of_module(shared);
    return module.if_known() ? module : technology_of_log(shared, module.absence());
}

}  // namespace nestprobe
