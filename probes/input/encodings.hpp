// SPDX-License-Identifier: MIT
// Text as other systems store it: with a byte order mark, or as UTF-16, which is what PowerShell's > writes.
#pragma once

#include <string>

namespace nestprobe {

/// The text as UTF-8 without a byte order mark.  UTF-16 and UTF-32 are told by theirs, UTF-16 also by a NUL
/// in every second of the first bytes; what is none of these stays as it is.  Half a surrogate pair is
/// U+FFFD.
std::string as_utf8(std::string text);

}  // namespace nestprobe
