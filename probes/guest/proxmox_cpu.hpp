// SPDX-License-Identifier: MIT
// What Proxmox VE takes in the line cpu: of a guest's configuration.
#pragma once

#include <string_view>

namespace nestprobe {

/// The first part of that value which Proxmox refuses there: a type that it does not have, a flag that only a
/// model of the cluster's own may have, another key.  Then it drops the whole line with a warning, and the
/// guest has the default, kvm64.  Empty: none.
std::string_view refused_in_proxmox_cpu(std::string_view value);

}  // namespace nestprobe
