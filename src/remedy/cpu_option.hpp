// SPDX-License-Identifier: MIT
// The value of a -cpu option, edited so that the guest has VMX or SVM, and nothing else of it.
#pragma once

#include "facts/guest_facts.hpp"

#include <string>
#include <string_view>

namespace nestprobe {

/// "host,-vmx,hv_relaxed" -> "host,hv_relaxed"; "Haswell,-vmx,+pcid" -> "Haswell,+vmx,+pcid"; "Haswell,+pcid"
/// -> "host,+pcid".  host and max stay, and a model of `feature`'s vendor from which only that is taken away;
/// of the flags only those go that take it away, or ask for another vendor's.  `feature`: "vmx" or "svm", the
/// one that the processor here has; empty: nobody knows.
std::string edited_cpu_option(std::string_view value, std::string_view feature);

/// A -global takes that feature away, not the words about the CPU.
bool is_taken_by_global(const GuestFacts& guest, std::string_view feature);

/// The options that the edit of a QEMU command line stands for: -accel kvm where it is not there, and -cpu.
std::string edited_cpu_arguments(const GuestFacts& guest, std::string_view feature);

/// The value of Proxmox's cpu:, as a word of a shell: the model made host, or its flag -nested-virt
/// +nested-virt; all else as it is.
std::string edited_proxmox_cpu(const GuestFacts& guest);

/// A line of a Proxmox configuration, args:, with that -cpu edited; empty where it cannot be found in it.
std::string edited_proxmox_args(std::string_view configuration, const GuestFacts& guest,
                                std::string_view feature);

}  // namespace nestprobe
