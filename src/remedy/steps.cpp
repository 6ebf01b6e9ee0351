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

/// A file of modprobe.d that is somebody's own; a package's counts no more where /etc has one of its name.
std::string own_file(std::string_view file, ShellCommands& commands) {
    if (file.starts_with("/etc/")) return std::string(file);
    const ShellCommand copy = ShellCommand::checked(fmt::format("sudo cp {} /etc/modprobe.d/", file));
    if (!holds(commands, copy)) commands.push_back(copy);
    return fmt::format("/etc/modprobe.d/{}", file.substr(file.rfind('/') + 1));
}

/// Which file it is has to be looked for: no command can name it.
Step find_by_hand(Step step, const Origin& origin, std::string_view word) {
    step.what += fmt::format(
        " Which file it stands in was not recorded ({}): this finds it. A package's file, in "
        "/usr/lib or /lib, is copied to /etc/modprobe.d first and changed there.",
        origin.text());
    step.commands = one_command(
        "grep -rns {} /etc/modprobe.d /run/modprobe.d /usr/lib/modprobe.d /lib/modprobe.d", {word});
    step.action = ByHand{};
    return step;
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
    if (place.line == 0)  // nobody knows which line it is: every option line of that module
        return fmt::format("/^[[:blank:]]*options[[:blank:]]*{}[[:blank:]]/s/\\b{}{}/{}={}/",
                           name_expression(o.module), name_expression(o.parameter),
                           o.value.empty() ? "\\b" : "=" + as_expression(o.value), o.parameter, value);
    const std::string lines = o.lines > 1 ? fmt::format("{},{}", place.line, place.line + o.lines - 1)
                                          : fmt::format("{}", place.line);
    const std::string old = o.value.empty() ? "\\b" : "=" + as_expression(o.value);
    return fmt::format("{}s/\\b{}{}/{}={}/", lines, name_expression(o.parameter), old, o.parameter, value);
}

Remedy set_in_system(Step step, const OptionsPlace& place) {
    const auto& option = std::get<SetOption>(step.action);
    step.file = place.file;
    step.lines = {fmt::format(fmt::runtime(place.pattern), option.module, option.parameter, option.value)};
    step.action = ByHand{};
    step.what += " What the file says of that now goes.";
    return Remedy(std::move(step))
        .then(Step{.what = "Bring it into force.", .commands = {ShellCommand::of_row(place.command)}});
}

}  // namespace

Remedy set_option(const Facts& f, std::string_view module, std::string_view parameter,
                  const std::vector<ModuleOption>& otherwise, std::string_view value) {
    Step step{.what = fmt::format("Let the option {} of {} say {}.", parameter, module, value),
              .action = SetOption{std::string(module), std::string(parameter), std::string(value), otherwise,
                                  std::string(options_file)}};
    if (const OptionsPlace* place = options_place(f)) return set_in_system(std::move(step), *place);
    for (const ModuleOption& o : otherwise) {
        const Origin& place = o.origin;
        if (place.in_some_file()) return find_by_hand(std::move(step), place, parameter);
        if (!ConfigWord::make(place.file) || (!o.value.empty() && !ConfigWord::make(o.value))) {
            step.what = fmt::format("Let the option {} of {} say {}, in {}.", parameter, module, value,
                                    o.origin.text());
            step.commands.clear();
            return step;
        }
        const std::string own = own_file(place.file, step.commands);
        step.commands.push_back(
            ShellCommand::checked(fmt::format("sudo sed -i '{}' {}", option_expression(o, value), own)));
    }
    if (otherwise.empty())
        add_command(step, "echo 'options {} {}={}' | sudo tee -a {}",
                    {module, parameter, value, options_file});
    return step;
}

namespace {

/// "web-1 (process 4711), crosvm (process 4712)": those who hold /dev/kvm; empty where nobody is known.
std::string name_holders(const Facts& f) {
    constexpr std::size_t most = 8;
    const auto* holders = f.device.holders.if_known();
    if (!holders || holders->empty()) return {};
    std::string text;
    for (std::size_t i = 0; i < std::min(holders->size(), most); ++i) {
        const KvmHolder& holder = (*holders)[i];
        text += fmt::format("{}{} (process {})", text.empty() ? "" : ", ",
                            holder.guest.empty() ? holder.command : holder.guest, holder.pid);
    }
    if (holders->size() > most) text += fmt::format(" and {} more", holders->size() - most);
    if (f.kernel.uid.if_known() && !is(f.kernel.uid, 0u)) text += ", and those of others, whom root sees";
    return text;
}

}  // namespace

Step reload_module(const Facts& f, std::string_view module, std::string_view parameter) {
    const Module* m = f.module.vendor.if_known();
    Step step{.what = "Stop the guests that run, then reload the module.",
              .cost = Cost::stop_guests,
              .expect = fmt::format("cat /sys/module/{}/parameters/{} prints Y or 1.", module, parameter),
              .action = Reload{std::string(module), {std::string(parameter)}}};
    add_reload(step, module);
    if (m && m->users == 0) {
        step.what = "Reload the module: nothing uses it now.";
        step.cost = Cost::none;
    } else if (const std::string holders = name_holders(f); !holders.empty()) {
        step.what = fmt::format("Stop these first: {}. Then reload the module.", holders);
    } else if (m && m->users > 0) {
        step.what = fmt::format("Stop the guests that run ({} users of {} now), then reload the module.",
                                m->users, module);
    }
    return step;
}

Step drop_line(const Facts& f, const Origin& place, std::string_view module) {
    if (const OptionsPlace* system = options_place(f))
        return {.what = fmt::format("Remove the line that keeps {} out ({}) from {}.", module, place.text(),
                                    system->block),
                .commands = {ShellCommand::of_row(system->command)}};
    Step step{.what = fmt::format("Make a comment of the line that keeps {} out ({}).", module, place.text()),
              .action = DropLine{place.file, std::string(module)}};
    if (place.in_some_file()) return find_by_hand(std::move(step), place, module);
    if (!ConfigWord::make(place.file)) return step;
    const std::string own = own_file(place.file, step.commands);
    if (place.line == 0)
        step.commands.push_back(ShellCommand::checked(
            fmt::format("sudo sed -i '/^[[:blank:]]*[bi][^[:blank:]]*[[:blank:]]*{}\\b/s/^/# /' {}",
                        name_expression(module), own)));
    else
        step.commands.push_back(
            ShellCommand::checked(fmt::format("sudo sed -i '{}s/^/# /' {}", place.line, own)));
    return step;
}

namespace {

/// sed's address of a line, or of those that are joined to it.
std::string sed_address(unsigned line, unsigned lines) {
    return lines > 1 ? fmt::format("{},{}", line, line + lines - 1) : fmt::format("{}", line);
}

/// The step with a sed of that line; by hand where a word of it could be anything else in a shell, and where
/// the file is made from something else.
Step sed_line(const Facts& f, Step step, const Origin& place, const std::string& expression,
              unsigned lines = 1) {
    if (expression.empty() || place.line == 0 || options_place(f) || !ConfigWord::make(place.file))
        return step;
    const std::string own = own_file(place.file, step.commands);
    step.commands.push_back(ShellCommand::checked(
        fmt::format("sudo sed -i '{}{}' {}", sed_address(place.line, lines), expression, own)));
    return step;
}

}  // namespace

Step comment_out(const Facts& f, const Origin& place, std::string_view what) {
    return sed_line(f, {.what = std::string(what)}, place, "s/^/# /");
}

Step write_line(const Facts& f, const Origin& place, std::string_view line) {
    Step step{.what = fmt::format("Write line {} as it is meant.", place.line),
              .file = std::string(place.file),
              .lines = {std::string(line)}};
    const auto words = split_words(line);
    const bool safe = std::all_of(words.begin(), words.end(),
                                  [](std::string_view word) { return ConfigWord::make(word).has_value(); });
    if (!safe) return step;
    Step edited = sed_line(f, step, place, fmt::format("s/.*/{}/", as_expression(line)));
    if (edited.commands.empty()) return step;
    edited.file.clear();
    edited.lines.clear();
    return edited;
}

Step replace_in_line(const Facts& f, const Origin& place, std::string_view from, std::string_view to,
                     unsigned lines) {
    const bool safe = ConfigWord::make(from) && ConfigWord::make(to);
    return sed_line(f, {.what = fmt::format("In {}, write {} instead of {}.", place.text(), to, from)}, place,
                    safe ? fmt::format("s/\\b{}\\b/{}/", as_expression(from), as_expression(to)) : "", lines);
}

Step name_as_conf(std::string_view path) {
    Step step{.what = "Give the file a name that modprobe reads: one that ends in .conf."};
    add_command(step, "sudo mv -n {} {}.conf", {path, path});
    return step;
}

void add_command(Step& step, Form form, std::initializer_list<std::string_view> words) {
    if (std::optional<ShellCommand> command = ShellCommand::with(form, words))
        step.commands.push_back(std::move(*command));
}

void add_reload(Step& step, std::string_view module) {
    add_command(step, "sudo modprobe -r {}", {module});
    add_command(step, "sudo modprobe {}", {module});
}

ShellCommand take_offline(unsigned cpu) {
    return ShellCommand::checked(fmt::format("echo 0 | sudo tee /sys/devices/system/cpu/cpu{}/online", cpu));
}

Step load_module(std::string_view module, std::string_view file) {
    return {.what = "Load the module.",
            .commands = one_command("sudo modprobe {}", {module}),
            .expect = file.empty() ? "" : fmt::format("{} is there.", file),
            .action = Load{std::string(module), std::string(file)}};
}

Step load_at_boot(std::string_view module) {
    constexpr std::string_view file = "/etc/modules-load.d/kvm.conf";
    return {.what = "Have it loaded at every boot, since nothing did that here.",
            .commands = one_command("echo {} | sudo tee -a {}", {module, file}),
            .action = LoadAtBoot{std::string(module), std::string(file)}};
}

}  // namespace nestprobe
