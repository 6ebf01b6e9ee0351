// SPDX-License-Identifier: MIT
// Intel's VMX registers: the lock, and what VMX is like; the controls are in vmx_controls.hpp.  Data only.
#pragma once

#include "registers/cpuid_basic.hpp"

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
    {.name = "SGX_LC_ENABLED",
     .at = bit(17),
     .doc = "SGX launch control: IA32_SGXLEPUBKEYHASHn may be written"},
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
    .else_because = "the processor shows neither VMX nor SMX",
    .guests_unknown = "each guest's firmware sets its own; KVM starts it at 0",
};
static_assert(well_formed(ia32_feature_control));

inline constexpr Field ia32_vmx_basic_fields[] = {
    {.name = "REVISION", .at = bits(30, 0), .doc = "VMCS revision identifier; 0x11e57ed0 is KVM's own"},
    {.name = "VMCS_SIZE",
     .at = bits(44, 32),
     .doc = "Bytes to reserve for VMXON and VMCS regions, 1 to 4096"},
    {.name = "ADDRESS_WIDTH_32",
     .at = bit(48),
     .doc = "Physical addresses of VMX structures are limited to 32 bits"},
    {.name = "DUAL_MONITOR", .at = bit(49), .doc = "Dual-monitor treatment of SMIs and SMM"},
    {.name = "MEMORY_TYPE",
     .at = bits(53, 50),
     .doc = "Memory type of the VMCS: 0 uncacheable, 6 write back"},
    {.name = "INOUT", .at = bit(54), .doc = "VM exits for INS and OUTS report instruction information"},
    {.name = "TRUE_CTLS",
     .at = bit(55),
     .doc = "Default-1 controls may be 0: the TRUE capability MSRs exist"},
    {.name = "NO_HW_ERROR_CODE_CC",
     .at = bit(56),
     .doc = "Any exception may be injected with or without an error code"},
    {.name = "NESTED_EXCEPTION", .at = bit(58), .doc = "Nested-exception support for FRED"},
    {.name = "NO_SEAMRET_INVD_VMCS", .at = bit(60), .doc = "SEAMRET (TDX) leaves the current-VMCS pointer"},
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

inline constexpr Field ia32_vmx_misc_fields[] = {
    {.name = "PREEMPTION_TIMER_RATE",
     .at = bits(4, 0),
     .doc = "VMX-preemption timer counts down once every 2^n TSC ticks"},
    {.name = "SAVE_EFER_LMA",
     .at = bit(5),
     .doc = "VM exits store EFER.LMA into the IA-32e mode guest control"},
    {.name = "ACTIVITY_HLT", .at = bit(6), .doc = "Activity state HLT supported"},
    {.name = "ACTIVITY_SHUTDOWN", .at = bit(7), .doc = "Activity state shutdown supported"},
    {.name = "ACTIVITY_WAIT_SIPI", .at = bit(8), .doc = "Activity state wait-for-SIPI supported"},
    {.name = "INTEL_PT",
     .at = bit(14),
     .doc = "Intel PT can be used in VMX operation",
     .parameter = "kvm_intel.pt_mode"},
    {.name = "SMM_SMBASE", .at = bit(15), .doc = "RDMSR can read IA32_SMBASE in SMM"},
    {.name = "CR3_TARGETS", .at = bits(24, 16), .doc = "Number of CR3-target values"},
    {.name = "MSR_LIST_SIZE",
     .at = bits(27, 25),
     .doc = "Recommended maximum of MSR-load and -store lists: 512*(n+1)"},
    {.name = "SMM_MONITOR_CTL", .at = bit(28), .doc = "IA32_SMM_MONITOR_CTL[2] can be set"},
    {.name = "VMWRITE_SHADOW_RO_FIELDS",
     .at = bit(29),
     .doc = "VMWRITE can write VM-exit information fields; shadow VMCS needs it",
     .parameter = "kvm_intel.enable_shadow_vmcs"},
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

// A bit that is 1 in FIXED0 must be 1 in VMX operation, one that is 0 in FIXED1 must be 0.  In a guest with
// UNRESTRICTED_GUEST, PE and PG may be 0 all the same.
inline constexpr Field cr0_fields[] = {
    {.name = "PE", .at = bit(0), .doc = "Protection enable"},
    {.name = "MP", .at = bit(1), .doc = "Monitor coprocessor"},
    {.name = "EM", .at = bit(2), .doc = "x87 emulation"},
    {.name = "TS", .at = bit(3), .doc = "Task switched"},
    {.name = "ET", .at = bit(4), .doc = "Extension type"},
    {.name = "NE", .at = bit(5), .doc = "Numeric error"},
    {.name = "WP", .at = bit(16), .doc = "Write protect"},
    {.name = "AM", .at = bit(18), .doc = "Alignment mask"},
    {.name = "NW", .at = bit(29), .doc = "Not write-through"},
    {.name = "CD", .at = bit(30), .doc = "Cache disable"},
    {.name = "PG", .at = bit(31), .doc = "Paging"},
};
inline constexpr Register ia32_vmx_cr0_fixed0{
    .name = "IA32_VMX_CR0_FIXED0",
    .linux_name = "MSR_IA32_VMX_CR0_FIXED0",
    .manual = Manual::intel_sdm,
    .address = MsrAddress{0x486},
    .reference = "Intel SDM Vol. 3D, App. A.7, \"VMX-Fixed Bits in CR0\"",
    .fields = cr0_fields,
    .exists_when = when_vmx,
    .else_because = no_vmx,
};
static_assert(well_formed(ia32_vmx_cr0_fixed0));

inline constexpr Register ia32_vmx_cr0_fixed1{
    .name = "IA32_VMX_CR0_FIXED1",
    .linux_name = "MSR_IA32_VMX_CR0_FIXED1",
    .manual = Manual::intel_sdm,
    .address = MsrAddress{0x487},
    .reference = "Intel SDM Vol. 3D, App. A.7, \"VMX-Fixed Bits in CR0\"",
    .fields = cr0_fields,
    .exists_when = when_vmx,
    .else_because = no_vmx,
};
static_assert(well_formed(ia32_vmx_cr0_fixed1));

inline constexpr Field cr4_fields[] = {
    {.name = "VME", .at = bit(0), .doc = "Virtual-8086 mode extensions"},
    {.name = "PVI", .at = bit(1), .doc = "Protected-mode virtual interrupts"},
    {.name = "TSD", .at = bit(2), .doc = "Time stamp disable"},
    {.name = "DE", .at = bit(3), .doc = "Debugging extensions"},
    {.name = "PSE", .at = bit(4), .doc = "4 MiB pages"},
    {.name = "PAE", .at = bit(5), .doc = "Physical address extension"},
    {.name = "MCE", .at = bit(6), .doc = "Machine check exceptions"},
    {.name = "PGE", .at = bit(7), .doc = "Global pages"},
    {.name = "PCE", .at = bit(8), .doc = "RDPMC outside the kernel"},
    {.name = "OSFXSR", .at = bit(9), .doc = "FXSAVE, FXRSTOR and SSE"},
    {.name = "OSXMMEXCPT", .at = bit(10), .doc = "SIMD floating-point exceptions"},
    {.name = "UMIP", .at = bit(11), .doc = "User-mode instruction prevention"},
    {.name = "LA57", .at = bit(12), .doc = "57-bit linear addresses"},
    {.name = "VMXE", .at = bit(13), .doc = "VMX"},
    {.name = "SMXE", .at = bit(14), .doc = "SMX"},
    {.name = "FSGSBASE", .at = bit(16), .doc = "RDFSBASE and the like"},
    {.name = "PCIDE", .at = bit(17), .doc = "Process-context identifiers"},
    {.name = "OSXSAVE", .at = bit(18), .doc = "XSAVE"},
    {.name = "KL", .at = bit(19), .doc = "Key Locker"},
    {.name = "SMEP", .at = bit(20), .doc = "Supervisor mode execution prevention"},
    {.name = "SMAP", .at = bit(21), .doc = "Supervisor mode access prevention"},
    {.name = "PKE", .at = bit(22), .doc = "Protection keys for user pages"},
    {.name = "CET", .at = bit(23), .doc = "Control-flow enforcement"},
    {.name = "PKS", .at = bit(24), .doc = "Protection keys for supervisor pages"},
    {.name = "UINTR", .at = bit(25), .doc = "User interrupts"},
    {.name = "LASS", .at = bit(27), .doc = "Linear address space separation"},
    {.name = "LAM_SUP", .at = bit(28), .doc = "Linear address masking for supervisor pointers"},
    {.name = "FRED", .at = bit(32), .doc = "Flexible return and event delivery"},
};
inline constexpr Register ia32_vmx_cr4_fixed0{
    .name = "IA32_VMX_CR4_FIXED0",
    .linux_name = "MSR_IA32_VMX_CR4_FIXED0",
    .manual = Manual::intel_sdm,
    .address = MsrAddress{0x488},
    .reference = "Intel SDM Vol. 3D, App. A.8, \"VMX-Fixed Bits in CR4\"",
    .fields = cr4_fields,
    .exists_when = when_vmx,
    .else_because = no_vmx,
};
static_assert(well_formed(ia32_vmx_cr4_fixed0));

inline constexpr Register ia32_vmx_cr4_fixed1{
    .name = "IA32_VMX_CR4_FIXED1",
    .linux_name = "MSR_IA32_VMX_CR4_FIXED1",
    .manual = Manual::intel_sdm,
    .address = MsrAddress{0x489},
    .reference = "Intel SDM Vol. 3D, App. A.8, \"VMX-Fixed Bits in CR4\"",
    .fields = cr4_fields,
    .exists_when = when_vmx,
    .else_because = no_vmx,
};
static_assert(well_formed(ia32_vmx_cr4_fixed1));

inline constexpr Field ia32_vmx_vmcs_enum_fields[] = {
    {.name = "HIGHEST_INDEX", .at = bits(9, 1), .doc = "Highest index in the encoding of a VMCS field"},
};
inline constexpr Register ia32_vmx_vmcs_enum{
    .name = "IA32_VMX_VMCS_ENUM",
    .linux_name = "MSR_IA32_VMX_VMCS_ENUM",
    .manual = Manual::intel_sdm,
    .address = MsrAddress{0x48a},
    .reference = "Intel SDM Vol. 3D, App. A.9, \"VMCS Enumeration\"",
    .fields = ia32_vmx_vmcs_enum_fields,
    .exists_when = when_vmx,
    .else_because = no_vmx,
};
static_assert(well_formed(ia32_vmx_vmcs_enum));

inline constexpr const Register* vmx_registers[] = {
    &ia32_feature_control, &ia32_vmx_basic,      &ia32_vmx_misc,       &ia32_vmx_cr0_fixed0,
    &ia32_vmx_cr0_fixed1,  &ia32_vmx_cr4_fixed0, &ia32_vmx_cr4_fixed1, &ia32_vmx_vmcs_enum,
};

}  // namespace nestprobe::registers
