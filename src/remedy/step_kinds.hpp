// SPDX-License-Identifier: MIT
// What kinds of steps have in common.
#pragma once

#include "remedy/remedy.hpp"

namespace nestprobe {

/// It changes the kernel of this system: its modules, their options, its command line.
bool is_for_kernel(const Step& step);

}  // namespace nestprobe
