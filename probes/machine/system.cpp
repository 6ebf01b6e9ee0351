// SPDX-License-Identifier: MIT
// How this system is set up: what boots it, and what makes its initramfs.  The tool whose files are here
// comes first, then the distribution's own way.
#include "machine/boot_loader.hpp"
#include "machine/distribution.hpp"
#include "machine/kernel_names.hpp"
#include "machine/probes.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace nestprobe {
namespace {

/// A folder that comes with a tool that makes the initramfs.  A distribution's own counts before others.
struct ToolSign {
    std::string_view folder;
    InitramfsTool tool;
};
constexpr ToolSign tool_signs[] = {
    {"/etc/initramfs-tools", InitramfsTool::update_initramfs},
    {"/etc/mkinitcpio.d", InitramfsTool::mkinitcpio},
    {"/etc/mkinitfs", InitramfsTool::mkinitfs},
    {"/etc/dracut.conf.d", InitramfsTool::dracut},
};
constexpr std::string_view booster = "/etc/booster.yaml";

/// The distribution's tool where its folder is there, or none is known to be; else the other one that is.
Fact<InitramfsTool> probe_initramfs(const Filesystem& files, const Fact<BootLoader>& loader,
                                    const Fact<std::string>& distribution) {
    if (is(loader, BootLoader::ostree) || is(loader, BootLoader::ostree_plain) ||
        is(loader, BootLoader::truenas))
        return {InitramfsTool::with_system, loader.from()};
    if (is(loader, BootLoader::wsl2)) return {InitramfsTool::none, loader.from()};
    const Ways* ways = ways_of(distribution);
    const InitramfsTool* own = ways && ways->initramfs ? &*ways->initramfs : nullptr;
    const bool may_differ = !own || std::any_of(std::begin(tool_signs), std::end(tool_signs),
                                                [&](const ToolSign& sign) { return sign.tool == *own; });
    if (may_differ && files.read(booster).if_known())
        return {InitramfsTool::booster, {{std::string(booster), "present"}}};
    const ToolSign* other = nullptr;
    for (const ToolSign& sign : tool_signs) {
        if (!may_differ || !files.list(sign.folder).if_known()) continue;
        if (own && *own == sign.tool) return {*own, distribution.from()};
        if (!other) other = &sign;
    }
    if (other) return {other->tool, {{std::string(other->folder), "present"}}};
    if (own) return {*own, distribution.from()};
    return distribution.if_known() ? Absent{Why::malformed, "no initramfs tool is known of this distribution"}
                                   : distribution.absence();
}

}  // namespace

SystemFacts probe_system(const Filesystem& files, const Shared& shared, const KernelFacts& kernel) {
    SystemFacts facts;
    facts.distribution = probe_distribution(files);
    facts.boot_loader = probe_boot_loader(files, shared, kernel, facts.distribution);
    facts.kin = kin_of(release_or_image(shared.command_line, kernel.release), facts.distribution);
    facts.grub = probe_grub(shared.command_line, facts.distribution);
    facts.initramfs =
        probe_initramfs(files, facts.boot_loader, distribution_by_kernel(kernel.release, facts.distribution));
    return facts;
}

std::string_view to_string(InitramfsTool tool) {
    switch (tool) {
        case InitramfsTool::update_initramfs: return "update-initramfs";
        case InitramfsTool::dracut: return "dracut";
        case InitramfsTool::mkinitcpio: return "mkinitcpio";
        case InitramfsTool::with_system: return "with-system";
        case InitramfsTool::booster: return "booster";
        case InitramfsTool::mkinitfs: return "mkinitfs";
        case InitramfsTool::dracut_rebuild: return "dracut-rebuild";
        case InitramfsTool::transactional: return "transactional-update";
        case InitramfsTool::none: return "none";
    }
    return "";
}

}  // namespace nestprobe
