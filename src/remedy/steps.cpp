// SPDX-License-Identifier: MIT
#include "remedy/steps.hpp"

#include "base/text.hpp"
#include "remedy/boot_loaders.hpp"
#include "remedy/shell.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace nestprobe {
namespace {

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

/// Where the words are changed when no command does it.
std::string by_hand_place(const Facts& f, const LoaderWay* way) {
    if (in_container(f)) return ", on the host of this container: the kernel is the host's.";
    if (!way)
        return ". The boot loader could not be told: with GRUB that is /etc/default/grub, then update-grub "
               "or "
               "grub2-mkconfig; with systemd-boot or a unified kernel image /etc/kernel/cmdline, then "
               "kernel-install add-all.";
    return way->place.empty() ? ", in your boot loader's configuration."
                              : fmt::format(", in {}.", way->place);
}

void add_commands(Step& step, const LoaderWay& way, const std::vector<std::string>& drop,
                  const std::vector<std::string>& add) {
    for (const std::string& word : drop) step.commands.push_back(with_word(way.drop, word));
    if (!add.empty() && !way.prepare.empty()) step.commands.emplace_back(way.prepare);
    for (const std::string& word : add) step.commands.push_back(with_word(way.add, word));
}

/// A file of modprobe.d that is somebody's own; a package's counts no more where /etc has one of its name.
std::string own_file(std::string_view file, std::vector<std::string>& commands) {
    if (file.starts_with("/etc/")) return std::string(file);
    const std::string copy = fmt::format("sudo cp {} /etc/modprobe.d/", file);
    if (std::find(commands.begin(), commands.end(), copy) == commands.end()) commands.push_back(copy);
    return fmt::format("/etc/modprobe.d/{}", file.substr(file.rfind('/') + 1));
}

/// modprobe takes - and _ in a parameter's name for one and the same.
std::string name_expression(std::string_view parameter) {
    std::string text;
    for (const char c : parameter) text += c == '_' ? std::string("[-_]") : std::string(1, c);
    return text;
}

/// "3s/\bnested=0\b/nested=1/": in the lines that are joined by a backslash at their ends, if several are.
std::string option_expression(const ModuleOption& o, std::string_view value) {
    const Origin& place = o.origin;
    const std::string lines = o.lines > 1 ? fmt::format("{},{}", place.line, place.line + o.lines - 1)
                                          : fmt::format("{}", place.line);
    const std::string old = o.value.empty() ? "\\b" : "=" + as_expression(o.value);
    return fmt::format("{}s/\\b{}{}/{}={}/", lines, name_expression(o.parameter), old, o.parameter, value);
}

/// Systems whose /etc/modprobe.d is made from something else: NixOS manual, boot.extraModprobeConfig; Unraid
/// 6.9's release notes, config/modprobe.d (state 2026-11).
struct OptionsPlace {
    BootLoader loader;
    std::string_view file, pattern, command, block;
};
constexpr OptionsPlace options_places[] = {
    {BootLoader::nixos, "/etc/nixos/configuration.nix", "boot.extraModprobeConfig = \"options {} {}={}\";",
     "sudo nixos-rebuild switch",
     "boot.blacklistedKernelModules and boot.extraModprobeConfig of /etc/nixos/configuration.nix"},
    {BootLoader::unraid, "/boot/config/modprobe.d/zz-nestprobe.conf", "options {} {}={}", "",
     "/boot/config/modprobe.d"},
};

const OptionsPlace* options_place(const Facts& f) {
    for (const OptionsPlace& place : options_places)
        if (is(f.system.boot_loader, place.loader)) return &place;
    return nullptr;
}

Remedy set_in_system(Step step, const OptionsPlace& place) {
    const auto& option = std::get<SetOption>(step.action);
    step.file = place.file;
    step.lines = {fmt::format(fmt::runtime(place.pattern), option.module, option.parameter, option.value)};
    step.action = ByHand{};
    if (place.command.empty()) step.cost = Cost::reboot;
    Remedy remedy(std::move(step));
    if (!place.command.empty())
        remedy.then(Step{.what = "Make the system of it.", .commands = {std::string(place.command)}});
    return remedy;
}

}  // namespace

bool in_container(const Facts& f) { return f.kernel.container.if_known() && !is(f.kernel.container, "none"); }

Step change_words(const Facts& f, std::vector<std::string> drop, std::vector<std::string> add) {
    Step step{.what = what_to_change(drop, add), .cost = Cost::reboot};
    const LoaderWay* way = find_way(f);
    const bool safe = are_safe(drop) && are_safe(add);
    if (!way || !safe || !by_command(*way)) {
        step.what += by_hand_place(f, way);
        if (way && way->loader == BootLoader::wsl2) step.where = Where::windows_host;
    } else {
        step.what += '.';
        add_commands(step, *way, drop, add);
    }
    if (way && safe && !way->finish.empty()) step.commands.emplace_back(way->finish);
    if (safe && !add.empty()) step.expect = fmt::format("/proc/cmdline has {}.", fmt::join(add, " and "));
    if (safe && add.empty())
        step.expect = fmt::format("/proc/cmdline has {} no more.", fmt::join(drop, " and "));
    step.action = ChangeWords{std::move(drop), std::move(add), way};
    return step;
}

Remedy set_option(const Facts& f, std::string_view module, std::string_view parameter,
                  const std::vector<ModuleOption>& otherwise, std::string_view value) {
    Step step{.what = fmt::format("Let the option {} of {} say {}.", parameter, module, value),
              .action = SetOption{std::string(module), std::string(parameter), std::string(value), otherwise,
                                  std::string(options_file)}};
    if (const OptionsPlace* place = options_place(f)) return set_in_system(std::move(step), *place);
    for (const ModuleOption& o : otherwise) {
        const Origin& place = o.origin;
        if (!ConfigWord::make(place.file) || (!o.value.empty() && !ConfigWord::make(o.value))) {
            step.what = fmt::format("Let the option {} of {} say {}, in {}.", parameter, module, value,
                                    o.origin.text());
            step.commands.clear();
            return step;
        }
        const std::string own = own_file(place.file, step.commands);
        step.commands.push_back(fmt::format("sudo sed -i '{}' {}", option_expression(o, value), own));
    }
    if (otherwise.empty())
        step.commands.push_back(
            fmt::format("echo 'options {} {}={}' | sudo tee -a {}", module, parameter, value, options_file));
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

Remedy renew_initramfs(const Facts& f) {
    if (options_place(f) || is(f.system.boot_loader, BootLoader::talos)) return {};
    Step step{.what = "If the initramfs loads KVM, rebuild it, or the next boot undoes this.",
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
            step.action = ByHand{};
            break;
    }
    return step;
}

Step drop_line(const Facts& f, const Origin& place, std::string_view module) {
    const std::string source = place.text();
    if (const OptionsPlace* system = options_place(f))
        return {.what = fmt::format("Remove the line that keeps {} out ({}) from {}.", module, source,
                                    system->block),
                .commands = system->command.empty() ? std::vector<std::string>{}
                                                    : std::vector<std::string>{std::string(system->command)}};
    Step step{.what = fmt::format("Make a comment of the line that keeps {} out ({}).", module, source),
              .action = DropLine{std::string(place.file), std::string(module)}};
    if (!ConfigWord::make(place.file)) return step;
    const std::string own = own_file(place.file, step.commands);
    step.commands.push_back(fmt::format("sudo sed -i '{}s/^/# /' {}", place.line, own));
    return step;
}

Step load_module(std::string_view module, std::string_view file) {
    return {.what = "Load the module.",
            .commands = {fmt::format("sudo modprobe {}", module)},
            .expect = file.empty() ? "" : fmt::format("{} is there.", file),
            .action = Load{std::string(module), std::string(file)}};
}

Step load_at_boot(std::string_view module) {
    constexpr std::string_view file = "/etc/modules-load.d/kvm.conf";
    return {.what = "Have it loaded at every boot, since nothing did that here.",
            .commands = {fmt::format("echo {} | sudo tee -a {}", module, file)},
            .action = LoadAtBoot{std::string(module), std::string(file)}};
}

}  // namespace nestprobe
