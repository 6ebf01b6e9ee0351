// SPDX-License-Identifier: MIT
// The only file that nestprobe ever writes: a snapshot that was asked for.
#pragma once

#include <string>
#include <string_view>

namespace nestprobe {

/// All of it, whatever the kernel takes at a time.  0 or the errno.
int write_all(int fd, std::string_view text);

/// A regular file is written whole or not at all: to a temporary file beside it, then renamed; mode 0600, or
/// mode and owner of the file that it replaces.  Links are followed; a device or a pipe is written as it is,
/// and so is a file that others know by another name, or whose owner this user may not give.  0 or the errno.
int write_file(const std::string& path, std::string_view text);

/// "2026-11-22T14:00:00Z"
std::string utc_now();

}  // namespace nestprobe
