// SPDX-License-Identifier: MIT
#include "remedy/steps.hpp"

#include "base/text.hpp"
#include "remedy/shell.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace nestprobe {
namespace {

/// How a boot loader's command line is changed.  {}: the word; {sed}: the word as sed's regular expressions
/// need it.  Sources: grubby(8), rpm-ostree(1), update-grub(8), kernel-install(8), the Proxmox VE
/// Administration Guide ("Editing the Kernel Commandline"), kernelstub(1), NixOS manual; state 2026-11.
struct LoaderRow {
    BootLoader loader;
    std::string_view add, drop;  ///< one command each
    std::string_view finish;     ///< after either; empty: nothing
    std::string_view file{};     ///< for loaders without a command: where the words stand
};
constexpr std::string_view drop_from_grub =
    "sudo grep -rlw -e '{}' /etc/default/grub /etc/default/grub.d | sudo xargs -r sed -i 's/\\b{sed}\\b//'";
constexpr std::string_view add_to_grub =
    "sudo sed -i '/^GRUB_CMDLINE_LINUX_DEFAULT=/s/\"$/ {}\"/' /etc/default/grub";
constexpr std::string_view add_to_file = "sudo sed -i '1s/$/ {}/' /etc/kernel/cmdline";
constexpr std::string_view drop_from_file = "sudo sed -i '1s/ *\\b{sed}\\b//' /etc/kernel/cmdline";

constexpr LoaderRow loaders[] = {
    {BootLoader::grub_debian,
     "echo 'GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT {}\"' | sudo tee -a "
     "/etc/default/grub.d/zz-nestprobe.cfg",
     drop_from_grub, "sudo update-grub"},
    {BootLoader::grubby, "sudo grubby --update-kernel=ALL --args={}",
     "sudo grubby --update-kernel=ALL --remove-args={}", ""},
    {BootLoader::grub_suse, add_to_grub, drop_from_grub, "sudo grub2-mkconfig -o /boot/grub2/grub.cfg"},
    {BootLoader::grub_other, add_to_grub, drop_from_grub, "sudo grub-mkconfig -o /boot/grub/grub.cfg"},
    {BootLoader::systemd_boot, add_to_file, drop_from_file, "sudo kernel-install add-all"},
    {BootLoader::proxmox, add_to_file, drop_from_file, "sudo proxmox-boot-tool refresh"},
    {BootLoader::ostree, "sudo rpm-ostree kargs --append-if-missing={}",
     "sudo rpm-ostree kargs --delete-if-present={}", ""},
    {BootLoader::kernelstub, "sudo kernelstub -a '{}'", "sudo kernelstub -d '{}'", ""},
    {BootLoader::nixos, "", "", "sudo nixos-rebuild boot",
     "boot.kernelParams of /etc/nixos/configuration.nix"},
    {BootLoader::talos, "", "", "",
     "customization.extraKernelArgs of the image factory's schematic, then talosctl upgrade with its image"},
    {BootLoader::unraid, "", "", "", "the append line of /boot/syslinux/syslinux.cfg"},
    {BootLoader::wsl2, "", "", "wsl --shutdown",
     "kernelCommandLine= under [wsl2] of %USERPROFILE%\\.wslconfig in Windows"},
};

const LoaderRow* loader_of(const Facts& f) {
    const BootLoader* known = f.system.boot_loader.if_known();
    if (!known) return nullptr;
    for (const LoaderRow& row : loaders)
        if (row.loader == *known) return &row;
    return nullptr;
}

/// For sed: the dot is itself, and the slash does not end the expression.
std::string as_expression(std::string_view word) {
    std::string text;
    for (const char c : word) {
        if (c == '.' || c == '/') text += '\\';
        text += c;
    }
    return text;
}

std::string filled(std::string_view pattern, std::string_view word) {
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

bool are_safe(const std::vector<std::string>& words) {
    return std::all_of(words.begin(), words.end(),
                       [](const std::string& word) { return ConfigWord::make(word).has_value(); });
}

std::string what_to_change(const std::vector<std::string>& drop, const std::vector<std::string>& add) {
    std::string text;
    if (!drop.empty()) text = fmt::format("Remove {} from the kernel command line", fmt::join(drop, " and "));
    if (!add.empty())
        text += fmt::format("{} {}{}", text.empty() ? "Add" : ", and add", fmt::join(add, " and "),
                            text.empty() ? " to the kernel command line" : "");
    return text;
}

/// A file of modprobe.d that is somebody's own; a package's counts no more where /etc has one of its name.
std::string own_file(std::string_view file, std::vector<std::string>& commands) {
    if (file.starts_with("/etc/")) return std::string(file);
    const std::string copy = fmt::format("sudo cp {} /etc/modprobe.d/", file);
    if (std::find(commands.begin(), commands.end(), copy) == commands.end()) commands.push_back(copy);
    return fmt::format("/etc/modprobe.d/{}", file.substr(file.rfind('/') + 1));
}

struct Place {
    std::string_view file, line;
};
Place place_of(std::string_view source) {
    const auto colon = source.rfind(':');
    return {source.substr(0, colon), colon == std::string_view::npos ? "" : source.substr(colon + 1)};
}

}  // namespace

Step change_words(const Facts& f, std::vector<std::string> drop, std::vector<std::string> add) {
    Step step{.what = what_to_change(drop, add), .cost = Cost::reboot};
    const LoaderRow* row = loader_of(f);
    const bool safe = are_safe(drop) && are_safe(add);
    if (!row || !safe || row->add.empty()) {
        step.what += row ? (row->file.empty() ? ", in your boot loader's configuration."
                                              : fmt::format(", in {}.", row->file))
                         : ". The boot loader could not be told: with GRUB that is /etc/default/grub, then "
                           "update-grub or grub2-mkconfig; with systemd-boot or a unified kernel image "
                           "/etc/kernel/cmdline, then kernel-install add-all.";
        if (row && !row->finish.empty() && safe) step.commands.emplace_back(row->finish);
        if (row && row->loader == BootLoader::wsl2) step.where = Where::windows_host;
    } else {
        step.what += '.';
        for (const std::string& word : drop) step.commands.push_back(filled(row->drop, word));
        for (const std::string& word : add) step.commands.push_back(filled(row->add, word));
        if (!row->finish.empty()) step.commands.emplace_back(row->finish);
    }
    if (safe && !add.empty()) step.expect = fmt::format("/proc/cmdline has {}.", fmt::join(add, " and "));
    if (safe && add.empty())
        step.expect = fmt::format("/proc/cmdline has {} no more.", fmt::join(drop, " and "));
    step.action = ChangeWords{std::move(drop), std::move(add)};
    return step;
}

Step set_option(std::string_view module, std::string_view parameter, const std::vector<ModuleOption>& off) {
    Step step{.what = fmt::format("Let the option {} of {} say 1.", parameter, module),
              .action = SetOption{std::string(module), std::string(parameter), "1", off}};
    for (const ModuleOption& o : off) {
        const Place place = place_of(o.source);
        const auto file = ConfigWord::make(place.file);
        if (!file || !ConfigWord::make(o.value.empty() ? "0" : o.value)) {
            step.what = fmt::format("Let the option {} of {} say 1, in {}.", parameter, module, o.source);
            step.commands.clear();
            return step;
        }
        const std::string own = own_file(place.file, step.commands);
        step.commands.push_back(fmt::format("sudo sed -i '{}s/\\b{}={}/{}=1/' {}", place.line, parameter,
                                            as_expression(o.value), parameter, own));
    }
    if (off.empty())
        step.commands.push_back(
            fmt::format("echo 'options {} {}=1' | sudo tee -a {}", module, parameter, options_file));
    return step;
}

Step reload_module(const Facts& f, std::string_view module, std::string_view parameter) {
    const Module* m = f.module.vendor.if_known();
    Step step{
        .what = "Stop the guests that run, then reload the module.",
        .commands = {fmt::format("sudo modprobe -r {}", module), fmt::format("sudo modprobe {}", module)},
        .cost = Cost::stop_guests,
        .expect = fmt::format("cat /sys/module/{}/parameters/{} prints Y or 1.", module, parameter),
        .action = Reload{std::string(module), {std::string(parameter)}}};
    if (m && m->users == 0) {
        step.what = "Reload the module: nothing uses it now.";
        step.cost = Cost::none;
    } else if (m && m->users > 0) {
        step.what = fmt::format("Stop the guests that run ({} users of {} now), then reload the module.",
                                m->users, module);
    }
    return step;
}

Step renew_initramfs(const Facts& f) {
    Step step{.what = "If the initramfs loads KVM, renew it, or the next boot undoes this.",
              .action = RenewInitramfs{}};
    const InitramfsTool* tool = f.system.initramfs.if_known();
    if (!tool) {
        step.what += " By your distribution: update-initramfs -u, dracut -f or mkinitcpio -P.";
        return step;
    }
    switch (*tool) {
        case InitramfsTool::update_initramfs: step.commands = {"sudo update-initramfs -u -k all"}; break;
        case InitramfsTool::dracut: step.commands = {"sudo dracut -f --regenerate-all"}; break;
        case InitramfsTool::mkinitcpio: step.commands = {"sudo mkinitcpio -P"}; break;
        case InitramfsTool::with_system:
            step.what = "The initramfs comes with the system's image: rebuild that if it loads KVM.";
            break;
    }
    return step;
}

Step drop_line(std::string_view source, std::string_view module) {
    const Place place = place_of(source);
    Step step{.what = fmt::format("Make a comment of the line that keeps {} out ({}).", module, source),
              .action = DropLine{std::string(place.file), std::string(module)}};
    if (!ConfigWord::make(place.file)) return step;
    const std::string own = own_file(place.file, step.commands);
    step.commands.push_back(fmt::format("sudo sed -i '{}s/^/# /' {}", place.line, own));
    return step;
}

Step load_module(std::string_view module) {
    return {.what = "Load the module.",
            .commands = {fmt::format("sudo modprobe {}", module)},
            .expect = "/dev/kvm is there.",
            .action = Load{std::string(module)}};
}

}  // namespace nestprobe
