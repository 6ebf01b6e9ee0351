// SPDX-License-Identifier: MIT
#include "render/layout.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

std::string coloured(std::string_view text, std::string_view code, const Style& style) {
    return style.colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

}  // namespace

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
