// SPDX-License-Identifier: MIT
// What the C library says of an errno on systems that speak another language than English.
#pragma once

#include <string>
#include <string_view>

namespace nestprobe {

/// One line, with its last words in English where they are an errno's in another language: "ls: Zugriff auf
/// '/dev/kvm' nicht möglich: No such file or directory".  Any other line is as it was.
std::string with_english_errno(std::string_view line);

}  // namespace nestprobe
