// SPDX-License-Identifier: MIT
// Whose definition it is that stands among the outputs of a machine.
#pragma once

#include <cstdint>

namespace nestprobe {

/// Where outputs of a host and of its guest were told apart by what stands above them.
enum class DefinitionPlace : std::uint8_t {
    unknown,  ///< they were not, or there is no definition
    beside,   ///< among the host's: the guest's own
    inside,   ///< among the guest's: of a guest of that one
};

}  // namespace nestprobe
