// SPDX-License-Identifier: MIT
#include "remedy/remedy.hpp"

#include "base/printable.hpp"
#include "base/text.hpp"
#include "remedy/boot_loaders.hpp"
#include "remedy/step_kinds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace nestprobe {
namespace {

void append_sentence(std::string& text, std::string_view part) {
    if (part.empty()) return;
    if (!text.empty()) text += ' ';
    text += part;
}

/// "in the firmware setup": what a general text may say of the place by itself.
bool says_place(std::string_view what, std::string_view title) {
    std::string words(title), text(what);
    const auto lower = [](std::string& s) {
        std::transform(s.begin(), s.end(), s.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    };
    lower(words);
    lower(text);
    return contains(text, words);
}

template <class Text>
std::string block(const std::vector<Text>& lines, std::size_t indent) {
    std::string text;
    for (const std::string_view line : lines)
        text += fmt::format("{:{}}{}\n", "", line.empty() ? 0 : indent, printable(line));
    return text;
}

/// A step behind its number: `indent` columns are taken before the text of its first line.
std::string step_text(const Step& step, std::size_t indent) {
    std::string text = wrap(heading(step), indent) + "\n";
    text += block(step.commands, indent + 2);
    if (!step.file.empty()) {
        text += fmt::format("{:{}}{}\n", "", indent, wrap(fmt::format("In {}:", step.file), indent));
        text += block(step.lines, indent + 2);
    }
    if (!step.expect.empty())
        text += fmt::format("{:{}}{}\n", "", indent, wrap(fmt::format("Expect: {}", step.expect), indent));
    return text;
}

}  // namespace

Remedy& Remedy::then_only(std::string_view condition, Remedy more) {
    std::string opening(condition);
    append_sentence(opening, more.intro);
    for (Step& step : more.steps) {
        if (!opening.empty()) step.what = fmt::format("{} {}", std::exchange(opening, {}), step.what);
        step.action = ByHand{};
        steps.push_back(std::move(step));
    }
    return *this;
}

Remedy& Remedy::led_by(std::string_view words) {
    if (!steps.empty()) steps.front().what = fmt::format("{} {}", words, steps.front().what);
    return *this;
}

Remedy::Remedy(std::string_view text, Where where) {
    constexpr std::string_view command = "    ";
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.starts_with(command)) {
            if (steps.empty()) steps.push_back({.where = where});
            steps.back().commands.push_back(ShellCommand::of_row(line.substr(command.size())));
        } else if (steps.empty() || !steps.back().commands.empty()) {
            steps.push_back({.where = where, .what = std::string(line)});
        } else {
            append_sentence(steps.back().what, line);
        }
    }
}

Remedy::Remedy(const std::string& text, Where where) {
    if (text.empty()) return;
    steps.push_back({.where = where, .what = text});
    std::replace(steps.back().what.begin(), steps.back().what.end(), '\n', ' ');
}

/// The step's own words tell that the guest stops and starts: the cost is not said twice.
static bool tells_of_restart(const Step& step) {
    constexpr std::string_view words[] = {"start it",          "starts it",  "and start the",
                                          "restarts the",      "Reboot the", "keeps the old CPU",
                                          "instance restarts", "power it on"};
    return step.cost == Cost::restart_guest &&
           std::any_of(std::begin(words), std::end(words),
                       [&](std::string_view word) { return step.what.find(word) != std::string::npos; });
}

std::string heading(const Step& step) {
    std::string text;
    if (const std::string_view where = title_of(step.where); !where.empty() && !says_place(step.what, where))
        text = fmt::format("{}: ", where);
    text += step.what;
    if (const std::string_view cost = title_of(step.cost); !cost.empty() && !tells_of_restart(step))
        append_sentence(text, fmt::format("({}.)", cost));
    return text;
}

bool is_for_kernel(const Step& step) {
    return std::holds_alternative<SetOption>(step.action) || std::holds_alternative<DropLine>(step.action) ||
           std::holds_alternative<Load>(step.action) || std::holds_alternative<LoadAtBoot>(step.action) ||
           std::holds_alternative<Reload>(step.action) || std::holds_alternative<ChangeWords>(step.action) ||
           std::holds_alternative<RenewInitramfs>(step.action);
}

/// It gives somebody on this system /dev/kvm.
static bool gives_device(const Step& step) {
    return std::holds_alternative<JoinGroup>(step.action) ||
           std::holds_alternative<WriteUdevRule>(step.action) ||
           std::holds_alternative<MakeNode>(step.action);
}

bool is_for_script(const Step& step) {
    if (std::holds_alternative<EditGuest>(step.action)) return true;
    if (step.where == Where::here && gives_device(step)) return true;
    if (step.where != Where::here || !is_for_kernel(step)) return false;
    if (std::holds_alternative<RenewInitramfs>(step.action)) return true;
    const auto* words = std::get_if<ChangeWords>(&step.action);
    return (!words || (words->way && by_command(*words->way, words->drop))) && !step.commands.empty();
}

std::string sentence(const Remedy& remedy) {
    std::string text = remedy.intro;
    for (const Step& step : remedy.steps) {
        append_sentence(text, step.what);
        for (const ShellCommand& command : step.commands)
            text += fmt::format("{} {}", &command == &step.commands.front() ? "" : ";", command.text());
        if (!step.file.empty())
            append_sentence(text, fmt::format("In {}: {}", step.file, fmt::join(step.lines, "; ")));
    }
    return text;
}

std::string steps_text(const Remedy& remedy, std::size_t indent) {
    std::size_t number = 0;
    if (remedy.steps.size() != 1) return steps_text(remedy, indent, number);
    std::string step = step_text(remedy.steps.front(), indent);
    if (remedy.intro.empty()) return step;
    return fmt::format("{}\n{:{}}{}", wrap(remedy.intro, indent), "", indent, step);
}

std::string steps_text(const Remedy& remedy, std::size_t indent, std::size_t& number) {
    std::string text;
    if (!remedy.intro.empty()) text = wrap(remedy.intro, indent) + "\n";
    for (const Step& step : remedy.steps) {
        if (!text.empty()) text.append(indent, ' ');
        text += fmt::format("{}. {}", ++number, step_text(step, indent + 3));
    }
    return text;
}

std::string_view to_string(Where where) {
    switch (where) {
        case Where::here: return "here";
        case Where::firmware: return "firmware";
        case Where::hypervisor_host: return "hypervisor-host";
        case Where::windows_host: return "windows-host";
        case Where::provider: return "provider";
        case Where::guest_definition: return "guest-definition";
        case Where::container_host: return "container-host";
        case Where::ci_job: return "ci-job";
    }
    return "";
}

std::string_view to_string(Cost cost) {
    switch (cost) {
        case Cost::none: return "none";
        case Cost::stop_guests: return "stop-guests";
        case Cost::restart_guest: return "restart-guest";
        case Cost::restart_session: return "restart-session";
        case Cost::reboot: return "reboot";
        case Cost::power_off: return "power-off";
    }
    return "";
}

std::string_view title_of(Where where) {
    switch (where) {
        case Where::here: return "";
        case Where::firmware: return "In the firmware setup";
        case Where::hypervisor_host: return "On the hypervisor's host";
        case Where::windows_host: return "On the Windows host";
        case Where::provider: return "With the provider";
        case Where::guest_definition: return "In the guest's definition";
        case Where::container_host: return "Outside the container";
        case Where::ci_job: return "In the CI job";
    }
    return "";
}

std::string_view title_of(Cost cost) {
    switch (cost) {
        case Cost::none: return "";
        case Cost::stop_guests: return "All guests have to be stopped";
        case Cost::restart_guest: return "Shut the guest down and start it; a reboot inside it is not enough";
        case Cost::restart_session: return "Log out and in";
        case Cost::reboot: return "Reboot";
        case Cost::power_off: return "Power off and on; a warm reboot is not enough";
    }
    return "";
}

}  // namespace nestprobe
