// SPDX-License-Identifier: MIT
// A rule about IOMMU groups (NP813): devices of one group go to a guest together, or not at all.
#include "remedy/steps.hpp"
#include "rules/common.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace nestprobe {
namespace {

/// Where vfio-pci holds a device: elsewhere nobody means to give one away.
bool is_given(const Facts& f) { return f.iommu.shared_groups.if_known() != nullptr; }

/// VFIO said so, and who the others are, or who drives them, was not recorded.
bool is_by_hearsay(const std::vector<SharedGroup>& shared) {
    return std::any_of(shared.begin(), shared.end(), [](const SharedGroup& s) { return s.driver.empty(); });
}

/// The group was not recorded: other functions of the same card, which this system drives.
bool is_by_card(const std::vector<SharedGroup>& shared) { return shared.front().of_card; }

Remedy look_who(const SharedGroup& s) {
    const std::string group = s.group == "?" ? std::string("GROUP") : s.group;
    Step look{.what =
                  "See who else is in the group, and which driver holds each (\"Kernel driver in use\"). "
                  "Bridges (pcieport) may stay; each other one has to have vfio-pci, or no driver."};
    if (s.group == "?" && !s.given.empty())
        add_command(look, "readlink /sys/bus/pci/devices/{}/iommu_group", {s.given});
    add_command(look, "for d in /sys/kernel/iommu_groups/{}/devices/*; do lspci -nnks \"${d##*/}\"; done",
                {group});
    return look;
}

std::string name_others(const std::vector<SharedGroup>& shared) {
    std::string others;
    for (const SharedGroup& s : shared)
        if (!s.other.empty())
            others += fmt::format("{}{}{}", others.empty() ? "" : ", ", s.other,
                                  s.driver.empty() ? "" : fmt::format(" ({})", s.driver));
    return others;
}

/// The last resort, which many are advised to take first.
Step without_acs() {
    return {
        .what =
            "Where no slot does, and you trust the guest: kernels with the ACS override patch (Proxmox "
            "VE, Unraid, Zen, CachyOS) part the groups when their command line has this word. The devices "
            "can then still reach each other's memory, unseen by the IOMMU.",
        .file = "the kernel command line",
        .lines = std::vector<std::string>(1, "pcie_acs_override=downstream,multifunction"),
        .cost = Cost::reboot};
}

/// One card's functions go together; who else is in the group may be a bridge, which stays, or the disk that
/// this system runs on.
bool is_of_same_card(const SharedGroup& s) {
    return !s.given.empty() && s.other.substr(0, s.other.rfind('.')) == s.given.substr(0, s.given.rfind('.'));
}

/// In brackets behind an address, by its class; empty where that says nothing of the need.
std::string_view kind_words(const SharedGroup& s) {
    constexpr std::pair<std::string_view, std::string_view> kinds[] = {{"0x01", " (a disk's controller)"},
                                                                       {"0x02", " (a network's)"},
                                                                       {"0x0c03", " (USB)"},
                                                                       {"0x03", " (graphics)"},
                                                                       {"0x04", " (sound)"},
                                                                       {"0x06", " (a bridge)"}};
    for (const auto& [number, words] : kinds)
        if (s.kind.starts_with(number)) return words;
    return {};
}

Step bind_unneeded(const std::vector<SharedGroup>& shared) {
    Step bind{.what =
                  "Bind those that this system does not need to vfio-pci too, which takes them from it "
                  "(package driverctl); bridges stay."};
    std::string others;
    for (const SharedGroup& s : shared) {
        if (!s.other.empty() && (is_of_same_card(s) || !s.driver.empty() || s.given.empty()))
            add_command(bind, "sudo driverctl set-override {} vfio-pci", {s.other});
        else if (!s.other.empty())
            others += fmt::format("{}{}{}", others.empty() ? "" : ", ", s.other, kind_words(s));
    }
    if (!others.empty())
        bind.what +=
            fmt::format(" Look first what these are, and whether this system needs them: {}.", others);
    if (bind.commands.empty()) bind.commands.emplace_back("sudo driverctl set-override DEVICE vfio-pci");
    bind.expect = "The guest starts with the device.";
    return bind;
}

Outcome refused_group(const std::vector<SharedGroup>& shared) {
    const SharedGroup& first = shared.front();
    const std::string others = name_others(shared);
    const std::string who = others.empty() ? "which, was not recorded"
                                           : fmt::format("in it besides, by what was recorded: {}", others);
    Remedy remedy(look_who(first));
    remedy.then(bind_unneeded(shared));
    remedy.then(Step{.what =
                         "If one of them has to stay (a disk, the network): put the card into another slot, "
                         "whose group it has for itself."});
    remedy.then(without_acs());
    return fail(
        fmt::format("VFIO refused {}: {} is not viable: this system still drives another device of that "
                    "IOMMU group ({})",
                    first.given.empty() ? "a device" : first.given,
                    first.group == "?" ? "its group" : fmt::format("group {}", first.group), who),
        std::move(remedy));
}

Remedy bind_them(const std::vector<SharedGroup>& shared) {
    Step bind{.what =
                  "Bind the others of the group to vfio-pci too, which takes them from this system (package "
                  "driverctl):",
              .expect = "lspci -nnk shows vfio-pci for each"};
    for (const SharedGroup& s : shared)
        add_command(bind, "sudo driverctl set-override {} vfio-pci", {s.other});
    Remedy remedy(std::move(bind));
    Step move{.what =
                  "Or put the card into another slot, whose group it has for itself: this shows the "
                  "devices of this one."};
    add_command(move, "ls /sys/bus/pci/devices/{}/iommu_group/devices", {shared.front().given});
    remedy.then(std::move(move));
    return remedy;
}

Outcome check_shared(const Facts& f) {
    return judge(
        [](const std::vector<SharedGroup>& shared) {
            if (shared.empty())
                return pass("no device that this system drives is in a group with one of vfio-pci's");
            if (is_by_hearsay(shared)) return refused_group(shared);
            if (is_by_card(shared))
                return fail(
                    fmt::format("{} is to be given away, and this system still drives other functions of the "
                                "same card: {}. They are in one IOMMU group, as a rule, and then QEMU "
                                "refuses (\"group is not viable\")",
                                shared.front().given, name_others(shared)),
                    bind_them(shared));
            return fail(
                fmt::format(
                    "{} is bound to vfio-pci, and its IOMMU group {} has devices that this system still "
                    "drives: {}. QEMU refuses to give it away (\"group {} is not viable\")",
                    shared.front().given, shared.front().group, name_others(shared), shared.front().group),
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
