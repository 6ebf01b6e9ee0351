// SPDX-License-Identifier: MIT
// The answers, the cause, the fix: one screen.
#include "render/layout.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

constexpr std::size_t column = 20;

/// "yes (svm), degraded: /dev/kvm opens and answers"
std::string answer_text(const Verdict& v) {
    std::string text(to_string(v.answer));
    if (v.how != How::nothing) text += fmt::format(" ({})", to_string(v.how));
    if (!v.degraded.empty()) text += ", degraded";
    const Finding* cause = v.cause();
    if (v.answer == Answer::yes && v.proof) text += fmt::format(": {}", v.proof->outcome.message);
    if (v.answer == Answer::no && cause)
        text += fmt::format(": {} ({})", cause->rule->title, cause->rule->id);
    if (v.answer == Answer::unknown) text += ": " + what_is_missing(v);
    if (v.contradictory)
        text += fmt::format(". {} contradicts that: please report it", v.because.front()->rule->id);
    return text;
}

/// Coloured after wrapping, which counts columns.
std::string answer_line(const Verdict& v, const Style& style) {
    const std::string text = wrap(printable(answer_text(v)), column);
    return fmt::format("{:<{}}{}{}\n", to_string(v.question), column, answer_word(v, style),
                       text.substr(to_string(v.answer).size()));
}

/// Each cause once, though two questions share it.
std::vector<const Finding*> causes(const Report& report) {
    std::vector<const Finding*> all;
    const auto add = [&](const Finding* f) {
        if (f && std::find(all.begin(), all.end(), f) == all.end()) all.push_back(f);
    };
    for (const Verdict& v : report.verdicts) {
        if (v.question == Question::device_assignment && !report.facts.guest && report.asked != v.question)
            continue;  // most machines need none
        add(v.cause());
        if (v.answer == Answer::yes)
            for (const Finding* f : v.degraded) add(f);
    }
    // What is wrong with a guest's definition is worth a line even where this system is the first obstacle.
    for (const Finding& f : report.findings)
        if (f.rule->layer == Layer::guest && f.rule->role == Role::blocker &&
            f.outcome.status == Status::fail)
            add(&f);
    for (const Finding& f : report.findings)
        if (f.rule->role == Role::advice && f.outcome.status == Status::fail) add(&f);
    return all;
}

std::string paragraph(std::string_view label, const std::string& text) {
    return fmt::format("  {:<6}{}\n", label, wrap(printable(text), 8));
}

}  // namespace

std::string render_summary(const Report& report, const Style& style) {
    std::string text = wrap(describe_machine(report.facts), 0) + "\n";
    if (report.facts.guest) text += describe_guest(report);
    text += "\n";
    for (const Verdict& v : report.verdicts) text += answer_line(v, style);
    for (const Finding* f : causes(report)) {
        text += fmt::format("\n{} {}\n", bold(f->rule->id, style), f->rule->name);
        text += paragraph("why", f->outcome.message);
        if (f->outcome.status == Status::fail) text += paragraph("fix", f->fix());
    }
    if (report.edit) text += render_edit(*report.edit);
    text += "\nThe whole ladder with every reading: nestprobe --explain\n";
    return text;
}

}  // namespace nestprobe
