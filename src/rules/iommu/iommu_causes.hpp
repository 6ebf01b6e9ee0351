// SPDX-License-Identifier: MIT
// Why the kernel does not use an IOMMU, or does not remap interrupts, in its own words: lines of its log.
#pragma once

#include "rules/rule.hpp"

namespace nestprobe {

/// What a line stops.
enum class Stops : std::uint8_t { dma, interrupts };

struct IommuCause {
    LogLine line;
    Stops stops;
    std::string_view means;
    std::string_view fix;       ///< on hardware, and where it is the same in a guest
    std::string_view in_guest;  ///< in a guest; empty: the same
};

struct HeardCause {
    const IommuCause* cause = nullptr;
    const LoggedLine* line = nullptr;
    explicit operator bool() const { return cause != nullptr; }
    std::string message() const;  ///< the line, and what it means
    std::string_view fix(const Facts& f) const;
};
/// The first such line: what follows in the log follows from it.
HeardCause heard_cause(const Facts& f, Stops what);

/// What the IOMMU wrote of devices, of memory and of itself (NP810).
Outcome check_iommu_faults(const Facts& f);

}  // namespace nestprobe
