// SPDX-License-Identifier: MIT
// A command line as the tests write it.
#pragma once

#include "options.hpp"

#include <vector>

namespace nestprobe::test {

/// Of the words behind the program's name; throws as parse_command_line() does.
inline Options parsed(std::vector<const char*> words) {
    words.insert(words.begin(), "nestprobe");
    return parse_command_line(static_cast<int>(words.size()), words.data());
}

}  // namespace nestprobe::test
