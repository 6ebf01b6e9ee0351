// SPDX-License-Identifier: MIT
// A rule about IOMMU groups (NP813): devices of one group go to a guest together, or not at all.
#include "rules/common.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

/// Where vfio-pci holds a device: elsewhere nobody means to give one away.
bool is_given(const Facts& f) { return f.iommu.shared_groups.if_known() != nullptr; }

Remedy bind_them(const std::vector<SharedGroup>& shared) {
    Step bind{.what =
                  "Bind the others of the group to vfio-pci too, which takes them from this system (package "
                  "driverctl):",
              .expect = "lspci -nnk shows vfio-pci for each"};
    for (const SharedGroup& s : shared)
        bind.commands.push_back(fmt::format("sudo driverctl set-override {} vfio-pci", s.other));
    Remedy remedy(std::move(bind));
    remedy.then(Step{
        .what = "Or put the card into another slot, whose group it has for itself: this shows the devices of "
                "this one.",
        .commands = {fmt::format("ls /sys/kernel/iommu_groups/{}/devices", shared.front().group)}});
    return remedy;
}

Outcome check_shared(const Facts& f) {
    return judge(
        [](const std::vector<SharedGroup>& shared) {
            if (shared.empty())
                return pass("no device that this system drives is in a group with one of vfio-pci's");
            std::string others;
            for (const SharedGroup& s : shared)
                others += fmt::format("{}{} ({})", others.empty() ? "" : ", ", s.other, s.driver);
            return fail(
                fmt::format(
                    "{} is bound to vfio-pci, and its IOMMU group {} has devices that this system still "
                    "drives: {}. QEMU refuses to give it away (\"group {} is not viable\")",
                    shared.front().given, shared.front().group, others, shared.front().group),
                bind_them(shared));
        },
        f.iommu.shared_groups);
}

constexpr std::string_view group_see[] = {
    "Linux Documentation/driver-api/vfio.rst, \"Groups, Devices, and IOMMUs\"",
    "Linux drivers/iommu/iommu.c, iommu_device_use_default_domain()"};

constexpr Rule iommu_group_rows[] = {
    {
        .id = "NP813",
        .name = "iommu-group-shared-with-host",
        .layer = Layer::iommu,
        .question = Question::device_assignment,
        .role = Role::advice,
        .title = "a device that is to be given away shares its IOMMU group with devices of this system",
        .explain =
            "The IOMMU tells the devices of a group apart from others, not from one another, so a group goes "
            "to a\n"
            "guest as a whole. Bridges, and devices without a driver, may stay. Looked at are the groups of\n"
            "devices that vfio-pci holds.",
        .fix = "Bind the others of the group to vfio-pci too, or give away a device that has a group of its "
               "own.",
        .see = group_see,
        .check = check_shared,
        .listed = is_given,
        .worked = "The guest starts with the device.",
        .also = "pcie_acs_override, which parts groups by ignoring what the hardware says: unsafe.",
    },
};

}  // namespace

std::span<const Rule> iommu_group_rules() { return iommu_group_rows; }

}  // namespace nestprobe
