// SPDX-License-Identifier: MIT
#include "facts/proof_facts.hpp"

#include "base/errors.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

bool same(const Reading<std::vector<std::string>>& a, const Reading<std::vector<std::string>>& b) {
    if (a.if_known() && b.if_known()) return *a.if_known() == *b.if_known();
    return a.if_absent() && b.if_absent() && same_reason(a.absence(), b.absence());
}

struct Row {
    std::string_view name;
    PerCpu<bool> ProofFacts::*fact;
    std::string_view ran;  ///< the reading of a success
};
constexpr Row rows[] = {
    {"kvm-here", &ProofFacts::kvm_here, "a guest in real mode"},
    {"kvm-in-guests", &ProofFacts::kvm_in_guests, "a guest's guest in 32-bit mode"},
    {"nested-paging", &ProofFacts::nested_paging, "a guest's guest in 32-bit mode with EPT or NPT"},
    {"long-mode", &ProofFacts::long_mode, "a guest's guest in 64-bit mode"},
    {"long-mode-nested-paging", &ProofFacts::long_mode_nested_paging,
     "a guest's guest in 64-bit mode with EPT or NPT"},
    {"shadow-vmcs", &ProofFacts::shadow_vmcs, "a guest's guest with a shadow VMCS"},
};

Absent not_understood(const ProofEntry& entry) {
    return {Why::malformed, fmt::format("proof {}: these words are not known", entry.name)};
}

Fact<bool> decode_run(const ProofEntry& entry, std::string_view ran) {
    if (const Absent* absent = entry.words.if_absent()) return *absent;
    const auto& words = *entry.words.if_known();
    if (words.size() == 1 && words[0] == "proved") return {true, {{std::string(ran), "ran to its end"}}};
    if (words.size() == 3 && words[0] == "failed")
        return {false, {{std::string(ran), fmt::format("at {}: {}", words[1], words[2])}}};
    return not_understood(entry);
}

/// All words of an entry as numbers; false when they are not `n` numbers.
bool numbers(const ProofEntry& entry, unsigned* into, std::size_t n) {
    const auto& words = *entry.words.if_known();
    if (words.size() != n) return false;
    for (std::size_t i = 0; i < n; ++i)
        if (!parse_number(std::string_view(words[i]), into[i])) return false;
    return true;
}

Fact<unsigned> decode_time(const ProofEntry& entry) {
    unsigned time = 0;
    if (const Absent* absent = entry.words.if_absent()) return *absent;
    if (!numbers(entry, &time, 1)) return not_understood(entry);
    return {time, {{"CLOCK_MONOTONIC on " + name_cpus(entry.cpus), fmt::format("{} us", time)}}};
}

Fact<ExitCost> decode_cost(const ProofEntry& entry, std::string_view where) {
    unsigned n[4];
    if (const Absent* absent = entry.words.if_absent()) return *absent;
    if (!numbers(entry, n, 4)) return not_understood(entry);
    return {ExitCost{n[0], n[1], n[2], n[3]},
            {{fmt::format("RDTSC around CPUID in {} on {}", where, name_cpus(entry.cpus)),
              fmt::format("median {} ns of {}, nine of ten from {} to {}", n[1], n[0], n[2], n[3])}}};
}

}  // namespace

void add_entry(ProofRecord& record, ProofEntry entry) {
    for (ProofEntry& there : record)
        if (there.name == entry.name && same(there.words, entry.words)) {
            there.cpus.add(entry.cpus);
            return;
        }
    record.push_back(std::move(entry));
}

std::string key_of(const ProofEntry& entry) {
    return entry.cpus.empty() ? entry.name : fmt::format("{} {}", entry.name, entry.cpus.to_string());
}

bool parse_key(std::string_view key, ProofEntry& entry) {
    const auto blank = key.find(' ');
    entry.name = std::string(key.substr(0, blank));
    entry.cpus = {};
    return !entry.name.empty() &&
           (blank == std::string_view::npos || CpuSet::parse(key.substr(blank + 1), entry.cpus));
}

ProofFacts decode_proof(const ProofRecord& record) {
    ProofFacts facts;
    for (const ProofEntry& entry : record) {
        for (const Row& row : rows)
            if (entry.name == row.name) (facts.*row.fact).add(entry.cpus, decode_run(entry, row.ran));
        if (entry.name == "time-kvm-here") facts.kvm_here_time = decode_time(entry);
        if (entry.name == "time-kvm-in-guests") facts.kvm_in_guests_time = decode_time(entry);
        if (entry.name == "exit-cost") facts.exit_cost = decode_cost(entry, "a guest");
        if (entry.name == "nested-exit-cost") facts.nested_exit_cost = decode_cost(entry, "a guest's guest");
    }
    return facts;
}

}  // namespace nestprobe
