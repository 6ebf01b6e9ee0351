// SPDX-License-Identifier: MIT
// What sentences of a paste name: how a word is looked for in one.
#pragma once

#include <string>
#include <string_view>

namespace nestprobe {

class Evidence;

std::string in_small_letters(std::string_view text);
/// Where the words stand by themselves; npos: nowhere.
std::size_t find_whole(std::string_view line, std::string_view words);
void hear_named_place(std::string_view text, Evidence& evidence);

}  // namespace nestprobe
