// SPDX-License-Identifier: MIT
// What tells the two kinds of guests that Proxmox VE has by their configurations.
#pragma once

#include <string_view>

namespace nestprobe {

/// A container's (pct.conf(5)): keys that a virtual machine's (qm.conf(5)) has not, each on a line of its
/// own.
bool is_proxmox_container(std::string_view text);

/// `qm config NUMBER` stands above: then one key is enough to know what the lines below it are.
bool asks_for_proxmox_guest(std::string_view text);

}  // namespace nestprobe
