// SPDX-License-Identifier: MIT
#include "remedy/boot_loaders.hpp"

#include "remedy/steps.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

// Sources: grubby(8), rpm-ostree(1), update-grub(8), grub-mkconfig's reading of /etc/default/grub as shell
// code, kernel-install(8), ukify(1), the Proxmox VE Administration Guide ("Editing the Kernel Commandline"),
// kernelstub(1), NixOS manual, Talos ("Kernel arguments"); state 2026-11.
constexpr std::string_view drop_from_grub =
    "sudo grep -srlw -e '{}' /etc/default/grub /etc/default/grub.d | sudo xargs -r sed -i 's/\\b{sed}\\b//'";
constexpr std::string_view add_to_grub =
    "echo 'GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT {}\"' | sudo tee -a /etc/default/grub";
constexpr std::string_view add_to_file = "sudo sed -i '1s/$/ {}/' /etc/kernel/cmdline";
constexpr std::string_view drop_from_file = "sudo sed -i '1s/ *\\b{sed}\\b//' /etc/kernel/cmdline";
constexpr std::string_view script_add_to_grub = "append_to_grub {} /etc/default/grub";
constexpr std::string_view script_drop_from_grub = "drop_from_grub {}";
constexpr std::string_view script_add_to_file = "add_to_cmdline {}";
constexpr std::string_view script_drop_from_file = "drop_from_cmdline {}";

constexpr LoaderWay kernel_cmdline(BootLoader loader, std::string_view finish,
                                   std::optional<InitramfsTool> with = {}) {
    return {.loader = loader,
            .add = add_to_file,
            .drop = drop_from_file,
            .finish = finish,
            .next = "cat /etc/kernel/cmdline",
            .script_add = script_add_to_file,
            .script_drop = script_drop_from_file,
            .with = with};
}

constexpr LoaderWay grub(BootLoader loader, std::string_view finish, std::string_view next) {
    return {.loader = loader,
            .add = add_to_grub,
            .drop = drop_from_grub,
            .finish = finish,
            .next = next,
            .script_add = script_add_to_grub,
            .script_drop = script_drop_from_grub};
}

constexpr LoaderWay ways[] = {
    {.loader = BootLoader::grub_debian,
     .add = "echo 'GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT {}\"' | sudo tee -a "
            "/etc/default/grub.d/zz-nestprobe.cfg",
     .drop = drop_from_grub,
     .prepare = "sudo mkdir -p /etc/default/grub.d",
     .finish = "sudo update-grub",
     .next = "cat /boot/grub/grub.cfg",
     .script_add = "append_to_grub {} /etc/default/grub.d/zz-nestprobe.cfg",
     .script_drop = script_drop_from_grub},
    {.loader = BootLoader::grubby,
     .add = "sudo grubby --update-kernel=ALL --args={}",
     .drop = "sudo grubby --update-kernel=ALL --remove-args={}",
     .next = "grubby --info=ALL"},
    grub(BootLoader::grub_suse, "sudo grub2-mkconfig -o /boot/grub2/grub.cfg", "cat /boot/grub2/grub.cfg"),
    grub(BootLoader::grub_other, "sudo grub-mkconfig -o /boot/grub/grub.cfg", "cat /boot/grub/grub.cfg"),
    kernel_cmdline(BootLoader::systemd_boot, "sudo kernel-install add-all"),
    kernel_cmdline(BootLoader::proxmox, "sudo proxmox-boot-tool refresh"),
    kernel_cmdline(BootLoader::uki, "sudo mkinitcpio -P", InitramfsTool::mkinitcpio),
    kernel_cmdline(BootLoader::uki, "sudo dracut -f --regenerate-all", InitramfsTool::dracut),
    kernel_cmdline(BootLoader::uki, "sudo kernel-install add-all"),
    {.loader = BootLoader::ostree,
     .add = "sudo rpm-ostree kargs --append-if-missing={}",
     .drop = "sudo rpm-ostree kargs --delete-if-present={}",
     .next = "rpm-ostree kargs"},
    {.loader = BootLoader::kernelstub,
     .add = "sudo kernelstub -a {}",
     .drop = "sudo kernelstub -d {}",
     .next = "cat /etc/kernelstub/configuration"},
    {.loader = BootLoader::systemd_entries,
     .place = "the options line of the entry in loader/entries on the EFI partition (bootctl list shows it)"},
    {.loader = BootLoader::nixos,
     .finish = "sudo nixos-rebuild boot",
     .place = "boot.kernelParams of /etc/nixos/configuration.nix"},
    {.loader = BootLoader::talos,
     .place =
         "customization.extraKernelArgs of the image factory's schematic, then talosctl upgrade with its "
         "image"},
    {.loader = BootLoader::unraid, .place = "the append line of /boot/syslinux/syslinux.cfg"},
    {.loader = BootLoader::wsl2,
     .finish = "wsl --shutdown",
     .place = "kernelCommandLine= under [wsl2] of %USERPROFILE%\\.wslconfig in Windows"},
};

}  // namespace

std::span<const LoaderWay> loader_ways() { return ways; }

const LoaderWay* find_way(const Facts& f) {
    const BootLoader* known = f.system.boot_loader.if_known();
    if (!known || in_container(f)) return nullptr;
    for (const LoaderWay& way : ways)
        if (way.loader == *known && (!way.with || is(f.system.initramfs, *way.with))) return &way;
    return nullptr;
}

std::string_view without_sudo(std::string_view command) {
    constexpr std::string_view sudo = "sudo ";
    return command.starts_with(sudo) ? command.substr(sudo.size()) : command;
}

std::string as_expression(std::string_view word) {
    std::string text;
    for (const char c : word) {
        if (c == '.' || c == '/') text += '\\';
        text += c;
    }
    return text;
}

std::string with_word(std::string_view pattern, std::string_view word) {
    std::string text;
    while (!pattern.empty()) {
        const bool plain = pattern.starts_with("{}"), expression = pattern.starts_with("{sed}");
        if (plain || expression) {
            text += plain ? std::string(word) : as_expression(word);
            pattern.remove_prefix(plain ? 2 : 5);
        } else {
            text += pattern.front();
            pattern.remove_prefix(1);
        }
    }
    return text;
}

}  // namespace nestprobe
