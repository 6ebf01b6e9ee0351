// SPDX-License-Identifier: MIT
// Draws the ladder: rails and rungs on a terminal that takes them, columns of plain text elsewhere.
#include "render/layout.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

constexpr std::size_t words_column = 20;

/// "  ok    cpu         VMX on all 48 CPUs"; with rails "  ├─✓─┤ cpu         VMX on all 48 CPUs".
std::string rung(std::string_view sign, std::string_view name, const std::string& words, const Style& style) {
    std::string text = wrap(words, words_column);
    if (!style.unicode) return fmt::format("  {}  {:<12}{}\n", sign, name, text);
    const std::string padding(words_column, ' ');
    for (std::size_t at = text.find("\n" + padding); at != std::string::npos;
         at = text.find("\n" + padding, at + 1))
        text.replace(at + 1, 8, "  │   │ ");
    const bool between = sign == " ";
    return fmt::format("  {}{}{} {:<12}{}\n", between ? "│ " : "├─", sign, between ? " │" : "─┤", name, text);
}

/// The mark without the blanks that make it as wide as "FAIL".
std::string sign_of(Standing standing, const Style& style) {
    std::string sign = mark(standing, style);
    if (!style.unicode) return sign;
    for (std::size_t at = sign.find("   "); at != std::string::npos; at = sign.find("   ")) sign.erase(at, 3);
    return sign;
}

}  // namespace

std::string draw_ladder(const Report& report, const Style& style) {
    std::string text;
    std::size_t number = 0;
    for (const std::string& level : levels(report.facts))
        text += rung(style.unicode ? " " : "    ", fmt::format("L{}", number++), level, style);
    for (const Rung& r : ladder(report))
        text += rung(sign_of(r.standing, style), to_string(r.layer), r.words, style);
    return text;
}

}  // namespace nestprobe
