// SPDX-License-Identifier: MIT
// hwloc-gather-cpuid writes a directory: pu0, pu1, ..., a file per CPU.
#pragma once

#include "recording/recording.hpp"

#include <string>
#include <utility>
#include <vector>

namespace nestprobe {

/// `pus`: the number in each file's name, and its contents. `name` is the directory's.
/// Throws BadFile, "NAME/pu7:LINE: what is wrong".
Recording import_hwloc(std::vector<std::pair<unsigned, std::string>> pus, const std::string& name);

}  // namespace nestprobe
