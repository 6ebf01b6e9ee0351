// SPDX-License-Identifier: MIT
// The kernel command line where nobody can tell who passes it: the ways that are usual on this system, else
// the likely ones of any.
// Sources: as boot_loaders.cpp; Proxmox VE Administration Guide, "Determine which Bootloader is Used";
// System76, "Manage Boot Loader"; Fedora documentation, Silverblue; EndeavourOS, "systemd-boot"; Arch Wiki,
// "Kernel parameters"; bootctl(1), list; kernel-install(8), add-all (systemd 255); state 2026-11.
#include "remedy/boot_loaders.hpp"
#include "remedy/steps.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

struct UsualWay {
    std::string_view kin;  ///< as system.kin has it
    std::string_view when;
    BootLoader loader;
    std::optional<InitramfsTool> with{};
    bool unseen = false;      ///< only where the command line was not seen, which would tell it
    std::string_view look{};  ///< what tells which way it is, and in `when` how
};
constexpr std::string_view by_entries =
    "With systemd-boot, in the place of these: the options line of its entry, whose file this shows as "
    "source.";
constexpr std::string_view with_grub = "With GRUB:";

constexpr UsualWay usual_ways[] = {
    {"arch", with_grub, BootLoader::grub_other, {}, true},
    {"arch", by_entries, BootLoader::systemd_entries},
    {"arch", "With a unified kernel image, in the place of these:", BootLoader::uki,
     InitramfsTool::mkinitcpio},
    {"endeavouros", "With systemd-boot, which it installs as a rule:", BootLoader::systemd_boot,
     InitramfsTool::dracut_rebuild},
    {"endeavouros", "With GRUB, in the place of these:", BootLoader::grub_other, {}, true},
    {"proxmox",
     "Where it said uefi, systemd-boot passes it:",
     BootLoader::proxmox,
     {},
     false,
     "sudo proxmox-boot-tool status"},
    {"proxmox",
     "Where it said grub, or that nothing is configured, GRUB does, and these stand in the place of those:",
     BootLoader::grub_debian,
     {},
     true},
    {"fedora-kernel", "On Workstation, Server and their like:", BootLoader::grubby, {}, true},
    {"fedora-kernel",
     "On an edition of rpm-ostree (Silverblue, Kinoite, CoreOS), in its place:",
     BootLoader::ostree,
     {},
     true},
    {"pop", "Started by UEFI, as nearly all are:", BootLoader::kernelstub},
    {"pop", "Only where it starts without UEFI, by GRUB, in its place:", BootLoader::grub_debian, {}, true},
    {"rhel", "With boot loader entries, which are usual here:", BootLoader::grubby, {}, true},
    {"amzn", "With boot loader entries, which are usual here:", BootLoader::grubby, {}, true},
    {"suse", with_grub, BootLoader::grub_suse, {}, true},
    {"suse", "On MicroOS and its like, in the place of these:", BootLoader::transactional, {}, true},
    {"suse",
     "With systemd-boot or GRUB's own entries (sdbootutil), in the place of these:", BootLoader::sdbootutil},
    {"gentoo", with_grub, BootLoader::grub_other, {}, true},
    {"gentoo", by_entries, BootLoader::systemd_entries},
    {"alpine", "With extlinux:", BootLoader::extlinux, {}, true},
    {"alpine", "With GRUB, in the place of these:", BootLoader::grub_other, {}, true},
    {"void", with_grub, BootLoader::grub_other, {}, true},
    {"void", by_entries, BootLoader::systemd_entries},
    {"slackware", with_grub, BootLoader::grub_other, {}, true},
    {"slackware",
     "With LILO, in the place of these: the append line of /etc/lilo.conf; then run lilo.",
     BootLoader::syslinux,
     {},
     true},
};

const LoaderWay& way_of(const UsualWay& usual) {
    const auto ways = loader_ways();
    return *std::find_if(ways.begin(), ways.end(), [&](const LoaderWay& way) {
        return way.loader == usual.loader && way.with == usual.with;
    });
}

void add_usual_commands(Step& step, const LoaderWay& way, const ChangeWords& words) {
    if (!by_command(way)) {
        if (!way.look.empty()) step.commands.push_back(ShellCommand::of_row(way.look));
        return;
    }
    add_word_commands(step, way, words.drop, words.add);
    if (!way.finish.empty()) step.commands.push_back(ShellCommand::of_row(way.finish));
}

/// Any system: GRUB by whichever of three commands is here, then what reads files of its own.
Remedy likely_ways(Step step, bool not_grub) {
    Step by_entry{.what = std::string(by_entries), .commands = {"bootctl list"}, .cost = step.cost};
    Step by_file{.what =
                     "Only where /etc/kernel/cmdline is there, entries or a unified kernel image are made "
                     "of that (add-all is of systemd 255 and newer):",
                 .commands = {"sudoedit /etc/kernel/cmdline", "sudo kernel-install add-all"},
                 .cost = step.cost,
                 .expect = step.expect};
    if (not_grub) {
        step.what.pop_back();  // the full stop
        step.what +=
            "; it was not GRUB. With systemd-boot: the options line of its entry, whose file this "
            "shows as source.";
        step.commands = by_entry.commands;
        return Remedy(std::move(step)).then(std::move(by_file));
    }
    step.what += " With GRUB:";
    step.commands = {"sudoedit /etc/default/grub",
                     "sudo update-grub || sudo grub2-mkconfig -o /boot/grub2/grub.cfg || sudo grub-mkconfig "
                     "-o /boot/grub/grub.cfg"};
    return Remedy(std::move(step)).then(std::move(by_entry)).then(std::move(by_file));
}

}  // namespace

Remedy by_usual_ways(const Facts& f, Step step, bool safe) {
    const bool not_grub = is(f.system.grub, false);
    step.what += ". Which boot loader passes it could not be told.";
    const std::string* kin = f.system.kin.if_known();
    Remedy remedy;
    for (const UsualWay& usual : usual_ways) {
        if (!safe || !kin || *kin != usual.kin || (usual.unseen && not_grub)) continue;
        if (remedy.empty() && !usual.look.empty()) {
            remedy.then(
                Step{.what = step.what + " See which:", .commands = {ShellCommand::of_row(usual.look)}});
            step.what.clear();
        }
        Step next{.what = std::string(usual.when), .cost = step.cost, .expect = step.expect};
        if (remedy.empty() || step.what.empty()) {
            next = step;
            next.what += fmt::format("{}{}", step.what.empty() ? "" : " ", usual.when);
            step.what = " ";  // said
        }
        add_usual_commands(next, way_of(usual), std::get<ChangeWords>(step.action));
        remedy.then(std::move(next));
    }
    return remedy.empty() ? likely_ways(std::move(step), not_grub) : remedy;
}

}  // namespace nestprobe
