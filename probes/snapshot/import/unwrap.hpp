// SPDX-License-Identifier: MIT
// A terminal's own line ends: long lines of a screen that was copied end where its window did.
#pragma once

#include <string>
#include <string_view>

namespace nestprobe {

/// A paste whose long lines are all of one width and go on in the next line, each as one line again.  Any
/// other text is as it was: tables and dumps, whose lines begin alike, and prose, which ends between words.
std::string unwrapped(std::string_view text);

}  // namespace nestprobe
