// SPDX-License-Identifier: MIT
#include "render/layout.hpp"

#include "report/known.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

std::string coloured(std::string_view text, std::string_view code, const Style& style) {
    return style.colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

}  // namespace

std::string mark(Standing standing, const Style& style) {
    const bool u = style.unicode;
    switch (standing) {
        case Standing::well: return coloured(u ? "✓   " : "ok  ", "32", style);
        case Standing::costs: return coloured("!   ", "33", style);
        case Standing::failed: return coloured(u ? "✗   " : "FAIL", "31", style);
        case Standing::unknown: return coloured("?   ", "33", style);
        case Standing::apart: return u ? "·   " : "-   ";
    }
    return "    ";
}

std::string mark(const Finding& finding, const Style& style) {
    switch (finding.outcome.status) {
        case Status::pass: return mark(Standing::well, style);
        case Status::unknown: return mark(Standing::unknown, style);
        case Status::skipped: return mark(Standing::apart, style);
        case Status::fail: break;
    }
    return mark(finding.rule->role == Role::blocker ? Standing::failed
                : finding.rule->role == Role::proof ? Standing::apart
                                                    : Standing::costs,
                style);
}

std::string log_meanings(const Report& report, const Style& style) {
    const bool asked = std::any_of(report.verdicts.begin(), report.verdicts.end(), [&](const Verdict& v) {
        return v.question != Question::device_assignment && v.answer == Answer::unknown &&
               is_lack_told(report, v.question);
    });
    if (!asked) return {};
    const std::vector<std::string> lines = what_the_log_means(report.facts);
    if (lines.empty()) return {};
    std::string text = fmt::format("\n{}\n", bold("what the log says", style));
    for (const std::string& line : lines) text += fmt::format("  {}\n", wrap(line, 2));
    return text;
}

std::string next_commands(const std::vector<std::string>& commands, const Style& style) {
    if (commands.empty()) return {};
    std::string text = fmt::format("\n{}\n", bold("next, on the machine itself", style));
    for (const std::string& command : commands) text += fmt::format("    {}\n", command);
    return text;
}

std::string answer_word(const Verdict& verdict, const Style& style) {
    std::string_view code = "33";
    if (verdict.answer == Answer::yes) code = verdict.degraded.empty() ? "32;1" : "33;1";
    if (verdict.answer == Answer::no) code = "31;1";
    return coloured(to_string(verdict.answer), code, style);
}

std::string bold(std::string_view text, const Style& style) { return coloured(text, "1", style); }

std::string green(std::string_view text, const Style& style) { return coloured(text, "32", style); }
std::string yellow(std::string_view text, const Style& style) { return coloured(text, "33", style); }

}  // namespace nestprobe
