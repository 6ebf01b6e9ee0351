// SPDX-License-Identifier: MIT
// CPUID's first leaves: who made the processor, and what it has.  Data only.
#pragma once

#include "registers/register.hpp"

namespace nestprobe::registers {

inline constexpr Field cpuid_0_eax_fields[] = {
    {.name = "MAX_LEAF",
     .at = bits(31, 0),
     .doc = "Highest basic leaf; above it, the instruction's answer means nothing"},
};
inline constexpr Register cpuid_0_eax{
    .name = "CPUID.0:EAX",
    .linux_name = "",
    .manual = Manual::intel_sdm,
    .address = CpuidAddress{0, 0, Gpr::eax},
    .reference = "Intel SDM Vol. 2A, CPUID, \"INPUT EAX = 0\"",
    .fields = cpuid_0_eax_fields,
};
static_assert(well_formed(cpuid_0_eax));

inline constexpr Field cpuid_0_ebx_fields[] = {
    {.name = "VENDOR",
     .at = bits(31, 0),
     .doc = "First four letters of the maker's name: 0x756e6547 Genu(ineIntel), 0x68747541 Auth(enticAMD)"},
};
inline constexpr Register cpuid_0_ebx{
    .name = "CPUID.0:EBX",
    .linux_name = "",
    .manual = Manual::intel_sdm,
    .address = CpuidAddress{0, 0, Gpr::ebx},
    .reference = "Intel SDM Vol. 2A, CPUID, \"INPUT EAX = 0\"",
    .fields = cpuid_0_ebx_fields,
};
static_assert(well_formed(cpuid_0_ebx));

inline constexpr Field cpuid_1_eax_fields[] = {
    {.name = "STEPPING", .at = bits(3, 0), .doc = "Stepping"},
    {.name = "MODEL", .at = bits(7, 4), .doc = "Model, low digit"},
    {.name = "FAMILY", .at = bits(11, 8), .doc = "Family; 15 means that the extended family is added"},
    {.name = "PROCESSOR_TYPE", .at = bits(13, 12), .doc = "Processor type (Intel)"},
    {.name = "EXT_MODEL", .at = bits(19, 16), .doc = "Model, high digit (family 6 and 15 upwards)"},
    {.name = "EXT_FAMILY", .at = bits(27, 20), .doc = "Extended family"},
};
inline constexpr Register cpuid_1_eax{
    .name = "CPUID.1:EAX",
    .linux_name = "",
    .manual = Manual::intel_sdm,
    .address = CpuidAddress{1, 0, Gpr::eax},
    .reference = "Intel SDM Vol. 2A, CPUID, \"Version Information Returned in the EAX Register\"",
    .fields = cpuid_1_eax_fields,
};
static_assert(well_formed(cpuid_1_eax));

// KVM_GET_SUPPORTED_CPUID never has OSXSAVE, and in many versions not TSC-Deadline, which is a capability of
// its own (Linux Documentation/virt/kvm/api.rst); on HTT decides who starts the guest.
inline constexpr Field cpuid_1_ecx_fields[] = {
    {.name = "SSE3", .at = bit(0), .doc = "SSE3", .linux_flag = "pni"},
    {.name = "PCLMULQDQ", .at = bit(1), .doc = "PCLMULQDQ instruction", .linux_flag = "pclmulqdq"},
    {.name = "DTES64", .at = bit(2), .doc = "64-bit debug store area", .linux_flag = "dtes64"},
    {.name = "MONITOR", .at = bit(3), .doc = "MONITOR and MWAIT", .linux_flag = "monitor"},
    {.name = "DS-CPL", .at = bit(4), .doc = "CPL-qualified debug store", .linux_flag = "ds_cpl"},
    {.name = "VMX",
     .at = bit(5),
     .doc = "Virtual Machine Extensions",
     .linux_flag = "vmx",
     .parameter = "kvm_intel.nested"},
    {.name = "SMX", .at = bit(6), .doc = "Safer Mode Extensions (Intel TXT)", .linux_flag = "smx"},
    {.name = "EIST", .at = bit(7), .doc = "Enhanced SpeedStep", .linux_flag = "est"},
    {.name = "TM2", .at = bit(8), .doc = "Thermal monitor 2", .linux_flag = "tm2"},
    {.name = "SSSE3", .at = bit(9), .doc = "SSSE3", .linux_flag = "ssse3"},
    {.name = "CNXT-ID", .at = bit(10), .doc = "L1 context id", .linux_flag = "cid"},
    {.name = "SDBG", .at = bit(11), .doc = "Silicon debug", .linux_flag = "sdbg"},
    {.name = "FMA", .at = bit(12), .doc = "Fused multiply-add", .linux_flag = "fma"},
    {.name = "CMPXCHG16B", .at = bit(13), .doc = "CMPXCHG16B instruction", .linux_flag = "cx16"},
    {.name = "xTPR", .at = bit(14), .doc = "xTPR update control", .linux_flag = "xtpr"},
    {.name = "PDCM", .at = bit(15), .doc = "IA32_PERF_CAPABILITIES exists", .linux_flag = "pdcm"},
    {.name = "PCID", .at = bit(17), .doc = "Process-context identifiers", .linux_flag = "pcid"},
    {.name = "DCA", .at = bit(18), .doc = "Direct cache access", .linux_flag = "dca"},
    {.name = "SSE4_1", .at = bit(19), .doc = "SSE4.1", .linux_flag = "sse4_1"},
    {.name = "SSE4_2", .at = bit(20), .doc = "SSE4.2", .linux_flag = "sse4_2"},
    {.name = "x2APIC",
     .at = bit(21),
     .doc = "x2APIC mode; wanted with more than 255 CPUs",
     .linux_flag = "x2apic"},
    {.name = "MOVBE", .at = bit(22), .doc = "MOVBE instruction", .linux_flag = "movbe"},
    {.name = "POPCNT", .at = bit(23), .doc = "POPCNT instruction", .linux_flag = "popcnt"},
    {.name = "TSC-Deadline",
     .at = bit(24),
     .doc = "Local APIC timer in TSC-deadline mode",
     .linux_flag = "tsc_deadline_timer",
     .guests_own = true},
    {.name = "AESNI", .at = bit(25), .doc = "AES instructions", .linux_flag = "aes"},
    {.name = "XSAVE", .at = bit(26), .doc = "XSAVE, XRSTOR, XSETBV, XGETBV; leaf 0xd", .linux_flag = "xsave"},
    {.name = "OSXSAVE", .at = bit(27), .doc = "The operating system has set CR4.OSXSAVE", .guests_own = true},
    {.name = "AVX", .at = bit(28), .doc = "AVX", .linux_flag = "avx"},
    {.name = "F16C", .at = bit(29), .doc = "16-bit floating-point conversion", .linux_flag = "f16c"},
    {.name = "RDRAND", .at = bit(30), .doc = "RDRAND instruction", .linux_flag = "rdrand"},
    {.name = "HYPERVISOR",
     .at = bit(31),
     .doc = "Always 0 on hardware; hypervisors set it for guests",
     .linux_flag = "hypervisor"},
};
inline constexpr Register cpuid_1_ecx{
    .name = "CPUID.1:ECX",
    .linux_name = "CPUID_1_ECX",
    .manual = Manual::intel_sdm,
    .address = CpuidAddress{1, 0, Gpr::ecx},
    .reference = "Intel SDM Vol. 2A, CPUID, \"Feature Information Returned in the ECX Register\"",
    .fields = cpuid_1_ecx_fields,
};
static_assert(well_formed(cpuid_1_ecx));

inline constexpr Field cpuid_1_edx_fields[] = {
    {.name = "FPU", .at = bit(0), .doc = "x87 on chip", .linux_flag = "fpu"},
    {.name = "VME", .at = bit(1), .doc = "Virtual-8086 mode enhancements", .linux_flag = "vme"},
    {.name = "DE", .at = bit(2), .doc = "Debugging extensions", .linux_flag = "de"},
    {.name = "PSE", .at = bit(3), .doc = "4 MiB pages", .linux_flag = "pse"},
    {.name = "TSC", .at = bit(4), .doc = "Time stamp counter", .linux_flag = "tsc"},
    {.name = "MSR", .at = bit(5), .doc = "RDMSR and WRMSR", .linux_flag = "msr"},
    {.name = "PAE", .at = bit(6), .doc = "Physical address extension", .linux_flag = "pae"},
    {.name = "MCE", .at = bit(7), .doc = "Machine check exception", .linux_flag = "mce"},
    {.name = "CX8", .at = bit(8), .doc = "CMPXCHG8B instruction", .linux_flag = "cx8"},
    {.name = "APIC", .at = bit(9), .doc = "Local APIC, enabled", .linux_flag = "apic"},
    {.name = "SEP", .at = bit(11), .doc = "SYSENTER and SYSEXIT", .linux_flag = "sep"},
    {.name = "MTRR", .at = bit(12), .doc = "Memory type range registers", .linux_flag = "mtrr"},
    {.name = "PGE", .at = bit(13), .doc = "Global pages", .linux_flag = "pge"},
    {.name = "MCA", .at = bit(14), .doc = "Machine check architecture", .linux_flag = "mca"},
    {.name = "CMOV", .at = bit(15), .doc = "Conditional move", .linux_flag = "cmov"},
    {.name = "PAT", .at = bit(16), .doc = "Page attribute table", .linux_flag = "pat"},
    {.name = "PSE-36", .at = bit(17), .doc = "4 MiB pages above 4 GiB", .linux_flag = "pse36"},
    {.name = "PSN", .at = bit(18), .doc = "Processor serial number", .linux_flag = "pn"},
    {.name = "CLFSH", .at = bit(19), .doc = "CLFLUSH instruction", .linux_flag = "clflush"},
    {.name = "DS", .at = bit(21), .doc = "Debug store", .linux_flag = "dts"},
    {.name = "ACPI", .at = bit(22), .doc = "Thermal monitor and clock control", .linux_flag = "acpi"},
    {.name = "MMX", .at = bit(23), .doc = "MMX", .linux_flag = "mmx"},
    {.name = "FXSR", .at = bit(24), .doc = "FXSAVE and FXRSTOR", .linux_flag = "fxsr"},
    {.name = "SSE", .at = bit(25), .doc = "SSE", .linux_flag = "sse"},
    {.name = "SSE2", .at = bit(26), .doc = "SSE2", .linux_flag = "sse2"},
    {.name = "SS", .at = bit(27), .doc = "Self snoop", .linux_flag = "ss"},
    {.name = "HTT",
     .at = bit(28),
     .doc = "More than one logical processor",
     .linux_flag = "ht",
     .guests_own = true},
    {.name = "TM", .at = bit(29), .doc = "Thermal monitor", .linux_flag = "tm"},
    {.name = "IA64", .at = bit(30), .doc = "Itanium", .linux_flag = "ia64"},
    {.name = "PBE", .at = bit(31), .doc = "Pending break enable", .linux_flag = "pbe"},
};
inline constexpr Register cpuid_1_edx{
    .name = "CPUID.1:EDX",
    .linux_name = "CPUID_1_EDX",
    .manual = Manual::intel_sdm,
    .address = CpuidAddress{1, 0, Gpr::edx},
    .reference = "Intel SDM Vol. 2A, CPUID, \"Feature Information Returned in the EDX Register\"",
    .fields = cpuid_1_edx_fields,
};
static_assert(well_formed(cpuid_1_edx));

inline constexpr const Register* cpuid_basic_registers[] = {
    &cpuid_0_eax, &cpuid_0_ebx, &cpuid_1_eax, &cpuid_1_ecx, &cpuid_1_edx,
};

}  // namespace nestprobe::registers
