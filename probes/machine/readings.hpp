// SPDX-License-Identifier: MIT
// The raw registers of every CPU, each leaf and MSR read once, guards and maximum leaves honoured; what
// guests of KVM find in them; and how facts are made of them.
#pragma once

#include "facts/facts.hpp"
#include "sources.hpp"

#include <optional>
#include <span>

namespace nestprobe {

struct LeafReading {
    std::uint32_t leaf, subleaf;
    Reading<CpuidRegs> regs;
};

struct CpuReadings {
    RegisterReadings registers;
    PerCpu<std::string> vendor_id;  ///< CPUID leaf 0: EBX, EDX, ECX as twelve letters
    Reading<std::string> brand;     ///< CPUID.80000002H-4H of the first CPU: 48 bytes, as they are
    /// On which hypervisors' leaves are looked for: they are the same on all CPUs.  The last one: a live
    /// machine is there already when it has read them all.  Only where there are CPUs.
    unsigned scanned_cpu = 0;
    std::vector<LeafReading> scanned;   ///< what was read there already
    std::vector<LeafReading> on_first;  ///< what read_first() may ask, read while the first CPU was at hand
    std::optional<Absent> no_cpuid;     ///< why leaves are not read any more (withhold_cpuid())
};
/// `wanted` has every guard before what it guards.
CpuReadings read_registers(const Sources& machine, RegisterList wanted);
/// CPUID's answers are another machine's: each is absent from now on, for this reason, and so are MSRs that
/// CPUID says are not there.  Returns the registers as they were read.
RegisterReadings withhold_cpuid(CpuReadings& read, const Absent& why);

/// A leaf on the scanned CPU, not read again where it was.
Reading<CpuidRegs> read_scanned(const Sources& machine, const CpuReadings& read, std::uint32_t leaf);
/// A leaf on the first CPU, the same way; there must be CPUs.
Reading<CpuidRegs> read_first(const Sources& machine, const CpuReadings& read, std::uint32_t leaf);
/// The twelve bytes EBX, ECX, EDX of a hypervisor's first leaf, NULs at the end cut.
std::string hypervisor_name(const CpuidRegs& regs);

/// What KVM says that a guest finds there.
RegisterValues read_guest_registers(const KvmDevice& kvm, RegisterList wanted);

/// A source that has nothing recorded does not say of what: the register's name goes in front.
Absent name_absence(const Register& reg, Absent absent);

/// "0x5"
std::string hex(std::uint64_t value);

/// One field on every CPU, citing itself: "CPUID.1:ECX.VMX[bit 5]", "0x1".
PerCpu<bool> bit_of(const RegisterReadings& readings, const Register& reg, const Field& field);

/// Are all these bits set?  The first that is clear, or whose register does not exist, makes it false and is
/// cited; the first that could not be read before that makes it absent.
PerCpu<bool> all_set(const RegisterReadings& readings, std::span<const Bit> bits);

/// A whole register's value on every CPU, citing itself.
PerCpu<std::uint64_t> raw_values(const RegisterReadings& readings, const Register& reg);

/// "IA32_FEATURE_CONTROL (0x3a)": an MSR's number can be pasted after rdmsr.
std::string name_register(const Register& reg);

/// A fact that is made of these parts alone: once for all CPUs between which none of them differs.
template <class F>
auto for_alike(const RegisterReadings& readings, std::span<const Bit> parts, F&& make) {
    PerCpu<typename std::invoke_result_t<F, const RegisterReadings::Group&>::Value> result;
    for (const auto& alike : readings.alike_in(parts))
        result.add(alike.cpus, std::invoke(make, *alike.group));
    return result;
}

/// A whole register on every CPU, citing its raw value.  T must compare by its raw value too, or the raw
/// value of the first CPU is cited for all that decode alike.
template <class F>
auto decode(const RegisterReadings& readings, const Register& reg, F&& decoder)
    -> PerCpu<std::invoke_result_t<F, std::uint64_t>> {
    using Decoded = Fact<std::invoke_result_t<F, std::uint64_t>>;
    const Bit all = whole(reg);
    return for_alike(readings, {&all, 1}, [&](const auto& group) -> Decoded {
        const auto& value = group[reg];
        const std::uint64_t* raw = value.if_known();
        if (!raw) return name_absence(reg, value.absence());
        return {std::invoke(decoder, *raw), {{name_register(reg), hex(*raw)}}};
    });
}

}  // namespace nestprobe
