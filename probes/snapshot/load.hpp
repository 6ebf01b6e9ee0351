// SPDX-License-Identifier: MIT
// A snapshot, or another tool's dump, from a file, a directory (hwloc-gather-cpuid) or standard input.
#pragma once

#include "snapshot/recording.hpp"

#include <string>

namespace nestprobe {

/// "-" is standard input. Throws UnopenedFile or BadFile. Nothing is taken from the machine that it runs on.
Recording load_recording(const std::string& path);

}  // namespace nestprobe
