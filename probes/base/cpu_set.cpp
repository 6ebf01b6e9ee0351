// SPDX-License-Identifier: MIT
#include "base/cpu_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace nestprobe {
namespace {

/// Takes a number off the front of `text`.
bool take_number(std::string_view& text, unsigned& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number >= CpuSet::limit) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

}  // namespace

bool CpuSet::parse(std::string_view list, CpuSet& into) {
    while (!list.empty() && (list.back() == '\n' || list.back() == ' ')) list.remove_suffix(1);
    CpuSet set;
    while (true) {
        Range range{};
        if (!take_number(list, range.first)) return false;
        range.last = range.first;
        if (list.starts_with('-')) {
            list.remove_prefix(1);
            if (!take_number(list, range.last) || range.last < range.first) return false;
        }
        set.add(range);
        if (list.empty()) break;
        if (list.front() != ',') return false;
        list.remove_prefix(1);
    }
    into = std::move(set);
    return true;
}

std::size_t CpuSet::size() const {
    std::size_t n = 0;
    for (const Range& r : ranges_) n += r.last - r.first + 1;
    return n;
}

bool CpuSet::contains(unsigned cpu) const {
    return std::any_of(ranges_.begin(), ranges_.end(),
                       [cpu](const Range& r) { return r.first <= cpu && cpu <= r.last; });
}

bool CpuSet::intersects(const CpuSet& other) const {
    auto a = ranges_.begin();
    auto b = other.ranges_.begin();
    while (a != ranges_.end() && b != other.ranges_.end()) {
        if (a->last < b->first)
            ++a;
        else if (b->last < a->first)
            ++b;
        else
            return true;
    }
    return false;
}

void CpuSet::add(Range range) {
    // The usual caller counts upwards, so look from the end.
    auto at = ranges_.end();
    while (at != ranges_.begin() && std::prev(at)->first > range.first) --at;
    at = ranges_.insert(at, range);
    if (at != ranges_.begin() && std::prev(at)->last + 1 >= at->first) --at;
    auto next = std::next(at);
    while (next != ranges_.end() && at->last + 1 >= next->first) {
        at->last = std::max(at->last, next->last);
        next = ranges_.erase(next);
    }
}

void CpuSet::add(const CpuSet& other) {
    for (const Range& r : other.ranges_) add(r);
}

std::vector<unsigned> CpuSet::members() const {
    std::vector<unsigned> all;
    all.reserve(size());
    for (const Range& r : ranges_)
        for (unsigned cpu = r.first; cpu <= r.last; ++cpu) all.push_back(cpu);
    return all;
}

std::string CpuSet::to_string() const {
    std::string text;
    for (const Range& r : ranges_) {
        if (!text.empty()) text += ',';
        text += r.first == r.last ? fmt::format("{}", r.first) : fmt::format("{}-{}", r.first, r.last);
    }
    return text;
}

std::string name_cpus(const CpuSet& cpus) {
    return fmt::format("{} {}", cpus.size() == 1 ? "CPU" : "CPUs", cpus.to_string());
}

}  // namespace nestprobe
