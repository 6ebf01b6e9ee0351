// SPDX-License-Identifier: MIT
#include "render/layout.hpp"

#include "base/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

std::string coloured(std::string_view text, std::string_view code, const Style& style) {
    return style.colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

/// U+2028 to U+202E break lines and turn the direction of writing, U+2066 to U+2069, U+200E, U+200F and
/// U+061C turn it (Unicode 15, "Bidirectional Algorithm", table of explicit formatting characters).
constexpr std::string_view turning[] = {
    "\u061c", "\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u202b",
    "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069",
};

/// C0 and C1 control characters, which terminals obey, and what makes text look like another.
bool is_control(std::string_view sequence) {
    const auto lead = static_cast<unsigned char>(sequence.front());
    if (lead < 0x20 || lead == 0x7f || (lead == 0xc2 && static_cast<unsigned char>(sequence[1]) < 0xa0))
        return true;
    return std::find(std::begin(turning), std::end(turning), sequence) != std::end(turning);
}

}  // namespace

std::string wrap(std::string_view text, std::size_t indent, std::size_t width) {
    std::string result;
    std::size_t column = indent;
    for (std::size_t i = 0; i < text.size();) {
        while (i < text.size() && (text[i] == ' ' || text[i] == '\n')) ++i;
        const std::size_t end = std::min(text.find_first_of(" \n", i), text.size());
        if (end == i) break;
        const std::string_view word = text.substr(i, end - i);
        if (!result.empty() && column + 1 + word.size() > width) {
            result += '\n';
            result.append(indent, ' ');
            column = indent;
        } else if (!result.empty()) {
            result += ' ';
            ++column;
        }
        result += word;
        column += word.size();
        i = end;
    }
    return result;
}

std::string printable(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const std::string_view sequence = text.substr(0, utf8_sequence(text));
        if (sequence.empty() || is_control(sequence))
            result += '?';
        else
            result += sequence;
        text.remove_prefix(std::max<std::size_t>(sequence.size(), 1));
    }
    return result;
}

bool is_printable(std::string_view text) { return printable(text) == text; }

std::string mark(Status status, const Style& style) {
    const bool u = style.unicode;
    switch (status) {
        case Status::pass: return coloured(u ? "✓   " : "ok  ", "32", style);
        case Status::fail: return coloured(u ? "✗   " : "FAIL", "31", style);
        case Status::unknown: return coloured("?   ", "33", style);
        case Status::skipped: return "-   ";
    }
    return "    ";
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

std::string what_is_missing(const Verdict& verdict) {
    std::vector<std::pair<std::string, std::string>> missing;  // message, rules
    for (const Finding* f : verdict.because) {
        const auto same = std::find_if(missing.begin(), missing.end(),
                                       [&](const auto& m) { return m.first == f->outcome.message; });
        if (same == missing.end())
            missing.emplace_back(f->outcome.message, f->rule->id);
        else
            same->second += fmt::format(", {}", f->rule->id);
    }
    if (missing.empty()) return "nothing that bears on it could be read";
    std::string text;
    for (const auto& [message, rules] : missing)
        text += fmt::format("{}{} ({})", text.empty() ? "" : "; ", message, rules);
    return text;
}

std::string describe_machine(const Facts& facts) {
    std::string text =
        facts.cpu.brand.if_known() ? printable(*facts.cpu.brand.if_known()) : "unknown processor";
    if (const CpuSet* online = facts.cpu.online.if_known())
        text += fmt::format(", {} CPU{}", online->size(), online->size() == 1 ? "" : "s");
    if (const Level* level = facts.hypervisor.level.if_known()) {
        const Platform* platform = facts.hypervisor.platform.if_known();
        text += *level == Level::bare_metal
                    ? ", bare metal"
                    : fmt::format(", guest of {}", platform ? to_string(*platform) : "an unknown hypervisor");
    } else {
        text += ", bare metal or guest unknown";
    }
    if (facts.kernel.release.if_known())
        text += fmt::format(", Linux {}", printable(*facts.kernel.release.if_known()));
    return text;
}

}  // namespace nestprobe
