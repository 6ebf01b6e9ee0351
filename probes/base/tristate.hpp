// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

namespace nestprobe {

/// A symbol of the kernel's configuration: absent, a module, built in.
enum class Tristate : std::uint8_t { no, module, yes };

std::string_view to_string(Tristate value);  ///< "n", "m", "y"

}  // namespace nestprobe
