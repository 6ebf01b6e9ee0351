// SPDX-License-Identifier: MIT
// vfio-pci was told which devices to take, by their ids; it takes those that no driver has.  Who has them, by
// /sys: that is looked at where there are ids alone.
// Sources: Linux drivers/pci/pci-sysfs.c and pci-driver.c, pci_uevent() (PCI_ID);
// drivers/vfio/pci/vfio_pci.c, vfio_pci_fill_ids().
#include "base/text.hpp"
#include "machine/iommu_units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

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
    for (const ModuleOption& option : options)
        for_each_part(option.value, ',', [&](std::string_view id) {
            if (id.size() >= 9) ids.push_back(id_of(id));
        });
    return ids;
}

Reading<KeptDevice> read_device(const Filesystem& files, const std::string& device) {
    const auto text = files.read(fmt::format("/sys/bus/pci/devices/{}/uevent", device));
    if (text.if_absent()) return text.absence();
    KeptDevice found{device, "", ""};
    for_each_line(*text.if_known(), [&](std::string_view line) {
        if (line.starts_with("DRIVER=")) found.driver = trim(line.substr(7));
        if (line.starts_with("PCI_ID=")) found.id = id_of(line.substr(7));
    });
    return found;
}

bool is_of_a_guest(std::string_view driver) { return driver.starts_with("vfio") || driver == "pci-stub"; }

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
    std::optional<Absent> unread;  // it may be one that is wanted
    for (const std::string& name : *names.if_known()) {
        const Reading<KeptDevice> read = read_device(files, name);
        if (read.if_absent() && !unread) unread = read.absence();
        const KeptDevice* device = read.if_known();
        if (!device || !holds(wanted, device->id)) continue;
        from.push_back({fmt::format("{}/{}/uevent", folder, name), "DRIVER=" + device->driver});
        if (!device->driver.empty() && !is_of_a_guest(device->driver)) kept.push_back(*device);
    }
    if (kept.empty() && unread) return *unread;
    if (from.empty() && !files.lists_all(folder))
        return Absent{Why::not_recorded, fmt::format("{}: no device with such an id", folder)};
    if (from.empty()) from.push_back({std::string(folder), "no device with such an id"});
    return {std::move(kept), std::move(from)};
}

}  // namespace nestprobe
