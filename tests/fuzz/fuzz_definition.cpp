// SPDX-License-Identifier: MIT
// Definitions of guests: libvirt's XML, QEMU command lines and logs, Proxmox configurations; and the edits of
// these. What an edit makes must be a definition again.
#include "base/text.hpp"
#include "fuzz.hpp"

#include <fmt/format.h>

using namespace nestprobe;

namespace {

/// patch(1) for a diff of our own, whose places are exact.
std::string patch(std::string_view text, std::string_view diff) {
    std::string result;
    std::size_t line = 0;
    const auto next_line = [&] {
        const std::string_view taken =
            text.substr(0, std::min(text.find('\n'), text.size() - !text.empty()) + 1);
        text.remove_prefix(taken.size());
        ++line;
        return taken;
    };
    bool header = true;
    for_each_line(diff, [&](std::string_view row) {
        if (row.starts_with("@@ ")) {
            header = false;
            std::size_t first = 0;
            const std::string_view range = row.substr(4, row.find(' ', 4) - 4);
            if (!parse_number(range.substr(0, range.find(',')), first)) throw std::logic_error("no range");
            if (!range.ends_with(",0")) --first;
            while (line < first) result += next_line();
        } else if (header) {
            return;
        } else if (row.starts_with('\\')) {
            if (result.ends_with('\n')) result.pop_back();
        } else if (row.starts_with('+')) {
            result.append(row.substr(1)).append("\n");
        } else {
            const std::string_view old = next_line();
            const std::string_view bare = old.ends_with('\n') ? old.substr(0, old.size() - 1) : old;
            if (bare != row.substr(1)) throw std::logic_error("the diff does not fit the text");
            if (row.starts_with(' ')) result += old;
        }
    });
    return result.append(text);
}

Report report_on(const GuestDefinition& definition) {
    static const Facts machine = fuzz::facts_of(fuzz::golden_machine());
    Facts facts = machine;
    facts.guest = definition.facts;
    Report report = make_report(std::move(facts));
    report.edit = make_edit(definition, report);
    return report;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(fuzz::text_of(data, size));
    try {
        const Report report = report_on(parse_definition(text, "guest"));
        fuzz::render(report, text);
        if (report.edit->diff.empty()) return 0;
        const std::string edited = patch(text, report.edit->diff);
        try {
            report_on(parse_definition(edited, "edited"));
        } catch (const BadFile& error) {
            throw std::logic_error(fmt::format("the edit breaks it: {}\n{}", error.what(), edited));
        }
    } catch (const BadFile&) {
    }
    return 0;
}
