// SPDX-License-Identifier: MIT
// vfio-pci.ids= on the kernel command line, by which vfio-pci takes devices before their own drivers do.
#pragma once

#include "rules/rule.hpp"

#include <optional>

namespace nestprobe {

/// What is wrong with it; nothing: it is not there, or as it should be.
std::optional<Outcome> misspelt_vfio_ids(const Facts& f);

}  // namespace nestprobe
