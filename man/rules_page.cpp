// SPDX-License-Identifier: MIT
// Prints nestprobe-rules(7) from the rules, so that the page cannot say anything else than the program.
#include "pages.hpp"
#include "roff.hpp"
#include "rules/rule.hpp"

#include <fmt/format.h>

#include <string>

using namespace nestprobe;

namespace {

/// A text of several lines, each a line of the page; commands, which begin with four blanks, as they are.
std::string paragraph(std::string_view text) {
    constexpr std::string_view command = "    ";
    std::string out;
    bool in_commands = false;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        const bool is_command = line.starts_with(command);
        if (is_command != in_commands) out += is_command ? ".Bd -literal -offset indent\n" : ".Ed\n";
        in_commands = is_command;
        out += roff(is_command ? line.substr(command.size()) : line) + "\n";
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return in_commands ? out + ".Ed\n" : out;
}

std::string page_of(const Rule& rule) {
    std::string text = fmt::format(".Ss {} {}\n", rule.id, roff(rule.name));
    text += fmt::format("A {} rule about\n.Cm {} ;\nit {} {}.\n.Pp\n", to_string(rule.role),
                        roff(to_string(rule.question)),
                        rule.role == Role::proof ? "proves nothing where" : "fails when", roff(rule.title));
    text += fmt::format("{}.Pp\nFix:\n{}", paragraph(rule.explain), paragraph(rule.fix));
    if (!rule.worked.empty()) text += fmt::format(".Pp\nIt worked when:\n{}", paragraph(rule.worked));
    if (!rule.also.empty()) text += fmt::format(".Pp\nWhat else it can be:\n{}", paragraph(rule.also));
    text += ".Pp\nSources:\n.Bl -bullet -compact\n";
    for (const std::string_view see : rule.see) text += fmt::format(".It\n{}", paragraph(see));
    return text + ".El\n";
}

constexpr std::string_view rules_head =
    R"(.\" Made from the rules in src/rules/ when nestprobe is built.
.Dd November 24, 2026
.Dt NESTPROBE-RULES 7
.Os
.Sh NAME
.Nm nestprobe-rules
.Nd what nestprobe judges, and why
.Sh DESCRIPTION
Each answer of
.Xr nestprobe 1
comes from rules.
A rule looks at facts and passes, fails, is skipped where its question makes no
sense, or is unknown where what it needs could not be read.
What its outcome does to the answer is its role:
.Bl -tag -width degraded
.It Sy blocker
where it fails, the answer is no;
the first that fails, from the processor outwards to the device, is the cause.
.It Sy proof
where it passes, the answer is yes, whatever could not be read on the way.
.It Sy degraded
where it fails, the answer is yes, and the rule names what that costs.
.It Sy advice
shown with the answer, which it does not change.
.El
.Pp
An id is never given to another rule.
)";
constexpr std::string_view rules_tail = R"(.Sh SEE ALSO
.Xr nestprobe 1 ,
.Xr nestprobe-registers 7
)";

}  // namespace

std::string nestprobe::rules_page() {
    std::string page(rules_head);
    Layer layer{};
    for (const Rule* rule : all_rules()) {
        if (rule->layer != layer) page += fmt::format(".Sh {}\n", roff(upper_case(title_of(rule->layer))));
        layer = rule->layer;
        page += page_of(*rule);
    }
    return page += rules_tail;
}
