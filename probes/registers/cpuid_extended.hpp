// SPDX-License-Identifier: MIT
// CPUID's extended leaves, except those of SVM and of memory encryption.  Data only.
#pragma once

#include "registers/cpuid_basic.hpp"

namespace nestprobe::registers {

inline constexpr Field cpuid_80000000_eax_fields[] = {
    {.name = "MAX_LEAF", .at = bits(31, 0), .doc = "Highest extended leaf"},
};
inline constexpr Register cpuid_80000000_eax{
    .name = "CPUID.80000000H:EAX",
    .linux_name = "",
    .manual = Manual::intel_sdm,
    .address = CpuidAddress{0x8000'0000, 0, Gpr::eax},
    .reference = "Intel SDM Vol. 2A, CPUID, \"INPUT EAX = 80000000H\"",
    .fields = cpuid_80000000_eax_fields,
};
static_assert(well_formed(cpuid_80000000_eax));

inline constexpr Field cpuid_80000001_ecx_fields[] = {
    {.name = "LahfSahf", .at = bit(0), .doc = "LAHF and SAHF in 64-bit mode", .linux_flag = "lahf_lm"},
    {.name = "CmpLegacy",
     .at = bit(1),
     .doc = "Core multi-processing legacy mode",
     .linux_flag = "cmp_legacy"},
    {.name = "SVM",
     .at = bit(2),
     .doc = "Secure Virtual Machine",
     .linux_flag = "svm",
     .parameter = "kvm_amd.nested"},
    {.name = "ExtApicSpace", .at = bit(3), .doc = "Extended APIC space", .linux_flag = "extapic"},
    {.name = "AltMovCr8", .at = bit(4), .doc = "LOCK MOV CR0 means MOV CR8", .linux_flag = "cr8_legacy"},
    {.name = "ABM", .at = bit(5), .doc = "LZCNT instruction", .linux_flag = "abm"},
    {.name = "SSE4A", .at = bit(6), .doc = "SSE4a", .linux_flag = "sse4a"},
    {.name = "MisAlignSse", .at = bit(7), .doc = "Misaligned SSE mode", .linux_flag = "misalignsse"},
    {.name = "3DNowPrefetch", .at = bit(8), .doc = "PREFETCH and PREFETCHW", .linux_flag = "3dnowprefetch"},
    {.name = "OSVW", .at = bit(9), .doc = "OS visible workaround", .linux_flag = "osvw"},
    {.name = "IBS", .at = bit(10), .doc = "Instruction-based sampling", .linux_flag = "ibs"},
    {.name = "XOP", .at = bit(11), .doc = "Extended operations", .linux_flag = "xop"},
    {.name = "SKINIT",
     .at = bit(12),
     .doc = "SKINIT and STGI, whatever EFER.SVME is",
     .linux_flag = "skinit"},
    {.name = "WDT", .at = bit(13), .doc = "Watchdog timer", .linux_flag = "wdt"},
    {.name = "LWP", .at = bit(15), .doc = "Lightweight profiling", .linux_flag = "lwp"},
    {.name = "FMA4", .at = bit(16), .doc = "Four-operand fused multiply-add", .linux_flag = "fma4"},
    {.name = "TCE", .at = bit(17), .doc = "Translation cache extension", .linux_flag = "tce"},
    {.name = "NodeId", .at = bit(19), .doc = "NODE_ID MSR exists", .linux_flag = "nodeid_msr"},
    {.name = "TBM", .at = bit(21), .doc = "Trailing bit manipulation", .linux_flag = "tbm"},
    {.name = "TopologyExtensions", .at = bit(22), .doc = "Topology leaves", .linux_flag = "topoext"},
    {.name = "PerfCtrExtCore",
     .at = bit(23),
     .doc = "Core performance counter extensions",
     .linux_flag = "perfctr_core"},
    {.name = "PerfCtrExtNB",
     .at = bit(24),
     .doc = "Northbridge performance counter extensions",
     .linux_flag = "perfctr_nb"},
    {.name = "DataBkptExt", .at = bit(26), .doc = "Data breakpoint extension", .linux_flag = "bpext"},
    {.name = "PerfTsc", .at = bit(27), .doc = "Performance time stamp counter", .linux_flag = "ptsc"},
    {.name = "PerfCtrExtLLC",
     .at = bit(28),
     .doc = "Last-level cache performance counter extensions",
     .linux_flag = "perfctr_llc"},
    {.name = "MONITORX", .at = bit(29), .doc = "MONITORX and MWAITX", .linux_flag = "mwaitx"},
    {.name = "AddrMaskExt", .at = bit(30), .doc = "Breakpoint address masking extended to bit 31"},
};
inline constexpr Register cpuid_80000001_ecx{
    .name = "CPUID Fn8000_0001_ECX",
    .linux_name = "CPUID_8000_0001_ECX",
    .manual = Manual::amd_apm,
    .address = CpuidAddress{0x8000'0001, 0, Gpr::ecx},
    .reference = "AMD APM Vol. 3, \"CPUID Fn8000_0001_ECX Feature Identifiers\"",
    .fields = cpuid_80000001_ecx_fields,
};
static_assert(well_formed(cpuid_80000001_ecx));

// AMD repeats leaf 1 in most of the others; Linux gives them no second word.
inline constexpr Field cpuid_80000001_edx_fields[] = {
    {.name = "FPU", .at = bit(0), .doc = "As in leaf 1 (AMD)"},
    {.name = "VME", .at = bit(1), .doc = "As in leaf 1 (AMD)"},
    {.name = "DE", .at = bit(2), .doc = "As in leaf 1 (AMD)"},
    {.name = "PSE", .at = bit(3), .doc = "As in leaf 1 (AMD)"},
    {.name = "TSC", .at = bit(4), .doc = "As in leaf 1 (AMD)"},
    {.name = "MSR", .at = bit(5), .doc = "As in leaf 1 (AMD)"},
    {.name = "PAE", .at = bit(6), .doc = "As in leaf 1 (AMD)"},
    {.name = "MCE", .at = bit(7), .doc = "As in leaf 1 (AMD)"},
    {.name = "CMPXCHG8B", .at = bit(8), .doc = "As in leaf 1 (AMD)"},
    {.name = "APIC", .at = bit(9), .doc = "As in leaf 1 (AMD)"},
    {.name = "SysCallSysRet", .at = bit(11), .doc = "SYSCALL and SYSRET", .linux_flag = "syscall"},
    {.name = "MTRR", .at = bit(12), .doc = "As in leaf 1 (AMD)"},
    {.name = "PGE", .at = bit(13), .doc = "As in leaf 1 (AMD)"},
    {.name = "MCA", .at = bit(14), .doc = "As in leaf 1 (AMD)"},
    {.name = "CMOV", .at = bit(15), .doc = "As in leaf 1 (AMD)"},
    {.name = "PAT", .at = bit(16), .doc = "As in leaf 1 (AMD)"},
    {.name = "PSE36", .at = bit(17), .doc = "As in leaf 1 (AMD)"},
    {.name = "MP", .at = bit(19), .doc = "Multiprocessor capable (Athlon)", .linux_flag = "mp"},
    {.name = "NX",
     .at = bit(20),
     .doc = "No-execute page protection; KVM needs it on AMD",
     .linux_flag = "nx"},
    {.name = "MmxExt", .at = bit(22), .doc = "AMD extensions to MMX", .linux_flag = "mmxext"},
    {.name = "MMX", .at = bit(23), .doc = "As in leaf 1 (AMD)"},
    {.name = "FXSR", .at = bit(24), .doc = "As in leaf 1 (AMD)"},
    {.name = "FFXSR", .at = bit(25), .doc = "Fast FXSAVE and FXRSTOR", .linux_flag = "fxsr_opt"},
    {.name = "Page1GB", .at = bit(26), .doc = "1 GiB pages", .linux_flag = "pdpe1gb"},
    {.name = "RDTSCP", .at = bit(27), .doc = "RDTSCP instruction", .linux_flag = "rdtscp"},
    {.name = "LM", .at = bit(29), .doc = "Long mode", .linux_flag = "lm"},
    {.name = "3DNowExt", .at = bit(30), .doc = "AMD extensions to 3DNow!", .linux_flag = "3dnowext"},
    {.name = "3DNow", .at = bit(31), .doc = "3DNow!", .linux_flag = "3dnow"},
};
inline constexpr Register cpuid_80000001_edx{
    .name = "CPUID Fn8000_0001_EDX",
    .linux_name = "CPUID_8000_0001_EDX",
    .manual = Manual::amd_apm,
    .address = CpuidAddress{0x8000'0001, 0, Gpr::edx},
    .reference = "AMD APM Vol. 3, \"CPUID Fn8000_0001_EDX Feature Identifiers\"",
    .fields = cpuid_80000001_edx_fields,
};
static_assert(well_formed(cpuid_80000001_edx));

inline constexpr Field cpuid_80000008_eax_fields[] = {
    {.name = "PhysAddrSize", .at = bits(7, 0), .doc = "Physical address bits (MAXPHYADDR)"},
    {.name = "LinAddrSize", .at = bits(15, 8), .doc = "Linear address bits; 57 with 5-level paging"},
    {.name = "GuestPhysAddrSize",
     .at = bits(23, 16),
     .doc = "Guest physical address bits with nested paging; 0: as PhysAddrSize"},
};
inline constexpr Register cpuid_80000008_eax{
    .name = "CPUID Fn8000_0008_EAX",
    .linux_name = "",
    .manual = Manual::amd_apm,
    .address = CpuidAddress{0x8000'0008, 0, Gpr::eax},
    .reference = "AMD APM Vol. 3, \"CPUID Fn8000_0008_EAX Long Mode Size Identifiers\"",
    .fields = cpuid_80000008_eax_fields,
};
static_assert(well_formed(cpuid_80000008_eax));

inline constexpr Field cpuid_80000021_eax_fields[] = {
    {.name = "NoNestedDataBp", .at = bit(0), .doc = "Data breakpoints do not nest"},
    {.name = "FsGsKernelGsBaseNonSerializing",
     .at = bit(1),
     .doc = "WRMSR to FS_BASE, GS_BASE and KernelGSBase does not serialize"},
    {.name = "LFenceAlwaysSerializing", .at = bit(2), .doc = "LFENCE always serializes dispatch"},
    {.name = "SmmPgCfgLock", .at = bit(3), .doc = "SMM paging configuration lock"},
    {.name = "NullSelectClearsBase", .at = bit(6), .doc = "Loading a null selector clears its base"},
    {.name = "UpperAddressIgnore", .at = bit(7), .doc = "EFER.UAIE"},
    {.name = "AutomaticIBRS", .at = bit(8), .doc = "EFER.AIBRSE"},
    {.name = "NoSmmCtlMSR", .at = bit(9), .doc = "SMM_CTL does not exist"},
    {.name = "FSRS", .at = bit(10), .doc = "Fast short REP STOSB"},
    {.name = "FSRC", .at = bit(11), .doc = "Fast short REPE CMPSB"},
    {.name = "PrefetchCtlMsr", .at = bit(13), .doc = "Prefetch control MSR exists"},
    {.name = "CpuidUserDis",
     .at = bit(17),
     .doc = "CPUID can be made to fault outside the kernel (GP_ON_USER_CPUID)"},
    {.name = "EPSF", .at = bit(18), .doc = "Enhanced predictive store forwarding"},
    {.name = "PREFETCHI", .at = bit(20), .doc = "PREFETCHIT0 and PREFETCHIT1"},
    {.name = "SBPB", .at = bit(27), .doc = "Selective branch predictor barrier"},
    {.name = "IBPB_BRTYPE", .at = bit(28), .doc = "IBPB clears all branch type predictions"},
    {.name = "SRSO_NO", .at = bit(29), .doc = "Not affected by SRSO"},
    {.name = "SRSO_USER_KERNEL_NO", .at = bit(30), .doc = "Not affected by SRSO between user and kernel"},
};
inline constexpr Register cpuid_80000021_eax{
    .name = "CPUID Fn8000_0021_EAX",
    .linux_name = "CPUID_8000_0021_EAX",
    .manual = Manual::amd_apm,
    .address = CpuidAddress{0x8000'0021, 0, Gpr::eax},
    .reference = "AMD APM Vol. 3, \"CPUID Fn8000_0021_EAX Extended Feature 2 EAX\"",
    .fields = cpuid_80000021_eax_fields,
};
static_assert(well_formed(cpuid_80000021_eax));

inline constexpr const Register* cpuid_extended_registers[] = {
    &cpuid_80000000_eax, &cpuid_80000001_ecx, &cpuid_80000001_edx, &cpuid_80000008_eax, &cpuid_80000021_eax,
};

}  // namespace nestprobe::registers
