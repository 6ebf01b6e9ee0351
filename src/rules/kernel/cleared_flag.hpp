// SPDX-License-Identifier: MIT
// A flag that the kernel does not list: taken out, or never there (NP403).
#pragma once

#include "rules/rule.hpp"

namespace nestprobe {

Outcome check_flag_cleared(const Facts& f);

}  // namespace nestprobe
