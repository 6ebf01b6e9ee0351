// SPDX-License-Identifier: MIT
#include "base/proxmox_words.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <iterator>

namespace nestprobe {

bool is_proxmox_container(std::string_view text) {
    constexpr std::string_view own[] = {"hostname:", "rootfs:", "unprivileged:", "swap:"};
    bool amd64 = false;
    unsigned keys = 0;
    for_each_line(text, [&](std::string_view line) {
        line = trim(line);
        const std::string_view key = line.substr(0, line.find(' '));
        amd64 = amd64 || line == "arch: amd64";
        const bool named = std::find(std::begin(own), std::end(own), key) != std::end(own);
        keys += named || (key.starts_with("lxc.") && key.ends_with(':')) ? 1U : 0U;
    });
    return keys >= 3 || (amd64 && keys >= 1);
}

bool asks_for_proxmox_guest(std::string_view text) {
    constexpr std::string_view command = "qm config ";
    const auto at = text.find(command);
    const std::string_view number = text.substr(std::min(at, text.size())).substr(0, command.size() + 1);
    return number.size() > command.size() && contains("0123456789", number.substr(command.size()));
}

}  // namespace nestprobe
