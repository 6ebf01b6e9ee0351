// SPDX-License-Identifier: MIT
// vfio-pci was told which devices to take, by their ids; it takes those that no driver has.  Who has them, by
// /sys: that is looked at where there are ids alone.
// Sources: Linux drivers/pci/pci-sysfs.c and pci-driver.c, pci_uevent() (PCI_ID);
// drivers/vfio/pci/vfio_pci.c, vfio_pci_fill_ids().
#include "base/text.hpp"
#include "machine/iommu_units.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

/// "10DE:1F91", and "10de:1f91:1458:..." of the list: vendor and device, in small letters.
std::string id_of(std::string_view text) {
    std::string id(trim(text).substr(0, 9));
    std::transform(id.begin(), id.end(), id.begin(),
                   [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
    return id;
}

std::vector<std::string> wanted_ids(const std::vector<ModuleOption>& options) {
    std::vector<std::string> ids;
    for (const ModuleOption& option : options) {
        std::string_view rest = option.value;
        while (!rest.empty()) {
            const std::string_view id = rest.substr(0, rest.find(','));
            rest.remove_prefix(std::min(id.size() + 1, rest.size()));
            if (id.size() >= 9) ids.push_back(id_of(id));
        }
    }
    return ids;
}

KeptDevice read_device(const Filesystem& files, const std::string& device) {
    KeptDevice found{device, "", ""};
    const auto text = files.read(fmt::format("/sys/bus/pci/devices/{}/uevent", device));
    if (text.if_known())
        for_each_line(*text.if_known(), [&](std::string_view line) {
            if (line.starts_with("DRIVER=")) found.driver = trim(line.substr(7));
            if (line.starts_with("PCI_ID=")) found.id = id_of(line.substr(7));
        });
    return found;
}

}  // namespace

Fact<std::vector<KeptDevice>> probe_kept_devices(const Filesystem& files,
                                                 const Fact<std::vector<ModuleOption>>& told) {
    constexpr std::string_view folder = "/sys/bus/pci/devices";
    if (told.if_absent()) return told.absence();
    const auto names = files.list(folder);
    if (names.if_absent()) return names.absence();
    const std::vector<std::string> wanted = wanted_ids(*told.if_known());
    std::vector<KeptDevice> kept;
    std::vector<Provenance> from;
    bool any = false;
    for (const std::string& name : *names.if_known()) {
        KeptDevice device = read_device(files, name);
        if (std::find(wanted.begin(), wanted.end(), device.id) == wanted.end()) continue;
        any = true;
        from.push_back({fmt::format("{}/{}/uevent", folder, name), "DRIVER=" + device.driver});
        if (!device.driver.empty() && !device.driver.starts_with("vfio") && device.driver != "pci-stub")
            kept.push_back(std::move(device));
    }
    if (!any && !files.lists_all(folder))
        return Absent{Why::not_recorded, fmt::format("{}: no device with such an id", folder)};
    if (from.empty()) from.push_back({std::string(folder), "no device with such an id"});
    return {std::move(kept), std::move(from)};
}

}  // namespace nestprobe
