// SPDX-License-Identifier: MIT
// A set of CPU numbers, kept as the ranges of the kernel's list format ("0-6,8-15").
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

class CpuSet {
public:
    /// One past the highest CPU number that an x86 Linux can have (NR_CPUS with CONFIG_MAXSMP).
    static constexpr unsigned limit = 8192;

    struct Range {
        unsigned first;
        unsigned last;  ///< inclusive
        friend bool operator==(const Range&, const Range&) = default;
    };

    CpuSet() = default;
    explicit CpuSet(unsigned cpu) : ranges_{{cpu, cpu}} {}

    /// Reads "0-6,8-15", trailing newline or not.  False, and `into` untouched, for anything else: an empty
    /// list, a descending range, a number past the limit.
    static bool parse(std::string_view list, CpuSet& into);

    bool empty() const { return ranges_.empty(); }
    std::size_t size() const;
    bool contains(unsigned cpu) const;
    bool intersects(const CpuSet& other) const;
    /// The lowest number; the set must not be empty.
    unsigned first() const { return ranges_.front().first; }
    const std::vector<Range>& ranges() const { return ranges_; }

    void add(const CpuSet& other);
    /// Every member, ascending.
    std::vector<unsigned> members() const;
    /// "0-6,8-15"; empty for the empty set.
    std::string to_string() const;

    friend bool operator==(const CpuSet&, const CpuSet&) = default;

private:
    void add(Range range);

    std::vector<Range> ranges_;  // ascending, neither touching nor overlapping
};

/// "CPU 7", "CPUs 0-6,8-15".
std::string name_cpus(const CpuSet& cpus);

}  // namespace nestprobe
