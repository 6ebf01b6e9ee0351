// SPDX-License-Identifier: MIT
// VMX controls: which may be 0, which may be 1.  Each register has a TRUE twin.  Data only.
// Mnemonics are Linux's (arch/x86/include/asm/vmx.h, vmxfeatures.h) without prefix: the manual has prose,
// which is the row's text.
#pragma once

#include "registers/vmx_registers.hpp"

namespace nestprobe::registers {

inline constexpr Condition when_true[] = {{&ia32_vmx_basic, ia32_vmx_basic["TRUE_CTLS"].at}};
inline constexpr std::string_view no_true = "IA32_VMX_BASIC.TRUE_CTLS is clear";

inline constexpr Field pinbased_fields[] = {
    {.name = "EXT_INTR_MASK", .at = bit(0), .doc = "External-interrupt exiting"},
    {.name = "NMI_EXITING", .at = bit(3), .doc = "NMI exiting"},
    {.name = "VIRTUAL_NMIS",
     .at = bit(5),
     .doc = "Virtual NMIs",
     .linux_flag = "vnmi",
     .parameter = "kvm_intel.vnmi"},
    {.name = "VMX_PREEMPTION_TIMER",
     .at = bit(6),
     .doc = "Activate VMX-preemption timer",
     .linux_flag = "preemption_timer",
     .parameter = "kvm_intel.preemption_timer"},
    {.name = "POSTED_INTR",
     .at = bit(7),
     .doc = "Process posted interrupts",
     .linux_flag = "posted_intr",
     .parameter = "kvm_intel.enable_apicv"},
};
inline constexpr Register ia32_vmx_true_pinbased_ctls{
    .name = "IA32_VMX_TRUE_PINBASED_CTLS",
    .linux_name = "MSR_IA32_VMX_TRUE_PINBASED_CTLS",
    .manual = Manual::intel_sdm,
    .address = MsrAddress{0x48d},
    .reference = "Intel SDM Vol. 3D, App. A.3.1, \"Pin-Based VM-Execution Controls\"",
    .fields = pinbased_fields,
    .layout = Layout::controls,
    .exists_when = when_true,
    .else_because = no_true,
};
static_assert(well_formed(ia32_vmx_true_pinbased_ctls));

inline constexpr Register ia32_vmx_pinbased_ctls{
    .name = "IA32_VMX_PINBASED_CTLS",
    .linux_name = "MSR_IA32_VMX_PINBASED_CTLS",
    .manual = Manual::intel_sdm,
    .address = MsrAddress{0x481},
    .reference = "Intel SDM Vol. 3D, App. A.3.1, \"Pin-Based VM-Execution Controls\"",
    .fields = pinbased_fields,
    .layout = Layout::controls,
    .true_twin = &ia32_vmx_true_pinbased_ctls,
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
    {.name = "TPR_SHADOW",
     .at = bit(21),
     .doc = "Use TPR shadow",
     .linux_flag = "vtpr",
     .parameter = "kvm_intel.flexpriority"},
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
inline constexpr Register ia32_vmx_true_procbased_ctls{
    .name = "IA32_VMX_TRUE_PROCBASED_CTLS",
    .linux_name = "MSR_IA32_VMX_TRUE_PROCBASED_CTLS",
    .manual = Manual::intel_sdm,
    .address = MsrAddress{0x48e},
    .reference = "Intel SDM Vol. 3D, App. A.3.2, \"Primary Processor-Based VM-Execution Controls\"",
    .fields = procbased_fields,
    .layout = Layout::controls,
    .exists_when = when_true,
    .else_because = no_true,
};
static_assert(well_formed(ia32_vmx_true_procbased_ctls));

inline constexpr Register ia32_vmx_procbased_ctls{
    .name = "IA32_VMX_PROCBASED_CTLS",
    .linux_name = "MSR_IA32_VMX_PROCBASED_CTLS",
    .manual = Manual::intel_sdm,
    .address = MsrAddress{0x482},
    .reference = "Intel SDM Vol. 3D, App. A.3.2, \"Primary Processor-Based VM-Execution Controls\"",
    .fields = procbased_fields,
    .layout = Layout::controls,
    .true_twin = &ia32_vmx_true_procbased_ctls,
    .exists_when = when_vmx,
    .else_because = no_vmx,
};
static_assert(well_formed(ia32_vmx_procbased_ctls));

inline constexpr Field exit_fields[] = {
    {.name = "SAVE_DEBUG_CONTROLS", .at = bit(2), .doc = "Save debug controls"},
    {.name = "HOST_ADDR_SPACE_SIZE",
     .at = bit(9),
     .doc = "Host address-space size: the host is in 64-bit mode"},
    {.name = "LOAD_IA32_PERF_GLOBAL_CTRL", .at = bit(12), .doc = "Load IA32_PERF_GLOBAL_CTRL"},
    {.name = "ACK_INTR_ON_EXIT", .at = bit(15), .doc = "Acknowledge interrupt on exit"},
    {.name = "SAVE_IA32_PAT", .at = bit(18), .doc = "Save IA32_PAT"},
    {.name = "LOAD_IA32_PAT", .at = bit(19), .doc = "Load IA32_PAT"},
    {.name = "SAVE_IA32_EFER", .at = bit(20), .doc = "Save IA32_EFER"},
    {.name = "LOAD_IA32_EFER", .at = bit(21), .doc = "Load IA32_EFER"},
    {.name = "SAVE_VMX_PREEMPTION_TIMER", .at = bit(22), .doc = "Save VMX-preemption timer value"},
    {.name = "CLEAR_BNDCFGS", .at = bit(23), .doc = "Clear IA32_BNDCFGS"},
    {.name = "PT_CONCEAL_PIP", .at = bit(24), .doc = "Conceal VM exits from PT"},
    {.name = "CLEAR_IA32_RTIT_CTL",
     .at = bit(25),
     .doc = "Clear IA32_RTIT_CTL",
     .parameter = "kvm_intel.pt_mode"},
    {.name = "CLEAR_IA32_LBR_CTL", .at = bit(26), .doc = "Clear IA32_LBR_CTL"},
    {.name = "CLEAR_UINV", .at = bit(27), .doc = "Clear UINV"},
    {.name = "LOAD_CET_STATE", .at = bit(28), .doc = "Load CET state", .parameter = "kvm_intel.cet"},
    {.name = "LOAD_IA32_PKRS", .at = bit(29), .doc = "Load PKRS"},
    {.name = "SAVE_IA32_PERF_GLOBAL_CTRL", .at = bit(30), .doc = "Save IA32_PERF_GLOBAL_CTRL"},
    {.name = "ACTIVATE_SECONDARY_CONTROLS", .at = bit(31), .doc = "Activate secondary VM-exit controls"},
};
inline constexpr Register ia32_vmx_true_exit_ctls{
    .name = "IA32_VMX_TRUE_EXIT_CTLS",
    .linux_name = "MSR_IA32_VMX_TRUE_EXIT_CTLS",
    .manual = Manual::intel_sdm,
    .address = MsrAddress{0x48f},
    .reference = "Intel SDM Vol. 3D, App. A.4, \"VM-Exit Controls\"",
    .fields = exit_fields,
    .layout = Layout::controls,
    .exists_when = when_true,
    .else_because = no_true,
};
static_assert(well_formed(ia32_vmx_true_exit_ctls));

inline constexpr Register ia32_vmx_exit_ctls{
    .name = "IA32_VMX_EXIT_CTLS",
    .linux_name = "MSR_IA32_VMX_EXIT_CTLS",
    .manual = Manual::intel_sdm,
    .address = MsrAddress{0x483},
    .reference = "Intel SDM Vol. 3D, App. A.4, \"VM-Exit Controls\"",
    .fields = exit_fields,
    .layout = Layout::controls,
    .true_twin = &ia32_vmx_true_exit_ctls,
    .exists_when = when_vmx,
    .else_because = no_vmx,
};
static_assert(well_formed(ia32_vmx_exit_ctls));

inline constexpr Field entry_fields[] = {
    {.name = "LOAD_DEBUG_CONTROLS", .at = bit(2), .doc = "Load debug controls"},
    {.name = "IA32E_MODE", .at = bit(9), .doc = "IA-32e mode guest"},
    {.name = "SMM", .at = bit(10), .doc = "Entry to SMM"},
    {.name = "DEACT_DUAL_MONITOR", .at = bit(11), .doc = "Deactivate dual-monitor treatment"},
    {.name = "LOAD_IA32_PERF_GLOBAL_CTRL", .at = bit(13), .doc = "Load IA32_PERF_GLOBAL_CTRL"},
    {.name = "LOAD_IA32_PAT", .at = bit(14), .doc = "Load IA32_PAT"},
    {.name = "LOAD_IA32_EFER", .at = bit(15), .doc = "Load IA32_EFER"},
    {.name = "LOAD_BNDCFGS", .at = bit(16), .doc = "Load IA32_BNDCFGS"},
    {.name = "PT_CONCEAL_PIP", .at = bit(17), .doc = "Conceal VM entries from PT"},
    {.name = "LOAD_IA32_RTIT_CTL",
     .at = bit(18),
     .doc = "Load IA32_RTIT_CTL",
     .parameter = "kvm_intel.pt_mode"},
    {.name = "LOAD_UINV", .at = bit(19), .doc = "Load UINV"},
    {.name = "LOAD_CET_STATE", .at = bit(20), .doc = "Load CET state", .parameter = "kvm_intel.cet"},
    {.name = "LOAD_IA32_LBR_CTL", .at = bit(21), .doc = "Load IA32_LBR_CTL"},
    {.name = "LOAD_IA32_PKRS", .at = bit(22), .doc = "Load PKRS"},
    {.name = "LOAD_IA32_FRED", .at = bit(23), .doc = "Load IA32 FRED MSRs"},
    {.name = "LOAD_IA32_SPEC_CTRL", .at = bit(24), .doc = "Load IA32_SPEC_CTRL"},
};
inline constexpr Register ia32_vmx_true_entry_ctls{
    .name = "IA32_VMX_TRUE_ENTRY_CTLS",
    .linux_name = "MSR_IA32_VMX_TRUE_ENTRY_CTLS",
    .manual = Manual::intel_sdm,
    .address = MsrAddress{0x490},
    .reference = "Intel SDM Vol. 3D, App. A.5, \"VM-Entry Controls\"",
    .fields = entry_fields,
    .layout = Layout::controls,
    .exists_when = when_true,
    .else_because = no_true,
};
static_assert(well_formed(ia32_vmx_true_entry_ctls));

inline constexpr Register ia32_vmx_entry_ctls{
    .name = "IA32_VMX_ENTRY_CTLS",
    .linux_name = "MSR_IA32_VMX_ENTRY_CTLS",
    .manual = Manual::intel_sdm,
    .address = MsrAddress{0x484},
    .reference = "Intel SDM Vol. 3D, App. A.5, \"VM-Entry Controls\"",
    .fields = entry_fields,
    .layout = Layout::controls,
    .true_twin = &ia32_vmx_true_entry_ctls,
    .exists_when = when_vmx,
    .else_because = no_vmx,
};
static_assert(well_formed(ia32_vmx_entry_ctls));

// Plain before TRUE, for the reader.
inline constexpr const Register* vmx_control_registers[] = {
    &ia32_vmx_pinbased_ctls,       &ia32_vmx_true_pinbased_ctls, &ia32_vmx_procbased_ctls,
    &ia32_vmx_true_procbased_ctls, &ia32_vmx_exit_ctls,          &ia32_vmx_true_exit_ctls,
    &ia32_vmx_entry_ctls,          &ia32_vmx_true_entry_ctls,
};

}  // namespace nestprobe::registers
