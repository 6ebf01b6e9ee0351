// SPDX-License-Identifier: MIT
// Intel's VMX registers: the lock, and the capability MSRs.  Data only.
// Mnemonics of controls are Linux's (arch/x86/include/asm/vmx.h, vmxfeatures.h) without prefix: the manual has
// prose, which is the row's text.
#pragma once

#include "registers/cpuid.hpp"

namespace nestprobe::registers {

inline constexpr Condition when_vmx[] = {{&cpuid_1_ecx, cpuid_1_ecx["VMX"].at}};
inline constexpr Condition when_vmx_or_smx[] = {{&cpuid_1_ecx, cpuid_1_ecx["VMX"].at},
                                                {&cpuid_1_ecx, cpuid_1_ecx["SMX"].at}};
inline constexpr std::string_view no_vmx = "the processor shows no VMX";

inline constexpr Field ia32_feature_control_fields[] = {
    {.name = "LOCK", .at = bit(0), .doc = "Register is locked until reset; VMXON needs this set"},
    {.name = "VMX_ENABLED_INSIDE_SMX", .at = bit(1), .doc = "VMXON allowed inside SMX (Intel TXT) operation"},
    {.name = "VMX_ENABLED_OUTSIDE_SMX", .at = bit(2), .doc = "VMXON allowed outside SMX operation"},
    {.name = "SENTER_LOCAL_ENABLES", .at = bits(14, 8), .doc = "SENTER leaf functions enabled"},
    {.name = "SENTER_GLOBAL_ENABLE", .at = bit(15), .doc = "SENTER enabled"},
    {.name = "SGX_LC_ENABLED", .at = bit(17), .doc = "SGX launch control: IA32_SGXLEPUBKEYHASHn may be written"},
    {.name = "SGX_ENABLED", .at = bit(18), .doc = "SGX leaf functions enabled"},
    {.name = "LMCE_ENABLED", .at = bit(20), .doc = "Local machine check exceptions enabled"},
};
inline constexpr Register ia32_feature_control{
    .name = "IA32_FEATURE_CONTROL",
    .linux_name = "MSR_IA32_FEAT_CTL",
    .manual = Manual::intel_sdm,
    .address = MsrAddress{0x3a},
    .reference = "Intel SDM Vol. 3C, \"Enabling and Entering VMX Operation\"",
    .fields = ia32_feature_control_fields,
    .exists_when = when_vmx_or_smx,
    .else_because = no_vmx,
};
static_assert(well_formed(ia32_feature_control));

inline constexpr Field ia32_vmx_basic_fields[] = {
    {.name = "REVISION", .at = bits(30, 0), .doc = "VMCS revision identifier; 0x11e57ed0 is KVM's own"},
    {.name = "VMCS_SIZE", .at = bits(44, 32), .doc = "Bytes to reserve for VMXON and VMCS regions, 1 to 4096"},
    {.name = "ADDRESS_WIDTH_32", .at = bit(48), .doc = "Physical addresses of VMX structures are limited to 32 bits"},
    {.name = "DUAL_MONITOR", .at = bit(49), .doc = "Dual-monitor treatment of SMIs and SMM"},
    {.name = "MEMORY_TYPE", .at = bits(53, 50), .doc = "Memory type of the VMCS: 0 uncacheable, 6 write back"},
    {.name = "INOUT", .at = bit(54), .doc = "VM exits for INS and OUTS report instruction information"},
    {.name = "TRUE_CTLS", .at = bit(55), .doc = "Default-1 controls may be 0: the TRUE capability MSRs exist"},
    {.name = "NO_HW_ERROR_CODE_CC", .at = bit(56), .doc = "Any exception may be injected with or without an error code"},
    {.name = "NESTED_EXCEPTION", .at = bit(58), .doc = "Nested-exception support for FRED"},
};
inline constexpr Register ia32_vmx_basic{
    .name = "IA32_VMX_BASIC",
    .linux_name = "MSR_IA32_VMX_BASIC",
    .manual = Manual::intel_sdm,
    .address = MsrAddress{0x480},
    .reference = "Intel SDM Vol. 3D, App. A.1, \"Basic VMX Information\"",
    .fields = ia32_vmx_basic_fields,
    .exists_when = when_vmx,
    .else_because = no_vmx,
};
static_assert(well_formed(ia32_vmx_basic));

inline constexpr Field pinbased_fields[] = {
    {.name = "EXT_INTR_MASK", .at = bit(0), .doc = "External-interrupt exiting"},
    {.name = "NMI_EXITING", .at = bit(3), .doc = "NMI exiting"},
    {.name = "VIRTUAL_NMIS", .at = bit(5), .doc = "Virtual NMIs", .linux_flag = "vnmi", .parameter = "kvm_intel.vnmi"},
    {.name = "VMX_PREEMPTION_TIMER", .at = bit(6), .doc = "Activate VMX-preemption timer", .linux_flag = "preemption_timer", .parameter = "kvm_intel.preemption_timer"},
    {.name = "POSTED_INTR", .at = bit(7), .doc = "Process posted interrupts", .linux_flag = "posted_intr", .parameter = "kvm_intel.enable_apicv"},
};
inline constexpr Register ia32_vmx_pinbased_ctls{
    .name = "IA32_VMX_PINBASED_CTLS",
    .linux_name = "MSR_IA32_VMX_PINBASED_CTLS",
    .manual = Manual::intel_sdm,
    .address = MsrAddress{0x481},
    .reference = "Intel SDM Vol. 3D, App. A.3.1, \"Pin-Based VM-Execution Controls\"",
    .fields = pinbased_fields,
    .layout = Layout::controls,
    .exists_when = when_vmx,
    .else_because = no_vmx,
};
static_assert(well_formed(ia32_vmx_pinbased_ctls));

inline constexpr Field procbased_fields[] = {
    {.name = "INTR_WINDOW_EXITING", .at = bit(2), .doc = "Interrupt-window exiting"},
    {.name = "USE_TSC_OFFSETTING", .at = bit(3), .doc = "Use TSC offsetting", .linux_flag = "tsc_offset"},
    {.name = "HLT_EXITING", .at = bit(7), .doc = "HLT exiting"},
    {.name = "INVLPG_EXITING", .at = bit(9), .doc = "INVLPG exiting"},
    {.name = "MWAIT_EXITING", .at = bit(10), .doc = "MWAIT exiting"},
    {.name = "RDPMC_EXITING", .at = bit(11), .doc = "RDPMC exiting"},
    {.name = "RDTSC_EXITING", .at = bit(12), .doc = "RDTSC exiting"},
    {.name = "CR3_LOAD_EXITING", .at = bit(15), .doc = "CR3-load exiting"},
    {.name = "CR3_STORE_EXITING", .at = bit(16), .doc = "CR3-store exiting"},
    {.name = "ACTIVATE_TERTIARY_CONTROLS", .at = bit(17), .doc = "Activate tertiary controls"},
    {.name = "CR8_LOAD_EXITING", .at = bit(19), .doc = "CR8-load exiting"},
    {.name = "CR8_STORE_EXITING", .at = bit(20), .doc = "CR8-store exiting"},
    {.name = "TPR_SHADOW", .at = bit(21), .doc = "Use TPR shadow", .linux_flag = "vtpr", .parameter = "kvm_intel.flexpriority"},
    {.name = "NMI_WINDOW_EXITING", .at = bit(22), .doc = "NMI-window exiting"},
    {.name = "MOV_DR_EXITING", .at = bit(23), .doc = "MOV-DR exiting"},
    {.name = "UNCOND_IO_EXITING", .at = bit(24), .doc = "Unconditional I/O exiting"},
    {.name = "USE_IO_BITMAPS", .at = bit(25), .doc = "Use I/O bitmaps"},
    {.name = "MONITOR_TRAP_FLAG", .at = bit(27), .doc = "Monitor trap flag", .linux_flag = "mtf"},
    {.name = "USE_MSR_BITMAPS", .at = bit(28), .doc = "Use MSR bitmaps"},
    {.name = "MONITOR_EXITING", .at = bit(29), .doc = "MONITOR exiting"},
    {.name = "PAUSE_EXITING", .at = bit(30), .doc = "PAUSE exiting"},
    {.name = "ACTIVATE_SECONDARY_CONTROLS", .at = bit(31), .doc = "Activate secondary controls"},
};
inline constexpr Register ia32_vmx_procbased_ctls{
    .name = "IA32_VMX_PROCBASED_CTLS",
    .linux_name = "MSR_IA32_VMX_PROCBASED_CTLS",
    .manual = Manual::intel_sdm,
    .address = MsrAddress{0x482},
    .reference = "Intel SDM Vol. 3D, App. A.3.2, \"Primary Processor-Based VM-Execution Controls\"",
    .fields = procbased_fields,
    .layout = Layout::controls,
    .exists_when = when_vmx,
    .else_because = no_vmx,
};
static_assert(well_formed(ia32_vmx_procbased_ctls));

inline constexpr Field ia32_vmx_misc_fields[] = {
    {.name = "PREEMPTION_TIMER_RATE", .at = bits(4, 0), .doc = "VMX-preemption timer counts down once every 2^n TSC ticks"},
    {.name = "SAVE_EFER_LMA", .at = bit(5), .doc = "VM exits store EFER.LMA into the IA-32e mode guest control"},
    {.name = "ACTIVITY_HLT", .at = bit(6), .doc = "Activity state HLT supported"},
    {.name = "ACTIVITY_SHUTDOWN", .at = bit(7), .doc = "Activity state shutdown supported"},
    {.name = "ACTIVITY_WAIT_SIPI", .at = bit(8), .doc = "Activity state wait-for-SIPI supported"},
    {.name = "INTEL_PT", .at = bit(14), .doc = "Intel PT can be used in VMX operation", .parameter = "kvm_intel.pt_mode"},
    {.name = "SMM_SMBASE", .at = bit(15), .doc = "RDMSR can read IA32_SMBASE in SMM"},
    {.name = "CR3_TARGETS", .at = bits(24, 16), .doc = "Number of CR3-target values"},
    {.name = "MSR_LIST_SIZE", .at = bits(27, 25), .doc = "Recommended maximum of MSR-load and -store lists: 512*(n+1)"},
    {.name = "SMM_MONITOR_CTL", .at = bit(28), .doc = "IA32_SMM_MONITOR_CTL[2] can be set"},
    {.name = "VMWRITE_SHADOW_RO_FIELDS", .at = bit(29), .doc = "VMWRITE can write VM-exit information fields; shadow VMCS needs it", .parameter = "kvm_intel.enable_shadow_vmcs"},
    {.name = "ZERO_LEN_INS", .at = bit(30), .doc = "Injection with an instruction length of 0 allowed"},
    {.name = "MSEG_REVISION", .at = bits(63, 32), .doc = "MSEG revision identifier"},
};
inline constexpr Register ia32_vmx_misc{
    .name = "IA32_VMX_MISC",
    .linux_name = "MSR_IA32_VMX_MISC",
    .manual = Manual::intel_sdm,
    .address = MsrAddress{0x485},
    .reference = "Intel SDM Vol. 3D, App. A.6, \"Miscellaneous Data\"",
    .fields = ia32_vmx_misc_fields,
    .exists_when = when_vmx,
    .else_because = no_vmx,
};
static_assert(well_formed(ia32_vmx_misc));

inline constexpr Condition when_secondary[] = {
    {&ia32_vmx_procbased_ctls, ia32_vmx_procbased_ctls["ACTIVATE_SECONDARY_CONTROLS"].at}};
inline constexpr Field procbased2_fields[] = {
    {.name = "VIRTUALIZE_APIC_ACCESSES", .at = bit(0), .doc = "Virtualize APIC accesses", .linux_flag = "vapic", .parameter = "kvm_intel.flexpriority"},
    {.name = "ENABLE_EPT", .at = bit(1), .doc = "Enable EPT", .linux_flag = "ept", .parameter = "kvm_intel.ept"},
    {.name = "DESC", .at = bit(2), .doc = "Descriptor-table exiting"},
    {.name = "ENABLE_RDTSCP", .at = bit(3), .doc = "Enable RDTSCP"},
    {.name = "VIRTUALIZE_X2APIC_MODE", .at = bit(4), .doc = "Virtualize x2APIC mode"},
    {.name = "ENABLE_VPID", .at = bit(5), .doc = "Enable VPID", .linux_flag = "vpid", .parameter = "kvm_intel.vpid"},
    {.name = "WBINVD_EXITING", .at = bit(6), .doc = "WBINVD exiting"},
    {.name = "UNRESTRICTED_GUEST", .at = bit(7), .doc = "Unrestricted guest", .linux_flag = "unrestricted_guest", .parameter = "kvm_intel.unrestricted_guest"},
    {.name = "APIC_REGISTER_VIRT", .at = bit(8), .doc = "APIC-register virtualization", .linux_flag = "vapic_reg", .parameter = "kvm_intel.enable_apicv"},
    {.name = "VIRTUAL_INTR_DELIVERY", .at = bit(9), .doc = "Virtual-interrupt delivery", .linux_flag = "vid", .parameter = "kvm_intel.enable_apicv"},
    {.name = "PAUSE_LOOP_EXITING", .at = bit(10), .doc = "PAUSE-loop exiting", .linux_flag = "ple", .parameter = "kvm_intel.ple_gap"},
    {.name = "RDRAND_EXITING", .at = bit(11), .doc = "RDRAND exiting"},
    {.name = "ENABLE_INVPCID", .at = bit(12), .doc = "Enable INVPCID"},
    {.name = "ENABLE_VMFUNC", .at = bit(13), .doc = "Enable VM functions"},
    {.name = "SHADOW_VMCS", .at = bit(14), .doc = "VMCS shadowing", .linux_flag = "shadow_vmcs", .parameter = "kvm_intel.enable_shadow_vmcs"},
    {.name = "ENCLS_EXITING", .at = bit(15), .doc = "Enable ENCLS exiting", .parameter = "kvm_intel.sgx"},
    {.name = "RDSEED_EXITING", .at = bit(16), .doc = "RDSEED exiting"},
    {.name = "ENABLE_PML", .at = bit(17), .doc = "Enable PML (page-modification logging)", .linux_flag = "pml", .parameter = "kvm_intel.pml"},
    {.name = "EPT_VIOLATION_VE", .at = bit(18), .doc = "EPT-violation #VE", .linux_flag = "ept_violation_ve"},
    {.name = "PT_CONCEAL_VMX", .at = bit(19), .doc = "Conceal VMX from PT"},
    {.name = "ENABLE_XSAVES", .at = bit(20), .doc = "Enable XSAVES/XRSTORS"},
    {.name = "MODE_BASED_EPT_EXEC", .at = bit(22), .doc = "Mode-based execute control for EPT", .linux_flag = "ept_mode_based_exec", .parameter = "kvm_intel.mbec"},
    {.name = "SPP", .at = bit(23), .doc = "Sub-page write permissions for EPT"},
    {.name = "PT_USE_GPA", .at = bit(24), .doc = "Intel PT uses guest physical addresses", .parameter = "kvm_intel.pt_mode"},
    {.name = "TSC_SCALING", .at = bit(25), .doc = "Use TSC scaling", .linux_flag = "tsc_scaling"},
    {.name = "ENABLE_USR_WAIT_PAUSE", .at = bit(26), .doc = "Enable user wait and pause", .linux_flag = "usr_wait_pause"},
    {.name = "ENABLE_PCONFIG", .at = bit(27), .doc = "Enable PCONFIG"},
    {.name = "ENCLV_EXITING", .at = bit(28), .doc = "Enable ENCLV exiting"},
    {.name = "BUS_LOCK_DETECTION", .at = bit(30), .doc = "VMM bus-lock detection"},
    {.name = "NOTIFY_VM_EXITING", .at = bit(31), .doc = "Instruction timeout (notify VM exit)", .linux_flag = "notify_vm_exiting"},
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

inline constexpr Condition when_ept_or_vpid[] = {
    {&ia32_vmx_procbased_ctls2, ia32_vmx_procbased_ctls2["ENABLE_EPT"].at},
    {&ia32_vmx_procbased_ctls2, ia32_vmx_procbased_ctls2["ENABLE_VPID"].at}};
inline constexpr Field ia32_vmx_ept_vpid_cap_fields[] = {
    {.name = "EXECUTE_ONLY", .at = bit(0), .doc = "Execute-only translations", .linux_flag = "ept_x_only"},
    {.name = "PAGE_WALK_4", .at = bit(6), .doc = "EPT page-walk length 4; KVM's EPT needs it", .parameter = "kvm_intel.ept"},
    {.name = "PAGE_WALK_5", .at = bit(7), .doc = "EPT page-walk length 5", .linux_flag = "ept_5level"},
    {.name = "UC", .at = bit(8), .doc = "EPT paging structures may be uncacheable"},
    {.name = "WB", .at = bit(14), .doc = "EPT paging structures may be write back; KVM's EPT needs it", .parameter = "kvm_intel.ept"},
    {.name = "2MB_PAGE", .at = bit(16), .doc = "EPT maps 2 MiB pages"},
    {.name = "1GB_PAGE", .at = bit(17), .doc = "EPT maps 1 GiB pages", .linux_flag = "ept_1gb"},
    {.name = "INVEPT", .at = bit(20), .doc = "INVEPT instruction"},
    {.name = "AD", .at = bit(21), .doc = "Accessed and dirty flags for EPT", .linux_flag = "ept_ad", .parameter = "kvm_intel.eptad"},
    {.name = "ADVANCED_EXIT_INFO", .at = bit(22), .doc = "Advanced VM-exit information for EPT violations"},
    {.name = "SUPERVISOR_SHADOW_STACK", .at = bit(23), .doc = "Supervisor shadow-stack control"},
    {.name = "INVEPT_SINGLE", .at = bit(25), .doc = "INVEPT type single-context"},
    {.name = "INVEPT_GLOBAL", .at = bit(26), .doc = "INVEPT type all-context; KVM's EPT needs it", .parameter = "kvm_intel.ept"},
    {.name = "INVVPID", .at = bit(32), .doc = "INVVPID instruction", .linux_flag = "invvpid"},
    {.name = "INVVPID_INDIVIDUAL", .at = bit(40), .doc = "INVVPID type individual-address"},
    {.name = "INVVPID_SINGLE", .at = bit(41), .doc = "INVVPID type single-context", .parameter = "kvm_intel.vpid"},
    {.name = "INVVPID_GLOBAL", .at = bit(42), .doc = "INVVPID type all-context", .parameter = "kvm_intel.vpid"},
    {.name = "INVVPID_SINGLE_RETAINING", .at = bit(43), .doc = "INVVPID type single-context-retaining-globals"},
    {.name = "MAX_HLAT_PREFIX", .at = bits(53, 48), .doc = "Maximum HLAT prefix size"},
};
inline constexpr Register ia32_vmx_ept_vpid_cap{
    .name = "IA32_VMX_EPT_VPID_CAP",
    .linux_name = "MSR_IA32_VMX_EPT_VPID_CAP",
    .manual = Manual::intel_sdm,
    .address = MsrAddress{0x48c},
    .reference = "Intel SDM Vol. 3D, App. A.10, \"VPID and EPT Capabilities\"",
    .fields = ia32_vmx_ept_vpid_cap_fields,
    .exists_when = when_ept_or_vpid,
    .else_because = "the processor has neither EPT nor VPID",
};
static_assert(well_formed(ia32_vmx_ept_vpid_cap));

}  // namespace nestprobe::registers
