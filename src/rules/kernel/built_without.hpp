// SPDX-License-Identifier: MIT
// What KVM lacks where the kernel itself was built without it (NP402, NP404, NP410).
#pragma once

#include "rules/common.hpp"

namespace nestprobe {

Outcome check_locked_by_kernel(const Facts& f);
Outcome check_without_kvm(const Facts& f);
Outcome check_wsl1(const Facts& f);

}  // namespace nestprobe
