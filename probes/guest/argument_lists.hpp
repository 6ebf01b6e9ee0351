// SPDX-License-Identifier: MIT
// QEMU's arguments where a program lists them one by one, and no shell has to split them.
#pragma once

#include "guest/definition.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// The program and its arguments, of several lists the last; empty: no such list.
std::vector<Word> find_argument_list(std::string_view text, const std::string& label);

}  // namespace nestprobe
