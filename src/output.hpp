// SPDX-License-Identifier: MIT
// The only file that nestprobe ever writes: a snapshot that was asked for.
#pragma once

#include "snapshot/recording.hpp"

#include <string>
#include <string_view>

namespace nestprobe {

/// Written whole or not at all: to a temporary file beside it, mode 0600, then renamed. Answers 0 or the
/// errno.
int write_file(const std::string& path, std::string_view text);

/// "2026-11-22T14:00:00Z"
std::string utc_now();

/// For the person whose machine it is: what kinds of things a snapshot holds.
std::string describe_recording(const Recording& recording);

}  // namespace nestprobe
