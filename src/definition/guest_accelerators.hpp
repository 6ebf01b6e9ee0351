// SPDX-License-Identifier: MIT
// What else than KVM and TCG runs QEMU's guests: hvf, whpx, nvmm, hax, Xen.
#pragma once

#include "facts/guest_facts.hpp"

#include <string_view>

namespace nestprobe {

struct OtherAccelerator {
    Accelerator id;
    std::string_view name;     ///< "Apple's Hypervisor.framework (hvf)"
    std::string_view nesting;  ///< whether nesting exists there, one sentence
    std::string_view instead;  ///< what to do
    std::string_view source;   ///< and its date
};

/// Null for kvm, tcg and what is none of QEMU's.
const OtherAccelerator* find_other_accelerator(Accelerator id);

}  // namespace nestprobe
