// SPDX-License-Identifier: MIT
// How words are looked for in what a person wrote.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nestprobe {

/// ASCII letters alone; the I with a dot of Turkish keyboards is an i.
std::string in_small_letters(std::string_view text);
/// The first letter, where it is an ASCII one.
std::string with_capital(std::string_view text);
/// Where the words, in small letters, stand by themselves; npos: nowhere.
std::size_t find_whole(std::string_view line, std::string_view words);

}  // namespace nestprobe
