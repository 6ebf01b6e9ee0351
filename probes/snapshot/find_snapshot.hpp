// SPDX-License-Identifier: MIT
// A snapshot among what people paste around it: prose, prompts, the fences of a forum.
#pragma once

#include <string>
#include <string_view>

namespace nestprobe {

/// The text with blanks in place of all that stands around the first snapshot in it, so that places in
/// messages are those of the file; empty where none is in it.  Of a snapshot that is cut off, what there is.
std::string snapshot_within(std::string_view text);

}  // namespace nestprobe
