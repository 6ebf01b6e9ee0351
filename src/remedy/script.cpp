// SPDX-License-Identifier: MIT
#include "remedy/script.hpp"

#include "base/text.hpp"
#include "remedy/script_functions.hpp"
#include "remedy/script_steps.hpp"
#include "remedy/shell.hpp"
#include "render/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

namespace nestprobe {
namespace {

// --- the functions that are wanted ---

/// Without comments and here-documents, whose words call nothing.
std::string code_of(std::string_view script) {
    std::string code;
    bool in_document = false;
    for_each_line(script, [&](std::string_view line) {
        if (line == "NESTPROBE_PATCH") in_document = false;
        if (!in_document && !trim(line).starts_with('#')) code.append(line).append("\n");
        if (contains(line, "<< 'NESTPROBE_PATCH'")) in_document = true;
    });
    return code;
}

bool calls(std::string_view code, std::string_view name) {
    const auto is_part = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-';
    };
    for (auto at = code.find(name); at != std::string_view::npos; at = code.find(name, at + 1)) {
        const std::size_t end = at + name.size();
        if ((at == 0 || !is_part(code[at - 1])) && (end == code.size() || !is_part(code[end]))) return true;
    }
    return false;
}

/// The functions that the steps call, and those that these call.
std::string functions_for(std::string_view steps) {
    std::string text, code = code_of(steps);
    for (auto f = std::rbegin(shell_functions); f != std::rend(shell_functions); ++f)
        if (calls(code, f->name)) {
            text.insert(0, f->text);
            code += code_of(f->text);
        }
    return text;
}

// --- what is left ---

/// The causes of each no that no step is for; what failed behind them follows from them.
std::vector<const Finding*> left_by_hand(const Report& report, const Steps& steps) {
    std::vector<const Finding*> left;
    for (const Verdict& v : report.verdicts) {
        const bool wanted =
            report.asked ? v.question == *report.asked : v.question != Question::device_assignment;
        if (!wanted || v.answer != Answer::no || v.because.empty()) continue;
        const Finding* cause = v.because.front();
        if (!steps.mend(cause->rule->id) && !steps.leave(cause->rule->id) &&
            std::find(left.begin(), left.end(), cause) == left.end())
            left.push_back(cause);
    }
    return left;
}

std::string by_hand(const Finding& f) {
    std::string text = "\n";
    text +=
        shell_comment(fmt::format("No script mends {} {}: {}", f.rule->id, f.rule->name, f.outcome.message));
    text += shell_comment(f.fix());
    const std::string said =
        fmt::format("left to do by hand: {} {}, see the comments here", f.rule->id, f.rule->name);
    return text += fmt::format("say {}\nleft=$((left + 1))\n", shell_text(said));
}

std::string header(const Facts& facts) {
    return "#!/bin/sh\n" +
           shell_comment(
               fmt::format("Made by nestprobe {} for: {}.", NESTPROBE_VERSION, describe_machine(facts))) +
           shell_comment("Read it, then run it as root. Every step looks first whether it is needed.");
}

constexpr std::string_view footer = R"sh(
if [ "$reboot" = yes ]; then say "reboot, then ask nestprobe again"; fi
[ "$left" -eq 0 ] || exit 1
say "done; nestprobe says what came of it"
)sh";

}  // namespace

std::string render_fix(const Report& report) {
    const Steps steps = write_steps(report);
    const std::vector<const Finding*> left = left_by_hand(report, steps);
    std::string text = header(report.facts);
    if (steps.text.empty() && left.empty()) return text += "\necho 'nestprobe: nothing to mend' >&2\n";
    text.append(fix_prelude).append(functions_for(steps.text)).append(steps.text);
    for (const Finding* finding : left) text += by_hand(*finding);
    return text.append(footer);
}

}  // namespace nestprobe
