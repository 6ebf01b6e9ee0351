// SPDX-License-Identifier: MIT
// Each hypervisor's own switch for nested virtualization: what to change above a guest that has no VMX or
// SVM.
#pragma once

#include "facts/facts.hpp"

#include <string>

namespace nestprobe {

/// What to do on the platform above, for VMX or SVM.  The platform may be unknown.
std::string fix_on_platform(const Fact<Platform>& platform, const Fact<std::string>& product,
                            std::string_view flag);

}  // namespace nestprobe
