// SPDX-License-Identifier: MIT
// A fact that each CPU answers for itself: the distinct answers, each with the CPUs that gave it, in the
// order met.  Size grows with the number of different answers, not of CPUs.
#pragma once

#include "base/cpu_set.hpp"
#include "base/fact.hpp"

#include <algorithm>

namespace nestprobe {

/// For any() and all() of a bit.
constexpr bool yes(bool value) { return value; }
constexpr bool no(bool value) { return !value; }

template <class T>
class PerCpu {
public:
    struct Group {
        CpuSet cpus;  ///< empty only where no CPU is known at all
        Fact<T> answer;
    };

    /// Nobody has looked.
    PerCpu() = default;
    /// The same refusal for every CPU, and nobody knows which CPUs there are.
    PerCpu(Absent absent) { groups_.push_back({{}, std::move(absent)}); }

    void add(const CpuSet& cpus, Fact<T> answer) {
        for (Group& g : groups_) {
            if (!same_answer(g.answer, answer)) continue;
            g.cpus.add(cpus);
            return;
        }
        groups_.push_back({cpus, std::move(answer)});
    }

    const std::vector<Group>& groups() const { return groups_; }

    /// Does a CPU that could be read answer so?
    template <class P>
    bool any(P&& predicate) const {
        return std::any_of(groups_.begin(), groups_.end(), [&](const Group& g) {
            const T* value = g.answer.if_known();
            return value && std::invoke(predicate, *value);
        });
    }
    /// Is there a CPU, could all be read, and do all answer so?
    template <class P>
    bool all(P&& predicate) const {
        return !groups_.empty() && std::all_of(groups_.begin(), groups_.end(), [&](const Group& g) {
            const T* value = g.answer.if_known();
            return value && std::invoke(predicate, *value);
        });
    }
    bool any_known() const {
        return any([](const T&) { return true; });
    }
    /// The first answer; for what a machine has once, or where one CPU speaks for all.
    Fact<T> first() const { return groups_.empty() ? Fact<T>{} : groups_.front().answer; }
    /// The first answer that is known, else why the first is not.
    Fact<T> first_known() const {
        for (const Group& g : groups_)
            if (g.answer.if_known()) return g.answer;
        return first();
    }

    /// Why the first CPU that could not be read could not be; Absent{} where all could, or nobody has looked.
    Absent first_absent() const {
        for (const Group& g : groups_)
            if (const Absent* absent = g.answer.if_absent()) return *absent;
        return {};
    }

    /// Decode every answer; those that become equal share a group.
    template <std::invocable<const T&> F>
    auto map(F&& decode) const -> PerCpu<std::invoke_result_t<F, const T&>> {
        PerCpu<std::invoke_result_t<F, const T&>> result;
        for (const Group& g : groups_) result.add(g.cpus, g.answer.map(decode));
        return result;
    }

private:
    std::vector<Group> groups_;
};

}  // namespace nestprobe
