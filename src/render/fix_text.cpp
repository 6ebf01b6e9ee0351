// SPDX-License-Identifier: MIT
// A fix as text: the steps of a cause, and behind them those of what will stop the person next.
#include "render/layout.hpp"
#include "report/behind.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace nestprobe {

namespace {

/// A rule has one finding in a report; the finding here may be a copy of it.
bool is_cause(const Verdict& v, const Finding& finding) {
    const Finding* cause = v.cause();
    return cause && cause->rule == finding.rule;
}

}  // namespace

std::string describe_assumed(const Report& report) {
    if (report.assumed.empty()) return {};
    return wrap(fmt::format("assumed: {}", fmt::join(report.assumed, ", ")), 9) + "\n";
}

std::vector<const Finding*> what_follows(const Report& report, const Finding& cause) {
    std::vector<const Finding*> all;
    const auto is_new = [&](const Finding& next) {
        return std::none_of(all.begin(), all.end(), [&](const Finding* f) { return f->rule == next.rule; });
    };
    for (const Verdict& v : report.verdicts)
        if (v.answer == Answer::no && is_cause(v, cause))
            for (const Finding& next : v.then)
                if (is_new(next)) all.push_back(&next);
    return all;
}

std::string in_vain(const Report& report, const Finding& cause) {
    for (const Verdict& v : report.verdicts)
        if (const Finding* never = never_fixed(v); never && is_cause(v, cause))
            return fmt::format("Even then {} stays no, because {} ({}).", to_string(v.question),
                               never->title(), never->rule->id);
    return {};
}

std::string stops_then(const Finding& next) {
    const std::string_view message = next.outcome.message;
    return fmt::format("Then {} will stop you: {}{}", next.rule->id, message,
                       message.ends_with('.') ? "" : ".");
}

std::string fix_text(const Report& report, const Finding& f, std::size_t indent) {
    const std::vector<const Finding*> then = what_follows(report, f);
    const std::string vain = in_vain(report, f);
    std::string text;
    if (!vain.empty()) text = fmt::format("{}\n{:{}}", wrap(vain, indent), "", indent);
    if (then.empty()) return text + steps_text(f.remedy(), indent);
    std::size_t number = 0;
    text += steps_text(f.remedy(), indent, number);
    for (const Finding* next : then) {
        text += fmt::format("{:{}}{}\n{:{}}", "", indent, wrap(stops_then(*next), indent), "", indent);
        text += steps_text(next->remedy(), indent, number);
    }
    return text;
}

}  // namespace nestprobe
