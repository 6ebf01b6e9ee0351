// SPDX-License-Identifier: MIT
// What people show of an IOMMU: groups as find, ls, lspci -v and everybody's own script list them.
// Sources: Linux Documentation/ABI/testing/sysfs-kernel-iommu_groups.
#include "base/text.hpp"
#include "snapshot/import/iommu_lines.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

bool is_hex(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

bool is_decimal(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::string pci_address(std::string_view word) {
    if (word.size() == 7)
        return is_hex(word.substr(0, 2)) && word[2] == ':' && is_hex(word.substr(3, 2)) && word[5] == '.' &&
                       word[6] >= '0' && word[6] <= '7'
                   ? fmt::format("0000:{}", word)
                   : std::string{};
    const bool whole = word.size() == 12 && is_hex(word.substr(0, 4)) && word[4] == ':';
    return whole && !pci_address(word.substr(5)).empty() ? std::string(word) : std::string{};
}

std::string address_in(std::string_view line) {
    for (std::size_t i = 0; i + 7 <= line.size(); ++i) {
        if (i > 0 && (is_hex(line.substr(i - 1, 1)) || line[i - 1] == ':')) continue;
        for (const std::size_t size : {std::size_t{12}, std::size_t{7}})
            if (i + size <= line.size() && (i + size == line.size() || !is_hex(line.substr(i + size, 1))))
                if (std::string found = pci_address(line.substr(i, size)); !found.empty()) return found;
    }
    return {};
}

std::string_view leading_number(std::string_view text) {
    text = trim(text);
    return text.substr(0, std::min(text.find_first_not_of("0123456789"), text.size()));
}

void add_group_member(std::string_view group, const std::string& device, Evidence& evidence) {
    evidence.file(device.empty() ? fmt::format("{}/{}/type", groups_folder, group)
                                 : fmt::format("{}/{}/devices/{}", groups_folder, group, device),
                  "");
    evidence.taken("IOMMU groups");
}

namespace {

/// "/sys/kernel/iommu_groups/7/devices/0000:00:1d.0", wherever it stands in the line.
bool read_group_path(std::string_view line, Evidence& evidence) {
    const auto at = line.find("iommu_groups/");
    if (at == std::string_view::npos) return false;
    const std::string_view rest = line.substr(at + 13);
    const std::string_view group = leading_number(rest);
    const std::string device = address_in(rest.substr(group.size()));
    if (group.empty() || device.empty() || !rest.substr(group.size()).starts_with("/devices/")) return false;
    add_group_member(group, device, evidence);
    return true;
}

/// "IOMMU Group 8:", "Group:  1   0000:01:00.0 ...", "Group 2: [8086:1901] [R] 00:01.0 ...": the number.
std::string_view group_heading(std::string_view line) {
    line = trim(line);
    for (const std::string_view word :
         {"IOMMU Group ", "IOMMU group ", "iommu group ", "IOMMU-Group ", "Group:", "Group "}) {
        if (!line.starts_with(word)) continue;
        const std::string_view number = leading_number(line.substr(word.size()));
        if (number.empty() || number.size() > 4) return {};
        const std::string_view behind = trim(trim(line.substr(word.size())).substr(number.size()));
        const bool own = behind.empty() || behind == ":" || !address_in(behind).empty();
        return own ? number : std::string_view{};
    }
    return {};
}

/// virsh nodedev-dumpxml: "<address domain='0x0000' bus='0x01' slot='0x00' function='0x1'/>".
std::string address_of_xml(std::string_view line) {
    if (!contains(line, "<address domain=")) return {};
    std::string parts[4];
    constexpr std::string_view names[] = {"domain='0x", "bus='0x", "slot='0x", "function='0x"};
    for (std::size_t i = 0; i < 4; ++i) {
        const auto at = line.find(names[i]);
        if (at == std::string_view::npos) return {};
        const std::string_view rest = line.substr(at + names[i].size());
        parts[i] = rest.substr(0, rest.find('\''));
    }
    return pci_address(fmt::format("{}:{}:{}.{}", parts[0], parts[1], parts[2], parts[3]));
}

/// A listing that is whole: names alone, or nothing at all.
bool read_whole_listing(const Section& section, std::string_view folder, Evidence& evidence) {
    std::vector<std::string> names;
    bool plain = true;
    for_each_line(section.body, [&](std::string_view line) {
        for (const std::string_view word : split_words(line)) {
            plain = plain &&
                    (folder == groups_folder ? is_decimal(word)
                                             : word.starts_with("dmar") || word.starts_with("ivhd") ||
                                                   word.starts_with("virtio") || word.starts_with("iommu"));
            names.emplace_back(word);
        }
    });
    if (!plain || section.cut()) return false;
    evidence.directory(std::string(folder), std::move(names));
    evidence.taken(folder);
    return true;
}

/// "/sys/kernel/iommu_groups/6/devices/": the group; empty for another path.
std::string_view group_of_path(std::string_view path) {
    constexpr std::string_view before = "/sys/kernel/iommu_groups/";
    if (!path.starts_with(before)) return {};
    path.remove_prefix(before.size());
    while (path.ends_with('/') || path.ends_with('*')) path.remove_suffix(1);
    const std::string_view group = path.substr(0, path.find('/'));
    return is_decimal(group) && path.substr(group.size()) == "/devices" ? group : std::string_view{};
}

/// "-> ../../../../devices/pci0000:00/0000:00:01.0/0000:01:00.0": who is above a device is a bridge.
void read_bridges_above(std::string_view line, Evidence& evidence) {
    std::string_view path = after(line, " -> ");
    path = path.substr(0, std::min(path.rfind('/'), path.size()));
    while (!path.empty()) {
        const std::string_view part = path.substr(0, path.find('/'));
        if (const std::string bridge = pci_address(part); !bridge.empty())
            add_driver(bridge, "pcieport", evidence);
        path.remove_prefix(std::min(part.size() + 1, path.size()));
    }
}

/// The members of one group, by ls, also with -l: there each is a link, below the bridges that are above it.
bool read_members(const Section& section, std::string_view group, Evidence& evidence) {
    bool any = false;
    for_each_line(section.body, [&](std::string_view line) {
        for (const std::string_view word : split_words(line.substr(0, line.find(" -> "))))
            if (const std::string device = pci_address(word); !device.empty()) {
                add_group_member(group, device, evidence);
                any = true;
            }
        read_bridges_above(line, evidence);
    });
    return any;
}

}  // namespace

/// "ls /sys/kernel/iommu_groups | wc -l", "find /sys/kernel/iommu_groups -type l | wc -l"
static bool read_count_of_groups(const Section& section, Evidence& evidence) {
    const Command& command = section.command;
    const bool one_filter = std::count(command.line.begin(), command.line.end(), '|') == 1;
    unsigned count = 0;
    const std::string_view body = trim(section.body), number = body.substr(0, body.find('\n'));
    if (!command.counts || !command.patterns.empty() || !one_filter || section.cut() ||
        !contains(command.line, "/sys/kernel/iommu_groups") || !parse_number(trim(number), count))
        return false;
    evidence.hear(hearsay::iommu, count == 0 ? "no" : "yes", fmt::format("{}: {}", command.line, count));
    evidence.taken("a count of IOMMU groups");
    return true;
}

bool read_iommu_command(const Section& section, Evidence& evidence) {
    const Command& command = section.command;
    if ((command.program == "ls" || command.program == "find") && read_count_of_groups(section, evidence))
        return true;
    if ((command.program != "ls" && command.program != "find") || command.filtered) return false;
    for (const std::string& word : command.words)
        if (const std::string_view group = group_of_path(word); !group.empty())
            return read_members(section, group, evidence);
    for (const std::string_view folder : {groups_folder, std::string_view("/sys/class/iommu")})
        for (const std::string& word : command.words)
            if (word == folder || word == fmt::format("{}/", folder))
                return read_whole_listing(section, folder, evidence);
    return false;
}

void read_iommu_groups(const Section& section, Evidence& evidence) {
    std::string group, device, id;
    for_each_line(section.body, [&](std::string_view line) {
        const bool cut = line.data() + line.size() == section.body.data() + section.body.size();
        if (read_group_path(line, evidence) || read_iommu_refusal(line, cut, evidence)) return;
        if (const std::string_view heading = group_heading(line); !heading.empty()) group = heading;
        if (const std::string_view path = after(line, "iommu_groups/"); trim(path).ends_with("/devices:"))
            group = leading_number(path);
        read_bridges_above(line, evidence);
        constexpr std::string_view in_xml = "<iommuGroup number='";
        if (const auto at = line.find(in_xml); at != std::string_view::npos)
            group = leading_number(line.substr(at + in_xml.size()));
        if (const std::string found = address_of_xml(line); !found.empty() && !group.empty())
            return add_group_member(group, found, evidence);
        if (trim(line).empty() || contains(line, "</iommuGroup>")) group.clear();
        constexpr std::string_view driver = "Kernel driver in use:";
        if (const auto at = line.find(driver); at != std::string_view::npos) {
            if (!device.empty()) add_driver(device, trim(line.substr(at + driver.size())), evidence, id);
            return;
        }
        // lspci -v: "Flags: fast devsel, IRQ 16, NUMA node 0, IOMMU group 35".
        if (const std::string_view own = leading_number(after(line, ", IOMMU group "));
            !own.empty() && !device.empty() && is_blank(line.front()))
            return add_group_member(own, device, evidence);
        const std::string found = address_in(line.substr(0, 60));
        if (!found.empty()) device = found;
        if (!found.empty()) id = id_in(line);
        if (!found.empty()) read_class(line, found, evidence);
        if (group.empty() || found.empty()) return;
        add_group_member(group, found, evidence);
        // A bridge's driver leaves its group to VFIO; the host's own bridges have none.
        if (contains(line, "PCI bridge") || contains(line, "Host bridge") || contains(line, "[0604]"))
            add_driver(found, "pcieport", evidence);
    });
}

}  // namespace nestprobe
