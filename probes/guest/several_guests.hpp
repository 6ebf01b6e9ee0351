// SPDX-License-Identifier: MIT
// A text that defines more than one guest: what is true of all of them, and where they differ, that they do.
#pragma once

#include "guest/definition.hpp"

#include <string>
#include <vector>

namespace nestprobe {

struct OneOfSeveral {
    GuestFacts facts;
    std::string name;  ///< as it stands in the definition; may be empty
    std::size_t line = 0;
};

/// So many are read; with these many it is not known whether there are more, which may differ.
constexpr std::size_t most_guests = 24;

/// The facts of one guest as they are.  Of several: those of the first, without its name, where they say the
/// same of the CPU (and of the IOMMU); else these are not known.  There is at least one.
GuestFacts facts_of_all(std::vector<OneOfSeveral> guests, const std::string& label);

}  // namespace nestprobe
