// SPDX-License-Identifier: MIT
// A file that the user named, or standard input.
#pragma once

#include <cstddef>
#include <string>

namespace nestprobe {

/// The whole file; "-" is standard input.  Throws UnopenedFile, and BadFile where it is larger than `limit`
/// bytes: of such a file no more than that is read.
std::string read_input(const std::string& path, std::size_t limit);

/// The same, of a descriptor, which stays open; `name` is for messages.
std::string read_all(int fd, const std::string& name, std::size_t limit);

/// "standard input", or the path.
std::string name_of_input(const std::string& path);

}  // namespace nestprobe
