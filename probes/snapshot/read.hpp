// SPDX-License-Identifier: MIT
// nestprobe-snapshot/1, from text to a Recording.
#pragma once

#include "recording/recording.hpp"

#include <string>
#include <string_view>

namespace nestprobe {

/// Does the text look like JSON at all?  Other tools' dumps do not.
bool looks_like_snapshot(std::string_view text);

/// Throws BadFile, "NAME:LINE:COLUMN: what is wrong".  Unknown keys are ignored; a key that stands twice, a
/// value of the wrong type, CPUs listed twice are errors.
Recording read_snapshot(std::string_view text, const std::string& name);

}  // namespace nestprobe
