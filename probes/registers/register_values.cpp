// SPDX-License-Identifier: MIT
#include "registers/register_values.hpp"

#include <algorithm>

namespace nestprobe {
namespace {

std::size_t mix(std::size_t h, std::uint64_t value) { return (h ^ value) * 0x100'0000'01b3; }
constexpr std::uint64_t absent_value = 0x9e37'79b9'7f4a'7c15;

std::size_t hash(const RegisterValues& values) {
    std::size_t h = 0;
    for (const auto& v : values.values) h = mix(h, v.if_known() ? *v.if_known() : absent_value);
    return h;
}

std::size_t hash(const RegisterReadings::Group& group, std::span<const Bit> parts) {
    std::size_t h = 0;
    for (const Bit& part : parts) {
        const std::uint64_t* raw = group[*part.reg].if_known();
        h = mix(h, raw ? part.field.of(*raw) : absent_value);
    }
    return h;
}

/// The same part of two values, or absent for the same reason.
bool same(const Reading<std::uint64_t>& a, const Reading<std::uint64_t>& b, const Field& part) {
    if (const auto* x = a.if_known(), *y = b.if_known(); x || y) return x && y && part.of(*x) == part.of(*y);
    return same_reason(a.absence(), b.absence());
}

constexpr Field all_bits{.name = {}, .at = {63, 0}, .doc = {}};

bool same(const RegisterValues& a, const RegisterValues& b) {
    return std::equal(a.values.begin(), a.values.end(), b.values.begin(), b.values.end(),
                      [](const auto& x, const auto& y) { return same(x, y, all_bits); });
}

bool same(const RegisterReadings::Group& a, const RegisterReadings::Group& b, std::span<const Bit> parts) {
    return std::all_of(parts.begin(), parts.end(),
                       [&](const Bit& part) { return same(a[*part.reg], b[*part.reg], part.field); });
}

}  // namespace

const Reading<std::uint64_t>& RegisterValues::operator[](const Register& reg) const {
    static const Reading<std::uint64_t> nobody_looked;
    const auto at = static_cast<std::size_t>(std::find(list.begin(), list.end(), &reg) - list.begin());
    return at < values.size() ? values[at] : nobody_looked;
}

void RegisterReadings::add(const CpuSet& cpus, RegisterValues values) {
    const std::size_t h = hash(values);
    const auto [begin, end] = by_hash_.equal_range(h);
    for (auto it = begin; it != end; ++it) {
        Group& g = groups_[it->second];
        if (!same(g.values, values)) continue;
        g.cpus.add(cpus);
        return;
    }
    by_hash_.emplace(h, groups_.size());
    groups_.push_back({cpus, std::move(values)});
}

std::vector<RegisterReadings::Alike> RegisterReadings::alike_in(std::span<const Bit> parts) const {
    std::vector<Alike> result;
    std::unordered_multimap<std::size_t, std::size_t> by_hash;
    for (const Group& group : groups_) {
        const std::size_t h = hash(group, parts);
        const auto [begin, end] = by_hash.equal_range(h);
        const auto known = std::find_if(
            begin, end, [&](const auto& entry) { return same(*result[entry.second].group, group, parts); });
        if (known != end) {
            result[known->second].cpus.add(group.cpus);
            continue;
        }
        by_hash.emplace(h, result.size());
        result.push_back({&group, group.cpus});
    }
    return result;
}

}  // namespace nestprobe
