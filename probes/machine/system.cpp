// SPDX-License-Identifier: MIT
// The distribution, the boot loader and the initramfs tool.  Files that only one kind of system has come
// first; the distribution's own way is taken where none of them is there.  What cannot be told is absent:
// GRUB is no default.
#include "base/text.hpp"
#include "machine/kernel_words.hpp"
#include "machine/probes.hpp"

#include <fmt/format.h>

#include <iterator>
#include <optional>

namespace nestprobe {
namespace {

/// A distribution's ID, or one of ID_LIKE, and its ways (os-release(5); each distribution's manual of 2026).
struct Ways {
    std::string_view id;
    std::optional<BootLoader> loader;
    InitramfsTool initramfs;
};
constexpr Ways distributions[] = {
    {"nixos", BootLoader::nixos, InitramfsTool::with_system},
    {"talos", BootLoader::talos, InitramfsTool::with_system},
    {"unraid", BootLoader::unraid, InitramfsTool::with_system},
    {"debian", BootLoader::grub_debian, InitramfsTool::update_initramfs},
    {"ubuntu", BootLoader::grub_debian, InitramfsTool::update_initramfs},
    {"fedora", BootLoader::grubby, InitramfsTool::dracut},
    {"rhel", BootLoader::grubby, InitramfsTool::dracut},
    {"amzn", BootLoader::grubby, InitramfsTool::dracut},
    {"suse", BootLoader::grub_suse, InitramfsTool::dracut},
    {"opensuse", BootLoader::grub_suse, InitramfsTool::dracut},
    {"arch", std::nullopt, InitramfsTool::mkinitcpio},  // GRUB and systemd-boot are both common there
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
    {"/etc/kernelstub/configuration", BootLoader::kernelstub},
};
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

bool booted_by_grub(const Reading<std::string>& command_line) {
    return command_line.if_known() && contains(*command_line.if_known(), from_grub);
}

bool by_grub(BootLoader loader) {
    return loader == BootLoader::grub_debian || loader == BootLoader::grubby ||
           loader == BootLoader::grub_suse;
}

Fact<BootLoader> probe_boot_loader(const Filesystem& files, const Shared& shared, const KernelFacts& kernel,
                                   const Fact<std::string>& distribution) {
    const std::string* release = kernel.release.if_known();
    if (release && contains(*release, "microsoft-standard")) return {BootLoader::wsl2, kernel.release.from()};
    for (const Sign& sign : signs)
        if (files.read(sign.path).if_known()) return {sign.loader, {{std::string(sign.path), "present"}}};
    const bool grub = booted_by_grub(shared.command_line);
    if (const std::string stub = grub ? "" : efi_text(files, stub_info); !stub.empty())
        return {BootLoader::uki, {{std::string(stub_info), stub}}};
    if (!grub && files.read(proxmox_disks).if_known())
        return {BootLoader::proxmox, {{std::string(proxmox_disks), "present"}}};
    if (!grub && files.read(kernel_cmdline).if_known())
        return {BootLoader::systemd_boot, {{std::string(kernel_cmdline), "present"}}};
    if (const std::string said = grub ? "" : efi_text(files, loader_info); said.starts_with("systemd-boot"))
        return {BootLoader::systemd_entries, {{std::string(loader_info), said}}};
    const Ways* ways = ways_of(distribution);
    if (ways && ways->loader && by_grub(*ways->loader) && !grub && shared.command_line.if_known())
        return Absent{Why::malformed, "/proc/cmdline: no BOOT_IMAGE=, so this was not booted by GRUB"};
    if (ways && ways->loader) return {*ways->loader, distribution.from()};
    if (ways && grub) return {BootLoader::grub_other, {{"/proc/cmdline", "BOOT_IMAGE="}}};
    if (!distribution.if_known()) return distribution.absence();
    return Absent{Why::malformed, fmt::format("{}: no boot loader is known of it", *distribution.if_known())};
}

}  // namespace

SystemFacts probe_system(const Filesystem& files, const Shared& shared, const KernelFacts& kernel) {
    SystemFacts facts;
    facts.distribution = probe_distribution(files);
    facts.boot_loader = probe_boot_loader(files, shared, kernel, facts.distribution);
    const Ways* ways = ways_of(facts.distribution);
    if (is(facts.boot_loader, BootLoader::ostree))
        facts.initramfs = {InitramfsTool::with_system, facts.boot_loader.from()};
    else if (ways)
        facts.initramfs = {ways->initramfs, facts.distribution.from()};
    else
        facts.initramfs = facts.distribution.if_known()
                              ? Absent{Why::malformed, "no initramfs tool is known of this distribution"}
                              : facts.distribution.absence();
    return facts;
}

std::string_view to_string(BootLoader loader) {
    constexpr std::string_view words[] = {
        "grub-debian",          "grubby", "grub-suse",  "grub",  "systemd-boot", "proxmox", "uki",
        "systemd-boot-entries", "ostree", "kernelstub", "nixos", "talos",        "unraid",  "wsl2"};
    static_assert(std::size(words) == static_cast<std::size_t>(BootLoader::wsl2) + 1);
    return words[static_cast<std::size_t>(loader)];
}

std::string_view to_string(InitramfsTool tool) {
    switch (tool) {
        case InitramfsTool::update_initramfs: return "update-initramfs";
        case InitramfsTool::dracut: return "dracut";
        case InitramfsTool::mkinitcpio: return "mkinitcpio";
        case InitramfsTool::with_system: return "with-system";
    }
    return "";
}

}  // namespace nestprobe
