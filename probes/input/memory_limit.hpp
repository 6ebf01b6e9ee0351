// SPDX-License-Identifier: MIT
// How much memory what comes from outside may cost: eight times its size and 16 MiB.  The kernel keeps the
// account (RLIMIT_DATA); what would need more ends with status 65.
#pragma once

#include <cstddef>
#include <string>

namespace nestprobe {

/// Before an input is read: its size is not known yet.
void lift_memory_limit();

/// So many bytes more were read from `name`.  A smaller limit that somebody else has set stays.
void limit_memory(std::size_t bytes, const std::string& name);

/// "a.json: needs more memory than ...", made before it is needed, printable; empty while nothing was read:
/// then it was not an input's fault.
const std::string& memory_complaint();

}  // namespace nestprobe
