// SPDX-License-Identifier: MIT
// AMD's memory encryption, whose guests cannot nest, and the registers that switch it on.  Data only.
#pragma once

#include "registers/cpuid_extended.hpp"

namespace nestprobe::registers {

inline constexpr Field cpuid_8000001f_eax_fields[] = {
    {.name = "SME", .at = bit(0), .doc = "Secure Memory Encryption", .linux_flag = "sme"},
    {.name = "SEV",
     .at = bit(1),
     .doc = "Secure Encrypted Virtualization; its guests cannot nest",
     .linux_flag = "sev",
     .parameter = "kvm_amd.sev"},
    {.name = "PageFlushMsr", .at = bit(2), .doc = "VM_PAGE_FLUSH exists"},
    {.name = "SevEs",
     .at = bit(3),
     .doc = "SEV Encrypted State",
     .linux_flag = "sev_es",
     .parameter = "kvm_amd.sev_es"},
    {.name = "SevSnp",
     .at = bit(4),
     .doc = "SEV Secure Nested Paging",
     .linux_flag = "sev_snp",
     .parameter = "kvm_amd.sev_snp"},
    {.name = "VMPL", .at = bit(5), .doc = "Virtual machine privilege levels"},
    {.name = "RMPQUERY", .at = bit(6), .doc = "RMPQUERY instruction"},
    {.name = "VmplSSS", .at = bit(7), .doc = "Supervisor shadow stacks with VMPL"},
    {.name = "SecureTsc", .at = bit(8), .doc = "Secure TSC"},
    {.name = "TscAuxVirtualization", .at = bit(9), .doc = "TSC_AUX is virtualized"},
    {.name = "HwEnfCacheCoh",
     .at = bit(10),
     .doc = "Coherent caches across encryption domains",
     .linux_flag = "sme_coherent"},
    {.name = "64BitHost", .at = bit(11), .doc = "SEV guests need a 64-bit host"},
    {.name = "RestrictedInjection", .at = bit(12), .doc = "Restricted injection"},
    {.name = "AlternateInjection", .at = bit(13), .doc = "Alternate injection"},
    {.name = "DebugVirt",
     .at = bit(14),
     .doc = "Full debug state swap for SEV-ES",
     .linux_flag = "debug_swap",
     .parameter = "kvm_amd.debug_swap"},
    {.name = "PreventHostIbs", .at = bit(15), .doc = "Host IBS can be kept out"},
    {.name = "VTE", .at = bit(16), .doc = "Virtual transparent encryption"},
    {.name = "VmgexitParameter", .at = bit(17), .doc = "VmgexitParameter in SEV_FEATURES"},
    {.name = "VirtualTomMsr", .at = bit(18), .doc = "Virtual TOM MSR"},
    {.name = "IbsVirtGuestCtl", .at = bit(19), .doc = "IBS virtualization for SEV-ES"},
    {.name = "RMPREAD", .at = bit(21), .doc = "RMPREAD instruction"},
    {.name = "SegmentedRmp", .at = bit(23), .doc = "Segmented RMP"},
    {.name = "VmsaRegProt", .at = bit(24), .doc = "VMSA register protection"},
    {.name = "SmtProtection", .at = bit(25), .doc = "SMT protection"},
    {.name = "AllowedSevFeatures", .at = bit(27), .doc = "Allowed SEV features"},
    {.name = "SvsmCommPageMSR", .at = bit(28), .doc = "SVSM communication page MSR", .linux_flag = "svsm"},
    {.name = "NestedVirtSnpMsr", .at = bit(29), .doc = "VIRT_RMPUPDATE and VIRT_PSMASH exist"},
    {.name = "HvInUseWrAllowed",
     .at = bit(30),
     .doc = "Writes to pages that the hypervisor uses; AVIC on an SNP host needs it"},
};
inline constexpr Register cpuid_8000001f_eax{
    .name = "CPUID Fn8000_001F_EAX",
    .linux_name = "CPUID_8000_001F_EAX",
    .manual = Manual::amd_apm,
    .address = CpuidAddress{0x8000'001f, 0, Gpr::eax},
    .reference = "AMD APM Vol. 3, \"CPUID Fn8000_001F_EAX Secure Encryption EAX\"",
    .fields = cpuid_8000001f_eax_fields,
};
static_assert(well_formed(cpuid_8000001f_eax));

inline constexpr Field cpuid_8000001f_ebx_fields[] = {
    {.name = "CbitPosition", .at = bits(5, 0), .doc = "Bit of a page table entry that means encrypted"},
    {.name = "PhysAddrReduction", .at = bits(11, 6), .doc = "Physical address bits lost to encryption"},
    {.name = "NumVMPL", .at = bits(15, 12), .doc = "Number of virtual machine privilege levels"},
};
inline constexpr Register cpuid_8000001f_ebx{
    .name = "CPUID Fn8000_001F_EBX",
    .linux_name = "",
    .manual = Manual::amd_apm,
    .address = CpuidAddress{0x8000'001f, 0, Gpr::ebx},
    .reference = "AMD APM Vol. 3, \"CPUID Fn8000_001F_EBX Secure Encryption EBX\"",
    .fields = cpuid_8000001f_ebx_fields,
};
static_assert(well_formed(cpuid_8000001f_ebx));

inline constexpr Field cpuid_8000001f_ecx_fields[] = {
    {.name = "NumEncryptedGuests",
     .at = bits(31, 0),
     .doc = "Number of encrypted guests at a time; the highest SEV ASID"},
};
inline constexpr Register cpuid_8000001f_ecx{
    .name = "CPUID Fn8000_001F_ECX",
    .linux_name = "",
    .manual = Manual::amd_apm,
    .address = CpuidAddress{0x8000'001f, 0, Gpr::ecx},
    .reference = "AMD APM Vol. 3, \"CPUID Fn8000_001F_ECX Secure Encryption ECX\"",
    .fields = cpuid_8000001f_ecx_fields,
};
static_assert(well_formed(cpuid_8000001f_ecx));

inline constexpr Field cpuid_8000001f_edx_fields[] = {
    {.name = "MinSevNoEsAsid",
     .at = bits(31, 0),
     .doc = "Lowest ASID for SEV without SEV-ES; 1: none is left for SEV-ES"},
};
inline constexpr Register cpuid_8000001f_edx{
    .name = "CPUID Fn8000_001F_EDX",
    .linux_name = "",
    .manual = Manual::amd_apm,
    .address = CpuidAddress{0x8000'001f, 0, Gpr::edx},
    .reference = "AMD APM Vol. 3, \"CPUID Fn8000_001F_EDX Secure Encryption EDX\"",
    .fields = cpuid_8000001f_edx_fields,
};
static_assert(well_formed(cpuid_8000001f_edx));

inline constexpr Condition when_amd_or_hygon[] = {
    {&cpuid_0_ebx, cpuid_0_ebx["VENDOR"].at, 0x6874'7541},  // AuthenticAMD
    {&cpuid_0_ebx, cpuid_0_ebx["VENDOR"].at, 0x6f67'7948},  // HygonGenuine
};
inline constexpr std::string_view not_amd = "the processor is neither AMD's nor Hygon's";

inline constexpr Field syscfg_fields[] = {
    {.name = "MFDE", .at = bit(18), .doc = "MTRR fixed DRAM enable"},
    {.name = "MFDM", .at = bit(19), .doc = "MTRR fixed DRAM modification enable"},
    {.name = "MVDM", .at = bit(20), .doc = "MTRR variable DRAM enable"},
    {.name = "TOM2", .at = bit(21), .doc = "Top of memory 2 enable"},
    {.name = "FWB", .at = bit(22), .doc = "Memory between 4 GiB and TOM2 is write back"},
    {.name = "SMEE",
     .at = bit(23),
     .doc = "Memory encryption is switched on; without, Linux clears sme, sev and sev_es"},
    {.name = "SNP_EN", .at = bit(24), .doc = "Secure nested paging is switched on"},
    {.name = "VMPL_EN", .at = bit(25), .doc = "Virtual machine privilege levels are switched on"},
};
inline constexpr Register syscfg{
    .name = "SYSCFG",
    .linux_name = "MSR_AMD64_SYSCFG",
    .manual = Manual::amd_apm,
    .address = MsrAddress{0xc001'0010},
    .reference = "AMD APM Vol. 2, \"System Configuration Register (SYSCFG)\"",
    .fields = syscfg_fields,
    .exists_when = when_amd_or_hygon,
    .else_because = not_amd,
    .guests_unknown = "each guest has its own",
};
static_assert(well_formed(syscfg));

// Those that Linux names (arch/x86/include/asm/msr-index.h, MSR_K7_HWCR_*; kvm/x86.c and kernel/cpu/mce/amd.c
// for McStatusWrEn and TscFreqSel); others differ between families.
inline constexpr Field hwcr_fields[] = {
    {.name = "SmmLock", .at = bit(0), .doc = "SMM is locked; without, Linux clears sev"},
    {.name = "McStatusWrEn", .at = bit(18), .doc = "Machine check status can be written"},
    {.name = "TscFreqSel", .at = bit(24), .doc = "TSC counts at P0 frequency"},
    {.name = "CpbDis", .at = bit(25), .doc = "Core performance boost disabled"},
    {.name = "IRPerfEn", .at = bit(30), .doc = "Instructions-retired counter"},
    {.name = "CpuidUserDis", .at = bit(35), .doc = "CPUID faults outside the kernel"},
};
inline constexpr Register hwcr{
    .name = "HWCR",
    .linux_name = "MSR_K7_HWCR",
    .manual = Manual::amd_apm,
    .address = MsrAddress{0xc001'0015},
    .reference = "AMD APM Vol. 2, \"Hardware Configuration Register (HWCR)\"",
    .fields = hwcr_fields,
    .exists_when = when_amd_or_hygon,
    .else_because = not_amd,
    .guests_unknown = "each guest has its own",
};
static_assert(well_formed(hwcr));

// Linux reads it without a net wherever CPUID shows SME or SEV, on hosts too (arch/x86/boot/startup/sme.c,
// sme_enable()): it is 0 there.
inline constexpr Condition when_sme_or_sev[] = {{&cpuid_8000001f_eax, cpuid_8000001f_eax["SME"].at},
                                                {&cpuid_8000001f_eax, cpuid_8000001f_eax["SEV"].at}};
inline constexpr Field sev_status_fields[] = {
    {.name = "SEV", .at = bit(0), .doc = "SEV is active"},
    {.name = "SEV_ES", .at = bit(1), .doc = "SEV-ES is active"},
    {.name = "SEV_SNP", .at = bit(2), .doc = "SEV-SNP is active"},
    {.name = "VTOM", .at = bit(3), .doc = "Virtual top of memory"},
    {.name = "REFLECT_VC", .at = bit(4), .doc = "#VC is reflected"},
    {.name = "RESTRICTED_INJ", .at = bit(5), .doc = "Restricted injection"},
    {.name = "ALT_INJ", .at = bit(6), .doc = "Alternate injection"},
    {.name = "DEBUG_SWAP", .at = bit(7), .doc = "Debug state swap"},
    {.name = "PREVENT_HOST_IBS", .at = bit(8), .doc = "Host IBS is kept out"},
    {.name = "BTB_ISOLATION", .at = bit(9), .doc = "Branch target buffer isolation"},
    {.name = "VMPL_SSS", .at = bit(10), .doc = "Supervisor shadow stacks with VMPL"},
    {.name = "SECURE_TSC", .at = bit(11), .doc = "Secure TSC"},
    {.name = "VMGEXIT_PARAM", .at = bit(12), .doc = "VMGEXIT parameter"},
    {.name = "IBS_VIRT", .at = bit(14), .doc = "IBS virtualization"},
    {.name = "VMSA_REG_PROT", .at = bit(16), .doc = "VMSA register protection"},
    {.name = "SMT_PROT", .at = bit(17), .doc = "SMT protection"},
};
inline constexpr Register sev_status{
    .name = "SEV_STATUS",
    .linux_name = "MSR_AMD64_SEV",
    .manual = Manual::amd_apm,
    .address = MsrAddress{0xc001'0131},
    .reference = "AMD APM Vol. 2, \"SEV_STATUS MSR\"",
    .fields = sev_status_fields,
    .exists_when = when_sme_or_sev,
    .else_because = "the processor shows neither SME nor SEV",
    .guests_unknown = "it says what this very guest is",
};
static_assert(well_formed(sev_status));

inline constexpr const Register* memory_encryption_registers[] = {
    &cpuid_8000001f_eax, &cpuid_8000001f_ebx, &cpuid_8000001f_ecx, &cpuid_8000001f_edx, &syscfg, &hwcr,
    &sev_status,
};

}  // namespace nestprobe::registers
