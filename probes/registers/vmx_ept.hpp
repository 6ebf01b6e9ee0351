// SPDX-License-Identifier: MIT
// What EPT, VPID and VM functions can do.  Data only.
#pragma once

#include "registers/vmx_controls2.hpp"

namespace nestprobe::registers {

inline constexpr Condition when_ept_or_vpid[] = {
    {&ia32_vmx_procbased_ctls2, ia32_vmx_procbased_ctls2["ENABLE_EPT"].at},
    {&ia32_vmx_procbased_ctls2, ia32_vmx_procbased_ctls2["ENABLE_VPID"].at}};
inline constexpr Field ia32_vmx_ept_vpid_cap_fields[] = {
    {.name = "EXECUTE_ONLY", .at = bit(0), .doc = "Execute-only translations", .linux_flag = "ept_x_only"},
    {.name = "PAGE_WALK_4",
     .at = bit(6),
     .doc = "EPT page-walk length 4; KVM's EPT needs it",
     .parameter = "kvm_intel.ept"},
    {.name = "PAGE_WALK_5", .at = bit(7), .doc = "EPT page-walk length 5", .linux_flag = "ept_5level"},
    {.name = "UC", .at = bit(8), .doc = "EPT paging structures may be uncacheable"},
    {.name = "WB",
     .at = bit(14),
     .doc = "EPT paging structures may be write back; KVM's EPT needs it",
     .parameter = "kvm_intel.ept"},
    {.name = "2MB_PAGE", .at = bit(16), .doc = "EPT maps 2 MiB pages"},
    {.name = "1GB_PAGE", .at = bit(17), .doc = "EPT maps 1 GiB pages", .linux_flag = "ept_1gb"},
    {.name = "INVEPT", .at = bit(20), .doc = "INVEPT instruction"},
    {.name = "AD",
     .at = bit(21),
     .doc = "Accessed and dirty flags for EPT",
     .linux_flag = "ept_ad",
     .parameter = "kvm_intel.eptad"},
    {.name = "ADVANCED_EXIT_INFO", .at = bit(22), .doc = "Advanced VM-exit information for EPT violations"},
    {.name = "SUPERVISOR_SHADOW_STACK", .at = bit(23), .doc = "Supervisor shadow-stack control"},
    {.name = "INVEPT_SINGLE", .at = bit(25), .doc = "INVEPT type single-context"},
    {.name = "INVEPT_GLOBAL",
     .at = bit(26),
     .doc = "INVEPT type all-context; KVM's EPT needs it",
     .parameter = "kvm_intel.ept"},
    {.name = "INVVPID", .at = bit(32), .doc = "INVVPID instruction", .linux_flag = "invvpid"},
    {.name = "INVVPID_INDIVIDUAL", .at = bit(40), .doc = "INVVPID type individual-address"},
    {.name = "INVVPID_SINGLE",
     .at = bit(41),
     .doc = "INVVPID type single-context",
     .parameter = "kvm_intel.vpid"},
    {.name = "INVVPID_GLOBAL",
     .at = bit(42),
     .doc = "INVVPID type all-context",
     .parameter = "kvm_intel.vpid"},
    {.name = "INVVPID_SINGLE_RETAINING",
     .at = bit(43),
     .doc = "INVVPID type single-context-retaining-globals"},
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

// 5.6 and later take the high half of it for the word eptp_switching of the vmx flags line, which is
// therefore never shown (Linux arch/x86/kernel/cpu/feat_ctl.c, init_vmx_capabilities()): no linux_flag here.
inline constexpr Condition when_vmfunc[] = {
    {&ia32_vmx_procbased_ctls2, ia32_vmx_procbased_ctls2["ENABLE_VMFUNC"].at}};
inline constexpr Field ia32_vmx_vmfunc_fields[] = {
    {.name = "EPTP_SWITCHING", .at = bit(0), .doc = "EPTP switching"},
};
inline constexpr Register ia32_vmx_vmfunc{
    .name = "IA32_VMX_VMFUNC",
    .linux_name = "MSR_IA32_VMX_VMFUNC",
    .manual = Manual::intel_sdm,
    .address = MsrAddress{0x491},
    .reference = "Intel SDM Vol. 3D, App. A.11, \"VM Functions\"",
    .fields = ia32_vmx_vmfunc_fields,
    .layout = Layout::allowed_1,
    .exists_when = when_vmfunc,
    .else_because = "the processor has no VM functions",
};
static_assert(well_formed(ia32_vmx_vmfunc));

inline constexpr const Register* vmx_ept_registers[] = {&ia32_vmx_ept_vpid_cap, &ia32_vmx_vmfunc};

}  // namespace nestprobe::registers
