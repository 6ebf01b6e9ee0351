// SPDX-License-Identifier: MIT
// QEMU's named CPU models: whose processors they are, and which of them have SVM of their own.
#pragma once

#include "facts/facts.hpp"

#include <optional>
#include <string_view>

namespace nestprobe {

struct NamedCpu {
    std::string_view family;           ///< "Skylake-Client", which "Skylake-Client-IBRS" begins with
    std::optional<Technology> vendor;  ///< Intel's: VMX; AMD's and Hygon's: SVM; none: a model of QEMU's own
    std::optional<bool> emulated_svm;  ///< TCG shows SVM with it; none: it depends on the version
};

/// Null for a name that is not known, such as one that Proxmox's administrator made up.
/// QEMU 7.2 to 10.0 target/i386/cpu.c, builtin_x86_defs.  No Intel model has vmx, and with KVM no model has
/// svm (kvm_default_props).
const NamedCpu* find_named_cpu(std::string_view name);

}  // namespace nestprobe
