// SPDX-License-Identifier: MIT
// The whole ladder, layer by layer, each rung with its readings or with what withheld them.
#include "render/layout.hpp"

#include <fmt/format.h>

#include <span>

namespace nestprobe {
namespace {

/// How many findings from the first on stand back for the same reason: they share a rung.
std::size_t count_alike(std::span<const Finding> findings) {
    const Finding& first = findings.front();
    std::size_t n = 1;
    while (first.outcome.status == Status::skipped && n < findings.size() &&
           findings[n].rule->layer == first.rule->layer && findings[n].outcome.status == Status::skipped &&
           findings[n].outcome.message == first.outcome.message)
        ++n;
    return n;
}

std::string rung(std::span<const Finding> alike, const Style& style) {
    constexpr std::size_t indent = 14;
    const Finding& f = alike.front();
    std::string others;
    for (const Finding& other : alike.subspan(1))
        others += fmt::format("{}{}", other.rule->id, &other == &alike.back() ? " " : ", ");
    std::string text =
        fmt::format("  {}  {}{} {}\n", mark(f.outcome.status, style), f.rule->id, others.empty() ? "" : ",",
                    wrap(others + printable(f.outcome.message), indent));
    for (const Provenance& p : f.outcome.because)
        text += fmt::format(
            "{:{}}{}\n", "", indent,
            wrap(printable(p.raw.empty() ? p.where : fmt::format("{} = {}", p.where, p.raw)), indent + 2));
    if (f.outcome.status == Status::fail && f.rule->role != Role::proof)
        text += fmt::format("{:{}}fix: {}", "", indent, steps_text(f.remedy(), indent + 5));
    return text;
}

std::string answer(const Verdict& v, const Style& style) {
    std::string text(to_string(v.answer));
    if (v.how != How::nothing) text += fmt::format(" ({})", to_string(v.how));
    if (v.answer == Answer::yes && !v.degraded.empty()) text += ", degraded";
    if (v.answer == Answer::unknown)
        text += ": " + what_is_missing(v);
    else if (const Finding* cause = v.cause(); cause && v.answer == Answer::no)
        text += fmt::format(", because {} ({} {})", cause->rule->title, cause->rule->id, cause->rule->name);
    else if (v.proof)
        text += fmt::format(", proved by {}", v.proof->rule->id);
    if (v.contradictory)
        text += fmt::format("; {} contradicts that, please report it", v.because.front()->rule->id);
    constexpr std::size_t column = 20;
    const std::string rest = wrap(printable(text), column).substr(to_string(v.answer).size());
    return fmt::format("{:<{}}{}{}\n", fmt::format("{}:", to_string(v.question)), column,
                       answer_word(v, style), rest);
}

}  // namespace

std::string render_explain(const Report& report, const Style& style) {
    std::string text = wrap(describe_machine(report.facts), 0) + "\n";
    if (report.facts.guest) text += describe_guest(report);
    Layer layer{};
    for (std::size_t i = 0; i < report.findings.size();) {
        const std::span<const Finding> rest = std::span(report.findings).subspan(i);
        const Finding& f = rest.front();
        if (f.rule->layer != layer) {
            layer = f.rule->layer;
            text += fmt::format("\n{}\n",
                                bold(fmt::format("{} {}", static_cast<int>(layer), title_of(layer)), style));
        }
        const std::size_t alike = count_alike(rest);
        text += rung(rest.first(alike), style);
        i += alike;
    }
    text += "\n";
    for (const Verdict& v : report.verdicts) text += answer(v, style);
    if (report.edit) text += render_edit(*report.edit);
    return text;
}

std::string render_rules(const Style& style) {
    std::string text;
    for (const Rule* rule : all_rules())
        text += fmt::format("{}  {:<9}{:<34}{}\n", bold(rule->id, style), to_string(rule->role), rule->name,
                            to_string(rule->question));
    return text;
}

std::string render_rule(const Rule& rule, const Style& style) {
    std::string text = fmt::format("{} {}\n", bold(rule.id, style), rule.name);
    text += fmt::format("{} of {}, layer {}\n", to_string(rule.role), to_string(rule.question),
                        to_string(rule.layer));
    text += fmt::format("\nIt fails when {}.\n\n{}\n\nfix: {}\n\n", wrap(rule.title, 14),
                        wrap(rule.explain, 0), wrap(rule.fix, 5));
    if (!rule.worked.empty()) text += fmt::format("it worked when: {}\n\n", wrap(rule.worked, 16));
    if (!rule.also.empty()) text += fmt::format("what else it can be: {}\n\n", wrap(rule.also, 21));
    text += "see:\n";
    for (const std::string_view see : rule.see) text += fmt::format("  {}\n", wrap(see, 4));
    return text;
}

}  // namespace nestprobe
