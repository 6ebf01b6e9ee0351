// SPDX-License-Identifier: MIT
// A machine as data: what a snapshot file holds, what the recorder fills, what replay answers from, and what
// an importer makes of another tool's dump.  What is not in it is not recorded; a refusal that is in it is an
// Absent.
#pragma once

#include "base/cpu_set.hpp"
#include "facts/proof_facts.hpp"
#include "sources.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace nestprobe {

/// leaf, subleaf
using CpuidKey = std::pair<std::uint32_t, std::uint32_t>;

/// CPUs whose readings are all alike.  Absences of a map as a whole come from snapshots that are written by
/// hand: the recorder writes one down for each key.
struct CpuRecord {
    CpuSet ids;
    std::map<CpuidKey, Reading<CpuidRegs>> cpuid;
    std::map<std::uint32_t, Reading<std::uint64_t>> msr;
    std::optional<Absent> no_cpuid, no_msr;  ///< why what stands in neither of them is missing
};

struct KvmRecord {
    std::optional<Reading<bool>> open;
    std::optional<DeviceNode> node;  ///< of a refusal, where something is known of it
    std::optional<Reading<int>> api_version;
    std::map<int, Reading<int>> extensions;
    std::map<CpuidKey, Reading<CpuidRegs>> supported_cpuid;
    std::map<std::uint32_t, Reading<std::uint64_t>> feature_msrs;
    std::optional<Reading<std::vector<std::string>>> holders;
    std::optional<Absent> no_extensions, no_supported_cpuid, no_feature_msrs;
};

/// Made, copied and taken apart in recording.cpp alone: that is much code.
struct Recording {
    Recording();
    Recording(const Recording& other);
    Recording(Recording&& other) noexcept;
    Recording& operator=(const Recording& other);
    Recording& operator=(Recording&& other) noexcept;
    ~Recording();

    std::string tool;      ///< "nestprobe 0.1.0"; of an importer, the format it read: "cpuid -r"
    std::string recorded;  ///< ISO 8601, UTC
    std::vector<CpuRecord> cpus;
    std::map<std::string, Reading<std::string>, std::less<>> files;
    std::map<std::string, Reading<std::vector<std::string>>, std::less<>> directories;
    std::optional<Absent> no_files, no_directories;
    KvmRecord kvm;
    std::optional<Reading<std::vector<std::string>>> kernel_log;
    std::optional<ProofRecord> proof;  ///< of --prove
};

/// The same keys with the same answers.
template <class Map>
bool same_map(const Map& a, const Map& b) {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](const auto& x, const auto& y) {
               return x.first == y.first && same_answer(x.second, y.second);
           });
}

/// The part of a leaf that names one CPU (its APIC id) set to 0; Intel SDM Vol. 2A and AMD APM Vol. 3, CPUID.
CpuidRegs mask_apic_ids(std::uint32_t leaf, CpuidRegs regs);

}  // namespace nestprobe
