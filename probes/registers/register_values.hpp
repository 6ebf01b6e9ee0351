// SPDX-License-Identifier: MIT
// The raw values of registers on a machine's CPUs, kept once for all CPUs that read alike.
#pragma once

#include "base/cpu_set.hpp"
#include "base/fact.hpp"
#include "registers/register.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace nestprobe {

/// A list of registers, in an order in which guards come first.  Nobody copies it: it outlives what names it.
using RegisterList = std::span<const Register* const>;

/// A part of a register.
struct Bit {
    const Register* reg;
    Field field;
};
/// All of it.
constexpr Bit whole(const Register& reg) { return {&reg, {.name = {}, .at = {63, 0}, .doc = {}}}; }

/// The raw value of each register of a list.
struct RegisterValues {
    RegisterList list;
    std::vector<Reading<std::uint64_t>> values;  ///< in the order of the list

    /// not_probed for a register that the list does not have.
    const Reading<std::uint64_t>& operator[](const Register& reg) const;
};

/// The registers that were wanted, for each set of CPUs between which none differs.
class RegisterReadings {
public:
    struct Group {
        CpuSet cpus;  ///< empty only where no CPU is known at all
        RegisterValues values;

        const Reading<std::uint64_t>& operator[](const Register& reg) const { return values[reg]; }
    };
    /// CPUs that agree on some parts, and one of the groups that they come from.
    struct Alike {
        const Group* group;
        CpuSet cpus;
    };

    void add(const CpuSet& cpus, RegisterValues values);
    const std::vector<Group>& groups() const { return groups_; }
    /// The sets of CPUs between which none of these parts differs, in the order met.  What is made of a few
    /// bits is made once for each, however much else is different.
    std::vector<Alike> alike_in(std::span<const Bit> parts) const;

private:
    std::vector<Group> groups_;
    std::unordered_multimap<std::size_t, std::size_t> by_hash_;
};

}  // namespace nestprobe
