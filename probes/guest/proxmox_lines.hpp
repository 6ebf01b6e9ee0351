// SPDX-License-Identifier: MIT
// The lines of a Proxmox configuration, "key: value" (qm.conf(5)), and the parts of a value.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace nestprobe {

struct ProxmoxLine {
    std::string_view key, value;
    std::size_t number;  ///< from 1
};

/// Up to the first [section]: what follows are snapshots.
std::vector<ProxmoxLine> proxmox_lines(std::string_view text);

/// "host,flags=+pcid;-aes" -> the value of a key; the first part for the key "" or where that has none.
std::string_view proxmox_part(std::string_view value, std::string_view key, bool first_is_key = false);

}  // namespace nestprobe
