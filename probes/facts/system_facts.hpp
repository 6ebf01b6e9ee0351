// SPDX-License-Identifier: MIT
// How this system is set up: what a fix has to know to be done to the letter here.
#pragma once

#include "base/fact.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace nestprobe {

/// Who passes the kernel its command line, and by what it is changed.
enum class BootLoader : std::uint8_t {
    grub_debian,      ///< GRUB by /etc/default/grub and update-grub: Debian, Ubuntu and their kin
    grubby,           ///< boot loader entries by grubby: Fedora, RHEL and their kin
    grub_suse,        ///< GRUB by grub2-mkconfig
    grub_other,       ///< GRUB by grub-mkconfig: Arch, Gentoo, Void
    systemd_boot,     ///< entries made by kernel-install from /etc/kernel/cmdline
    proxmox,          ///< /etc/kernel/cmdline and proxmox-boot-tool
    uki,              ///< a unified kernel image, with the words of /etc/kernel/cmdline inside
    systemd_entries,  ///< systemd-boot with entries that nobody makes again
    ostree,           ///< rpm-ostree kargs
    kernelstub,       ///< Pop!_OS
    nixos,            ///< boot.kernelParams of the system's configuration
    talos,            ///< the image factory's kernel arguments
    unraid,           ///< syslinux.cfg on the boot stick
    wsl2,             ///< .wslconfig on Windows
    extlinux,         ///< Alpine's /etc/update-extlinux.conf
    transactional,    ///< GRUB by transactional-update: MicroOS, SLE Micro
    sdbootutil,       ///< SUSE's systemd-boot: /etc/kernel/cmdline and sdbootutil
    refind,           ///< refind_linux.conf
    fixed_image,      ///< a unified kernel image whose words /etc/kernel/cmdline does not hold
    guix,             ///< kernel-arguments of the system's configuration
    flatcar,          ///< /oem/grub.cfg
    clear_linux,      ///< /etc/kernel/cmdline.d and clr-boot-manager
    truenas,          ///< kernel_extra_options of its own settings
    chromeos,         ///< in the kernel partition
    limine,           ///< Limine by limine-entry-tool: /etc/default/limine
    syslinux,         ///< syslinux, extlinux or LILO, by a file that is edited
    steamos,          ///< GRUB of SteamOS, whose file is on the EFI partition
    ostree_plain,     ///< ostree without rpm-ostree: Endless OS and others
};

/// What rebuilds the initramfs.
enum class InitramfsTool : std::uint8_t {
    update_initramfs,
    dracut,
    mkinitcpio,
    with_system,  ///< it comes with the system's image
    booster,
    mkinitfs,        ///< Alpine
    dracut_rebuild,  ///< EndeavourOS' way to run dracut
    transactional,   ///< transactional-update
    none,            ///< this system is started without one of its own: WSL 2
};

struct SystemFacts {
    Fact<std::string> distribution{};
    Fact<std::string> kin{};
    Fact<BootLoader> boot_loader{};
    Fact<bool> grub{};
    Fact<InitramfsTool> initramfs{};
};
template <ConstOrNot<SystemFacts> F, class V>
constexpr void for_each(F& f, V&& visit) {
    visit("system.distribution", f.distribution,
          "ID and ID_LIKE of /etc/os-release, \"ostree\" in front where its image is one");
    visit("system.kin", f.kin,
          "whose system it is, as far as its ways to boot go: by /etc/os-release, else by the kernel's name");
    visit("system.boot_loader", f.boot_loader,
          "by what the kernel command line is changed: files of boot loaders, else the distribution");
    visit("system.grub", f.grub, "GRUB booted this system, by how BOOT_IMAGE= is written, or is not there");
    visit("system.initramfs", f.initramfs,
          "by what the initramfs is renewed: the distribution's tool, or the other one whose files are here");
}

std::string_view to_string(BootLoader loader);
std::string_view to_string(InitramfsTool tool);

}  // namespace nestprobe
