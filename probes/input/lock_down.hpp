// SPDX-License-Identifier: MIT
// Before anything from elsewhere is parsed, the process gives up what parsing does not need.
#pragma once

#include <cstdint>

namespace nestprobe {

/// What a process still has to do: nothing but compute and write to what is open; or write a file as well.
enum class Afterwards : std::uint8_t { computes, writes_a_file };

/// No new privileges, no file system (Landlock), no system calls but a few (seccomp; the others fail with
/// EPERM).  Where the kernel has one of them not, silently without it.  For good.
void lock_down(Afterwards afterwards);

}  // namespace nestprobe
