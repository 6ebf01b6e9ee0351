// SPDX-License-Identifier: MIT
// The list of ids by which vfio-pci takes devices, on the kernel command line and in modprobe.d.
#pragma once

#include "facts/module_options.hpp"
#include "rules/rule.hpp"

#include <optional>
#include <string>

namespace nestprobe {

/// "the kernel command line", "/etc/modprobe.d/vfio.conf:3".
std::string place_of(const Origin& origin);

/// What is wrong with it; nothing: it is not there, or as it should be.
std::optional<Outcome> misspelt_vfio_ids(const Facts& f);

}  // namespace nestprobe
