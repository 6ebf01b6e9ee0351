// SPDX-License-Identifier: MIT
#include "readings.hpp"

#include <fmt/format.h>

#include <algorithm>

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

/// One CPU, or several that are known to read alike.
class CpuReader {
public:
    CpuReader(const Sources& machine, unsigned cpu) : machine_(machine), cpu_(cpu) {
        values_.reserve(std::size(registers::all));
    }

    /// Every register, in the order of registers::all: what guards one has been read before it.
    const std::vector<Reading<std::uint64_t>>& read_all() {
        for (const Register* reg : registers::all) values_.push_back(read(*reg));
        return values_;
    }

    Reading<CpuidRegs> leaf(std::uint32_t leaf, std::uint32_t subleaf) {
        for (const Leaf& known : leaves_)
            if (known.leaf == leaf && known.subleaf == subleaf) return known.regs;
        leaves_.push_back({leaf, subleaf, machine_.cpuid.read(cpu_, leaf, subleaf)});
        return leaves_.back().regs;
    }

    /// CPUID.80000002H-4H: 48 letters.
    Reading<std::string> brand() {
        const auto& maximum = values_[registers::index_of(registers::cpuid_80000000_eax)];
        if (!maximum.if_known()) return *maximum.if_absent();
        if (*maximum.if_known() < 0x8000'0004)
            return Absent{Why::not_applicable, "the processor has no brand string"};
        std::string text;
        for (std::uint32_t n = 0x8000'0002; n <= 0x8000'0004; ++n) {
            const auto regs = leaf(n, 0);
            if (!regs.if_known()) return *regs.if_absent();
            const CpuidRegs& r = *regs.if_known();
            text += letters({r.eax, r.ebx, r.ecx, r.edx});
        }
        return text;
    }

private:
    struct Leaf {
        std::uint32_t leaf, subleaf;
        Reading<CpuidRegs> regs;
    };

    Reading<std::uint64_t> read(const Register& reg) {
        if (const Absent* no = missing(reg)) return *no;
        if (const auto* msr = std::get_if<MsrAddress>(&reg.address))
            return machine_.msr.read(cpu_, msr->index);
        const auto& at = std::get<CpuidAddress>(reg.address);
        if (past_maximum(at.leaf)) return absent_;
        const auto regs = leaf(at.leaf, at.subleaf);
        if (const CpuidRegs* known = regs.if_known()) return std::uint64_t{output_of(*known, at.output)};
        return *regs.if_absent();
    }

    /// Why the register does not exist, when its guards say so.  Unknown guards do not forbid a look.
    const Absent* missing(const Register& reg) {
        if (reg.exists_when.empty()) return nullptr;
        const Absent* inherited = nullptr;
        for (const Condition& c : reg.exists_when) {
            const auto& guard = values_[registers::index_of(*c.reg)];
            if (const std::uint64_t* raw = guard.if_known()) {
                if (Field{.at = c.at}.is_set(*raw)) return nullptr;
            } else if (guard.if_absent()->why == Why::not_applicable) {
                inherited = guard.if_absent();
            } else {
                return nullptr;
            }
        }
        if (inherited) return inherited;
        absent_ = {Why::not_applicable, std::string(reg.else_because)};
        return &absent_;
    }

    bool past_maximum(std::uint32_t leaf) {
        const Register& maximum =
            leaf >= 0x8000'0000 ? registers::cpuid_80000000_eax : registers::cpuid_0_eax;
        if (leaf == std::get<CpuidAddress>(maximum.address).leaf) return false;
        const std::uint64_t* highest = values_[registers::index_of(maximum)].if_known();
        if (!highest || leaf <= *highest) return false;
        absent_ = {Why::not_applicable,
                   fmt::format("CPUID leaf 0x{:x} is past the processor's highest, 0x{:x}", leaf, *highest)};
        return true;
    }

    const Sources& machine_;
    unsigned cpu_;
    std::vector<Reading<std::uint64_t>> values_;
    std::vector<Leaf> leaves_;
    Absent absent_;
};

Fact<std::string> vendor_in(const Reading<CpuidRegs>& leaf0) {
    const CpuidRegs* r = leaf0.if_known();
    if (!r) return *leaf0.if_absent();
    const std::string id = letters({r->ebx, r->edx, r->ecx});
    return {id, {{"CPUID.0:EBX,EDX,ECX", id}}};
}

bool same(const Reading<std::uint64_t>& a, const Reading<std::uint64_t>& b) {
    if (a.if_known() && b.if_known()) return *a.if_known() == *b.if_known();
    return a.if_absent() && b.if_absent() && same_reason(*a.if_absent(), *b.if_absent());
}

std::size_t hash(const std::vector<Reading<std::uint64_t>>& values) {
    std::size_t h = 0;
    for (const auto& v : values)
        h = (h ^ (v.if_known() ? *v.if_known() : 0x9e37'79b9'7f4a'7c15)) * 0x100'0000'01b3;
    return h;
}

}  // namespace

void RegisterReadings::add(const CpuSet& cpus, std::vector<Reading<std::uint64_t>> values) {
    const std::size_t h = hash(values);
    const auto [begin, end] = by_hash_.equal_range(h);
    for (auto it = begin; it != end; ++it) {
        Group& g = groups_[it->second];
        if (!std::equal(g.values.begin(), g.values.end(), values.begin(), values.end(), same)) continue;
        g.cpus.add(cpus);
        return;
    }
    by_hash_.emplace(h, groups_.size());
    groups_.push_back({cpus, std::move(values)});
}

Absent name_absence(const Register& reg, Absent absent) {
    if (absent.detail.empty())
        absent.detail = fmt::format("{}: {}", name_register(reg),
                                    absent.why == Why::not_recorded ? "not recorded" : to_string(absent.why));
    return absent;
}

std::string hex(std::uint64_t value) { return fmt::format("0x{:x}", value); }

CpuReadings read_registers(const Sources& machine) {
    CpuReadings result;
    const std::vector<CpuSet> sets = machine.cpuid.alike();
    if (sets.empty()) {
        const Absent none{Why::not_recorded, "no CPU was recorded"};
        result.registers.add({}, std::vector<Reading<std::uint64_t>>(std::size(registers::all), none));
        result.vendor_id = none;
        result.brand = none;
    }
    for (const CpuSet& cpus : sets) {
        CpuReader reader(machine, cpus.first());
        const auto leaf0 = reader.leaf(0, 0);
        result.registers.add(cpus, reader.read_all());
        result.vendor_id.add(cpus, vendor_in(leaf0));
        if (cpus.first() == sets.front().first()) {
            result.brand = reader.brand();
            machine.kvm.prepare();  // the first CPU is not wanted again
        }
    }
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
        if (!raw && value.if_absent()->why == Why::not_applicable && !from.empty())
            return {false, std::move(from)};
        if (!raw) return name_absence(*bit.reg, *value.if_absent());
        Provenance reading{locate(*bit.reg, bit.field), hex(bit.field.of(*raw))};
        if (!bit.field.is_set(*raw)) return {false, {std::move(reading)}};
        from.push_back(std::move(reading));
    }
    return {true, std::move(from)};
}

}  // namespace

PerCpu<bool> all_set(const RegisterReadings& readings, std::span<const Bit> bits) {
    PerCpu<bool> result;
    for (const auto& group : readings.groups()) result.add(group.cpus, all_set(group, bits));
    return result;
}

}  // namespace nestprobe
