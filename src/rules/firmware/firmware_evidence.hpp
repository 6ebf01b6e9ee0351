// SPDX-License-Identifier: MIT
// What tells of firmware's switch where its register could not be read.
#pragma once

#include "rules/rule.hpp"

#include <string_view>

namespace nestprobe {

inline constexpr std::string_view unknown_level =
    "; whether firmware or a hypervisor did it cannot be told, because it is not known whether this is a "
    "guest";

/// What others say; else the outcome of the register, which could not be read.  Kernels since that version
/// list the flag only where firmware allows it.
Outcome from_evidence(const Facts& f, const Outcome& unread, unsigned since_major, unsigned since_minor,
                      const PerCpu<bool>& flag);

}  // namespace nestprobe
