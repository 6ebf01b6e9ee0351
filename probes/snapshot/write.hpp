// SPDX-License-Identifier: MIT
// nestprobe-snapshot/1, from a Recording to text.
#pragma once

#include "recording/recording.hpp"

#include <string>

namespace nestprobe {

/// Ends with a newline. Text that is not UTF-8 is written as base64.
std::string write_snapshot(const Recording& recording);

/// For the person whose machine it is: what kinds of things a snapshot holds.
std::string describe_recording(const Recording& r);

}  // namespace nestprobe
