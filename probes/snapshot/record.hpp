// SPDX-License-Identifier: MIT
// Writes down every reading that passes through it, refusals too: a decorator over any Sources.
#pragma once

#include "snapshot/recording.hpp"

#include <algorithm>
#include <memory>

namespace nestprobe {

class Recorder {
public:
    explicit Recorder(const Sources& machine);
    ~Recorder();
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    /// The same machine, watched.
    Sources sources() const;
    /// What was read so far: files condensed, APIC ids masked, CPUs alike in one entry.
    Recording take() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
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
