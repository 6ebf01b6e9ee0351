// SPDX-License-Identifier: MIT
// The page of a message: what it means, what is behind it, and what to do, with commands to paste.
#include "render/layout.hpp"

#include <fmt/format.h>

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

std::string section(std::string_view title, std::string_view text) {
    if (text.empty()) return {};
    return fmt::format("\n{}:\n{}", title, lines(text));
}

std::string rules_of(const Message& message) {
    if (message.rules.empty()) return {};
    std::string text = "\nrules that judge this here:\n";
    for (const std::string_view name : message.rules)
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

}  // namespace nestprobe
