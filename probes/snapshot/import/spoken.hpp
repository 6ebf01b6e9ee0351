// SPDX-License-Identifier: MIT
// Sentences of a paste that say what a command printed.
#pragma once

#include "snapshot/import/paste.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace nestprobe {

struct Spoken {
    Section section;
    bool placed = false;  ///< it names a host or a guest: of which machine the rest is, nobody says
};

/// In order; those that contradict each other are left out.  Takes a cleaned paste.
std::vector<Spoken> spoken_outputs(std::string_view text);

}  // namespace nestprobe
