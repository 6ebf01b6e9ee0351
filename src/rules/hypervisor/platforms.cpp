// SPDX-License-Identifier: MIT
#include "rules/hypervisor/platforms.hpp"

#include "base/whole_words.hpp"

#include "remedy/shell.hpp"

#include "rules/hypervisor/host_below.hpp"
#include "rules/hypervisor/hosted_jobs.hpp"
#include "rules/hypervisor/this_type.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace nestprobe {
namespace {

std::string replace_all(std::string_view text, std::string_view what, std::string_view by) {
    std::string out;
    for (std::size_t at = 0;;) {
        const std::size_t found = text.find(what, at);
        out += text.substr(at, found - at);
        if (found == std::string_view::npos) return out;
        out += by;
        at = found + what.size();
    }
}

/// {flag} and {module} as text: the braces of JSON in a command are not fmt's.  No flag: the vendor is not
/// known, and both are named.
std::string fill(std::string_view text, std::string_view flag) {
    if (flag.empty())
        return replace_all(replace_all(text, "{flag}", "vmx or svm"), "{module}", "kvm_intel or kvm_amd");
    return replace_all(replace_all(text, "{flag}", flag), "{module}",
                       flag == "svm" ? "kvm_amd" : "kvm_intel");
}

/// What a person pastes is one vendor's.
std::string fill_command(std::string_view text, std::string_view flag) {
    if (!flag.empty()) return fill(text, flag);
    return fill(replace_all(text, "/sys/module/{module}/", "/sys/module/kvm_[ai]*/"), "vmx");
}

template <std::size_t N>
std::vector<std::string> fill_lines(const std::string_view (&lines)[N], std::string_view flag) {
    std::vector<std::string> out;
    for (const std::string_view line : lines)
        if (!line.empty()) out.push_back(fill_command(line, flag));
    return out;
}

template <std::size_t N>
ShellCommands fill_commands(const std::string_view (&lines)[N], std::string_view flag) {
    ShellCommands out;
    for (const std::string_view line : lines)
        if (!line.empty()) out.push_back(ShellCommand::of_row(fill_command(line, flag)));
    return out;
}

/// Do the lines to paste hold Intel's words, though the vendor is not known?
bool needs_vendor(const PlatformStep& row, std::string_view flag) {
    const auto asks = [](std::string_view line) {
        const std::string rest = replace_all(line, "/sys/module/{module}/", "");
        return rest.find("{flag}") != std::string::npos || rest.find("{module}") != std::string::npos;
    };
    return flag.empty() && (std::any_of(std::begin(row.commands), std::end(row.commands), asks) ||
                            std::any_of(std::begin(row.lines), std::end(row.lines), asks));
}

/// What the vendor's absence does to what is expected: the flag of either.
std::string expected(const PlatformStep& row, std::string_view flag) {
    if (flag.empty() && shows_in_guest(row.expect)) return std::string(shown_to_either());
    return fill_command(row.expect, flag);
}

/// Half of the vCPUs, which the size of EC2's Intel types tells: of the new type, where it has to change.
std::string fill_cores(std::string command, const ThisType& type) {
    if (type.nesting == TypeNesting::unknown) return command;
    const unsigned cores = type.nesting == TypeNesting::lacks ? 2 : cores_of_ec2(type.name);
    return cores == 0 ? command : replace_all(command, " CORES ", fmt::format(" {} ", cores));
}

std::string what_to_do(const PlatformStep& row) {
    return row.when.empty() ? with_capital(row.what) : fmt::format("{}: {}", row.when, row.what);
}

Step as_step(const PlatformStep& row, std::string_view flag, const ThisType& type) {
    std::string what = fill(what_to_do(row), flag);
    const bool decided = row.if_type != IfType::any && type.nesting != TypeNesting::unknown;
    if (!row.only_if.empty() && !decided) what += fmt::format(" (Only if {}.)", fill(row.only_if, flag));
    if (needs_vendor(row, flag)) what += " (On AMD: svm for vmx, kvm_amd for kvm_intel.)";
    Step step{.where = row.where,
              .what = std::move(what),
              .commands = fill_commands(row.commands, flag),
              .file = std::string(row.file.empty() && !row.lines[0].empty() ? "its definition or command line"
                                                                            : row.file),
              .lines = fill_lines(row.lines, flag),
              .cost = row.cost,
              .expect = expected(row, flag),
              .action = shows_in_guest(row.expect) && (!row.conditional() || row.if_type != IfType::any)
                            ? Action(ShowToThisGuest{})
                            : Action(ByHand{})};
    if (ConfigWord::make(type.name))  // what firmware says is no word of a command before that
        for (ShellCommand& command : step.commands)
            command = ShellCommand::checked(
                replace_all(fill_cores(command.text(), type), " TYPE ", " " + type.name + " "));
    return step;
}

bool is_for(const PlatformStep& step, std::string_view flag, const ThisType& type) {
    if (step.if_type == IfType::lacks && type.nesting == TypeNesting::has) return false;
    if (step.if_type == IfType::has && type.nesting == TypeNesting::lacks) return false;
    return flag.empty() || step.technology == For::any || (step.technology == For::svm) == (flag == "svm");
}

template <std::size_t N>
std::vector<Step> steps_of(const PlatformStep (&rows)[N], std::string_view flag, const ThisType& type = {}) {
    std::vector<Step> steps;
    for (const PlatformStep& row : rows)
        if (!row.empty() && is_for(row, flag, type)) steps.push_back(as_step(row, flag, type));
    return steps;
}

std::string_view how_sure(const PlatformRow& row) {
    switch (row.certainty) {
        case Certainty::documented:
        case Certainty::in_intro: return "";
        case Certainty::reported: return ", by reports of users";
        case Certainty::one_report: return ", by one report";
        case Certainty::remembered: return ", not checked against the maker's text";
        case Certainty::unknown: return ", and nothing was found that says yes or no";
    }
    return "";
}

/// The platform's own answer stays true when the table does not.  It comes first, but where this table knows
/// the type, or asking the provider comes first.
void ask_the_platform(Remedy& remedy, const PlatformRow& row, std::string_view flag, const ThisType& type) {
    if (row.query[0].empty() || row.steps[0].empty()) return;
    const ShellCommands commands = fill_commands(row.query, flag);
    for (const Step& step : remedy.steps)
        if (step.commands == commands) return;
    Step ask{.where = row.query_by_user ? Where::provider : row.steps[0].where,
             .what = "See what is so today; this stays true when the text here is out of date.",
             .commands = commands};
    const bool last = type.nesting != TypeNesting::unknown || (row.often_rented && !row.query_by_user);
    remedy.steps.insert(last ? remedy.steps.end() : remedy.steps.begin(), std::move(ask));
}

Step ask_step(std::string what, const PlatformRow& row, std::string_view flag) {
    return {.where = Where::provider,
            .what = std::move(what),
            .file = "a message",
            .lines = {fill(row.ask, flag)}};
}

/// What a customer can do, in front of what the host's administrator does.
Step ask_first(const PlatformRow& row, std::string_view flag) {
    return ask_step(
        "If you rent this machine, or somebody else runs its host, this is your step: ask for it. The others "
        "are "
        "theirs.",
        row, flag);
}

/// Of "2026-11", or what is longer; 0: of no date.
int months_of(std::string_view date) {
    int year = 0, month = 0;
    if (date.size() < 7) return 0;
    std::from_chars(date.data(), date.data() + 4, year);
    std::from_chars(date.data() + 5, date.data() + 7, month);
    return year * 12 + month;
}

}  // namespace

std::string as_of(std::string_view date, const Facts& f) {
    const int looked = months_of(f.collected_at);
    const int age = looked == 0 ? 0 : looked - months_of(date);
    if (age <= 12) return fmt::format("as of {}", date);
    return fmt::format("as of {}, more than a year before this was looked at: it may have changed", date);
}

PlatformRow row_of(const Fact<Platform>& platform) {
    const Platform known = platform.if_known() ? *platform.if_known() : Platform::other;
    const auto rows = platform_rows();
    std::size_t i = 0;
    while (i + 1 < rows.size() && rows.first_word(i) != static_cast<std::uint8_t>(known)) ++i;
    return rows[i];
}

std::string no_switch_there(const Facts& f) {
    if (const std::string type = type_without_nesting(f); !type.empty()) return "; this one is " + type;
    const PlatformRow row = row_of(f.hypervisor.platform);
    const std::string_view can = row.nesting == Nesting::none || row.nesting == Nesting::never
                                     ? "nobody can switch it on there"
                                 : row.nesting == Nesting::by_type ? "the type of the instance decides there"
                                                                   : "";
    return can.empty() ? std::string{} : fmt::format("; {} ({}, {})", can, row.source, as_of(row.date, f));
}

Remedy fix_in_definition(const Facts& f, std::string_view flag, const Outcome& judged) {
    PlatformRow row = row_of(Fact<Platform>(Platform::kvm, {}));
    const std::string_view known = fit_to_known_nested(row, f);
    keep_host_nested(row);
    Remedy remedy(steps_of(row.steps, flag));
    const bool start_alone = judged.status == Status::pass && remedy.steps.empty();
    remedy.intro = fmt::format("The definition that was given is taken for this guest's own.{}",
                               start_alone ? " Nested is on there, by the host's own output." : known);
    for (const Step& step : judged.remedy.steps) remedy.then(step);
    return remedy;
}

Remedy fix_on_platform(const Facts& f, std::string_view flag) {
    if (std::optional<Remedy> job = fix_in_job(f)) return *std::move(job);
    PlatformRow row = row_of(f.hypervisor.platform);
    if (Remedy arm = leave_arm_type(row, type_of(f)); !arm.empty()) return arm;
    if (row.id == Platform::vmware) order_vmware_steps(f, row);
    const ThisType type = type_of(f);
    const std::string_view known = fit_to_known_nested(row, f);
    Remedy remedy(steps_of(row.steps, flag, type));
    remedy.never = (row.nesting == Nesting::none || row.nesting == Nesting::never) &&
                   std::all_of(remedy.steps.begin(), remedy.steps.end(),
                               [](const Step& step) { return step.expect.empty(); });
    remedy.intro = fmt::format("{}{}{} (The text is {}{}.)", about_type(row, type), fill(row.intro, flag),
                               known, as_of(row.date, f), how_sure(row));
    if (row.id == Platform::hoster && f.hypervisor.dmi_vendor.if_known())
        remedy.intro += fmt::format(" DMI names {}.", *f.hypervisor.dmi_vendor.if_known());
    ask_the_platform(remedy, row, flag, type);
    fit_to_host(remedy, row.id, f);
    if (!row.instead.empty())
        remedy.then(Step{.where = Where::provider,
                         .what = fmt::format("What works there without it: {}.", fill(row.instead, flag))});
    if (!row.broken.empty() && row.id != Platform::kvm)
        remedy.then(Step{.where = remedy.steps.empty() ? Where::here : remedy.steps.back().where,
                         .what = fmt::format("Know before you rely on it: {}", fill(row.broken, flag))});
    const auto* signatures = f.hypervisor.signatures.if_known();
    if (row.id == Platform::other && (!signatures || signatures->empty()))
        remedy.steps.insert(remedy.steps.begin(),
                            Step{.what = "See what runs this guest; each has a switch of its own.",
                                 .commands = {"systemd-detect-virt", "cat /sys/class/dmi/id/sys_vendor"},
                                 .expect = "Given to nestprobe with the rest, it names the steps."});
    if (!row.ask.empty() && row.often_rented)
        remedy.steps.insert(remedy.steps.begin(), ask_first(row, flag));
    else if (!row.ask.empty())
        remedy.then(ask_step("Or ask whoever runs it; ready to send:", row, flag));
    return remedy;
}

/// What is left there is VFIO's mode for programs that trust their device.
static Remedy without_virtual_iommu(const PlatformRow& row, const Facts& f) {
    return Remedy(Step{.what = fmt::format("{} (The text is {}.)", row.iommu_none, as_of(row.date, f))})
        .then(Step{.what =
                       "Only for programs such as DPDK, never for a guest: VFIO's no-IOMMU mode, in which "
                       "the device can read and write all memory (needs CONFIG_VFIO_NOIOMMU).",
                   .commands = {"sudo modprobe vfio",
                                "echo 1 | sudo tee /sys/module/vfio/parameters/enable_unsafe_noiommu_mode"}});
}

Remedy iommu_of_platform(const Facts& f, Platform platform) {
    const PlatformRow row = row_of(Fact<Platform>(platform, {}));
    const std::string_view flag = is(f.cpu.technology, Technology::svm) ? "svm" : "vmx";
    std::vector<Step> steps = steps_of(row.iommu_steps, flag);
    for (Step& step : steps) step.action = ByHand{};
    if (!steps.empty()) return steps;
    if (!row.iommu_none.empty()) return without_virtual_iommu(row, f);
    return "Ask whoever runs the hypervisor above whether it can give this guest an IOMMU.";
}

std::string source_of_platform(Platform platform) {
    const PlatformRow row = row_of(Fact<Platform>(platform, {}));
    return fmt::format("{} (as of {})", row.source, row.date);
}

Remedy iommu_on_platform(const Facts& f) { return iommu_of_platform(f, row_of(f.hypervisor.platform).id); }

}  // namespace nestprobe
