// SPDX-License-Identifier: MIT
// What older snapshots have in words, and newer ones in places of its own.
#pragma once

#include "recording/recording.hpp"

namespace nestprobe {

/// Puts it there.
void read_old_words(Recording& recording);

}  // namespace nestprobe
