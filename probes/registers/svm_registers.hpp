// SPDX-License-Identifier: MIT
// AMD's and Hygon's SVM registers.  Data only.
#pragma once

#include "registers/cpuid_extended.hpp"

namespace nestprobe::registers {

inline constexpr Condition when_svm[] = {{&cpuid_80000001_ecx, cpuid_80000001_ecx["SVM"].at}};
inline constexpr std::string_view no_svm = "the processor shows no SVM";

inline constexpr Field cpuid_8000000a_eax_fields[] = {
    {.name = "SvmRev", .at = bits(7, 0), .doc = "SVM revision"},
};
inline constexpr Register cpuid_8000000a_eax{
    .name = "CPUID Fn8000_000A_EAX",
    .linux_name = "",
    .manual = Manual::amd_apm,
    .address = CpuidAddress{0x8000'000a, 0, Gpr::eax},
    .reference = "AMD APM Vol. 3, \"CPUID Fn8000_000A_EAX SVM Revision and Feature Identification\"",
    .fields = cpuid_8000000a_eax_fields,
    .exists_when = when_svm,
    .else_because = no_svm,
};
static_assert(well_formed(cpuid_8000000a_eax));

inline constexpr Field cpuid_8000000a_ebx_fields[] = {
    {.name = "NASID", .at = bits(31, 0), .doc = "Number of address space identifiers; KVM gives guests 8"},
};
inline constexpr Register cpuid_8000000a_ebx{
    .name = "CPUID Fn8000_000A_EBX",
    .linux_name = "",
    .manual = Manual::amd_apm,
    .address = CpuidAddress{0x8000'000a, 0, Gpr::ebx},
    .reference = "AMD APM Vol. 3, \"CPUID Fn8000_000A_EBX SVM Revision and Feature Identification\"",
    .fields = cpuid_8000000a_ebx_fields,
    .exists_when = when_svm,
    .else_because = no_svm,
};
static_assert(well_formed(cpuid_8000000a_ebx));

inline constexpr Field cpuid_8000000a_ecx_fields[] = {
    {.name = "PML", .at = bit(4), .doc = "Page-modification logging"},
    {.name = "X2AVIC_EXT", .at = bit(6), .doc = "x2AVIC for up to 4,096 virtual CPUs"},
};
inline constexpr Register cpuid_8000000a_ecx{
    .name = "CPUID Fn8000_000A_ECX",
    .linux_name = "",
    .manual = Manual::amd_apm,
    .address = CpuidAddress{0x8000'000a, 0, Gpr::ecx},
    .reference = "AMD APM Vol. 3, \"CPUID Fn8000_000A_ECX SVM Feature Identification\"",
    .fields = cpuid_8000000a_ecx_fields,
    .exists_when = when_svm,
    .else_because = no_svm,
};
static_assert(well_formed(cpuid_8000000a_ecx));

inline constexpr Field cpuid_8000000a_edx_fields[] = {
    {.name = "NP", .at = bit(0), .doc = "Nested paging", .linux_flag = "npt", .parameter = "kvm_amd.npt"},
    {.name = "LbrVirt",
     .at = bit(1),
     .doc = "LBR virtualization",
     .linux_flag = "lbrv",
     .parameter = "kvm_amd.lbrv"},
    {.name = "SVML", .at = bit(2), .doc = "SVM lock: VM_CR.LOCK and SVM_KEY exist", .linux_flag = "svm_lock"},
    {.name = "NRIPS",
     .at = bit(3),
     .doc = "Next RIP is saved on VM exit",
     .linux_flag = "nrip_save",
     .parameter = "kvm_amd.nrips"},
    {.name = "TscRateMsr",
     .at = bit(4),
     .doc = "TSC rate control (TSC scaling)",
     .linux_flag = "tsc_scale",
     .parameter = "kvm_amd.tsc_scaling"},
    {.name = "VmcbClean", .at = bit(5), .doc = "VMCB clean bits", .linux_flag = "vmcb_clean"},
    {.name = "FlushByAsid", .at = bit(6), .doc = "TLB flush by ASID", .linux_flag = "flushbyasid"},
    {.name = "DecodeAssists", .at = bit(7), .doc = "Decode assists", .linux_flag = "decodeassists"},
    {.name = "PmcVirt", .at = bit(8), .doc = "Performance counter virtualization"},
    {.name = "PauseFilter",
     .at = bit(10),
     .doc = "PAUSE intercept filter",
     .linux_flag = "pausefilter",
     .parameter = "kvm_amd.pause_filter_count"},
    {.name = "PauseFilterThreshold",
     .at = bit(12),
     .doc = "PAUSE filter cycle threshold",
     .linux_flag = "pfthreshold",
     .parameter = "kvm_amd.pause_filter_thresh"},
    {.name = "AVIC",
     .at = bit(13),
     .doc = "Advanced virtual interrupt controller",
     .linux_flag = "avic",
     .parameter = "kvm_amd.avic"},
    {.name = "VmsaveVirt",
     .at = bit(15),
     .doc = "VMSAVE and VMLOAD virtualization",
     .linux_flag = "v_vmsave_vmload",
     .parameter = "kvm_amd.vls"},
    {.name = "VGIF",
     .at = bit(16),
     .doc = "Virtual global interrupt flag",
     .linux_flag = "vgif",
     .parameter = "kvm_amd.vgif"},
    {.name = "GMET", .at = bit(17), .doc = "Guest mode execute trap", .parameter = "kvm_amd.gmet"},
    {.name = "x2AVIC", .at = bit(18), .doc = "AVIC in x2APIC mode", .linux_flag = "x2avic"},
    {.name = "SSSCheck", .at = bit(19), .doc = "Supervisor shadow stack checks"},
    {.name = "SpecCtrl", .at = bit(20), .doc = "SPEC_CTRL virtualization", .linux_flag = "v_spec_ctrl"},
    {.name = "ROGPT", .at = bit(21), .doc = "Read-only guest page tables"},
    {.name = "HOST_MCE_OVERRIDE", .at = bit(23), .doc = "Host MCE override"},
    {.name = "TlbiCtl", .at = bit(24), .doc = "INVLPGB and TLBSYNC virtualization"},
    {.name = "VNMI",
     .at = bit(25),
     .doc = "NMI virtualization",
     .linux_flag = "vnmi",
     .parameter = "kvm_amd.vnmi"},
    {.name = "IbsVirt", .at = bit(26), .doc = "IBS virtualization"},
    {.name = "ExtLvtAvicAccessChg", .at = bit(27), .doc = "Extended LVT AVIC access changes"},
    {.name = "NestedVirtVmcbAddrChk",
     .at = bit(28),
     .doc = "Guest VMCB address check (#GP on SVME addresses)"},
    {.name = "BusLockThreshold", .at = bit(29), .doc = "Bus lock threshold"},
    {.name = "IdleHltIntercept", .at = bit(30), .doc = "Idle HLT intercept"},
};
inline constexpr Register cpuid_8000000a_edx{
    .name = "CPUID Fn8000_000A_EDX",
    .linux_name = "CPUID_8000_000A_EDX",
    .manual = Manual::amd_apm,
    .address = CpuidAddress{0x8000'000a, 0, Gpr::edx},
    .reference = "AMD APM Vol. 3, \"CPUID Fn8000_000A_EDX SVM Feature Identification\"",
    .fields = cpuid_8000000a_edx_fields,
    .exists_when = when_svm,
    .else_because = no_svm,
};
static_assert(well_formed(cpuid_8000000a_edx));

inline constexpr Field vm_cr_fields[] = {
    {.name = "DPD", .at = bit(0), .doc = "External hardware debug port disabled"},
    {.name = "R_INIT", .at = bit(1), .doc = "INIT signals become #SX exceptions"},
    {.name = "DIS_A20M", .at = bit(2), .doc = "A20 masking disabled"},
    {.name = "LOCK", .at = bit(3), .doc = "SVMDIS and LOCK are read-only until unlocked or reset"},
    {.name = "SVMDIS", .at = bit(4), .doc = "EFER.SVME must be zero: SVM is switched off"},
};
inline constexpr Register vm_cr{
    .name = "VM_CR",
    .linux_name = "MSR_VM_CR",
    .manual = Manual::amd_apm,
    .address = MsrAddress{0xc001'0114},
    .reference = "AMD APM Vol. 2, \"Enabling SVM\"",
    .fields = vm_cr_fields,
    .exists_when = when_svm,
    .else_because = no_svm,
    .guests_unknown = "each guest has its own; KVM starts it at 0, whatever the hardware's says",
};
static_assert(well_formed(vm_cr));

inline constexpr const Register* svm_registers[] = {
    &cpuid_8000000a_eax, &cpuid_8000000a_ebx, &cpuid_8000000a_ecx, &cpuid_8000000a_edx, &vm_cr,
};

}  // namespace nestprobe::registers
