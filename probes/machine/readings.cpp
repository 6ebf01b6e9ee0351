// SPDX-License-Identifier: MIT
#include "machine/readings.hpp"
#include "registers/all.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace nestprobe {
namespace {

std::uint32_t output_of(const CpuidRegs& regs, Gpr gpr) {
    switch (gpr) {
        case Gpr::eax: return regs.eax;
        case Gpr::ebx: return regs.ebx;
        case Gpr::ecx: return regs.ecx;
        case Gpr::edx: return regs.edx;
    }
    return 0;
}

/// Four letters from each register.
std::string letters(std::initializer_list<std::uint32_t> words) {
    std::string text;
    for (const std::uint32_t word : words)
        for (int shift = 0; shift < 32; shift += 8) text.push_back(static_cast<char>(word >> shift & 0xff));
    return text;
}

/// An MSR's file that is not there is made by a driver, which can be loaded.
Reading<std::uint64_t> marked_missing(Reading<std::uint64_t> value) {
    if (value.if_known() || !is_missing(value.absence())) return value;
    Absent absent = value.absence();
    absent.register_file = true;
    return absent;
}

/// One CPU, or several that are known to read alike.
class CpuReader {
public:
    CpuReader(const Sources& machine, unsigned cpu, RegisterList wanted)
        : machine_(machine), cpu_(cpu), values_{wanted, {}} {
        values_.values.reserve(wanted.size());
    }

    /// Every register that is wanted, in order: what guards one has been read before it.
    const RegisterValues& read_all() {
        for (const Register* reg : values_.list) values_.values.push_back(read(*reg));
        return values_;
    }

    Reading<CpuidRegs> leaf(std::uint32_t leaf, std::uint32_t subleaf) {
        for (const LeafReading& known : leaves_)
            if (known.leaf == leaf && known.subleaf == subleaf) return known.regs;
        leaves_.push_back({leaf, subleaf, machine_.cpuid.read(cpu_, leaf, subleaf)});
        return leaves_.back().regs;
    }
    std::vector<LeafReading>& leaves() { return leaves_; }

    /// What read_first() is for: coming back to this CPU later would cost more than the leaves do.
    std::vector<LeafReading> asked_later() {
        std::vector<LeafReading> found;
        for (const std::uint32_t number : {0x21u, 0x8000'000au}) {
            const Register& maximum =
                number >= 0x8000'0000 ? registers::cpuid_80000000_eax : registers::cpuid_0_eax;
            const std::uint64_t* highest = values_[maximum].if_known();
            if (highest && number <= *highest) found.push_back({number, 0, leaf(number, 0)});
        }
        return found;
    }

    /// CPUID.80000002H-4H: 48 letters.
    Reading<std::string> brand() {
        const auto& maximum = values_[registers::cpuid_80000000_eax];
        if (!maximum.if_known()) return maximum.absence();
        if (*maximum.if_known() < 0x8000'0004)
            return Absent{Why::not_applicable, "the processor has no brand string"};
        std::string text;
        for (std::uint32_t n = 0x8000'0002; n <= 0x8000'0004; ++n) {
            const auto regs = leaf(n, 0);
            if (!regs.if_known()) return regs.absence();
            const CpuidRegs& r = *regs.if_known();
            text += letters({r.eax, r.ebx, r.ecx, r.edx});
        }
        return text;
    }

private:
    Reading<std::uint64_t> read(const Register& reg) {
        if (const Absent* no = missing(reg)) return *no;
        if (const auto* msr = std::get_if<MsrAddress>(&reg.address))
            return marked_missing(machine_.msr.read(cpu_, msr->index));
        const auto& at = std::get<CpuidAddress>(reg.address);
        const auto regs = at.block.empty() ? leaf_within_maximum(at) : leaf_of_hypervisor(at);
        if (const CpuidRegs* known = regs.if_known()) return std::uint64_t{output_of(*known, at.output)};
        return regs.absence();
    }

    /// Why the register does not exist, when its guards say so.  Unknown guards do not forbid a look.
    const Absent* missing(const Register& reg) {
        if (reg.exists_when.empty()) return nullptr;
        const Absent* inherited = nullptr;
        for (const Condition& c : reg.exists_when) {
            const auto& guard = values_[*c.reg];
            if (const std::uint64_t* raw = guard.if_known()) {
                if (c.holds(*raw)) return nullptr;
            } else if (guard.absence().why == Why::not_applicable) {
                inherited = guard.if_absent();
            } else {
                return nullptr;
            }
        }
        if (inherited) return inherited;
        absent_ = {Why::not_applicable, std::string(reg.else_because)};
        return &absent_;
    }

    Reading<CpuidRegs> leaf_within_maximum(const CpuidAddress& at) {
        const Register& maximum =
            at.leaf >= 0x8000'0000 ? registers::cpuid_80000000_eax : registers::cpuid_0_eax;
        const std::uint64_t* highest = values_[maximum].if_known();
        if (highest && at.leaf > *highest && at.leaf != std::get<CpuidAddress>(maximum.address).leaf)
            return Absent{Why::not_applicable,
                          fmt::format("CPUID leaf 0x{:x} is past the processor's highest, "
                                      "0x{:x}",
                                      at.leaf, *highest)};
        return leaf(at.leaf, at.subleaf);
    }

    /// In the block that bears the hypervisor's name: the first, or the second where KVM and Xen imitate
    /// Hyper-V in the first.  Without its name, an answer there is no answer (Intel SDM Vol. 2A: past the
    /// maximum it is that of the highest basic leaf).
    Reading<CpuidRegs> leaf_of_hypervisor(const CpuidAddress& at) {
        constexpr std::uint32_t first = 0x4000'0000;
        for (const std::uint32_t block : {first, first + 0x100}) {
            const auto base = leaf(block, 0);
            if (!base.if_known()) return base.absence();
            if (hypervisor_name(*base.if_known()) != at.block) continue;
            // Old KVMs say 0 there, and have one leaf.
            const std::uint32_t highest = std::max(base.if_known()->eax, block + 1);
            const std::uint32_t wanted = block + (at.leaf - first);
            if (wanted <= highest) return leaf(wanted, at.subleaf);
            return Absent{Why::not_applicable, fmt::format("CPUID leaf 0x{:x} is past the highest of \"{}\", "
                                                           "0x{:x}",
                                                           wanted, at.block, highest)};
        }
        return Absent{Why::not_applicable, fmt::format("no hypervisor calls itself \"{}\"", at.block)};
    }

    const Sources& machine_;
    unsigned cpu_;
    RegisterValues values_;
    std::vector<LeafReading> leaves_;
    Absent absent_;
};

Fact<std::string> vendor_in(const Reading<CpuidRegs>& leaf0) {
    const CpuidRegs* r = leaf0.if_known();
    if (!r) return leaf0.absence();
    const std::string id = letters({r->ebx, r->edx, r->ecx});
    return {id, {{"CPUID.0:EBX,EDX,ECX", id}}};
}

}  // namespace

Absent name_absence(const Register& reg, Absent absent) {
    if (absent.detail.empty())
        absent.detail = fmt::format("{}: {}", name_register(reg),
                                    absent.why == Why::not_recorded ? "not recorded" : to_string(absent.why));
    return absent;
}

std::string hex(std::uint64_t value) { return fmt::format("0x{:x}", value); }

std::string hypervisor_name(const CpuidRegs& regs) {
    const std::string text = letters({regs.ebx, regs.ecx, regs.edx});
    return text.substr(0, text.find_last_not_of('\0') + 1);
}

Reading<CpuidRegs> read_scanned(const Sources& machine, const CpuReadings& read, std::uint32_t leaf) {
    if (read.no_cpuid) return *read.no_cpuid;
    for (const LeafReading& known : read.scanned)
        if (known.leaf == leaf && known.subleaf == 0) return known.regs;
    return machine.cpuid.read(read.scanned_cpu, leaf, 0);
}

Reading<CpuidRegs> read_first(const Sources& machine, const CpuReadings& read, std::uint32_t leaf) {
    if (read.no_cpuid) return *read.no_cpuid;
    for (const LeafReading& known : read.on_first)
        if (known.leaf == leaf) return known.regs;
    return machine.cpuid.read(read.registers.groups().front().cpus.first(), leaf, 0);
}

CpuReadings read_registers(const Sources& machine, RegisterList wanted) {
    CpuReadings result;
    const std::vector<CpuSet> sets = machine.cpuid.alike();
    if (sets.empty()) {
        const Absent none{Why::not_recorded, "no CPU was recorded"};
        result.registers.add({}, {wanted, std::vector<Reading<std::uint64_t>>(wanted.size(), none)});
        result.vendor_id = none;
        result.brand = none;
        return result;
    }
    result.scanned_cpu = sets.back().ranges().back().last;
    for (const CpuSet& cpus : sets) {
        CpuReader reader(machine, cpus.first(), wanted);
        const auto leaf0 = reader.leaf(0, 0);
        result.registers.add(cpus, reader.read_all());
        result.vendor_id.add(cpus, vendor_in(leaf0));
        if (&cpus == &sets.front()) {
            result.brand = reader.brand();
            result.on_first = reader.asked_later();
            machine.kvm.prepare();  // the first CPU is not wanted again
        }
        if (&cpus == &sets.back()) result.scanned = std::move(reader.leaves());
    }
    return result;
}

RegisterReadings withhold_cpuid(CpuReadings& read, const Absent& why) {
    RegisterReadings as_read = std::exchange(read.registers, {});
    for (const auto& group : as_read.groups()) {
        RegisterValues own = group.values;
        for (std::size_t n = 0; n < own.values.size(); ++n) {
            const Absent* absent = own.values[n].if_absent();
            const bool by_cpuid = absent && absent->why == Why::not_applicable;
            if (by_cpuid || std::holds_alternative<CpuidAddress>(own.list[n]->address)) own.values[n] = why;
        }
        read.registers.add(group.cpus, std::move(own));
    }
    read.vendor_id = why;
    read.brand = why;
    read.no_cpuid = why;
    return as_read;
}

RegisterValues read_guest_registers(const KvmDevice& kvm, RegisterList wanted) {
    RegisterValues result{wanted, {}};
    std::map<std::pair<std::uint32_t, std::uint32_t>, Reading<CpuidRegs>> leaves;
    const auto read = [&](const Register& reg) -> Reading<std::uint64_t> {
        if (!reg.guests_unknown.empty()) return Absent{Why::not_applicable, std::string(reg.guests_unknown)};
        if (const auto* msr = std::get_if<MsrAddress>(&reg.address)) return kvm.feature_msr(msr->index);
        const auto& at = std::get<CpuidAddress>(reg.address);
        auto known = leaves.find({at.leaf, at.subleaf});
        if (known == leaves.end())
            known = leaves.emplace(std::pair(at.leaf, at.subleaf), kvm.supported_cpuid(at.leaf, at.subleaf))
                        .first;
        if (const CpuidRegs* regs = known->second.if_known())
            return std::uint64_t{output_of(*regs, at.output)};
        return known->second.absence();
    };
    result.values.reserve(wanted.size());
    for (const Register* reg : wanted) result.values.push_back(read(*reg));
    return result;
}

std::string name_register(const Register& reg) {
    const auto* msr = std::get_if<MsrAddress>(&reg.address);
    return msr ? fmt::format("{} (0x{:x})", reg.name, msr->index) : std::string(reg.name);
}

PerCpu<std::uint64_t> raw_values(const RegisterReadings& readings, const Register& reg) {
    return decode(readings, reg, [](std::uint64_t raw) { return raw; });
}

PerCpu<bool> bit_of(const RegisterReadings& readings, const Register& reg, const Field& field) {
    const Bit only{&reg, field};
    return all_set(readings, {&only, 1});
}

namespace {

Fact<bool> all_set(const RegisterReadings::Group& group, std::span<const Bit> bits) {
    std::vector<Provenance> from;
    for (const Bit& bit : bits) {
        const auto& value = group[*bit.reg];
        const std::uint64_t* raw = value.if_known();
        // A register that does not exist beside one that does: the capability is not there.
        if (!raw && value.absence().why == Why::not_applicable && !from.empty())
            return {false, std::move(from)};
        if (!raw) return name_absence(*bit.reg, value.absence());
        Provenance reading{locate(*bit.reg, bit.field), hex(bit.field.of(*raw))};
        if (!bit.field.is_set(*raw)) return {false, {std::move(reading)}};
        from.push_back(std::move(reading));
    }
    return {true, std::move(from)};
}

}  // namespace

PerCpu<bool> all_set(const RegisterReadings& readings, std::span<const Bit> bits) {
    return for_alike(readings, bits, [&](const auto& group) { return all_set(group, bits); });
}

}  // namespace nestprobe
