// SPDX-License-Identifier: MIT
// A flat JSON object, as QEMU takes options and libvirt writes them:
// {"driver":"intel-iommu","caching-mode":true}.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nestprobe {

/// Keys and values in their order: text as it is, true and false as "on" and "off", anything else as JSON.
/// Of a key that is given twice the last value alone.  Nothing where it is no object.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_flat_json(std::string_view text);

}  // namespace nestprobe
