// SPDX-License-Identifier: MIT
// What stands in lines that may be a program's message.  Each message is one of a few hundred patterns, which
// are too many to be looked for in every line of a support archive; a line that none of these is in is looked
// up where somebody gives it alone (--explain=).
#pragma once

#include "base/text.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace nestprobe {

/// Is a line some program's message, of which somebody else knows the meaning?
using KnowsMessage = bool (*)(std::string_view line);

/// Both cases of a first letter are one word.  Each stands in a message that is known.
inline constexpr std::string_view telling_words[] = {
    "rror",
    "ERROR",
    "ail",
    "annot",
    "not ",
    "NOT",
    "unable",
    "Unable",
    "denied",
    "equire",
    "VERR_",
    "MSR",
    "isabled",
    "ncompatible",
    "timeout",
    " must ",
    "already in use",
    "n't ",
    "giving up",
    "arning: ",
    "lease ",
    "nsufficient",
    "kubevirt.io/kvm",
    "entry_failure_reason",
    "IOMMU",
    "nrecognized",
    "more info",
    "nsupported",
    "domain_crash",
    "nested-",
    "cap-",
    "EXIT_SHUTDOWN",
    "soft lockup",
    "stalls on",
    "stall on CPU",
    "FirmwareEnabled",
    "wsl: ",
    "hv_support",
    "gh_mask=",
    "SecondaryExec=",
    "RIP: ",
    "ypervisor is present",
    "Wrong driver devices",
    "driver in use: nvidia",
    "driver in use: nouveau",
    "driver in use: amdgpu",
    "driver in use: radeon",
    "driver in use: snd_hda_intel",
    "vfio-pci ids=",
    "vfio-pci.ids=",
    "vfio_pci.ids=",
    "moddep file",
    "nknown option",
    "exceeded",
    "nknown symbol",
    "nobody cared",
    "emulating exchange",
    "kern.info] unhandled",
    "yper-V disabled",
};

inline bool may_be_message(std::string_view line) {
    return std::any_of(std::begin(telling_words), std::end(telling_words),
                       [&](std::string_view word) { return contains(line, word); });
}

}  // namespace nestprobe
