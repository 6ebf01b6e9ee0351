// SPDX-License-Identifier: MIT
// What --prove found out: as facts, and as the words that a snapshot keeps of it.
#pragma once

#include "base/per_cpu.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// Round trips of one kind of exit, in nanoseconds: the median, and between which two nine of ten lie.
struct ExitCost {
    unsigned samples = 0, median = 0, low = 0, high = 0;
    friend bool operator==(const ExitCost&, const ExitCost&) = default;
};

/// Of each bool: true, a guest did it; false, it was tried and failed, and the reading says where and why;
/// absent: it was not tried, and why not.
struct ProofFacts {
    PerCpu<bool> kvm_here{};
    PerCpu<bool> kvm_in_guests{};
    PerCpu<bool> nested_paging{};
    PerCpu<bool> long_mode{};
    PerCpu<bool> long_mode_nested_paging{};
    PerCpu<bool> shadow_vmcs{};
    Fact<unsigned> kvm_here_time{};
    Fact<unsigned> kvm_in_guests_time{};
    Fact<ExitCost> exit_cost{};
    Fact<ExitCost> nested_exit_cost{};
};
template <ConstOrNot<ProofFacts> F, class V>
constexpr void for_each(F& f, V&& visit) {
    visit("proof.kvm_here", f.kvm_here, "a guest in real mode wrote a pattern to a port and halted");
    visit("proof.kvm_in_guests", f.kvm_in_guests,
          "a guest ran a guest: 32-bit protected mode, translated by page tables alone");
    visit("proof.nested_paging", f.nested_paging, "the same with EPT or NPT");
    visit("proof.long_mode", f.long_mode, "a guest ran a guest in 64-bit mode");
    visit("proof.long_mode_nested_paging", f.long_mode_nested_paging, "the same with EPT or NPT");
    visit("proof.shadow_vmcs", f.shadow_vmcs, "a guest's guest read a field out of a shadow VMCS");
    visit("proof.kvm_here_time", f.kvm_here_time, "microseconds from creating that guest to its end");
    visit("proof.kvm_in_guests_time", f.kvm_in_guests_time, "the same of a guest that runs a guest");
    visit("proof.exit_cost", f.exit_cost, "nanoseconds of a CPUID in a guest, which KVM here handles");
    visit("proof.nested_exit_cost", f.nested_exit_cost,
          "nanoseconds of a CPUID in a guest's guest, which its guest handles");
}

/// One result as it is recorded: "proved"; or "failed", where and why; or figures.
struct ProofEntry {
    std::string name;  ///< a Proof's word, "exit-cost", "time-kvm-here", ...
    CpuSet cpus;
    Reading<std::vector<std::string>> words;
};
using ProofRecord = std::vector<ProofEntry>;

/// Add a result; CPUs of the same result share an entry.
void add_entry(ProofRecord& record, ProofEntry entry);
/// A snapshot's key, "kvm-here 0-3", and back; false when it is none.
std::string key_of(const ProofEntry& entry);
bool parse_key(std::string_view key, ProofEntry& entry);

/// Words that it does not know are malformed facts, names that it does not know are left alone.
ProofFacts decode_proof(const ProofRecord& record);

}  // namespace nestprobe
