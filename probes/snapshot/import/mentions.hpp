// SPDX-License-Identifier: MIT
// What sentences of a paste name: how a word is looked for in one.
#pragma once

#include <string>
#include <string_view>

namespace nestprobe {

class Evidence;

void hear_named_place(std::string_view text, Evidence& evidence);

}  // namespace nestprobe
