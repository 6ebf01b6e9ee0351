// SPDX-License-Identifier: MIT
// The page of a message: what it means, what is behind it, and what to do, with commands to paste.
#include "base/text.hpp"
#include "facts/log_lines.hpp"
#include "render/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

/// Prose is wrapped, under its number where it has one.  A command stays as it is, between empty lines.
std::string lines(std::string_view text) {
    std::string out;
    bool in_commands = false;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const bool command = line.starts_with("    ");
        if (command != in_commands) out += "\n";
        in_commands = command;
        const bool numbered = line.size() > 3 && line[1] == '.' && line[2] == ' ';
        if (command)
            out += line;
        else if (numbered)
            out += fmt::format("{} {}", line.substr(0, 2), wrap(line.substr(3), 3));
        else
            out += wrap(line, 0);
        out += "\n";
    }
    return out;
}

std::string indented(const std::string& text) {
    std::string out;
    for_each_line(text,
                  [&](std::string_view line) { out += line.empty() ? "\n" : fmt::format("  {}\n", line); });
    return out;
}

}  // namespace

std::string section(std::string_view title, std::string_view text) {
    if (text.empty()) return {};
    return fmt::format("\n{}:\n{}", title, lines(text));
}

namespace {

std::string rules_of(const Message& message) {
    if (message.rules.empty()) return {};
    std::string text = "\nrules that judge this here:\n";
    for (const std::string_view name : split_words(message.rules))
        if (const Rule* rule = find_rule(name)) text += fmt::format("  {}  {}\n", rule->id, name);
    return text;
}

}  // namespace

std::string render_message(const Message& message, const Style& style) {
    std::string text =
        fmt::format("{}\n{}\n\n{}\n", bold(message.id, style),
                    wrap(fmt::format("a message of {}", message.program), 0), wrap(message.means, 0));
    text += section("likely causes", message.causes) + section("what to do", message.steps) +
            section("how to tell that it worked", message.worked) +
            section("what else it can be", message.otherwise);
    return text + rules_of(message) + section("source", message.source);
}

namespace {

/// Whose words are read as evidence already, and pages for whatever is said of a matter.
bool is_beside_the_point(const Message& message) {
    return message.scope == PageScope::evidence || is_of_matter(message);
}

/// One of the answers has that for its cause already.
bool is_answered_by_cause(const Report& report, const Message& message) {
    return std::any_of(report.verdicts.begin(), report.verdicts.end(), [&](const Verdict& v) {
        const Finding* cause = v.answer == Answer::no ? v.cause() : nullptr;
        if (!cause || !message.program.starts_with("QEMU")) return false;
        const std::vector<std::string_view> rules = split_words(message.rules);
        return std::find(rules.begin(), rules.end(), cause->rule->name) != rules.end();
    });
}

/// A page about a whole matter, of which a rule has said more: it failed here, or the one that the page is
/// made after passed.
bool is_judged(const Report& report, const Message& message) {
    if (!is_of_matter(message)) return false;
    const std::vector<std::string_view> rules = split_words(message.rules);
    return std::any_of(report.findings.begin(), report.findings.end(), [&](const Finding& f) {
        const auto named = std::find(rules.begin(), rules.end(), f.rule->name);
        if (named == rules.end() || f.rule->role != Role::advice) return false;
        return f.outcome.status == Status::fail ||
               (f.outcome.status == Status::pass && named == rules.begin());
    });
}

bool is_frame(const Message* message) { return message->scope == PageScope::frame; }

/// A warning does not stop a program: where it ended, an error beside it is why.
bool is_warning(std::string_view line) { return contains(line, "warning: "); }

/// A page of its own, and the one for all others of its kind, is there already.
bool is_among(const std::vector<const Message*>& found, const Message& message) {
    return std::any_of(found.begin(), found.end(),
                       [&](const Message* other) { return other->id.starts_with(message.id); });
}

/// What the log says is told elsewhere, but for remarks.
bool is_told_of_log(std::string_view line) {
    const LogRow* row = classify_log_line(line);
    return row && row->effect != LogEffect::info && row->effect != LogEffect::harmless;
}

/// No rule has a cause: the message is what there is to go by.
bool is_all_there_is(const Report& report) {
    return std::none_of(report.verdicts.begin(), report.verdicts.end(), [&](const Verdict& v) {
        return v.answer != Answer::unknown && is_asked(report, v.question);
    });
}

enum class Pages : std::uint8_t { of_messages, of_all };

std::vector<const Message*> find_pages(const Report& report, Pages wanted) {
    constexpr std::size_t most = 3;
    std::vector<const Message*> found;
    for (const bool warnings : {false, true})
        for (const std::string& line : report.pasted) {
            if (found.size() == most) break;
            if (is_warning(line) != warnings || is_told_of_log(line)) continue;
            const Message* message = find_message(line);
            if (!message || is_answered_by_cause(report, *message)) continue;
            if (wanted == Pages::of_messages && is_beside_the_point(*message)) continue;
            if (message->scope == PageScope::matter && !tells_of_failure(loosened(line))) continue;
            if (is_judged(report, *message)) continue;
            if (is_among(found, *message)) continue;
            std::erase_if(found, [&](const Message* other) { return message->id.starts_with(other->id); });
            found.push_back(message);
            if (!std::all_of(found.begin(), found.end(), is_frame)) std::erase_if(found, is_frame);
        }
    return found;
}

/// The messages that a paste holds, each once, in its order, warnings behind the rest; where nothing in it
/// was a reading, a checker's words and those about a matter, too.
std::vector<const Message*> messages_in(const Report& report) {
    std::vector<const Message*> found = find_pages(report, Pages::of_messages);
    if (found.empty() && !report.facts.evidence && is_all_there_is(report))
        found = find_pages(report, Pages::of_all);
    return found;
}

/// "aarch64": its KVM is no module of kvm_intel's kind.
bool is_on_another_architecture(const Report& report) {
    const std::string* arch = report.facts.kernel.arch.if_known();
    return arch && *arch != "x86_64" && !arch->ends_with("86");
}

/// Of its page what helps at once.  In a guest firmware is not to blame, and a page speaks to all.
std::string cause_and_steps(const Report& report, const Message& message) {
    const bool of_x86 = contains(message.steps, "kvm_intel") || contains(message.steps, "kvm_amd") ||
                        contains(message.steps, "qemu-system-x86_64");
    if (of_x86 && is_on_another_architecture(report)) return {};
    constexpr std::string_view of_hardware[] = {"firmware", "BIOS", "VT-x", "SVM Mode"};
    const bool to_hardware =
        std::any_of(std::begin(of_hardware), std::end(of_hardware), [&](std::string_view word) {
            return contains(message.causes, word) || contains(message.steps, word);
        });
    if (to_hardware && is(report.facts.hypervisor.level, Level::guest)) return {};
    return indented(section("likely causes", message.causes) + section("what to do", message.steps)) + "\n";
}

}  // namespace

std::string pages_of_messages(const Report& report, const Style& style) {
    const std::vector<const Message*> found = messages_in(report);
    if (found.empty()) return {};
    std::string text = fmt::format("\n{}\n", bold("what its messages mean", style));
    for (const Message* message : found) {
        text += fmt::format("  {}\n", wrap(message->means, 2));
        if (message == found.front() && is_all_there_is(report)) text += cause_and_steps(report, *message);
        text += fmt::format("      nestprobe --explain={}\n", message->id);
    }
    return text;
}

std::string unknown_text(const Report& report, const Verdict& verdict) {
    if (is_anything_known(report, verdict) || messages_in(report).empty())
        return headline_of_unknown(report, verdict);
    return "a message alone does not settle it; what it means is below";
}

std::vector<std::string> ids_of_messages(const Report& report) {
    std::vector<std::string> ids;
    for (const Message* message : messages_in(report)) ids.emplace_back(message->id);
    return ids;
}

}  // namespace nestprobe
