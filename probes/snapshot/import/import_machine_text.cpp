// SPDX-License-Identifier: MIT
// The machine in words: dmidecode, the DMI line of the kernel's log, uname, hostnamectl.
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace nestprobe {

namespace {

/// The first line that is not empty; empty where the paste ends in it, and it may lack its end.
std::string_view first_whole_line(const Section& section) {
    std::string_view found;
    const char* const end = section.body.data() + section.body.size();
    for_each_line(section.body, [&](std::string_view line) {
        if (found.empty() && line.data() + line.size() != end) found = trim(line);
    });
    return found;
}

/// "5.15.0-1051-aws": a kernel's release, not the output of another option of uname.
bool is_release(std::string_view text) {
    const auto dot = text.find('.');
    return !text.empty() && text.front() >= '0' && text.front() <= '9' && dot != std::string_view::npos &&
           text.find_first_of(" /") == std::string_view::npos;
}

}  // namespace

void read_uname_output(const Section& section, Evidence& evidence) {
    const std::string_view line = first_whole_line(section);
    if (is_release(line)) {
        evidence.file("/proc/sys/kernel/osrelease", fmt::format("{}\n", line));
        evidence.taken("uname");
    } else if (is_machine_name(line)) {
        hear_architecture(line, evidence);
        evidence.taken("uname");
    } else {
        for_each_line(section.body,
                      [&](std::string_view each) { read_single_line(each, section, evidence); });
    }
}

/// systemd's src/hostname/hostnamectl.c, print_status_info(); the hardware lines since v249.
void read_hostnamectl(const Section& section, Evidence& evidence) {
    const char* const end = section.body.data() + section.body.size();
    for_each_line(section.body, [&](std::string_view line) {
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || line.data() + line.size() == end) return;
        const std::string_view key = trim(line.substr(0, colon)), value = trim(line.substr(colon + 1));
        if (value.empty()) return;
        if (key == "Kernel" && value.starts_with("Linux ") && is_release(value.substr(6)))
            evidence.file("/proc/sys/kernel/osrelease", fmt::format("{}\n", value.substr(6)));
        else if (key == "Architecture")
            hear_architecture(value, evidence);
        else if (key == "Hardware Vendor")
            evidence.file("/sys/class/dmi/id/sys_vendor", fmt::format("{}\n", value));
        else if (key == "Hardware Model")
            evidence.file("/sys/class/dmi/id/product_name", fmt::format("{}\n", value));
        else if (key == "Virtualization")
            read_detect_virt({section.command, fmt::format("{}\n", value)}, evidence);
        else
            return;
        evidence.taken("hostnamectl");
    });
}

bool is_hostnamectl(std::string_view text) {
    return contains(text, "Static hostname:") &&
           (contains(text, "Kernel: Linux ") || contains(text, "Virtualization:"));
}

bool is_dmidecode(std::string_view text) {
    return text.starts_with("# dmidecode") ||
           (contains(text, "System Information") && contains(text, "Manufacturer:"));
}

namespace {

/// "dmidecode -s system-manufacturer" prints one value.
bool read_dmi_keyword(const Section& section, Evidence& evidence) {
    struct Row {
        std::string_view keyword, file;
    };
    constexpr Row rows[] = {
        {"system-manufacturer", "sys_vendor"},
        {"system-product-name", "product_name"},
        {"system-version", "product_version"},
        {"system-family", "product_family"},
        {"baseboard-manufacturer", "board_vendor"},
        {"baseboard-product-name", "board_name"},
        {"bios-vendor", "bios_vendor"},
        {"bios-version", "bios_version"},
        {"bios-release-date", "bios_date"},
        {"chassis-asset-tag", "chassis_asset_tag"},
    };
    const std::string_view value = first_whole_line(section);
    for (const std::string& word : section.command.words)
        for (const Row& row : rows)
            if (word == row.keyword) {
                if (value.empty() || value.starts_with('#') || contains(value, "ermission denied"))
                    return true;
                evidence.file(fmt::format("/sys/class/dmi/id/{}", row.file), fmt::format("{}\n", value));
                evidence.taken("dmidecode");
                return true;
            }
    return false;
}

}  // namespace

void read_dmidecode(const Section& section, Evidence& evidence) {
    if (read_dmi_keyword(section, evidence)) return;
    struct Row {
        std::string_view title, key, file;
    };
    constexpr Row rows[] = {
        {"BIOS Information", "Vendor", "bios_vendor"},
        {"BIOS Information", "Version", "bios_version"},
        {"BIOS Information", "Release Date", "bios_date"},
        {"System Information", "Manufacturer", "sys_vendor"},
        {"System Information", "Product Name", "product_name"},
        {"System Information", "Version", "product_version"},
        {"System Information", "Family", "product_family"},
        {"Base Board Information", "Manufacturer", "board_vendor"},
        {"Base Board Information", "Product Name", "board_name"},
        {"Chassis Information", "Asset Tag", "chassis_asset_tag"},
    };
    std::string_view title;
    // Of what grep left, the first maker and product are the system's: dmidecode goes by the types' numbers.
    const bool of_another_type = section.command.names("baseboard") || section.command.names("chassis") ||
                                 section.command.names("bios") || section.command.names("processor");
    if (section.command.filtered && !of_another_type) title = "System Information";
    std::string_view brand;
    std::vector<std::string_view> seen;  // of several boards or chassis the first counts, as in /sys
    const char* const end = section.body.data() + section.body.size();
    for_each_line(section.body, [&](std::string_view line) {
        if (line.data() + line.size() == end) return;
        if (!line.empty() && !is_blank(line.front()) && !contains(line, ":")) title = trim(line);
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) return;
        const std::string_view key = trim(line.substr(0, colon)), value = trim(line.substr(colon + 1));
        // A hypervisor writes its machine's name there.
        if (title == "Processor Information" && key == "Version" && !vendor_of_brand(value).empty())
            brand = value;
        for (const Row& row : rows)
            if (row.title == title && row.key == key && !value.empty() &&
                std::find(seen.begin(), seen.end(), row.file) == seen.end() &&
                seen.emplace_back(row.file) == row.file)
                evidence.file(fmt::format("/sys/class/dmi/id/{}", row.file), fmt::format("{}\n", value));
    });
    if (!brand.empty()) evidence.cpu({.brand = std::string(brand)});
    evidence.taken("dmidecode");
}

/// Linux drivers/firmware/dmi_scan.c, dmi_format_ids(): "VENDOR PRODUCT/BOARD, BIOS VERSION DATE".  A blank
/// parts maker and product, and both may have blanks of their own.
void read_dmi_line(std::string_view text, Evidence& evidence) {
    constexpr std::string_view makers[] = {"QEMU",
                                           "Red Hat",
                                           "Google",
                                           "Amazon EC2",
                                           "Microsoft Corporation",
                                           "VMware, Inc.",
                                           "innotek GmbH",
                                           "Xen",
                                           "OpenStack Foundation",
                                           "Nutanix",
                                           "Alibaba Cloud",
                                           "Tencent Cloud",
                                           "Huawei Cloud",
                                           "KubeVirt",
                                           "Cloud Hypervisor",
                                           "Apache Software Foundation",
                                           "oVirt",
                                           "BHYVE",
                                           "OVHcloud",
                                           "UpCloud",
                                           "Exoscale",
                                           "Scaleway",
                                           "Linode",
                                           "Akamai",
                                           "Vultr",
                                           "Hewlett-Packard",
                                           "System manufacturer",
                                           "ASUSTeK COMPUTER INC.",
                                           "Gigabyte Technology Co., Ltd.",
                                           "Micro-Star International Co., Ltd.",
                                           "To Be Filled By O.E.M.",
                                           "DigitalOcean",
                                           "Hetzner",
                                           "Parallels Software International Inc.",
                                           "Parallels International GmbH."};
    const auto bios = text.rfind(", BIOS ");
    if (bios == std::string_view::npos) return;
    std::string_view machine = text.substr(0, bios);
    const std::string_view firmware = trim(text.substr(bios + 7));
    if (const auto blank = firmware.rfind(' ');
        blank != std::string_view::npos && contains(firmware.substr(blank), "/")) {
        evidence.file("/sys/class/dmi/id/bios_version", fmt::format("{}\n", firmware.substr(0, blank)));
        evidence.file("/sys/class/dmi/id/bios_date", fmt::format("{}\n", firmware.substr(blank + 1)));
    }
    if (const auto slash = machine.rfind('/'); slash != std::string_view::npos) {
        if (const std::string_view board = trim(machine.substr(slash + 1)); !board.empty())
            evidence.file("/sys/class/dmi/id/board_name", fmt::format("{}\n", board));
        machine = machine.substr(0, slash);
    }
    std::size_t size = machine.find(' ');
    for (const std::string_view ending : {" Inc.", " Ltd.", " Corporation", " GmbH", " LLC", " Inc"})
        if (const auto at = machine.find(ending);
            at != std::string_view::npos && at + ending.size() < machine.size()) {
            size = at + ending.size();
            break;
        }
    for (const std::string_view maker : makers)
        if (machine.starts_with(maker)) size = maker.size();
    if (size == std::string_view::npos || size >= machine.size()) size = machine.size();
    evidence.file("/sys/class/dmi/id/sys_vendor", fmt::format("{}\n", trim(machine.substr(0, size))));
    if (size < machine.size())
        evidence.file("/sys/class/dmi/id/product_name", fmt::format("{}\n", trim(machine.substr(size))));
}

}  // namespace nestprobe
