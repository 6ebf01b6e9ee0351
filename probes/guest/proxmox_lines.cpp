// SPDX-License-Identifier: MIT
#include "guest/proxmox_lines.hpp"

#include "base/text.hpp"

namespace nestprobe {

std::vector<ProxmoxLine> proxmox_lines(std::string_view text) {
    std::vector<ProxmoxLine> lines;
    std::size_t number = 0;
    bool in_section = false;
    for_each_line(text, [&](std::string_view line) {
        ++number;
        line = trim(line);
        in_section = in_section || line.starts_with('[');
        const auto colon = line.find(':');
        if (in_section || line.starts_with('#') || colon == std::string_view::npos) return;
        lines.push_back({line.substr(0, colon), trim(line.substr(colon + 1)), number});
    });
    return lines;
}

std::string_view proxmox_part(std::string_view value, std::string_view key, bool first_is_key) {
    bool first = true;
    while (!value.empty() || first) {
        const std::string_view part = value.substr(0, value.find(','));
        const auto equals = part.find('=');
        if (equals == std::string_view::npos ? first && first_is_key : part.substr(0, equals) == key)
            return equals == std::string_view::npos ? part : part.substr(equals + 1);
        if (part.size() == value.size()) break;
        value.remove_prefix(part.size() + 1);
        first = false;
    }
    return {};
}

}  // namespace nestprobe
