// SPDX-License-Identifier: MIT
// The page of a line of the kernel's log, of the table that the log is searched by.
#include "base/text.hpp"
#include "facts/log_lines.hpp"
#include "render/layout.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

/// "Linux 4.7 to 6.2"; empty where the table does not say.
std::string releases(const LogRow& row) {
    if (row.since.empty() && row.until.empty()) return {};
    if (row.until.empty()) return fmt::format(", of Linux {} and later", row.since);
    if (row.since.empty()) return fmt::format(", of Linux up to {}", row.until);
    return fmt::format(", of Linux {} to {}", row.since, row.until);
}

/// What fails by this line alone, each with its steps.
std::string consequences(const Report& report, const Style& style) {
    std::string text;
    for (const Finding& f : report.findings) {
        if (f.outcome.status != Status::fail) continue;
        text += fmt::format("\n{} {}\n  why   {}\n", bold(f.rule->id, style), f.rule->name,
                            wrap(f.outcome.message, 8));
        text += fmt::format("  fix   {}", fix_text(report, f, 8));
    }
    return text;
}

}  // namespace

bool names_log_line(std::string_view text) { return !search_log(text).empty(); }

std::string render_log_line(std::string_view text, const Report& report, const Style& style) {
    const FoundLine found = search_log(text).front();
    const LogRow& row = *found.row;
    constexpr std::string_view steps =
        "One line is not all: give the whole log, which also tells whether something else comes first.\n"
        "    sudo dmesg > dmesg.txt\n"
        "    nestprobe --from dmesg.txt";
    return fmt::format("{}\na line of the kernel's log{}\n\n{}\n", bold(printable(trim(found.line)), style),
                       releases(row), wrap(row.meaning, 0)) +
           section("what else to know", row.is_not) + consequences(report, style) +
           section("what to do", steps) + section("source", row.source);
}

}  // namespace nestprobe
