// SPDX-License-Identifier: MIT
#include "remedy/boot_loaders.hpp"

#include "remedy/steps.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

// Sources: grubby(8), rpm-ostree(1), update-grub(8), grub-mkconfig's reading of /etc/default/grub as shell
// code, kernel-install(8), ukify(1), the Proxmox VE Administration Guide ("Editing the Kernel Commandline"),
// kernelstub(1), NixOS manual, Talos ("Kernel arguments"), transactional-update(8), Guix manual
// ("operating-system Reference"), Alpine's update-extlinux(8), rEFInd documentation, Flatcar documentation,
// CachyOS' wiki ("Boot Manager Configuration"), ostree tests/kolainst/destructive/kargs-edit-in-place.sh,
// kworkflow #1172 (SteamOS), Solus' help centre; state 2026-11.
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
    grub(BootLoader::steamos, "sudo update-grub", "cat /efi/EFI/steamos/grub.cfg"),
    kernel_cmdline(BootLoader::systemd_boot, "sudo reinstall-kernels", InitramfsTool::dracut_rebuild),
    kernel_cmdline(BootLoader::systemd_boot, "sudo kernel-install add-all"),
    kernel_cmdline(BootLoader::proxmox, "sudo proxmox-boot-tool refresh"),
    kernel_cmdline(BootLoader::uki, "sudo mkinitcpio -P", InitramfsTool::mkinitcpio),
    kernel_cmdline(BootLoader::uki, "sudo dracut -f --regenerate-all", InitramfsTool::dracut),
    kernel_cmdline(BootLoader::uki, "sudo kernel-install add-all"),
    {.loader = BootLoader::ostree,
     .add = "sudo rpm-ostree kargs --append-if-missing={}",
     .drop = "sudo rpm-ostree kargs --delete-if-present={}",
     .next = "rpm-ostree kargs"},
    {.loader = BootLoader::ostree_plain,
     .add = "sudo ostree admin kargs edit-in-place --append-if-missing={}",
     .place = "the options line of each entry in /boot/loader/entries",
     .look = "grep -H ^options /boot/loader/entries/*.conf",
     .next = "cat /boot/loader/entries/*.conf"},
    {.loader = BootLoader::kernelstub,
     .add = "sudo kernelstub -a {}",
     .drop = "sudo kernelstub -d {}",
     .next = "cat /etc/kernelstub/configuration"},
    {.loader = BootLoader::transactional,
     .add = add_to_grub,
     .drop = drop_from_grub,
     .finish = "sudo transactional-update grub.cfg",
     .next = "cat /boot/grub2/grub.cfg",
     .script_add = script_add_to_grub,
     .script_drop = script_drop_from_grub},
    kernel_cmdline(BootLoader::sdbootutil, "sudo sdbootutil update-all-entries"),
    {.loader = BootLoader::extlinux,
     .add = "sudo sed -i '/^default_kernel_opts=/s/\"$/ {}\"/' /etc/update-extlinux.conf",
     .drop = "sudo sed -i '/^default_kernel_opts=/s/ *\\b{sed}\\b//' /etc/update-extlinux.conf",
     .finish = "sudo update-extlinux",
     .next = "cat /etc/update-extlinux.conf",
     .script_add = "add_to_extlinux {}",
     .script_drop = "drop_from_extlinux {}"},
    {.loader = BootLoader::systemd_entries,
     .place = "the options line of its entry in loader/entries on the EFI partition",
     .look = "bootctl list"},
    {.loader = BootLoader::refind,
     .place = "the options of each line of /boot/refind_linux.conf, or of the entry in refind.conf",
     .look = "sudoedit /boot/refind_linux.conf"},
    {.loader = BootLoader::fixed_image,
     .place = "what the kernel image is made of: /etc/kernel/cmdline or /etc/cmdline.d; an image that the "
              "distribution made takes no other words",
     .look = "bootctl status"},
    {.loader = BootLoader::nixos,
     .finish = "sudo nixos-rebuild boot",
     .place = "boot.kernelParams of /etc/nixos/configuration.nix",
     .file = "/etc/nixos/configuration.nix",
     .line = "boot.kernelParams = [{} ];",
     .word = " \"{}\""},
    {.loader = BootLoader::guix,
     .finish = "sudo guix system reconfigure /etc/config.scm",
     .place = "kernel-arguments of /etc/config.scm",
     .file = "the operating-system of /etc/config.scm",
     .line = "(kernel-arguments (append (list{}) %default-kernel-arguments))",
     .word = " \"{}\""},
    {.loader = BootLoader::talos,
     .finish = "talosctl upgrade --nodes NODE --image factory.talos.dev/installer/SCHEMATIC:VERSION",
     .place = "the image factory's schematic, and upgrade to the image that it makes of it",
     .file = "the schematic",
     .head = "customization:\n  extraKernelArgs:",
     .word = "    - {}"},
    {.loader = BootLoader::unraid,
     .place = "the append line of /boot/syslinux/syslinux.cfg",
     .look = "nano /boot/syslinux/syslinux.cfg"},
    {.loader = BootLoader::flatcar,
     .place = "/oem/grub.cfg",
     .file = "/oem/grub.cfg",
     .line = "set linux_append=\"$linux_append{}\""},
    {.loader = BootLoader::clear_linux,
     .finish = "sudo clr-boot-manager update",
     .place = "a file of /etc/kernel/cmdline.d",
     .file = "/etc/kernel/cmdline.d/nestprobe.conf",
     .word = "{}"},
    {.loader = BootLoader::truenas,
     .finish = "midclt call system.advanced.update '{\"kernel_extra_options\": \"ALL WORDS\"}'",
     .place = "TrueNAS' own setting kernel_extra_options, which holds all words that are not its own",
     .look = "midclt call system.advanced.config"},
    {.loader = BootLoader::limine,
     .add = "echo 'KERNEL_CMDLINE[default]+=\" {}\"' | sudo tee -a /etc/default/limine",
     .drop = "sudo sed -i '/^KERNEL_CMDLINE/s/ *\\b{sed}\\b//' /etc/default/limine",
     .finish = "sudo limine-mkinitcpio",
     .next = "cat /boot/limine.conf"},
    {.loader = BootLoader::syslinux,
     .place = "the append line of syslinux.cfg or extlinux.conf; with LILO in /etc/lilo.conf, then run lilo"},
    {.loader = BootLoader::chromeos,
     .place = "the kernel partition, in developer mode",
     .look = "sudo /usr/share/vboot/bin/make_dev_ssd.sh --edit_config --partitions 2"},
    {.loader = BootLoader::wsl2,
     .finish = "wsl --shutdown",
     .place = "%USERPROFILE%\\.wslconfig in Windows; then stop WSL, with all that runs in it",
     .file = "%USERPROFILE%\\.wslconfig",
     .head = "[wsl2]",
     .line = "kernelCommandLine ={}",
     .is_guest = true},
};

constexpr OptionsPlace options_places[] = {
    {BootLoader::nixos, "/etc/nixos/configuration.nix", "boot.extraModprobeConfig = \"options {} {}={}\";",
     "sudo nixos-rebuild switch",
     "boot.blacklistedKernelModules and boot.extraModprobeConfig of /etc/nixos/configuration.nix"},
    {BootLoader::unraid, "/boot/config/modprobe.d/zz-nestprobe.conf", "options {} {}={}",
     "sudo cp /boot/config/modprobe.d/zz-nestprobe.conf /etc/modprobe.d/", "/boot/config/modprobe.d"},
};

}  // namespace

const OptionsPlace* options_place(const Facts& f) {
    for (const OptionsPlace& place : options_places)
        if (is(f.system.boot_loader, place.loader)) return &place;
    return nullptr;
}

std::span<const LoaderWay> loader_ways() { return ways; }

const LoaderWay* find_way(const Facts& f) {
    const BootLoader* known = f.system.boot_loader.if_known();
    if (!known || in_container(f)) return nullptr;
    for (const LoaderWay& way : ways)
        if (way.loader == *known && (!way.with || is(f.system.initramfs, *way.with))) return &way;
    return nullptr;
}

std::vector<std::string> lines_with(const LoaderWay& way, const std::vector<std::string>& words) {
    std::vector<std::string> lines;
    if (words.empty() || way.file.empty()) return lines;
    for (std::string_view head = way.head; !head.empty();) {
        lines.emplace_back(head.substr(0, head.find('\n')));
        head.remove_prefix(std::min(lines.back().size() + 1, head.size()));
    }
    std::string all;
    for (const std::string& word : words) {
        if (way.line.empty())
            lines.push_back(with_word(way.word, word));
        else
            all += with_word(way.word, word);
    }
    if (!way.line.empty()) lines.push_back(with_word(way.line, all));
    return lines;
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
