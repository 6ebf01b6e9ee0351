// SPDX-License-Identifier: MIT
// Which outputs of a paste are of one machine.
#pragma once

#include "snapshot/import/evidence.hpp"
#include "snapshot/import/paste.hpp"

#include <functional>
#include <string>
#include <vector>

namespace nestprobe {

using SectionReader = std::function<void(const Section&, Evidence&)>;

/// The prompt's name may be a container's: twelve digits, or toolbox.
void place_by_prompt(const Section& section, Evidence& evidence);

/// All sections where nothing says that they are of several machines; else those of the one guest among
/// them, or of the last, and `note` says so.
std::vector<Section> of_one_machine(std::vector<Section> sections, const SectionReader& read,
                                    std::string& note);

}  // namespace nestprobe
