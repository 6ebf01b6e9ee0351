// SPDX-License-Identifier: MIT
// The answers, the cause, the fix: one screen.
#include "render/layout.hpp"
#include "report/known.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

namespace nestprobe {
namespace {

constexpr std::size_t column = 20;

/// "yes (svm), degraded: /dev/kvm opens and answers"
std::string answer_text(const Report& report, const Verdict& v) {
    std::string text(to_string(v.answer));
    if (v.how != How::nothing) text += fmt::format(" ({})", to_string(v.how));
    if (!v.degraded.empty()) text += ", degraded";
    const Finding* cause = v.cause();
    if (v.answer == Answer::yes && v.proof) text += fmt::format(": {}", v.proof->outcome.message);
    if (v.answer == Answer::no && cause) text += fmt::format(": {} ({})", cause->title(), cause->rule->id);
    if (v.answer == Answer::unknown) text += ": " + unknown_text(report, v);
    if (v.contradictory)
        text += fmt::format(". {} contradicts {}", v.because.front()->rule->id,
                            report.assumed.empty() ? "that: please report it" : "what is assumed");
    return text;
}

/// Coloured after wrapping, which counts columns.
std::string answer_line(const Report& report, const Verdict& v, const Style& style) {
    const std::string text = wrap(answer_text(report, v), column);
    return fmt::format("{:<{}}{}{}\n", to_string(v.question), column, answer_word(v, style),
                       text.substr(to_string(v.answer).size()));
}

/// Each cause once, though two questions share it.
std::vector<const Finding*> causes(const Report& report) {
    std::vector<const Finding*> all;
    const auto add = [&](const Finding* f) {
        // What nobody could look at has found no fault: the name of one would mislead.
        if (f && f->outcome.status != Status::unknown && std::find(all.begin(), all.end(), f) == all.end())
            all.push_back(f);
    };
    for (const Verdict& v : report.verdicts) {
        if (!is_asked(report, v.question)) continue;
        add(v.cause());
        if (v.answer == Answer::yes)
            for (const Finding* f : v.degraded) add(f);
        // What makes it slow is known even where nobody knows that it runs.
        for (const Finding& f : report.findings)
            if (v.answer == Answer::unknown && f.rule->role == Role::degraded &&
                f.rule->question == v.question && f.outcome.status == Status::fail)
                add(&f);
    }
    // What is wrong with a guest's definition is worth a line even where this system is the first obstacle.
    for (const Finding& f : report.findings)
        if (f.rule->layer == Layer::guest && f.rule->role == Role::blocker &&
            f.outcome.status == Status::fail && is_asked(report, f.rule->question))
            add(&f);
    for (const Finding& f : report.findings)
        if (f.rule->role == Role::advice && f.outcome.status == Status::fail &&
            is_asked(report, f.rule->question))
            add(&f);
    return all;
}

/// What somebody's message is told before: holes of this kernel, which are no reason why something fails, and
/// what is only named in a sentence.
std::string paragraph(std::string_view label, const std::string& text) {
    return fmt::format("  {:<6}{}\n", label, wrap(text, 8));
}

/// What could not be read, once for the questions that lack the same, and the command that would tell.
std::string not_known(const Report& report, const Style& style) {
    std::vector<std::string> missing;
    for (const Verdict& v : report.verdicts) {
        if (v.answer != Answer::unknown || !is_lack_told(report, v.question)) continue;
        if (v.because.empty() && !missing.empty()) continue;  // it stands back for what is said already
        const std::string what = what_is_missing(report, v);
        if (what.empty()) continue;
        if (std::find(missing.begin(), missing.end(), what) == missing.end()) missing.push_back(what);
    }
    std::string text;
    if (!missing.empty()) text += fmt::format("\n{}\n", bold("not known", style));
    for (const std::string& what : missing) text += fmt::format("  {}\n", wrap(what, 2));
    return text + log_meanings(report, style) + next_commands(what_to_run(report), style);
}

}  // namespace

std::string render_summary(const Report& report, const Style& style) {
    std::string text = wrap(describe_machine(report.facts), 0) + "\n";
    text += describe_assumed(report);
    if (report.facts.guest) text += describe_guest(report);
    text += "\n";
    for (const Verdict& v : report.verdicts)
        if (is_answered(report, v.question)) text += answer_line(report, v, style);
    text += describe_proof(report, style);
    std::map<std::string, std::string_view> printed;  // steps that several causes share are printed once
    const std::string pages = pages_of_messages(report, style);
    std::string behind;  // what nobody asked about, where somebody's trouble is told
    for (const Finding* f : causes(report)) {
        std::string cause = fmt::format("\n{} {}\n", bold(f->rule->id, style), f->rule->name);
        cause += paragraph("why", f->outcome.message);
        if (f->outcome.status == Status::fail) {
            const std::string fix = fix_text(report, *f, 8);
            const auto [before, is_new] = printed.emplace(fix, f->rule->id);
            cause +=
                is_new ? fmt::format("  fix   {}", fix) : fmt::format("  fix   as for {}\n", before->second);
        }
        (f->rule->aside && !pages.empty() ? behind : text) += cause;
    }
    text += pages + behind;
    text += not_known(report, style);
    if (report.edit) text += render_edit(*report.edit);
    text += "\nLayer by layer, with the readings: nestprobe --explain\n";
    return text;
}

}  // namespace nestprobe
