// SPDX-License-Identifier: MIT
// Standard output, and what it can show.
#pragma once

#include "options.hpp"

#include <string_view>

namespace nestprobe {

/// Colour and Unicode marks only on a terminal that takes them; NO_COLOR (no-color.org) is honoured.
Style style_for_stdout(Colour when);

/// Writes all of it, then answers `status`; cannot_write, with a line on stderr, when that failed.
ExitStatus write_stdout(std::string_view text, ExitStatus status);

}  // namespace nestprobe
