// SPDX-License-Identifier: MIT
// How a recording is made, copied and taken apart: once, not in every file that does so.
#include "snapshot/recording.hpp"

namespace nestprobe {

Recording::Recording() = default;
Recording::Recording(const Recording& other) = default;
Recording::Recording(Recording&& other) noexcept = default;
Recording& Recording::operator=(const Recording& other) = default;
Recording& Recording::operator=(Recording&& other) noexcept = default;
Recording::~Recording() = default;

}  // namespace nestprobe
