// SPDX-License-Identifier: MIT
// libvirt's own words about a guest, through virsh: the one process that nestprobe ever starts, and only for
// --domain NAME.
#pragma once

#include <string>

namespace nestprobe {

struct DomainTexts {
    std::string stored;          ///< as it will start
    std::string running{};       ///< as it runs; the stored one where it does not
    std::string capabilities{};  ///< `virsh domcapabilities --virttype kvm`, of a guest with host-model alone
    std::string no_capabilities{};  ///< why there is none, where it was asked for
};

/// `virsh --readonly dumpxml [--inactive] --domain NAME`, twice: its standard output.  A fixed list of
/// arguments, no shell; ten seconds after the first was started, whichever runs is killed.  Throws
/// UnopenedFile with virsh's first line of complaint, BadFile where it prints more than a definition can be.
DomainTexts dump_domain(const std::string& name);

}  // namespace nestprobe
