// SPDX-License-Identifier: MIT
// The boot loader.  Files that only one kind of system has come first; the distribution's own way is taken
// where none of them is there.  What cannot be told is absent: GRUB is no default.
#include "machine/boot_loader.hpp"

#include "base/text.hpp"
#include "machine/distribution.hpp"
#include "machine/kernel_names.hpp"
#include "machine/kernel_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace nestprobe {
namespace {

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
/// Kernels that are built for one system alone: Microsoft's, TrueNAS', Unraid's, Talos', Flatcar's,
/// Bazzite's.
constexpr std::pair<std::string_view, BootLoader> telling_releases[] = {
    {"microsoft-standard", BootLoader::wsl2}, {"+truenas", BootLoader::truenas},
    {"-Unraid", BootLoader::unraid},          {"-talos", BootLoader::talos},
    {"-flatcar", BootLoader::flatcar},        {".bazzite.", BootLoader::ostree}};
constexpr std::string_view kernelstub = "/etc/kernelstub/configuration";

/// What the EFI stub of a unified kernel image, and the boot loader, say of themselves (The Boot Loader
/// Interface, systemd); the value is 4 bytes of attributes, then UTF-16.  GRUB sets the second too.
constexpr std::string_view stub_info =
    "/sys/firmware/efi/efivars/StubInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
constexpr std::string_view loader_info =
    "/sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f";
constexpr std::string_view proxmox_disks = "/etc/kernel/proxmox-boot-uuids";
/// Of limine-entry-tool, which CachyOS and Omarchy bring with Limine (CachyOS' wiki, 2025-04).
constexpr std::string_view limine = "/etc/default/limine";
constexpr std::string_view kernel_cmdline = "/etc/kernel/cmdline";

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
    // Unraid's syslinux names its kernel with a path.
    if (contains(*words, "initrd=/bzroot")) return BootImage::name;
    return is_path_of_grub(std::string_view(*words).substr(at + boot_image_word.size())) ? BootImage::path
                                                                                         : BootImage::name;
}

bool by_grub(BootLoader loader) {
    return loader == BootLoader::grub_debian || loader == BootLoader::grubby ||
           loader == BootLoader::grub_suse || loader == BootLoader::transactional;
}

/// rpm-ostree is Fedora's and its kin's; others that ostree boots have ostree alone (Endless OS).
BootLoader of_ostree(const Fact<std::string>& distribution) {
    constexpr std::string_view kin[] = {"ostree", "fedora", "rhel", "centos", "bazzite"};
    const std::string* words = distribution.if_known();
    if (!words ||
        std::any_of(std::begin(kin), std::end(kin), [&](auto word) { return has_word(*words, word); }))
        return BootLoader::ostree;
    return BootLoader::ostree_plain;
}

/// What a system is made of decides, whatever loads it: its configuration, its image, Windows.
std::optional<Fact<BootLoader>> by_system(const Filesystem& files, const Shared& shared,
                                          const KernelFacts& kernel, const Fact<std::string>& distribution) {
    using Found = Fact<BootLoader>;
    const auto own = [&](BootLoader loader) {
        return loader == BootLoader::ostree ? of_ostree(distribution) : loader;
    };
    // A paste without uname: BOOT_IMAGE= has the release in the kernel's name.
    const Fact<std::string> release = release_or_image(shared.command_line, kernel.release);
    for (const auto& [part, loader] : telling_releases)
        if (release.if_known() && contains(*release.if_known(), part)) return Found{loader, release.from()};
    for (const Sign& sign : signs)
        if (files.read(sign.path).if_known())
            return Found{own(sign.loader), {{std::string(sign.path), "present"}}};
    if (const std::string* words = shared.command_line.if_known()) {
        constexpr std::pair<std::string_view, BootLoader> telling[] = {
            {"talos.platform=", BootLoader::talos},
            {"ostree=/ostree/", BootLoader::ostree},
            {"initrd=/bzroot", BootLoader::unraid},
            {"initrd=\\EFI\\com.solus-project", BootLoader::clear_linux},
            {"initrd=\\EFI\\org.clearlinux", BootLoader::clear_linux}};
        for (const auto& [word, loader] : telling)
            if (contains(*words, word)) return Found{own(loader), {{"/proc/cmdline", std::string(word)}}};
    }
    const Ways* ways = ways_of(distribution);
    if (ways && ways->loader && !by_grub(*ways->loader)) return Found{*ways->loader, distribution.from()};
    return {};
}

/// GRUB, as the distribution drives it; else by the folder that it keeps its configuration in.
Fact<BootLoader> which_grub(const Filesystem& files, const Ways* ways,
                            const Fact<std::string>& distribution) {
    if (ways && ways->loader) return {*ways->loader, distribution.from()};
    if (ways && ways->grub) return {*ways->grub, distribution.from()};
    if (files.list("/boot/grub2").if_known()) return {BootLoader::grub_suse, {{"/boot/grub2", "present"}}};
    if (ways || files.list("/boot/grub").if_known())
        return {BootLoader::grub_other, {{"/proc/cmdline", "BOOT_IMAGE="}}};
    if (!distribution.if_known()) return distribution.absence();
    return Absent{Why::malformed, fmt::format("{}: no boot loader is known of it", *distribution.if_known())};
}

/// What the EFI variables of this boot, and files, say where it was not GRUB.
Fact<BootLoader> by_efi(const Filesystem& files, const Shared& shared, const KernelFacts& kernel,
                        const Ways* ways, const Fact<std::string>& distribution) {
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
    if (files.read(limine).if_known()) return {BootLoader::limine, {{std::string(limine), "present"}}};
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
    // Proxmox VE says that it is Debian, and has two ways.
    const bool proxmox = kernel.release.if_known() && contains(*kernel.release.if_known(), "-pve");
    if (ways && ways->loader && !proxmox) return {*ways->loader, distribution.from()};
    return Absent{Why::malformed, fmt::format("{}: no boot loader is known of it", *distribution.if_known())};
}

}  // namespace

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
    return by_efi(files, shared, kernel, ways, distribution);
}

Fact<bool> probe_grub(const Reading<std::string>& command_line, const Fact<std::string>& distribution) {
    if (const Absent* absent = command_line.if_absent()) return *absent;
    const BootImage image = boot_image(command_line);
    if (image == BootImage::path) return {true, {{"/proc/cmdline", "BOOT_IMAGE= with a path"}}};
    if (image == BootImage::name) return {false, {{"/proc/cmdline", "BOOT_IMAGE= without a path"}}};
    if (distribution.if_absent()) return distribution.absence();
    return {false, {{"/proc/cmdline", "no BOOT_IMAGE="}}};
}

std::string_view to_string(BootLoader loader) {
    constexpr std::string_view words[] = {
        "grub-debian",  "grubby",      "grub-suse",   "grub",
        "systemd-boot", "proxmox",     "uki",         "systemd-boot-entries",
        "ostree",       "kernelstub",  "nixos",       "talos",
        "unraid",       "wsl2",        "extlinux",    "transactional-update",
        "sdbootutil",   "refind",      "fixed-image", "guix",
        "flatcar",      "clear-linux", "truenas",     "chromeos",
        "limine",       "syslinux",    "steamos",     "ostree-plain"};
    static_assert(std::size(words) == static_cast<std::size_t>(BootLoader::ostree_plain) + 1);
    return words[static_cast<std::size_t>(loader)];
}

}  // namespace nestprobe
