// SPDX-License-Identifier: MIT
// What -readconfig adds to a QEMU command line: groups of key = "value" (QEMU 10.0 util/qemu-config.c,
// qemu_config_foreach).  LXD and Incus put machine, accelerator and devices there; Proxmox, for q35 guests,
// USB controllers and PCIe ports.
#include "base/text.hpp"
#include "guest/definition.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

// Proxmox VE's own files (qemu-server, pve-q35*.cfg, pve-usb.cfg): USB controllers and PCIe ports alone.
constexpr std::string_view proxmox_files = "/usr/share/qemu-server/";

struct Group {
    std::string_view group, option;
    std::string_view first;  ///< the key whose value stands before the others
};
constexpr Group groups[] = {{"machine", "-machine", "type"},   {"accel", "-accel", "accel"},
                            {"smp-opts", "-smp", "cpus"},      {"device", "-device", "driver"},
                            {"object", "-object", "qom-type"}, {"name", "-name", "guest"}};

const Group* find_group(std::string_view header) {
    for (const Group& group : groups)
        if (header == group.group || header.starts_with(fmt::format("{} ", group.group))) return &group;
    return nullptr;
}

/// One group as an option and its value.
struct Pending {
    const Group* group = nullptr;
    std::string first, others, where;

    void flush(std::size_t command, std::vector<Word>& words) {
        if (!group) return;
        words.push_back({.text = std::string(group->option), .where = where, .command = command});
        words.push_back({.text = first + others, .where = where, .command = command});
        group = nullptr;
    }
};

void add_options(std::string_view text, const std::string& path, std::size_t command,
                 std::vector<Word>& words) {
    Pending pending;
    std::size_t number = 0;
    for_each_line(text, [&](std::string_view line) {
        ++number;
        line = trim(line);
        if (line.starts_with('[') && line.ends_with(']')) {
            pending.flush(command, words);
            pending = {
                find_group(line.substr(1, line.size() - 2)), {}, {}, fmt::format("{}:{}", path, number)};
            return;
        }
        const auto equals = line.find('=');
        if (line.starts_with('#') || equals == std::string_view::npos || !pending.group) return;
        const std::string_view key = trim(line.substr(0, equals));
        std::string_view value = trim(line.substr(equals + 1));
        if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"'))
            value = value.substr(1, value.size() - 2);
        if (contains(value, ",")) return;  // a list or a path: nothing that is judged
        if (key == pending.group->first)
            pending.first = value;
        else
            pending.others += fmt::format(",{}={}", key, value);
    });
    pending.flush(command, words);
}

}  // namespace

std::vector<Word> expand_config_files(std::span<const Word> words, const NamedFileReader& reader,
                                      std::optional<Absent>& unread) {
    std::vector<Word> all;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool named = words[i].text == "-readconfig" || words[i].text == "--readconfig";
        if (!named || i + 1 == words.size()) {
            all.push_back(words[i]);
            continue;
        }
        const Word& file = words[++i];
        std::string why = "in a file that is not read";
        std::optional<std::string> text;
        if (file.is_expanded)
            why = "only the shell knows which file that is";
        else if (reader)
            text = reader(file.text, why);
        if (text)
            add_options(*text, file.text, file.command, all);
        else if (!file.text.starts_with(proxmox_files) || contains(file.text, ".."))
            unread = Absent{Why::not_recorded,
                            fmt::format("{}: -readconfig {}: {}", file.where, file.text.substr(0, 160), why)};
    }
    return all;
}

}  // namespace nestprobe
