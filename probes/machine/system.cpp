// SPDX-License-Identifier: MIT
// The distribution, the boot loader and the initramfs tool.  Files that only one kind of system has come
// first; the distribution's own way is taken where none of them is there.  What cannot be told is absent:
// GRUB is no default.
#include "base/text.hpp"
#include "machine/kernel_names.hpp"
#include "machine/kernel_words.hpp"
#include "machine/probes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace nestprobe {
namespace {

/// A distribution's ID, or one of ID_LIKE, and its ways (os-release(5); each distribution's manual of 2026).
struct Ways {
    std::string_view id;
    std::optional<BootLoader> loader;  ///< nothing: several are common there
    std::optional<InitramfsTool> initramfs;
};
constexpr Ways distributions[] = {
    {"nixos", BootLoader::nixos, InitramfsTool::with_system},
    {"talos", BootLoader::talos, InitramfsTool::with_system},
    {"unraid", BootLoader::unraid, InitramfsTool::with_system},
    {"guix", BootLoader::guix, InitramfsTool::with_system},
    {"flatcar", BootLoader::flatcar, InitramfsTool::with_system},
    {"clear-linux-os", BootLoader::clear_linux, InitramfsTool::with_system},
    {"chromeos", BootLoader::chromeos, InitramfsTool::with_system},
    {"debian", BootLoader::grub_debian, InitramfsTool::update_initramfs},
    {"ubuntu", BootLoader::grub_debian, InitramfsTool::update_initramfs},
    {"fedora", BootLoader::grubby, InitramfsTool::dracut},
    {"rhel", BootLoader::grubby, InitramfsTool::dracut},
    {"amzn", BootLoader::grubby, InitramfsTool::dracut},
    {"opensuse-microos", BootLoader::transactional, InitramfsTool::transactional},
    {"sle-micro", BootLoader::transactional, InitramfsTool::transactional},
    {"sl-micro", BootLoader::transactional, InitramfsTool::transactional},
    {"suse", BootLoader::grub_suse, InitramfsTool::dracut},
    {"opensuse", BootLoader::grub_suse, InitramfsTool::dracut},
    {"endeavouros", std::nullopt, InitramfsTool::dracut_rebuild},
    {"arch", std::nullopt, InitramfsTool::mkinitcpio},
    {"alpine", std::nullopt, InitramfsTool::mkinitfs},
    {"void", std::nullopt, InitramfsTool::dracut},
    {"gentoo", std::nullopt, std::nullopt},
    {"slackware", std::nullopt, std::nullopt},
};

/// A file that only systems with that boot loader have.  The first that is there decides.
struct Sign {
    std::string_view path;
    BootLoader loader;
};
constexpr Sign signs[] = {
    {"/run/ostree-booted", BootLoader::ostree},
    {"/etc/NIXOS", BootLoader::nixos},
    {"/etc/unraid-version", BootLoader::unraid},
};
constexpr std::string_view kernelstub = "/etc/kernelstub/configuration";

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
/// What the EFI stub of a unified kernel image, and the boot loader, say of themselves (The Boot Loader
/// Interface, systemd); the value is 4 bytes of attributes, then UTF-16.  GRUB sets the second too.
constexpr std::string_view stub_info =
    "/sys/firmware/efi/efivars/StubInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
constexpr std::string_view loader_info =
    "/sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
constexpr std::string_view proxmox_disks = "/etc/kernel/proxmox-boot-uuids";
constexpr std::string_view kernel_cmdline = "/etc/kernel/cmdline";

/// The value of NAME= in os-release, quotation marks off.
std::string_view value_of(std::string_view text, std::string_view name) {
    std::string_view value;
    for_each_line(text, [&](std::string_view line) {
        if (line.starts_with(name) && line.substr(name.size()).starts_with('='))
            value = trim(line.substr(name.size() + 1));
    });
    if (value.size() > 1 && (value.front() == '"' || value.front() == '\'')) {
        value.remove_prefix(1);
        value.remove_suffix(1);
    }
    return value;
}

Fact<std::string> probe_distribution(const Filesystem& files) {
    constexpr std::string_view path = "/etc/os-release";
    const auto text = files.read(path);
    if (!text.if_known()) return text.absence();
    const std::string_view id = value_of(*text.if_known(), "ID"),
                           like = value_of(*text.if_known(), "ID_LIKE");
    if (id.empty()) return Absent{Why::malformed, fmt::format("{}: no ID", path)};
    std::string words(id);
    if (!like.empty()) words.append(" ").append(like);
    return {words, {{std::string(path), words}}};
}

/// By the distribution's own name first, then by those that it is like.
const Ways* ways_of(const Fact<std::string>& distribution) {
    const std::string* words = distribution.if_known();
    if (!words) return nullptr;
    for (const std::string_view word : split_words(*words))
        for (const Ways& ways : distributions)
            if (word == ways.id || (ways.id == "suse" && word.starts_with("opensuse"))) return &ways;
    return nullptr;
}

/// An EFI variable's text, as far as it is ASCII; empty: there is none, or it cannot be read.
std::string efi_text(const Filesystem& files, std::string_view path) {
    constexpr std::size_t attributes = 4;
    const auto value = files.read(path);
    std::string text;
    if (const std::string* bytes = value.if_known())
        for (std::size_t i = attributes; i + 1 < bytes->size(); i += 2)
            if ((*bytes)[i + 1] == '\0' && (*bytes)[i] != '\0') text += (*bytes)[i];
    return text;
}

/// Who wrote BOOT_IMAGE=: GRUB a path, syslinux, extlinux and LILO a name without one.
enum class BootImage : std::uint8_t { none, path, name };
BootImage boot_image(const Reading<std::string>& command_line) {
    const std::string* words = command_line.if_known();
    const std::size_t at = words ? words->find(boot_image_word) : std::string::npos;
    if (at == std::string::npos) return BootImage::none;
    return is_path_of_grub(std::string_view(*words).substr(at + boot_image_word.size())) ? BootImage::path
                                                                                         : BootImage::name;
}

bool by_grub(BootLoader loader) {
    return loader == BootLoader::grub_debian || loader == BootLoader::grubby ||
           loader == BootLoader::grub_suse || loader == BootLoader::transactional;
}

/// What a system is made of decides, whatever loads it: its configuration, its image, Windows.
std::optional<Fact<BootLoader>> by_system(const Filesystem& files, const Shared& shared,
                                          const KernelFacts& kernel, const Fact<std::string>& distribution) {
    using Found = Fact<BootLoader>;
    const std::string* release = kernel.release.if_known();
    if (release && contains(*release, "microsoft-standard"))
        return Found{BootLoader::wsl2, kernel.release.from()};
    if (release && contains(*release, "+truenas")) return Found{BootLoader::truenas, kernel.release.from()};
    for (const Sign& sign : signs)
        if (files.read(sign.path).if_known())
            return Found{sign.loader, {{std::string(sign.path), "present"}}};
    if (const std::string* words = shared.command_line.if_known()) {
        constexpr std::pair<std::string_view, BootLoader> telling[] = {
            {"talos.platform=", BootLoader::talos}, {"ostree=/ostree/", BootLoader::ostree}};
        for (const auto& [word, loader] : telling)
            if (contains(*words, word)) return Found{loader, {{"/proc/cmdline", std::string(word)}}};
    }
    const Ways* ways = ways_of(distribution);
    if (ways && ways->loader && !by_grub(*ways->loader)) return Found{*ways->loader, distribution.from()};
    return {};
}

/// GRUB, as the distribution drives it; else by the folder that it keeps its configuration in.
Fact<BootLoader> which_grub(const Filesystem& files, const Ways* ways,
                            const Fact<std::string>& distribution) {
    if (ways && ways->loader) return {*ways->loader, distribution.from()};
    if (files.list("/boot/grub2").if_known()) return {BootLoader::grub_suse, {{"/boot/grub2", "present"}}};
    if (ways || files.list("/boot/grub").if_known())
        return {BootLoader::grub_other, {{"/proc/cmdline", "BOOT_IMAGE="}}};
    if (!distribution.if_known()) return distribution.absence();
    return Absent{Why::malformed, fmt::format("{}: no boot loader is known of it", *distribution.if_known())};
}

/// What the EFI variables of this boot, and files, say where it was not GRUB.
Fact<BootLoader> by_efi(const Filesystem& files, const Shared& shared, const Ways* ways,
                        const Fact<std::string>& distribution) {
    const bool words_here = files.read(kernel_cmdline).if_known() != nullptr;
    if (const std::string stub = efi_text(files, stub_info); !stub.empty())
        return {words_here ? BootLoader::uki : BootLoader::fixed_image, {{std::string(stub_info), stub}}};
    if (files.read(kernelstub).if_known())
        return {BootLoader::kernelstub, {{std::string(kernelstub), "present"}}};
    for (const auto& [words, loader] :
         {std::pair<std::string_view, BootLoader>{"initrd=\\EFI\\proxmox\\", BootLoader::proxmox},
          std::pair<std::string_view, BootLoader>{"initrd=\\EFI\\Pop_OS-", BootLoader::kernelstub}})
        if (shared.command_line.if_known() && contains(*shared.command_line.if_known(), words))
            return {loader, {{"/proc/cmdline", std::string(words)}}};
    if (files.read(proxmox_disks).if_known())
        return {BootLoader::proxmox, {{std::string(proxmox_disks), "present"}}};
    const std::string said = efi_text(files, loader_info);
    if (said.starts_with("rEFInd")) return {BootLoader::refind, {{std::string(loader_info), said}}};
    const bool suse = ways && ways->loader &&
                      (*ways->loader == BootLoader::grub_suse || *ways->loader == BootLoader::transactional);
    if (words_here)
        return {suse ? BootLoader::sdbootutil : BootLoader::systemd_boot,
                {{std::string(kernel_cmdline), "present"}}};
    if (said.starts_with("systemd-boot"))
        return {BootLoader::systemd_entries, {{std::string(loader_info), said}}};
    if (!distribution.if_known()) return distribution.absence();
    if (shared.command_line.if_known())
        return Absent{Why::malformed, "/proc/cmdline: no BOOT_IMAGE=, so this was not booted by GRUB"};
    if (ways && ways->loader) return {*ways->loader, distribution.from()};
    return Absent{Why::malformed, fmt::format("{}: no boot loader is known of it", *distribution.if_known())};
}

Fact<BootLoader> probe_boot_loader(const Filesystem& files, const Shared& shared, const KernelFacts& kernel,
                                   const Fact<std::string>& distribution) {
    if (auto found = by_system(files, shared, kernel, distribution)) return *std::move(found);
    const Ways* ways = ways_of(distribution);
    switch (boot_image(shared.command_line)) {
        case BootImage::path: {
            // A paste without os-release: the kernel's name says whose GRUB it is.
            const Fact<std::string> named =
                distribution_by_kernel(release_or_image(shared.command_line, kernel.release), distribution);
            return which_grub(files, ways_of(named), named);
        }
        case BootImage::name:
            if (ways && ways->id == "alpine")
                return {BootLoader::extlinux, {{"/proc/cmdline", "BOOT_IMAGE="}}};
            return {BootLoader::syslinux, {{"/proc/cmdline", "BOOT_IMAGE= without a path"}}};
        case BootImage::none: break;
    }
    return by_efi(files, shared, ways, distribution);
}

/// That BOOT_IMAGE= is not there says something of a whole system's command line, nothing of a part of it.
Fact<bool> probe_grub(const Reading<std::string>& command_line, const Fact<std::string>& distribution) {
    if (const Absent* absent = command_line.if_absent()) return *absent;
    const BootImage image = boot_image(command_line);
    if (image == BootImage::path) return {true, {{"/proc/cmdline", "BOOT_IMAGE= with a path"}}};
    if (image == BootImage::name) return {false, {{"/proc/cmdline", "BOOT_IMAGE= without a path"}}};
    if (distribution.if_absent()) return distribution.absence();
    return {false, {{"/proc/cmdline", "no BOOT_IMAGE="}}};
}

/// The distribution's tool where its folder is there, or none is known to be; else the other one that is.
Fact<InitramfsTool> probe_initramfs(const Filesystem& files, const Fact<BootLoader>& loader,
                                    const Fact<std::string>& distribution) {
    if (is(loader, BootLoader::ostree) || is(loader, BootLoader::truenas))
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
    facts.grub = probe_grub(shared.command_line, facts.distribution);
    facts.initramfs =
        probe_initramfs(files, facts.boot_loader, distribution_by_kernel(kernel.release, facts.distribution));
    return facts;
}

std::string_view to_string(BootLoader loader) {
    constexpr std::string_view words[] = {
        "grub-debian",  "grubby",      "grub-suse",   "grub",
        "systemd-boot", "proxmox",     "uki",         "systemd-boot-entries",
        "ostree",       "kernelstub",  "nixos",       "talos",
        "unraid",       "wsl2",        "extlinux",    "transactional-update",
        "sdbootutil",   "refind",      "fixed-image", "guix",
        "flatcar",      "clear-linux", "truenas",     "chromeos",
        "syslinux"};
    static_assert(std::size(words) == static_cast<std::size_t>(BootLoader::syslinux) + 1);
    return words[static_cast<std::size_t>(loader)];
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
