// SPDX-License-Identifier: MIT
// What is said of the hypervisor above a guest, and how sure that is.
#pragma once

#include "facts/facts.hpp"

#include <string>

namespace nestprobe {

/// "KVM", "Firecracker"; "the hypervisor above" when it is not known.
std::string named_above(const Facts& f);
/// "this is a guest of KVM", and how sure that is.
std::string guest_of(const Facts& f);
/// Nobody knows whose the processor is: what is hidden may be either's.
bool is_either(const Facts& f);

}  // namespace nestprobe
