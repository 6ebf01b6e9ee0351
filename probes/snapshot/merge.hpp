// SPDX-License-Identifier: MIT
// Several inputs about one machine become one recording.
#pragma once

#include "recording/recording.hpp"

#include <string>
#include <vector>

namespace nestprobe {

struct NamedRecording {
    std::string name;  ///< the file's, for what contradicts
    Recording recording;
};

/// What one input lacks is taken from the others.  What two of them say differently is nobody's: it becomes
/// absent, and a line of the file hearsay::contradictions names both.
Recording merge_recordings(std::vector<NamedRecording> inputs);

}  // namespace nestprobe
