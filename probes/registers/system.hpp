// SPDX-License-Identifier: MIT
// Model-specific registers that are neither VMX's nor SVM's, and bear on guests.  Data only.
#pragma once

#include "registers/cpuid_extended.hpp"
#include "registers/cpuid_structured.hpp"

namespace nestprobe::registers {

// Linux arch/x86/include/asm/msr-index.h, ARCH_CAP_*, without prefix; arch/x86/kvm/x86.c for 10 to 12.
inline constexpr Condition when_arch_capabilities[] = {{&cpuid_7_edx, cpuid_7_edx["ARCH_CAPABILITIES"].at}};
inline constexpr Field ia32_arch_capabilities_fields[] = {
    {.name = "RDCL_NO", .at = bit(0), .doc = "Not affected by Meltdown, nor by L1TF"},
    {.name = "IBRS_ALL", .at = bit(1), .doc = "Enhanced IBRS"},
    {.name = "RSBA", .at = bit(2), .doc = "Empty return stack may be filled from other predictors"},
    {.name = "SKIP_L1DFL_VMENTRY",
     .at = bit(3),
     .doc = "The hypervisor above flushes L1D: no need to on VM entry"},
    {.name = "SSB_NO", .at = bit(4), .doc = "Not affected by speculative store bypass"},
    {.name = "MDS_NO", .at = bit(5), .doc = "Not affected by microarchitectural data sampling"},
    {.name = "PSCHANGE_MC_NO",
     .at = bit(6),
     .doc = "Not affected by iTLB multihit: EPT may use large executable pages"},
    {.name = "TSX_CTRL", .at = bit(7), .doc = "IA32_TSX_CTRL exists"},
    {.name = "TAA_NO", .at = bit(8), .doc = "Not affected by TSX asynchronous abort"},
    {.name = "MISC_PACKAGE_CTLS", .at = bit(10), .doc = "IA32_MISC_PACKAGE_CTLS exists"},
    {.name = "ENERGY_FILTERING_CTL", .at = bit(11), .doc = "Energy filtering can be controlled"},
    {.name = "DOITM", .at = bit(12), .doc = "Data operand independent timing mode"},
    {.name = "SBDR_SSDP_NO", .at = bit(13), .doc = "Not affected by SBDR and SSDP"},
    {.name = "FBSDP_NO", .at = bit(14), .doc = "Not affected by FBSDP"},
    {.name = "PSDP_NO", .at = bit(15), .doc = "Not affected by PSDP"},
    {.name = "FB_CLEAR", .at = bit(17), .doc = "VERW clears the fill buffers"},
    {.name = "FB_CLEAR_CTRL", .at = bit(18), .doc = "IA32_MCU_OPT_CTRL.FB_CLEAR_DIS exists"},
    {.name = "RRSBA", .at = bit(19), .doc = "Restricted return stack alternate behaviour"},
    {.name = "BHI_NO", .at = bit(20), .doc = "Not affected by branch history injection"},
    {.name = "XAPIC_DISABLE", .at = bit(21), .doc = "IA32_XAPIC_DISABLE_STATUS exists"},
    {.name = "PBRSB_NO", .at = bit(24), .doc = "Not affected by post-barrier return stack predictions"},
    {.name = "GDS_CTRL", .at = bit(25), .doc = "Gather data sampling can be controlled"},
    {.name = "GDS_NO", .at = bit(26), .doc = "Not affected by gather data sampling"},
    {.name = "RFDS_NO", .at = bit(27), .doc = "Not affected by register file data sampling"},
    {.name = "RFDS_CLEAR", .at = bit(28), .doc = "VERW clears the register files"},
    {.name = "ITS_NO", .at = bit(62), .doc = "Not affected by indirect target selection"},
};
inline constexpr Register ia32_arch_capabilities{
    .name = "IA32_ARCH_CAPABILITIES",
    .linux_name = "MSR_IA32_ARCH_CAPABILITIES",
    .manual = Manual::intel_sdm,
    .address = MsrAddress{0x10a},
    .reference = "Intel SDM Vol. 4, \"Architectural MSRs\", IA32_ARCH_CAPABILITIES",
    .fields = ia32_arch_capabilities_fields,
    .exists_when = when_arch_capabilities,
    .else_because = "CPUID.7:EDX.ARCH_CAPABILITIES is clear",
};
static_assert(well_formed(ia32_arch_capabilities));

inline constexpr Condition when_long_mode[] = {{&cpuid_80000001_edx, cpuid_80000001_edx["LM"].at}};
inline constexpr Field efer_fields[] = {
    {.name = "SCE", .at = bit(0), .doc = "System call extensions"},
    {.name = "LME", .at = bit(8), .doc = "Long mode enable"},
    {.name = "LMA", .at = bit(10), .doc = "Long mode active"},
    {.name = "NXE", .at = bit(11), .doc = "No-execute enable"},
    {.name = "SVME", .at = bit(12), .doc = "SVM enabled: a hypervisor uses this CPU now (reserved on Intel)"},
    {.name = "LMSLE", .at = bit(13), .doc = "Long mode segment limit enable"},
    {.name = "FFXSR", .at = bit(14), .doc = "Fast FXSAVE/FXRSTOR"},
    {.name = "TCE", .at = bit(15), .doc = "Translation cache extension"},
    {.name = "UAIE", .at = bit(20), .doc = "Upper address ignore enable"},
    {.name = "AIBRSE", .at = bit(21), .doc = "Automatic IBRS enable"},
};
inline constexpr Register efer{
    .name = "EFER",
    .linux_name = "MSR_EFER",
    .manual = Manual::amd_apm,
    .address = MsrAddress{0xc000'0080},
    .reference = "AMD APM Vol. 2, \"Extended Feature Enable Register (EFER)\"",
    .fields = efer_fields,
    .exists_when = when_long_mode,
    .else_because = "the processor has no long mode",
    .guests_unknown = "each guest's kernel sets its own; SVME only where KVM offers it SVM",
};
static_assert(well_formed(efer));

inline constexpr const Register* system_registers[] = {&ia32_arch_capabilities, &efer};

}  // namespace nestprobe::registers
