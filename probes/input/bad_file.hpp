// SPDX-License-Identifier: MIT
// The one exception of the program: a file that cannot be understood.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

namespace nestprobe {

/// What is quoted of a file in a complaint about it, in bytes.
inline constexpr std::size_t longest_complaint = 200;

/// Exit status 65.  The text is one line, "FILE:LINE:COLUMN: what is wrong", or "FILE: what is wrong".
struct BadFile : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Exit status 66: "FILE: No such file or directory".
struct UnopenedFile : std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace nestprobe
