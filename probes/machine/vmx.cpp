// SPDX-License-Identifier: MIT
// What the processor's VMX can do, as KVM asks it: the predicates of Linux 6.12
// arch/x86/kvm/vmx/capabilities.h and vmx.c, hardware_setup().
#include "machine/probes.hpp"
#include "registers/all.hpp"

namespace nestprobe {
namespace {

using registers::ia32_vmx_basic;
using registers::ia32_vmx_ept_vpid_cap;
using registers::ia32_vmx_misc;

consteval Bit pin(std::string_view name) {
    return {&registers::ia32_vmx_pinbased_ctls, registers::ia32_vmx_pinbased_ctls[name]};
}
consteval Bit primary(std::string_view name) {
    return {&registers::ia32_vmx_procbased_ctls, registers::ia32_vmx_procbased_ctls[name]};
}
consteval Bit secondary(std::string_view name) {
    return {&registers::ia32_vmx_procbased_ctls2, registers::ia32_vmx_procbased_ctls2[name]};
}
consteval Bit tertiary(std::string_view name) {
    return {&registers::ia32_vmx_procbased_ctls3, registers::ia32_vmx_procbased_ctls3[name]};
}
consteval Bit cap(std::string_view name) { return {&ia32_vmx_ept_vpid_cap, ia32_vmx_ept_vpid_cap[name]}; }

// Every predicate over a secondary control asks first whether there are any: MSR 0x48b does not exist
// otherwise.
constexpr Bit second = primary("ACTIVATE_SECONDARY_CONTROLS");
constexpr Bit use_ept = secondary("ENABLE_EPT"), use_vpid = secondary("ENABLE_VPID");
constexpr Bit walk_4 = cap("PAGE_WALK_4"), write_back = cap("WB"), invept = cap("INVEPT_GLOBAL");

constexpr Bit ept_bits[] = {second, use_ept, walk_4, write_back, invept};
constexpr Bit ept_5level_bits[] = {second, use_ept, cap("PAGE_WALK_5")};
constexpr Bit ept_2m_bits[] = {second, use_ept, cap("2MB_PAGE")};
constexpr Bit ept_1g_bits[] = {second, use_ept, cap("1GB_PAGE")};
constexpr Bit ept_ad_bits[] = {second, use_ept, walk_4, write_back, invept, cap("AD")};
constexpr Bit execute_only_bits[] = {second, use_ept, cap("EXECUTE_ONLY")};
constexpr Bit pml_bits[] = {second, secondary("ENABLE_PML"), use_ept, walk_4, write_back, invept, cap("AD")};
constexpr Bit mode_based_bits[] = {second, secondary("MODE_BASED_EPT_EXEC")};
constexpr Bit eptp_switching_bits[] = {
    second,
    secondary("ENABLE_VMFUNC"),
    {&registers::ia32_vmx_vmfunc, registers::ia32_vmx_vmfunc["EPTP_SWITCHING"]},
};
// KVM takes single-context or all-context INVVPID; every processor with VPID has the latter.
constexpr Bit vpid_bits[] = {second, use_vpid, cap("INVVPID"), cap("INVVPID_GLOBAL")};
constexpr Bit unrestricted_bits[] = {second, secondary("UNRESTRICTED_GUEST"), use_ept, walk_4, write_back,
                                     invept};
constexpr Bit shadow_vmcs_bits[] = {
    second,
    secondary("SHADOW_VMCS"),
    {&ia32_vmx_misc, ia32_vmx_misc["VMWRITE_SHADOW_RO_FIELDS"]},
};

constexpr Bit tpr_shadow = primary("TPR_SHADOW"), posted = pin("POSTED_INTR");
constexpr Bit registers_virt = secondary("APIC_REGISTER_VIRT"), delivery = secondary("VIRTUAL_INTR_DELIVERY");

constexpr Bit tpr_shadow_bits[] = {tpr_shadow};
constexpr Bit flexpriority_bits[] = {tpr_shadow, second, secondary("VIRTUALIZE_APIC_ACCESSES")};
constexpr Bit register_virt_bits[] = {second, registers_virt};
constexpr Bit delivery_bits[] = {second, delivery};
constexpr Bit posted_bits[] = {posted};
constexpr Bit apicv_bits[] = {tpr_shadow, second, registers_virt, delivery, posted};
constexpr Bit ipi_bits[] = {
    tpr_shadow,           second, registers_virt, delivery, posted, primary("ACTIVATE_TERTIARY_CONTROLS"),
    tertiary("IPI_VIRT"),
};
constexpr Bit virtual_nmi_bits[] = {pin("VIRTUAL_NMIS"), primary("NMI_WINDOW_EXITING")};
constexpr Bit preemption_bits[] = {pin("VMX_PREEMPTION_TIMER")};
constexpr Bit tsc_scaling_bits[] = {second, secondary("TSC_SCALING")};

constexpr Field invvpid_types[] = {
    ia32_vmx_ept_vpid_cap["INVVPID_INDIVIDUAL"],
    ia32_vmx_ept_vpid_cap["INVVPID_SINGLE"],
    ia32_vmx_ept_vpid_cap["INVVPID_GLOBAL"],
    ia32_vmx_ept_vpid_cap["INVVPID_SINGLE_RETAINING"],
};

/// The names of the bits that are set, of some of a register's; rows of several bits are no flags.
PerCpu<std::vector<std::string>> names_set(const RegisterReadings& regs, const Register& reg,
                                           std::span<const Field> fields) {
    return decode(regs, reg, [&](std::uint64_t raw) {
        std::vector<std::string> names;
        for (const Field& field : fields)
            if (field.is_one_bit() && field.is_set(raw)) names.emplace_back(field.name);
        return names;
    });
}

}  // namespace

VmxFacts probe_vmx(const Shared& shared) {
    const RegisterReadings& regs = shared.cpu.registers;
    return {
        .capabilities = decode(regs, ia32_vmx_basic, [](std::uint64_t) { return true; }),
        .missing = probe_vmx_missing(regs),
        .ept = all_set(regs, ept_bits),
        .ept_5level = all_set(regs, ept_5level_bits),
        .ept_2m = all_set(regs, ept_2m_bits),
        .ept_1g = all_set(regs, ept_1g_bits),
        .ept_ad = all_set(regs, ept_ad_bits),
        .ept_execute_only = all_set(regs, execute_only_bits),
        .pml = all_set(regs, pml_bits),
        .mode_based_execute = all_set(regs, mode_based_bits),
        .eptp_switching = all_set(regs, eptp_switching_bits),
        .vpid = all_set(regs, vpid_bits),
        .invvpid = names_set(regs, ia32_vmx_ept_vpid_cap, invvpid_types),
        .unrestricted_guest = all_set(regs, unrestricted_bits),
        .shadow_vmcs = all_set(regs, shadow_vmcs_bits),
        .tpr_shadow = all_set(regs, tpr_shadow_bits),
        .flexpriority = all_set(regs, flexpriority_bits),
        .apic_register_virt = all_set(regs, register_virt_bits),
        .interrupt_delivery = all_set(regs, delivery_bits),
        .posted_interrupts = all_set(regs, posted_bits),
        .apicv = all_set(regs, apicv_bits),
        .ipi_virtualization = all_set(regs, ipi_bits),
        .virtual_nmis = all_set(regs, virtual_nmi_bits),
        .preemption_timer = all_set(regs, preemption_bits),
        .tsc_scaling = all_set(regs, tsc_scaling_bits),
        .misc = names_set(regs, ia32_vmx_misc, ia32_vmx_misc.fields),
    };
}

}  // namespace nestprobe
