// SPDX-License-Identifier: MIT
// --assume: the facts as they would be if something were so.  NAME=VALUE is one of
//   kernel=7.1.9            that kernel, started
//   module=loaded           the processor's KVM module; or unloaded
//   kvm_intel.nested=1      a parameter of KVM's modules, as an option that counts when the module is loaded
//   intel_iommu=on          a word of the kernel command line that bears on virtualization, and a restart;
//                           cmdline=WORD takes any
//   cpu.vmx=yes             a fact that is yes or no, by its name in --format facts; or no
#pragma once

#include "facts/facts.hpp"

#include <span>
#include <string>
#include <string_view>

namespace nestprobe {

/// What is wrong with a NAME=VALUE, for a person, with the nearest names; empty: nothing.
std::string complaint_about(std::string_view assumption);

/// The facts with all of these so; each must be without complaint.  What is changed says "--assume" in its
/// readings.
Facts assume(Facts facts, std::span<const std::string> assumptions);

}  // namespace nestprobe
