// SPDX-License-Identifier: MIT
// Text for people: wrapped, and with nothing in it that a terminal obeys.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nestprobe {

inline constexpr std::size_t text_width = 80;

/// Break at blanks so that no line passes `width`; every line after the first begins with `indent` blanks,
/// the first is thought to begin there already.  Newlines in the text become blanks, and what a terminal
/// obeys '?', as printable() has it.  No newline at the end.
std::string wrap(std::string_view text, std::size_t indent, std::size_t width = text_width);

/// Text from a machine, safe on a terminal: control characters, those that turn the direction of writing or
/// break lines (Unicode's bidirectional controls, line and paragraph separators) and broken UTF-8 become '?'.
std::string printable(std::string_view text);
/// Nothing in it would be replaced.
bool is_printable(std::string_view text);

}  // namespace nestprobe
