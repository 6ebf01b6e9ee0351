// SPDX-License-Identifier: MIT
// Is this guest an encrypted one: by the kernel's log, SEV_STATUS, cpuinfo's tdx_guest, Hyper-V's isolation,
// TDX's leaf.
#include "machine/platform.hpp"
#include "registers/all.hpp"

#include <fmt/format.h>

#include <optional>

namespace nestprobe {
namespace {

struct ConfidentialLine {
    LogLine line;
    Confidential kind;
};
constexpr ConfidentialLine confidential_lines[] = {
    {LogLine::memenc_sev_snp, Confidential::sev_snp},
    {LogLine::sev_snp_cpuid_table, Confidential::sev_snp},
    {LogLine::memenc_sev_es, Confidential::sev_es},
    {LogLine::memenc_sev, Confidential::sev},
    {LogLine::sev_active_old, Confidential::sev},
    {LogLine::kvm_unsupported_in_sev_guest, Confidential::sev},
    {LogLine::tdx_guest, Confidential::tdx},
    {LogLine::memenc_tdx, Confidential::tdx},
};

/// The most that the kernel's log says of it.
std::optional<Fact<Confidential>> confidential_by_log(const KernelFacts& kernel) {
    for (const ConfidentialLine& row : confidential_lines)
        if (const LoggedLine* line = find_line(kernel.log, std::span(&row.line, 1)))
            return Fact<Confidential>{row.kind, {from_log(*line)}};
    return std::nullopt;
}

/// SEV_STATUS (AMD APM Vol. 2, "SEV_STATUS MSR"), where CPUID Fn8000_001F_EAX shows SEV: on bare metal it
/// reads 0.
std::optional<Fact<Confidential>> confidential_by_register(const Sources& machine, const Shared& shared) {
    const auto& group = shared.cpu.registers.groups().front();
    const std::uint64_t* offered = group[registers::cpuid_8000001f_eax].if_known();
    if (!offered || registers::cpuid_8000001f_eax["SEV"].of(*offered) == 0 || group.cpus.empty())
        return std::nullopt;
    Reading<std::uint64_t> status = group[registers::sev_status];
    if (!status.if_known() && status.absence().why == Why::not_probed)
        status = machine.msr.read(group.cpus.first(), 0xc001'0131);
    if (!status.if_known()) return std::nullopt;
    const std::uint64_t raw = *status.if_known();
    const auto active = [&](const Field& field) { return field.of(raw) != 0; };
    const Confidential kind = active(registers::sev_status["SEV_SNP"])  ? Confidential::sev_snp
                              : active(registers::sev_status["SEV_ES"]) ? Confidential::sev_es
                              : active(registers::sev_status["SEV"])    ? Confidential::sev
                                                                        : Confidential::none;
    if (kind == Confidential::none) return std::nullopt;
    return Fact<Confidential>{kind, {{"SEV_STATUS (0xc0010131)", hex(raw)}}};
}

}  // namespace

std::optional<Fact<Level>> level_by_encryption(const KernelFacts& kernel) {
    const auto said = confidential_by_log(kernel);
    return said ? std::optional(Fact<Level>{Level::guest, said->from()}) : std::nullopt;
}

/// Linux 6.12 arch/x86/include/asm/shared/tdx.h: leaf 0x21 says "IntelTDX    ".  SEV shows in the kernel's
/// log.
Fact<Confidential> probe_confidential(const Sources& machine, const Shared& shared, const KernelFacts& kernel,
                                      const HypervisorFacts& f) {
    if (auto said = confidential_by_log(kernel)) return *std::move(said);
    if (auto read = confidential_by_register(machine, shared)) return *std::move(read);
    if (const PerCpu<bool> flag = flag_of(shared.cpuinfo, "tdx_guest"); flag.any([](bool on) { return on; }))
        return {Confidential::tdx, flag.first_known().from()};
    if (const Signature* hyperv = find_hyperv(f)) {
        constexpr Confidential kinds[] = {Confidential::none, Confidential::hyperv_vbs,
                                          Confidential::hyperv_snp, Confidential::hyperv_tdx};
        const auto isolation = hyperv->highest < hyperv->leaf + 0xc
                                   ? Reading<CpuidRegs>()
                                   : read_scanned(machine, shared.cpu, hyperv->leaf + 0xc);
        const std::uint32_t kind = isolation.if_known() ? isolation.if_known()->ebx & 15 : 0;
        if (kind > 0 && kind < std::size(kinds))
            return {kinds[kind],
                    {{fmt::format("CPUID.{:X}H:EBX", hyperv->leaf + 0xc), hex(isolation.if_known()->ebx)}}};
    }
    const auto& group = shared.cpu.registers.groups().front();
    const auto& maximum = group[registers::cpuid_0_eax];
    if (!maximum.if_known()) return maximum.absence();
    if (*maximum.if_known() < 0x21 || group.cpus.empty())
        return {Confidential::none, {{"CPUID.0:EAX", hex(*maximum.if_known())}}};
    const auto regs = read_first(machine, shared.cpu, 0x21);
    if (!regs.if_known()) return regs.absence();
    const CpuidRegs& r = *regs.if_known();
    const bool tdx = r.ebx == 0x65746e49 && r.edx == 0x5844546c && r.ecx == 0x20202020;
    return {tdx ? Confidential::tdx : Confidential::none, {{"CPUID.21H:EBX", hex(r.ebx)}}};
}

std::string_view to_string(Confidential kind) {
    switch (kind) {
        case Confidential::none: return "none";
        case Confidential::sev: return "SEV";
        case Confidential::sev_es: return "SEV-ES";
        case Confidential::sev_snp: return "SEV-SNP";
        case Confidential::tdx: return "TDX";
        case Confidential::hyperv_vbs: return "Hyper-V isolated, VBS";
        case Confidential::hyperv_snp: return "Hyper-V isolated, SEV-SNP";
        case Confidential::hyperv_tdx: return "Hyper-V isolated, TDX";
    }
    return "";
}

}  // namespace nestprobe
