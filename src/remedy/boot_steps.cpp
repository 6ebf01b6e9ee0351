// SPDX-License-Identifier: MIT
// Steps about what comes before this system's own files: the kernel command line and the initramfs.
#include "base/text.hpp"
#include "remedy/boot_loaders.hpp"
#include "remedy/shell.hpp"
#include "remedy/steps.hpp"

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
    return !way || way->place.empty() ? ", in your boot loader's configuration."
                                      : fmt::format(", in {}.", way->place);
}

}  // namespace

void add_word_commands(Step& step, const LoaderWay& way, const std::vector<std::string>& drop,
                       const std::vector<std::string>& add) {
    for (const std::string& word : drop)
        step.commands.push_back(ShellCommand::checked(with_word(way.drop, word)));
    if (!add.empty() && !way.prepare.empty()) step.commands.push_back(ShellCommand::of_row(way.prepare));
    for (const std::string& word : add)
        step.commands.push_back(ShellCommand::checked(with_word(way.add, word)));
}

bool in_container(const Facts& f) { return f.kernel.container.if_known() && !is(f.kernel.container, "none"); }

namespace {

void change_by_hand(const Facts& f, const LoaderWay* way, const std::vector<std::string>& add, bool safe,
                    Step& step) {
    step.what += by_hand_place(f, way);
    if (!way) return;
    if (way->loader == BootLoader::wsl2) step.where = Where::windows_host;
    if (way->is_guest) step.cost = Cost::restart_guest;
    if (!way->look.empty()) step.commands.push_back(ShellCommand::of_row(way->look));
    if (!safe) return;
    step.lines = lines_with(*way, add);
    if (!step.lines.empty()) step.file = way->file;
}

}  // namespace

Remedy change_words(const Facts& f, std::vector<std::string> drop, std::vector<std::string> add) {
    Step step{.what = what_to_change(drop, add), .cost = Cost::reboot};
    const LoaderWay* way = find_way(f);
    const bool safe = are_safe(drop) && are_safe(add);
    if (safe && !add.empty()) step.expect = fmt::format("/proc/cmdline has {}.", fmt::join(add, " and "));
    if (safe && add.empty())
        step.expect = fmt::format("/proc/cmdline has {} no more.", fmt::join(drop, " and "));
    step.action = ChangeWords{drop, add, way};
    if (!way && !in_container(f)) return by_usual_ways(f, std::move(step), safe);
    if (!way || !safe || !by_command(*way, drop)) {
        change_by_hand(f, way, add, safe, step);
    } else {
        step.what += '.';
        add_word_commands(step, *way, drop, add);
    }
    if (!way || !safe || way->finish.empty()) return step;
    if (step.lines.empty()) {
        step.commands.push_back(ShellCommand::of_row(way->finish));
        return step;
    }
    Step then{.where = step.where,
              .what = "Then bring it into force.",
              .commands = {ShellCommand::of_row(way->finish)},
              .cost = step.cost,
              .expect = std::move(step.expect)};
    step.cost = Cost::none;
    step.expect.clear();
    return Remedy(std::move(step)).then(std::move(then));
}

namespace {

std::string_view command_of(InitramfsTool tool) {
    switch (tool) {
        case InitramfsTool::update_initramfs: return "update-initramfs -u -k all";
        case InitramfsTool::dracut: return "dracut -f --regenerate-all";
        case InitramfsTool::mkinitcpio: return "mkinitcpio -P";
        case InitramfsTool::booster: return "/usr/lib/booster/regenerate_images";
        case InitramfsTool::mkinitfs: return "mkinitfs";
        case InitramfsTool::dracut_rebuild: return "dracut-rebuild";
        case InitramfsTool::transactional: return "transactional-update initrd";
        case InitramfsTool::with_system:
        case InitramfsTool::none: break;
    }
    return "";
}

ShellCommand as_root(InitramfsTool tool) {
    return ShellCommand::of_row(fmt::format("sudo {}", command_of(tool)));
}

/// The files of modprobe.d that these steps change.
std::vector<std::string> files_changed(const Remedy& before) {
    std::vector<std::string> files;
    const auto add = [&](std::string_view file) {
        std::string own = fmt::format("/etc/modprobe.d/{}", file.substr(file.rfind('/') + 1));
        if (ConfigWord::make(own) && std::find(files.begin(), files.end(), own) == files.end())
            files.push_back(std::move(own));
    };
    for (const Step& step : before.steps) {
        if (const auto* line = std::get_if<DropLine>(&step.action)) add(line->file);
        const auto* option = std::get_if<SetOption>(&step.action);
        if (!option) continue;
        for (const ModuleOption& o : option->instead_of) add(o.origin.file);
        if (option->instead_of.empty()) add(option->file);
    }
    return files;
}

/// rpm-ostree(1), initramfs-etc: files of /etc that go into the initramfs of every deployment.
Step initramfs_of_image(const Facts& f, const Remedy& before) {
    Step step{.what = "The initramfs comes with the system's image: rebuild that if it loads KVM."};
    if (!is(f.system.boot_loader, BootLoader::ostree)) return step;
    for (const std::string& file : files_changed(before))
        add_command(step, "sudo rpm-ostree initramfs-etc --track={}", {file});
    if (!step.commands.empty())
        step.what = "The initramfs comes with the system's image: if it loads KVM, it needs that file too.";
    return step;
}

}  // namespace

Remedy renew_initramfs(const Facts& f, const Remedy& before) {
    if (options_place(f) || is(f.system.boot_loader, BootLoader::talos) ||
        is(f.system.initramfs, InitramfsTool::none))
        return {};
    if (is(f.system.initramfs, InitramfsTool::with_system)) return initramfs_of_image(f, before);
    Step step{.what = "If the initramfs loads KVM, rebuild it, or the next boot undoes this."};
    const InitramfsTool* tool = f.system.initramfs.if_known();
    step.action = RenewInitramfs{tool ? std::string(command_of(*tool)) : ""};
    if (tool) {
        step.commands = {as_root(*tool)};
        return step;
    }
    step.what += " Run the one of these that is here:";
    for (const InitramfsTool known :
         {InitramfsTool::update_initramfs, InitramfsTool::dracut, InitramfsTool::mkinitcpio})
        step.commands.push_back(as_root(known));
    return step;
}

}  // namespace nestprobe
