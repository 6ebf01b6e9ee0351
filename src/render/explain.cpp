// SPDX-License-Identifier: MIT
// The ladder, and below it what is opened: rules with their readings, or with what withheld them.
#include "render/layout.hpp"
#include "report/known.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>
#include <vector>

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

/// A proof proves or does not; it never fails.
std::string message_of(const Finding& f) {
    if (f.rule->role != Role::proof || f.outcome.status == Status::skipped) return f.outcome.message;
    return fmt::format("{}: {}", f.outcome.status == Status::pass ? "proved" : "no proof", f.outcome.message);
}

std::string rung(const Report& report, std::span<const Finding> alike, const Style& style) {
    constexpr std::size_t indent = 14;
    const Finding& f = alike.front();
    std::string others;
    for (const Finding& other : alike.subspan(1))
        others += fmt::format("{}{}", other.rule->id, &other == &alike.back() ? " " : ", ");
    std::string text = fmt::format("  {}  {}{} {}\n", mark(f, style), f.rule->id, others.empty() ? "" : ",",
                                   wrap(others + message_of(f), indent));
    for (const Provenance& p : f.outcome.because)
        text +=
            fmt::format("{:{}}{}\n", "", indent,
                        wrap(p.raw.empty() ? p.where : fmt::format("{} = {}", p.where, p.raw), indent + 2));
    if (f.outcome.status == Status::fail && f.rule->role != Role::proof)
        text += fmt::format("{:{}}fix: {}", "", indent, fix_text(report, f, indent + 5));
    return text;
}

std::string heading(Layer layer, const Style& style) {
    return fmt::format("\n{}\n", bold(fmt::format("{} {}", static_cast<int>(layer), title_of(layer)), style));
}

/// Every rule, layer by layer.
std::string all_entries(const Report& report, const Style& style) {
    std::string text;
    Layer layer{};
    for (std::size_t i = 0; i < report.findings.size();) {
        const std::span<const Finding> rest = std::span(report.findings).subspan(i);
        if (rest.front().rule->layer != layer) text += heading(rest.front().rule->layer, style);
        layer = rest.front().rule->layer;
        const std::size_t alike = count_alike(rest);
        text += rung(report, rest.first(alike), style);
        i += alike;
    }
    return text;
}

/// Those of the same layer that could not be judged for the same reason share a rung.
bool is_alike(const Finding& a, const Finding& b) {
    const auto same_reading = [](const Provenance& x, const Provenance& y) {
        return x.where == y.where && x.raw == y.raw;
    };
    return a.outcome.status == Status::unknown && b.outcome.status == Status::unknown &&
           a.rule->layer == b.rule->layer && a.outcome.message == b.outcome.message &&
           std::equal(a.outcome.because.begin(), a.outcome.because.end(), b.outcome.because.begin(),
                      b.outcome.because.end(), same_reading);
}

std::string open_entries(const Report& report, const Style& style) {
    std::vector<Finding> open;
    std::copy_if(report.findings.begin(), report.findings.end(), std::back_inserter(open),
                 [&](const Finding& f) { return is_open(report, f); });
    std::string text;
    Layer layer{};
    while (!open.empty()) {
        const Finding first = open.front();  // a copy: what is partitioned moves
        const auto rest = std::stable_partition(open.begin(), open.end(), [&](const Finding& f) {
            return f.rule == first.rule || is_alike(first, f);
        });
        if (first.rule->layer != layer) text += heading(first.rule->layer, style);
        layer = first.rule->layer;
        text += rung(report, {open.begin(), rest}, style);
        open.erase(open.begin(), rest);
    }
    return text;
}

/// "/sys/x: not recorded" -> "not recorded": so that what is missing for one reason shares a line.
std::string reason_of(const Finding& f) {
    constexpr std::size_t longest = 40;
    const std::string& message = f.outcome.message;
    const std::size_t colon = message.rfind(": ");
    const bool is_short = colon != std::string::npos && message.size() - colon <= longest;
    return is_short ? message.substr(colon + 2) : message;
}

/// What could not be judged, and no answer hangs on it: the rules that share a reason on one line.
std::string idle_unknowns(const Report& report, const Style& style) {
    std::vector<std::pair<std::string, std::string>> reasons;  // reason, rules
    for (const Finding& f : report.findings) {
        if (f.outcome.status != Status::unknown || f.rule->role == Role::proof || is_open(report, f))
            continue;
        const std::string reason = reason_of(f);
        const auto same = std::find_if(reasons.begin(), reasons.end(),
                                       [&](const auto& known) { return known.first == reason; });
        if (same == reasons.end())
            reasons.emplace_back(reason, f.rule->id);
        else
            same->second += fmt::format(", {}", f.rule->id);
    }
    if (reasons.empty()) return {};
    std::string text = fmt::format("\n{}\n", bold("could not be judged, and no answer depends on it", style));
    for (const auto& [reason, rules] : reasons)
        text += fmt::format("  {}  {}\n", mark(Standing::unknown, style),
                            wrap(fmt::format("{}: {}", rules, reason), 14));
    return text;
}

/// "41 other rules pass, 12 do not apply: --all shows them"
std::string count_others(const Report& report) {
    std::size_t pass = 0, apart = 0, no_proof = 0;
    for (const Finding& f : report.findings) {
        if (f.outcome.status == Status::skipped)
            ++apart;
        else if (f.outcome.status == Status::pass)
            ++pass;
        else if (f.rule->role == Role::proof)
            ++no_proof;
    }
    std::string text = fmt::format("{} other rule{} pass{}, {} do{} not apply", pass, pass == 1 ? "" : "s",
                                   pass == 1 ? "es" : "", apart, apart == 1 ? "es" : "");
    if (no_proof > 0) text += fmt::format(", {} prove{} nothing", no_proof, no_proof == 1 ? "s" : "");
    return fmt::format("\n{}\n", wrap(text + ": --all shows them", 0));
}

std::string answer(const Report& report, const Verdict& v, const Style& style) {
    std::string text(to_string(v.answer));
    if (v.how != How::nothing) text += fmt::format(" ({})", to_string(v.how));
    if (v.answer == Answer::yes && !v.degraded.empty()) text += ", degraded";
    if (v.answer == Answer::unknown)
        text += ": " + unknown_text(report, v);
    else if (const Finding* cause = v.cause(); cause && v.answer == Answer::no)
        text += fmt::format(", because {} ({} {})", cause->title(), cause->rule->id, cause->rule->name);
    else if (v.proof)
        text += fmt::format(", proved by {} {}", v.proof->rule->id, v.proof->rule->name);
    if (v.contradictory)
        text += fmt::format("; {} contradicts {}", v.because.front()->rule->id,
                            report.assumed.empty() ? "that, please report it" : "what is assumed");
    constexpr std::size_t column = 20;
    const std::string rest = wrap(text, column).substr(to_string(v.answer).size());
    return fmt::format("{:<{}}{}{}\n", fmt::format("{}:", to_string(v.question)), column,
                       answer_word(v, style), rest);
}

std::string answers(const Report& report, const Style& style) {
    std::string text = "\n";
    for (const Verdict& v : report.verdicts)
        if (is_answered(report, v.question)) text += answer(report, v, style);
    return text + log_meanings(report, style) + pages_of_messages(report, style) +
           next_commands(what_to_run(report), style);
}

std::string explain(const Report& report, const std::string& entries, const Style& style) {
    std::string text = wrap(describe_machine(report.facts), 0) + "\n";
    text += describe_assumed(report);
    if (report.facts.guest) text += describe_guest(report);
    text +=
        "\n" + draw_ladder(report, style) + describe_proof(report, style) + entries + answers(report, style);
    if (report.edit) text += render_edit(*report.edit);
    return text;
}

}  // namespace

std::string render_explain(const Report& report, const Style& style) {
    return explain(report, open_entries(report, style) + idle_unknowns(report, style) + count_others(report),
                   style);
}

std::string render_explain_all(const Report& report, const Style& style) {
    return explain(report, all_entries(report, style), style);
}

std::string render_rules(const Style& style) {
    std::string text;
    for (const Rule* rule : all_rules())
        text += fmt::format("{}  {:<9}{:<34} {}\n", bold(rule->id, style), to_string(rule->role), rule->name,
                            to_string(rule->question));
    return text;
}

std::string render_rule(const Rule& rule, const Style& style) {
    std::string text = fmt::format("{} {}\n", bold(rule.id, style), rule.name);
    text += fmt::format("{} of {}, layer {}\n", to_string(rule.role), to_string(rule.question),
                        to_string(rule.layer));
    const std::string title = fmt::format(
        "{} {}.", rule.role == Role::proof ? "It proves nothing where" : "It fails when", rule.title);
    text += fmt::format("\n{}\n\n{}\n\nfix: {}\n", wrap(title, 0), wrap(rule.explain, 0),
                        steps_text(Remedy(rule.fix), 5));
    if (!rule.worked.empty()) text += fmt::format("it worked when: {}\n\n", wrap(rule.worked, 16));
    if (!rule.also.empty()) text += fmt::format("what else it can be: {}\n\n", wrap(rule.also, 21));
    text += "see:\n";
    for (const std::string_view see : rule.see) text += fmt::format("  {}\n", wrap(see, 4));
    return text;
}

}  // namespace nestprobe
