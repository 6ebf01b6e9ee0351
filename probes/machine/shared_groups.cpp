// SPDX-License-Identifier: MIT
// Who shares an IOMMU group with a device that is to be given away: by /sys, or by what VFIO refused.
#include "base/hearsay.hpp"
#include "base/text.hpp"
#include "machine/iommu_units.hpp"
#include "machine/probes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

/// The driver of a PCI device; empty: none.
std::string driver_of(const Filesystem& files, const std::string& device) {
    std::string driver;
    if (const auto text = files.read(fmt::format("/sys/bus/pci/devices/{}/uevent", device)); text.if_known())
        for_each_line(*text.if_known(), [&](std::string_view line) {
            if (line.starts_with("DRIVER=")) driver = trim(line.substr(7));
        });
    return driver;
}

/// Linux drivers/iommu/iommu.c, iommu_device_use_default_domain(): those that leave the group to VFIO
/// (driver_managed_dma).
bool leaves_group_to_vfio(std::string_view driver) {
    return driver.empty() || driver == "pcieport" || driver == "pci-stub" || driver.starts_with("vfio");
}

bool is_pci_address(std::string_view name) {
    return name.size() >= 12 && name[4] == ':' && contains(name, ".");
}

/// Functions of one card are in one group, as a rule: those that this system drives.
void take_functions_of_card(const Filesystem& files, const std::string& group, const std::string& given,
                            std::vector<SharedGroup>& shared) {
    const std::string slot = given.substr(0, given.rfind('.') + 1);
    if (slot.empty()) return;
    for (char function = '0'; function <= '7'; ++function) {
        const std::string other = slot + function;
        if (other == given) continue;
        if (const std::string driver = driver_of(files, other); !leaves_group_to_vfio(driver))
            shared.push_back({group, given, other, driver, "", true});
    }
}

/// The group that VFIO refused, in QEMU's words, and who is in it besides, as far as that is recorded: one of
/// them, at least, is driven by this system.
bool take_refused_group(const Filesystem& files, std::vector<SharedGroup>& shared,
                        std::vector<Provenance>& from) {
    const Fact<std::string> refused = read_hearsay(files, hearsay::group_refused);
    if (!refused.if_known()) return false;
    const auto words = split_words(*refused.if_known());
    const std::string group(words.empty() ? "?" : words[0]), given(words.size() > 1 ? words[1] : "");
    if (const auto devices = files.list(fmt::format("/sys/kernel/iommu_groups/{}/devices", group));
        devices.if_known())
        for (const std::string& other : *devices.if_known()) {
            const std::string driver = driver_of(files, other);
            const bool stays = !driver.empty() && leaves_group_to_vfio(driver);
            const auto kind = files.read(fmt::format("/sys/bus/pci/devices/{}/class", other));
            if (other != given && !stays)
                shared.push_back(
                    {group, given, other, driver,
                     std::string(kind.if_known() ? trim(*kind.if_known()) : std::string_view{})});
        }
    if (shared.empty()) take_functions_of_card(files, group, given, shared);
    if (shared.empty()) shared.push_back({group, given, "", ""});
    from = refused.from();
    return true;
}

}  // namespace

Fact<std::vector<SharedGroup>> probe_shared_groups(const Filesystem& files) {
    constexpr std::string_view vfio = "/sys/bus/pci/drivers/vfio-pci", groups = "/sys/kernel/iommu_groups";
    const auto bound = files.list(vfio);
    std::vector<SharedGroup> shared;
    std::vector<Provenance> from;
    if (bound.if_absent()) {
        if (take_refused_group(files, shared, from)) return {std::move(shared), std::move(from)};
        return bound.absence();
    }
    const auto is_bound = [&](const std::string& device) {
        return std::find(bound.if_known()->begin(), bound.if_known()->end(), device) !=
               bound.if_known()->end();
    };
    if (std::none_of(bound.if_known()->begin(), bound.if_known()->end(), is_pci_address))
        return {std::move(shared), {{std::string(vfio), "no device"}}};
    const auto numbers = files.list(groups);
    if (numbers.if_absent() && take_refused_group(files, shared, from))
        return {std::move(shared), std::move(from)};
    if (numbers.if_absent()) {
        for (const std::string& given : *bound.if_known())
            if (shared.empty() && is_pci_address(given)) take_functions_of_card(files, "?", given, shared);
        if (shared.empty()) return numbers.absence();
        for (const SharedGroup& s : shared)
            from.push_back({fmt::format("/sys/bus/pci/devices/{}/uevent", s.other), "DRIVER=" + s.driver});
        return {std::move(shared), std::move(from)};
    }
    for (const std::string& number : *numbers.if_known()) {
        const auto devices = files.list(fmt::format("{}/{}/devices", groups, number));
        if (devices.if_absent() && take_refused_group(files, shared, from))
            return {std::move(shared), std::move(from)};
        if (devices.if_absent()) return devices.absence();
        for (const std::string& given : *devices.if_known()) {
            if (!is_bound(given)) continue;
            for (const std::string& other : *devices.if_known())
                if (const std::string driver = is_bound(other) ? "" : driver_of(files, other);
                    !leaves_group_to_vfio(driver)) {
                    shared.push_back({number, given, other, driver});
                    from.push_back(
                        {fmt::format("/sys/bus/pci/devices/{}/uevent", other), "DRIVER=" + driver});
                }
            break;
        }
    }
    if (shared.empty() && take_refused_group(files, shared, from))
        return {std::move(shared), std::move(from)};
    if (from.empty()) from.push_back({std::string(vfio), "shares no group with the host's devices"});
    return {std::move(shared), std::move(from)};
}

}  // namespace nestprobe
