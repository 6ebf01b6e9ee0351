// SPDX-License-Identifier: MIT
// A rule about vfio-pci (NP814): it was told which devices to take, and another driver has them.
// Sources: Linux drivers/vfio/pci/vfio_pci.c, vfio_pci_fill_ids() (ids of a device that has a driver change
// nothing); modprobe.d(5), softdep; initramfs.conf(5), mkinitcpio.conf(5), dracut.conf(5) (force_drivers),
// booster(1) (modules_force_load); driverctl(8).
#include "base/text.hpp"
#include "facts/module_options.hpp"
#include "remedy/steps.hpp"
#include "rules/common.hpp"
#include "rules/iommu/vfio_ids.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

bool is_told(const Facts& f) { return f.module.vfio_ids.if_known() != nullptr; }

/// The module that holds a driver, where the two have different names.
std::string_view module_of(std::string_view driver) { return driver == "xhci_hcd" ? "xhci_pci" : driver; }

std::string list_ids(const std::vector<ModuleOption>& told) {
    std::string ids;
    for (const ModuleOption& option : told) ids += fmt::format("{}{}", ids.empty() ? "" : ",", option.value);
    return ids;
}

/// modprobe.d is for modules: the kernel's own code takes its parameters from the command line.
Outcome built_in(const Facts& f, const std::vector<ModuleOption>& told) {
    Remedy remedy = change_words(f, {}, {fmt::format("vfio-pci.ids={}", list_ids(told))});
    return fail(fmt::format("{} tells vfio-pci what to take, and vfio-pci is built into this kernel, which "
                            "reads nothing in modprobe.d: the line has no effect",
                            told.front().origin.text()),
                std::move(remedy));
}

/// Where modules load first: in the initramfs, by the tool that makes it.
Step load_early(const Facts& f) {
    Step step{.what = "Put vfio-pci into the initramfs, where it loads before the others."};
    if (is(f.system.boot_loader, BootLoader::nixos)) {
        step.file = "/etc/nixos/configuration.nix";
        step.lines.emplace_back("boot.initrd.kernelModules = [ \"vfio_pci\" \"vfio_iommu_type1\" ];");
        step.what += " Before the card's own driver in that list, if that is there.";
        return step;
    }
    const InitramfsTool* tool = f.system.initramfs.if_known();
    if (!tool) {
        step.what =
            "Put vfio-pci into the initramfs, where it loads before the others. Debian, Ubuntu, Proxmox VE: "
            "the first line; dracut (Fedora, SUSE): the second; Arch: MODULES=(vfio_pci vfio_iommu_type1), "
            "in "
            "front of what is there, in /etc/mkinitcpio.conf.";
        step.commands = {"echo vfio-pci | sudo tee -a /etc/initramfs-tools/modules",
                         "echo 'force_drivers+=\" vfio_pci \"' | sudo tee /etc/dracut.conf.d/vfio.conf"};
        return step;
    }
    switch (*tool) {
        case InitramfsTool::update_initramfs:
            step.commands.emplace_back("echo vfio-pci | sudo tee -a /etc/initramfs-tools/modules");
            break;
        case InitramfsTool::dracut:
        case InitramfsTool::dracut_rebuild:
            step.commands.emplace_back(
                "echo 'force_drivers+=\" vfio_pci \"' | sudo tee /etc/dracut.conf.d/vfio.conf");
            break;
        case InitramfsTool::mkinitcpio:
            step.what += " In front of what is there:";
            step.file = "/etc/mkinitcpio.conf";
            step.lines.emplace_back("MODULES=(vfio_pci vfio_iommu_type1)");
            break;
        case InitramfsTool::booster:
            step.file = "/etc/booster.yaml";
            step.lines.emplace_back("modules_force_load: vfio_pci");
            break;
        default: break;
    }
    return step;
}

Step write_softdeps(const std::vector<KeptDevice>& kept) {
    Step step{.what = "Have vfio-pci loaded before each driver that took one."};
    std::vector<std::string_view> modules;
    for (const KeptDevice& device : kept)
        if (const std::string_view module = module_of(device.driver); !holds(modules, module)) {
            modules.push_back(module);
            add_command(step, "echo 'softdep {} pre: vfio-pci' | sudo tee -a /etc/modprobe.d/vfio.conf",
                        {module});
        }
    return step;
}

Remedy load_vfio_first(const Facts& f, const std::vector<KeptDevice>& kept) {
    Remedy remedy(write_softdeps(kept));
    remedy.then(load_early(f));
    Remedy renew = renew_initramfs(f, remedy);
    if (!renew.steps.empty()) {
        const bool several = renew.steps.front().commands.size() > 1;
        renew.steps.front().what =
            fmt::format("Rebuild the initramfs{}", several ? ", by the one of these that is here." : ".");
    }
    remedy.then(std::move(renew));
    remedy.then(Step{
        .what = "Restart. A card that shows this system's screen, or that the machine booted with, "
                "shows nothing from then on.",
        .cost = Cost::reboot,
        .expect =
            fmt::format("lspci -nnks {} says \"Kernel driver in use: vfio-pci\".", kept.front().device)});
    Step by_address{
        .what =
            "Or by address, whatever the driver, also one that is built in (package driverctl); it "
            "lasts:"};
    for (const KeptDevice& device : kept)
        add_command(by_address, "sudo driverctl set-override {} vfio-pci", {device.device});
    return remedy.then(std::move(by_address));
}

Outcome check_told(const Facts& f) {
    const auto& told = *f.module.vfio_ids.if_known();
    const bool by_line = std::any_of(
        told.begin(), told.end(), [](const ModuleOption& option) { return option.origin.on_command_line(); });
    if (!by_line && is(f.iommu.vfio_pci, Tristate::yes))
        return cite(cite(built_in(f, told), f.module.vfio_ids), f.iommu.vfio_pci);
    return judge(
        [&](const std::vector<KeptDevice>& kept) {
            if (kept.empty()) return pass("no other driver holds a device that vfio-pci was told to take");
            std::string who;
            for (const KeptDevice& device : kept)
                who += fmt::format("{}{} ({}: {})", who.empty() ? "" : ", ", device.device, device.id,
                                   device.driver);
            return fail(fmt::format("{} tells vfio-pci to take devices that another driver holds, most "
                                    "likely because it was there "
                                    "first: {}. An id takes no device away from a driver",
                                    place_of(told.front().origin), who),
                        load_vfio_first(f, kept));
        },
        f.iommu.kept_devices);
}

constexpr std::string_view told_see[] = {"Linux drivers/vfio/pci/vfio_pci.c, vfio_pci_fill_ids()",
                                         "modprobe.d(5), softdep",
                                         "Linux Documentation/admin-guide/kernel-parameters.rst"};

constexpr Rule vfio_rows[] = {
    {
        .id = "NP814",
        .name = "vfio-ids-without-effect",
        .layer = Layer::iommu,
        .question = Question::device_assignment,
        .role = Role::advice,
        .title = "vfio-pci was told which devices to take, and does not have them",
        .explain =
            "vfio-pci.ids= on the kernel command line, or options vfio-pci ids= in modprobe.d, names "
            "devices\n"
            "by their ids. vfio-pci gets those that no driver has when it loads: one that the initramfs, or\n"
            "the kernel itself, gave to its own driver before stays there, and nothing says so. Where\n"
            "vfio-pci is part of the kernel, modprobe.d says nothing to it.",
        .fix = "Have vfio-pci loaded before the device's own driver.",
        .see = told_see,
        .check = check_told,
        .listed = is_told,
        .worked = "lspci -nnk says \"Kernel driver in use: vfio-pci\" for each of them.",
        .also = "An id that is misspelt, or is the one of another card: NP812.",
    },
};

}  // namespace

std::span<const Rule> vfio_rules() { return vfio_rows; }

}  // namespace nestprobe
