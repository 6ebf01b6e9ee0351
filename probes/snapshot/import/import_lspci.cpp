// SPDX-License-Identifier: MIT
// What lspci says of a device: its driver (-k), its id (-nn), its class; and dpdk-devbind's drv=.
// Sources: pciutils lspci.c, lspci(8); pci.ids, "C" (classes).
#include "base/text.hpp"
#include "snapshot/import/iommu_lines.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

bool is_hex_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

/// What lspci calls a device of that class, and the class as /sys has it: those that a group may hold besides
/// the one that is given away.
struct ClassWord {
    std::string_view words, number;
};
constexpr ClassWord class_words[] = {
    {"VGA compatible controller", "0x030000"},
    {"3D controller", "0x030200"},
    {"Audio device", "0x040300"},
    {"USB controller", "0x0c0330"},
    {"Ethernet controller", "0x020000"},
    {"Network controller", "0x028000"},
    {"SATA controller", "0x010601"},
    {"Non-Volatile memory controller", "0x010802"},
    {"RAID bus controller", "0x010400"},
    {"Serial Attached SCSI controller", "0x010700"},
    {"IDE interface", "0x010180"},
    {"Communication controller", "0x078000"},
    {"ISA bridge", "0x060100"},
    {"SMBus", "0x0c0500"},
    {"Serial bus controller", "0x0c8000"},
    {"Signal processing controller", "0x118000"},
};

}  // namespace

void add_driver(const std::string& device, std::string_view driver, Evidence& evidence, std::string_view id) {
    evidence.file(
        fmt::format("/sys/bus/pci/devices/{}/uevent", device),
        id.empty() ? fmt::format("DRIVER={}\n", driver) : fmt::format("DRIVER={}\nPCI_ID={}\n", driver, id));
    if (driver == "vfio-pci") evidence.file(fmt::format("/sys/bus/pci/drivers/vfio-pci/{}", device), "");
    evidence.taken("lspci -k");
}

std::string_view id_in(std::string_view line) {
    for (auto at = line.rfind('['); at != std::string_view::npos && at > 0; at = line.rfind('[', at - 1)) {
        const std::string_view id = line.substr(at + 1, 9);
        if (line.substr(at).size() > 10 && line[at + 10] == ']' && id[4] == ':' &&
            is_hex_number(id.substr(0, 4)) && is_hex_number(id.substr(5)))
            return id;
    }
    return {};
}

void read_class(std::string_view line, const std::string& device, Evidence& evidence) {
    for (const ClassWord& row : class_words)
        if (contains(line, row.words))
            evidence.file(fmt::format("/sys/bus/pci/devices/{}/class", device),
                          fmt::format("{}\n", row.number));
    const std::string_view driver = after(line, " drv=");
    if (!driver.empty()) add_driver(device, driver.substr(0, driver.find(' ')), evidence);
}

}  // namespace nestprobe
