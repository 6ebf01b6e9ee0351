// SPDX-License-Identifier: MIT
// The further words of VMX controls, each of which exists when a control of the first allows it.  Data only.
#pragma once

#include "registers/vmx_controls.hpp"

namespace nestprobe::registers {

inline constexpr Condition when_secondary[] = {
    {&ia32_vmx_procbased_ctls, ia32_vmx_procbased_ctls["ACTIVATE_SECONDARY_CONTROLS"].at}};
inline constexpr Field procbased2_fields[] = {
    {.name = "VIRTUALIZE_APIC_ACCESSES",
     .at = bit(0),
     .doc = "Virtualize APIC accesses",
     .linux_flag = "vapic",
     .parameter = "kvm_intel.flexpriority"},
    {.name = "ENABLE_EPT",
     .at = bit(1),
     .doc = "Enable EPT",
     .linux_flag = "ept",
     .parameter = "kvm_intel.ept"},
    {.name = "DESC", .at = bit(2), .doc = "Descriptor-table exiting"},
    {.name = "ENABLE_RDTSCP", .at = bit(3), .doc = "Enable RDTSCP"},
    {.name = "VIRTUALIZE_X2APIC_MODE", .at = bit(4), .doc = "Virtualize x2APIC mode"},
    {.name = "ENABLE_VPID",
     .at = bit(5),
     .doc = "Enable VPID",
     .linux_flag = "vpid",
     .parameter = "kvm_intel.vpid"},
    {.name = "WBINVD_EXITING", .at = bit(6), .doc = "WBINVD exiting"},
    {.name = "UNRESTRICTED_GUEST",
     .at = bit(7),
     .doc = "Unrestricted guest",
     .linux_flag = "unrestricted_guest",
     .parameter = "kvm_intel.unrestricted_guest"},
    {.name = "APIC_REGISTER_VIRT",
     .at = bit(8),
     .doc = "APIC-register virtualization",
     .linux_flag = "vapic_reg",
     .parameter = "kvm_intel.enable_apicv"},
    {.name = "VIRTUAL_INTR_DELIVERY",
     .at = bit(9),
     .doc = "Virtual-interrupt delivery",
     .linux_flag = "vid",
     .parameter = "kvm_intel.enable_apicv"},
    {.name = "PAUSE_LOOP_EXITING",
     .at = bit(10),
     .doc = "PAUSE-loop exiting",
     .linux_flag = "ple",
     .parameter = "kvm_intel.ple_gap"},
    {.name = "RDRAND_EXITING", .at = bit(11), .doc = "RDRAND exiting"},
    {.name = "ENABLE_INVPCID", .at = bit(12), .doc = "Enable INVPCID"},
    {.name = "ENABLE_VMFUNC", .at = bit(13), .doc = "Enable VM functions"},
    {.name = "SHADOW_VMCS",
     .at = bit(14),
     .doc = "VMCS shadowing",
     .linux_flag = "shadow_vmcs",
     .parameter = "kvm_intel.enable_shadow_vmcs"},
    {.name = "ENCLS_EXITING", .at = bit(15), .doc = "Enable ENCLS exiting", .parameter = "kvm_intel.sgx"},
    {.name = "RDSEED_EXITING", .at = bit(16), .doc = "RDSEED exiting"},
    {.name = "ENABLE_PML",
     .at = bit(17),
     .doc = "Enable PML (page-modification logging)",
     .linux_flag = "pml",
     .parameter = "kvm_intel.pml"},
    {.name = "EPT_VIOLATION_VE", .at = bit(18), .doc = "EPT-violation #VE", .linux_flag = "ept_violation_ve"},
    {.name = "PT_CONCEAL_VMX", .at = bit(19), .doc = "Conceal VMX from PT"},
    {.name = "ENABLE_XSAVES", .at = bit(20), .doc = "Enable XSAVES/XRSTORS"},
    {.name = "PASID_TRANSLATION", .at = bit(21), .doc = "PASID translation"},
    {.name = "MODE_BASED_EPT_EXEC",
     .at = bit(22),
     .doc = "Mode-based execute control for EPT",
     .linux_flag = "ept_mode_based_exec",
     .parameter = "kvm_intel.mbec"},
    {.name = "SPP", .at = bit(23), .doc = "Sub-page write permissions for EPT"},
    {.name = "PT_USE_GPA",
     .at = bit(24),
     .doc = "Intel PT uses guest physical addresses",
     .parameter = "kvm_intel.pt_mode"},
    {.name = "TSC_SCALING", .at = bit(25), .doc = "Use TSC scaling", .linux_flag = "tsc_scaling"},
    {.name = "ENABLE_USR_WAIT_PAUSE",
     .at = bit(26),
     .doc = "Enable user wait and pause",
     .linux_flag = "usr_wait_pause"},
    {.name = "ENABLE_PCONFIG", .at = bit(27), .doc = "Enable PCONFIG"},
    {.name = "ENCLV_EXITING", .at = bit(28), .doc = "Enable ENCLV exiting"},
    {.name = "BUS_LOCK_DETECTION", .at = bit(30), .doc = "VMM bus-lock detection"},
    {.name = "NOTIFY_VM_EXITING",
     .at = bit(31),
     .doc = "Instruction timeout (notify VM exit)",
     .linux_flag = "notify_vm_exiting"},
};
inline constexpr Register ia32_vmx_procbased_ctls2{
    .name = "IA32_VMX_PROCBASED_CTLS2",
    .linux_name = "MSR_IA32_VMX_PROCBASED_CTLS2",
    .manual = Manual::intel_sdm,
    .address = MsrAddress{0x48b},
    .reference = "Intel SDM Vol. 3D, App. A.3.3, \"Secondary Processor-Based VM-Execution Controls\"",
    .fields = procbased2_fields,
    .layout = Layout::controls,
    .exists_when = when_secondary,
    .else_because = "the processor has no secondary controls",
};
static_assert(well_formed(ia32_vmx_procbased_ctls2));

inline constexpr Condition when_tertiary[] = {
    {&ia32_vmx_procbased_ctls, ia32_vmx_procbased_ctls["ACTIVATE_TERTIARY_CONTROLS"].at}};
inline constexpr Field procbased3_fields[] = {
    {.name = "LOADIWKEY_EXITING", .at = bit(0), .doc = "LOADIWKEY exiting"},
    {.name = "ENABLE_HLAT", .at = bit(1), .doc = "Enable HLAT"},
    {.name = "EPT_PAGING_WRITE", .at = bit(2), .doc = "EPT paging-write control"},
    {.name = "GUEST_PAGING_VERIFICATION", .at = bit(3), .doc = "Guest-paging verification"},
    {.name = "IPI_VIRT",
     .at = bit(4),
     .doc = "IPI virtualization",
     .linux_flag = "ipi_virt",
     .parameter = "kvm_intel.enable_ipiv"},
    {.name = "ENABLE_MSRLIST", .at = bit(6), .doc = "Enable MSR-list instructions"},
    {.name = "VIRTUALIZE_SPEC_CTRL", .at = bit(7), .doc = "Virtualize IA32_SPEC_CTRL"},
    {.name = "APIC_TIMER_VIRT", .at = bit(8), .doc = "APIC-timer virtualization"},
};
inline constexpr Register ia32_vmx_procbased_ctls3{
    .name = "IA32_VMX_PROCBASED_CTLS3",
    .linux_name = "MSR_IA32_VMX_PROCBASED_CTLS3",
    .manual = Manual::intel_sdm,
    .address = MsrAddress{0x492},
    .reference = "Intel SDM Vol. 3D, App. A.3.4, \"Tertiary Processor-Based VM-Execution Controls\"",
    .fields = procbased3_fields,
    .layout = Layout::allowed_1,
    .exists_when = when_tertiary,
    .else_because = "the processor has no tertiary controls",
    .guests_unknown = "KVM offers guests no tertiary controls",
};
static_assert(well_formed(ia32_vmx_procbased_ctls3));

inline constexpr Condition when_secondary_exit[] = {
    {&ia32_vmx_exit_ctls, ia32_vmx_exit_ctls["ACTIVATE_SECONDARY_CONTROLS"].at}};
inline constexpr Field exit2_fields[] = {
    {.name = "SAVE_IA32_FRED", .at = bit(0), .doc = "Save IA32 FRED MSRs"},
    {.name = "LOAD_IA32_FRED", .at = bit(1), .doc = "Load IA32 FRED MSRs"},
    {.name = "LOAD_IA32_SPEC_CTRL", .at = bit(2), .doc = "Load IA32_SPEC_CTRL"},
    {.name = "PREMATURELY_BUSY_SHADOW_STACK", .at = bit(3), .doc = "Prematurely busy shadow stack"},
};
inline constexpr Register ia32_vmx_exit_ctls2{
    .name = "IA32_VMX_EXIT_CTLS2",
    .linux_name = "MSR_IA32_VMX_EXIT_CTLS2",
    .manual = Manual::intel_sdm,
    .address = MsrAddress{0x493},
    .reference = "Intel SDM Vol. 3D, App. A.4.2, \"Secondary VM-Exit Controls\"",
    .fields = exit2_fields,
    .layout = Layout::allowed_1,
    .exists_when = when_secondary_exit,
    .else_because = "the processor has no secondary VM-exit controls",
    .guests_unknown = "KVM offers guests no secondary VM-exit controls",
};
static_assert(well_formed(ia32_vmx_exit_ctls2));

inline constexpr const Register* vmx_control2_registers[] = {&ia32_vmx_procbased_ctls2,
                                                             &ia32_vmx_procbased_ctls3, &ia32_vmx_exit_ctls2};

}  // namespace nestprobe::registers
