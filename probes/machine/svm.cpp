// SPDX-License-Identifier: MIT
// What the processor's SVM can do, as KVM asks it: Linux 6.12 arch/x86/kvm/svm/svm.c, svm_hardware_setup().
#include "machine/probes.hpp"
#include "registers/all.hpp"

namespace nestprobe {
namespace {

consteval Bit feature(std::string_view name) {
    return {&registers::cpuid_8000000a_edx, registers::cpuid_8000000a_edx[name]};
}
consteval Bit encryption(std::string_view name) {
    return {&registers::cpuid_8000001f_eax, registers::cpuid_8000001f_eax[name]};
}

constexpr Bit npt = feature("NP"), avic = feature("AVIC"), vgif = feature("VGIF"), sev = encryption("SEV");

constexpr Bit npt_bits[] = {npt};
constexpr Bit nrips_bits[] = {feature("NRIPS")};
constexpr Bit lbrv_bits[] = {feature("LbrVirt")};
constexpr Bit lock_bits[] = {feature("SVML")};
constexpr Bit tsc_rate_bits[] = {feature("TscRateMsr")};
constexpr Bit flush_bits[] = {feature("FlushByAsid")};
constexpr Bit decode_bits[] = {feature("DecodeAssists")};
constexpr Bit avic_bits[] = {avic, npt};
constexpr Bit x2avic_bits[] = {avic, npt, feature("x2AVIC")};
constexpr Bit vgif_bits[] = {vgif};
constexpr Bit vls_bits[] = {feature("VmsaveVirt"), npt};
constexpr Bit vnmi_bits[] = {feature("VNMI"), vgif};
constexpr Bit sev_bits[] = {sev};
constexpr Bit sev_es_bits[] = {sev, encryption("SevEs")};
constexpr Bit sev_snp_bits[] = {sev, encryption("SevEs"), encryption("SevSnp")};
// EFER.SVME is reserved on Intel, and decides nothing where there is no SVM.
constexpr Bit in_use_bits[] = {
    {&registers::cpuid_80000001_ecx, registers::cpuid_80000001_ecx["SVM"]},
    {&registers::efer, registers::efer["SVME"]},
};

}  // namespace

SvmFacts probe_svm(const Shared& shared) {
    const RegisterReadings& regs = shared.cpu.registers;
    return {
        .npt = all_set(regs, npt_bits),
        .nrips = all_set(regs, nrips_bits),
        .lbrv = all_set(regs, lbrv_bits),
        .lock = all_set(regs, lock_bits),
        .tsc_rate = all_set(regs, tsc_rate_bits),
        .flush_by_asid = all_set(regs, flush_bits),
        .decode_assists = all_set(regs, decode_bits),
        .avic = all_set(regs, avic_bits),
        .x2avic = all_set(regs, x2avic_bits),
        .vgif = all_set(regs, vgif_bits),
        .vls = all_set(regs, vls_bits),
        .vnmi = all_set(regs, vnmi_bits),
        .sev = all_set(regs, sev_bits),
        .sev_es = all_set(regs, sev_es_bits),
        .sev_snp = all_set(regs, sev_snp_bits),
        .in_use = all_set(regs, in_use_bits),
    };
}

}  // namespace nestprobe
