// SPDX-License-Identifier: MIT
// CPUID leaves that decide whether VMX or SVM is there.  Data only.
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

inline constexpr Field cpuid_1_ecx_fields[] = {
    {.name = "VMX", .at = bit(5), .doc = "Virtual Machine Extensions", .linux_flag = "vmx"},
    {.name = "SMX", .at = bit(6), .doc = "Safer Mode Extensions (Intel TXT)", .linux_flag = "smx"},
    {.name = "x2APIC",
     .at = bit(21),
     .doc = "x2APIC mode; wanted with more than 255 CPUs",
     .linux_flag = "x2apic"},
    {.name = "RDRAND", .at = bit(30), .doc = "RDRAND instruction", .linux_flag = "rdrand"},
    {.name = "HYPERVISOR",
     .at = bit(31),
     .doc = "Always 0 on hardware; hypervisors set it for guests",
     .linux_flag = "hypervisor"},
};
inline constexpr Register cpuid_1_ecx{
    .name = "CPUID.1:ECX",
    .linux_name = "",
    .manual = Manual::intel_sdm,
    .address = CpuidAddress{1, 0, Gpr::ecx},
    .reference = "Intel SDM Vol. 2A, CPUID, \"Feature Information Returned in the ECX Register\"",
    .fields = cpuid_1_ecx_fields,
};
static_assert(well_formed(cpuid_1_ecx));

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
    {.name = "SVM", .at = bit(2), .doc = "Secure Virtual Machine", .linux_flag = "svm"},
    {.name = "SKINIT",
     .at = bit(12),
     .doc = "SKINIT and STGI, whatever EFER.SVME is",
     .linux_flag = "skinit"},
};
inline constexpr Register cpuid_80000001_ecx{
    .name = "CPUID Fn8000_0001_ECX",
    .linux_name = "",
    .manual = Manual::amd_apm,
    .address = CpuidAddress{0x8000'0001, 0, Gpr::ecx},
    .reference = "AMD APM Vol. 3, \"CPUID Fn8000_0001_ECX Feature Identifiers\"",
    .fields = cpuid_80000001_ecx_fields,
};
static_assert(well_formed(cpuid_80000001_ecx));

inline constexpr Field cpuid_80000001_edx_fields[] = {
    {.name = "NX",
     .at = bit(20),
     .doc = "No-execute page protection; KVM needs it on AMD",
     .linux_flag = "nx"},
    {.name = "LM", .at = bit(29), .doc = "Long mode", .linux_flag = "lm"},
};
inline constexpr Register cpuid_80000001_edx{
    .name = "CPUID Fn8000_0001_EDX",
    .linux_name = "",
    .manual = Manual::amd_apm,
    .address = CpuidAddress{0x8000'0001, 0, Gpr::edx},
    .reference = "AMD APM Vol. 3, \"CPUID Fn8000_0001_EDX Feature Identifiers\"",
    .fields = cpuid_80000001_edx_fields,
};
static_assert(well_formed(cpuid_80000001_edx));

}  // namespace nestprobe::registers
