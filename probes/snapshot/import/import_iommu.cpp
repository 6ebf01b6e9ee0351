// SPDX-License-Identifier: MIT
// What people show of an IOMMU: groups as find, ls and everybody's own script list them, drivers as lspci -k
// names them, and the words by which QEMU, VFIO, libvirt, Proxmox VE and Xen say that they lack one.
// Sources: Linux Documentation/ABI/testing/sysfs-kernel-iommu_groups; QEMU 10.0 hw/vfio/container.c and
// pci.c, hw/vfio/common.c; DPDK lib/eal/linux/eal_vfio.c; libvirt tools/virt-host-validate-common.c; Proxmox
// VE's web interface, "Add: PCI Device"; xl(1), info.
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

constexpr std::string_view groups_folder = "/sys/kernel/iommu_groups";

bool is_hex(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

bool is_decimal(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// "01:00.0" and "0000:01:00.0", as the kernel names it; empty: no address of a PCI device.
std::string pci_address(std::string_view word) {
    if (word.size() == 7)
        return is_hex(word.substr(0, 2)) && word[2] == ':' && is_hex(word.substr(3, 2)) && word[5] == '.' &&
                       word[6] >= '0' && word[6] <= '7'
                   ? fmt::format("0000:{}", word)
                   : std::string{};
    const bool whole = word.size() == 12 && is_hex(word.substr(0, 4)) && word[4] == ':';
    return whole && !pci_address(word.substr(5)).empty() ? std::string(word) : std::string{};
}

/// The first address that a line names, behind marks such as "[R]" and "host=".
std::string address_in(std::string_view line) {
    for (std::size_t i = 0; i + 7 <= line.size(); ++i) {
        if (i > 0 && (is_hex(line.substr(i - 1, 1)) || line[i - 1] == ':')) continue;
        for (const std::size_t size : {std::size_t{12}, std::size_t{7}})
            if (i + size <= line.size() && (i + size == line.size() || !is_hex(line.substr(i + size, 1))))
                if (std::string found = pci_address(line.substr(i, size)); !found.empty()) return found;
    }
    return {};
}

/// The digits that `text` begins with, behind blanks.
std::string_view leading_number(std::string_view text) {
    text = trim(text);
    return text.substr(0, std::min(text.find_first_not_of("0123456789"), text.size()));
}

void add_member(std::string_view group, const std::string& device, Evidence& evidence) {
    evidence.file(device.empty() ? fmt::format("{}/{}/type", groups_folder, group)
                                 : fmt::format("{}/{}/devices/{}", groups_folder, group, device),
                  "");
    evidence.taken("IOMMU groups");
}

/// "/sys/kernel/iommu_groups/7/devices/0000:00:1d.0", wherever it stands in the line.
bool read_group_path(std::string_view line, Evidence& evidence) {
    const auto at = line.find("iommu_groups/");
    if (at == std::string_view::npos) return false;
    const std::string_view rest = line.substr(at + 13);
    const std::string_view group = leading_number(rest);
    const std::string device = address_in(rest.substr(group.size()));
    if (group.empty() || device.empty() || !rest.substr(group.size()).starts_with("/devices/")) return false;
    add_member(group, device, evidence);
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

/// lspci -k: a device, and behind it the driver that holds it.
void add_driver(const std::string& device, std::string_view driver, Evidence& evidence) {
    evidence.file(fmt::format("/sys/bus/pci/devices/{}/uevent", device), fmt::format("DRIVER={}\n", driver));
    if (driver == "vfio-pci") evidence.file(fmt::format("/sys/bus/pci/drivers/vfio-pci/{}", device), "");
    evidence.taken("lspci -k");
}

struct IommuVerdict {
    std::string_view words;
    std::string_view verdict;  ///< of an IOMMU that is used: "yes", "no"
};
constexpr IommuVerdict iommu_verdicts[] = {
    {"no iommu_group found", "no"},
    {"No IOMMU detected", "no"},
    {"IOMMU appears to be disabled in kernel", "no"},
    {"No ACPI DMAR table found", "no"},
    {"No ACPI IVRS table found", "no"},
    {"Checking if IOMMU is enabled by kernel", ""},
    {"<iommu support='no'/>", "no"},
    {"<iommu support='yes'", "yes"},
    {"IOMMU not present", "no"},
    // libvirt virHostdevHostSupportsPassthroughVFIO(): no IOMMU group
    {"host doesn't support passthrough of host PCI devices", "no"},
};

/// "vfio 0000:01:00.0: group 1 is not viable", "0000:44:00.3 VFIO group is not viable!"
bool read_not_viable(std::string_view line, Evidence& evidence) {
    const auto at = line.find("is not viable");
    if (at == std::string_view::npos) return false;
    const std::string_view before = line.substr(0, at);
    const auto group_at = before.rfind("group ");
    if (group_at == std::string_view::npos) return false;
    const std::string_view group = leading_number(before.substr(group_at + 6));
    const std::string device = address_in(before);
    if (!group.empty()) add_member(group, device, evidence);
    evidence.hear(hearsay::group_refused, fmt::format("{} {}", group.empty() ? "?" : group, device),
                  trim(line).substr(0, 160));
    evidence.taken("a refusal of VFIO's");
    return true;
}

/// QEMU: "vfio DEVICE: failed to setup container for group 1: Failed to set iommu for container: ERRNO".
bool read_container_refusal(std::string_view line, Evidence& evidence) {
    const std::string_view why = after(line, "ailed to set iommu for container: ");
    if (why.empty()) return false;
    const std::string_view number = leading_number(after(line, "for group "));
    if (!number.empty()) add_member(number, address_in(line), evidence);
    evidence.hear(hearsay::container_refused, trim(why), trim(line).substr(0, 200));
    evidence.taken("a refusal of VFIO's");
    return true;
}

bool read_iommu_words(std::string_view line, Evidence& evidence) {
    if (contains(line, "No ACPI DMAR table found") || contains(line, "No ACPI IVRS table found"))
        evidence.hear(hearsay::iommu_table, "none", trim(line).substr(0, 160));
    // virt-host-validate says that of Intel's processors alone, behind what it says of the table.
    else if (contains(line, "IOMMU appears to be disabled in kernel. Add intel_iommu=on"))
        evidence.hear(hearsay::iommu_table, "DMAR", trim(line).substr(0, 160));
    for (const IommuVerdict& row : iommu_verdicts) {
        if (!contains(line, row.words)) continue;
        const std::string_view verdict = !row.verdict.empty()       ? row.verdict
                                         : contains(line, ": PASS") ? std::string_view("yes")
                                                                    : std::string_view{};
        if (verdict.empty()) return false;
        evidence.hear(hearsay::iommu, verdict, trim(line).substr(0, 160));
        evidence.taken("words about an IOMMU");
        return true;
    }
    return false;
}

/// xl info's "virt_caps : pv hvm hvm_directio ...": the last where Xen can give devices away.
bool read_xl_info(std::string_view line, bool cut, Evidence& evidence) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || trim(line.substr(0, colon)) != "virt_caps") return false;
    const std::string_view value = trim(line.substr(colon + 1));
    evidence.hear(hearsay::hypervisor, "Xen", "xl info");
    evidence.hear(hearsay::guest, "yes", "xl info");
    evidence.hear(hearsay::xen_role, "control domain", "xl info, which only Xen's control domain has");
    if (contains(value, "directio") || !cut)
        evidence.hear(hearsay::xen_directio, contains(value, "directio") ? "yes" : "no",
                      fmt::format("xl info, virt_caps: {}", value));
    evidence.taken("xl info");
    return true;
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

/// Linux 4.4 to 7.2 drivers/iommu/amd/init.c, iommu_print_info(): "AMD-Vi: Found IOMMU cap 0x40" of each. The
/// first line of the log that such a grep shows is of the command line's words, so the beginning is there.
bool finds_no_amd(const Command& command, const std::vector<std::string>& messages) {
    const auto any = [&](std::string_view part) {
        return std::any_of(messages.begin(), messages.end(),
                           [&](const std::string& message) { return contains(message, part); });
    };
    const bool shows = std::any_of(command.patterns.begin(), command.patterns.end(), [](const auto& pattern) {
        return contains(pattern, "IOMMU") || contains(pattern, "AMD-Vi");
    });
    return command.filtered && shows && !contains(command.line, "head") && !contains(command.line, "tail") &&
           any("DMAR: IOMMU enabled") && any("AMD IOMMUv2") && !any("Found IOMMU") &&
           !any("Interrupt remapping");
}

}  // namespace

bool read_iommu_command(const Section& section, Evidence& evidence) {
    const Command& command = section.command;
    if ((command.program != "ls" && command.program != "find") || command.filtered) return false;
    for (const std::string_view folder : {groups_folder, std::string_view("/sys/class/iommu")})
        for (const std::string& word : command.words)
            if (word == folder || word == fmt::format("{}/", folder))
                return read_whole_listing(section, folder, evidence);
    return false;
}

/// Linux 4.4 to 7.2 drivers/iommu/intel/iommu.c, intel_iommu_init(): with VT-d off it ends before all of
/// these.
void read_unused_iommu(const Command& command, const std::vector<std::string>& messages, Evidence& evidence) {
    constexpr std::string_view table[] = {"DMAR: Host address width", "DMAR: DRHD base"};
    constexpr std::string_view used[] = {"Directed I/O",  "Using Queued inv", "Using Register based inv",
                                         "No ATSR found", "No RMRR found",    "No SATC found",
                                         "iommu group",   "Firmware Bug",     "DMAR: IOMMU disabled"};
    const auto any = [&](const auto& parts) {
        return std::any_of(messages.begin(), messages.end(), [&](const std::string& message) {
            return std::any_of(std::begin(parts), std::end(parts),
                               [&](std::string_view part) { return contains(message, part); });
        });
    };
    const bool cut = contains(command.line, "head") || contains(command.line, "tail");
    const bool shows_all =
        command.filtered && !cut &&
        std::any_of(command.patterns.begin(), command.patterns.end(), [](const auto& pattern) {
            return contains(pattern, "DMAR") || contains(pattern, "dmar");
        });
    const bool whole = !messages.empty() && messages.front().starts_with("Linux version ") &&
                       std::any_of(messages.begin(), messages.end(), [](const std::string& message) {
                           return message.starts_with("Freeing unused kernel");
                       });
    if (finds_no_amd(command, messages)) {
        evidence.hear(hearsay::iommu, "no", "the kernel log: no line \"AMD-Vi: Found IOMMU\"");
        return;
    }
    // Who leaves lines out says so, mostly.
    const bool shortened = std::any_of(messages.begin(), messages.end(), [](const std::string& message) {
        return contains(message, "...") || contains(message, "\xe2\x80\xa6") || contains(message, "[snip");
    });
    if (!(shows_all || whole) || shortened || !any(table) || any(used)) return;
    evidence.hear(hearsay::iommu, "no",
                  "the kernel log: lines about the DMAR table, and none that says that VT-d is used");
}

void read_iommu_groups(const Section& section, Evidence& evidence) {
    std::string group, device;
    for_each_line(section.body, [&](std::string_view line) {
        const bool cut = line.data() + line.size() == section.body.data() + section.body.size();
        if (read_group_path(line, evidence) || read_not_viable(line, evidence) ||
            read_container_refusal(line, evidence) || read_iommu_words(line, evidence) ||
            read_xl_info(line, cut, evidence))
            return;
        if (const std::string_view heading = group_heading(line); !heading.empty()) group = heading;
        constexpr std::string_view in_xml = "<iommuGroup number='";
        if (const auto at = line.find(in_xml); at != std::string_view::npos)
            group = leading_number(line.substr(at + in_xml.size()));
        if (const std::string found = address_of_xml(line); !found.empty() && !group.empty())
            return add_member(group, found, evidence);
        if (trim(line).empty() || contains(line, "</iommuGroup>")) group.clear();
        constexpr std::string_view driver = "Kernel driver in use:";
        if (const auto at = line.find(driver); at != std::string_view::npos) {
            if (!device.empty()) add_driver(device, trim(line.substr(at + driver.size())), evidence);
            return;
        }
        const std::string found = address_in(line.substr(0, 60));
        if (!found.empty()) device = found;
        if (group.empty() || found.empty()) return;
        add_member(group, found, evidence);
        // A bridge's driver leaves its group to VFIO; the host's own bridges have none.
        if (contains(line, "PCI bridge") || contains(line, "Host bridge") || contains(line, "[0604]"))
            add_driver(found, "pcieport", evidence);
    });
}

}  // namespace nestprobe
