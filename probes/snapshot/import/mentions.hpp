// SPDX-License-Identifier: MIT
// What sentences of a paste name.
#pragma once

#include <string_view>

namespace nestprobe {

class Evidence;

void hear_named_place(std::string_view text, Evidence& evidence);

}  // namespace nestprobe
