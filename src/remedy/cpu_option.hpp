// SPDX-License-Identifier: MIT
// The value of a -cpu option, edited so that the guest has VMX or SVM, and nothing else of it.
#pragma once

#include "facts/guest_facts.hpp"

#include <string>
#include <string_view>

namespace nestprobe {

/// "host,-vmx,hv_relaxed" -> "host,hv_relaxed"; "Haswell,+pcid" -> "host,+pcid".  host and max stay; of the
/// flags only those go that take vmx or svm away, or ask for another vendor's.
std::string edited_cpu_option(std::string_view value);

/// The options that the edit of a QEMU command line stands for: -accel kvm where it is not there, and -cpu.
std::string edited_cpu_arguments(const GuestFacts& guest);

/// A line of a Proxmox configuration, args:, with that -cpu edited; empty where it cannot be found in it.
std::string edited_proxmox_args(std::string_view configuration, const GuestFacts& guest);

}  // namespace nestprobe
