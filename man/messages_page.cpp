// SPDX-License-Identifier: MIT
// Prints nestprobe-messages(7) from the table of messages, which --explain=MESSAGE prints, too.
#include "base/text.hpp"
#include "messages/messages.hpp"
#include "pages.hpp"
#include "roff.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>

using namespace nestprobe;

namespace {

/// Each line a line of the page; commands, which begin with four blanks, as they are.
std::string paragraphs(std::string_view text) {
    std::string out;
    bool in_commands = false;
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const bool command = line.starts_with("    ");
        if (command) line.remove_prefix(4);
        if (command != in_commands) out += command ? ".Bd -literal -offset indent\n" : ".Ed\n.Pp\n";
        in_commands = command;
        out += roff(line) + "\n";
        if (!command && !text.empty() && !text.starts_with("    ")) out += ".Pp\n";
    }
    return in_commands ? out + ".Ed\n" : out;
}

std::string section(std::string_view title, std::string_view text) {
    if (text.empty()) return {};
    return fmt::format(".Pp\n.Em {} :\n{}{}", title, text.starts_with("    ") ? "" : ".Pp\n",
                       paragraphs(text));
}

std::string page_of(const Message& message) {
    std::string text = fmt::format(".Ss {}\nA message of {}:\n.Bl -bullet -compact\n", roff(message.id),
                                   roff(message.program));
    for_each_line(message.patterns,
                  [&](std::string_view pattern) { text += fmt::format(".It\n{}\n", roff(pattern)); });
    text += fmt::format(".El\n.Pp\n{}", paragraphs(message.means));
    text += section("Likely causes", message.causes) + section("What to do", message.steps) +
            section("How to tell that it worked", message.worked) +
            section("What else it can be", message.otherwise);
    if (!message.rules.empty())
        text += fmt::format(".Pp\n.Em Rules :\n{}\n", fmt::join(split_words(message.rules), ", "));
    return text + fmt::format(".Pp\n.Em Source :\n{}\n", roff(message.source));
}

constexpr std::string_view messages_head =
    R"(.\" Made from the table in src/messages/ when nestprobe is built.
.Dd November 25, 2026
.Dt NESTPROBE-MESSAGES 7
.Os
.Sh NAME
.Nm nestprobe-messages
.Nd what messages about KVM and nesting mean, and what to do
.Sh DESCRIPTION
.Ql nestprobe --explain=MESSAGE
prints one of these pages, where MESSAGE is pasted from a terminal or a log, in
quotes.
Upper and lower case, blanks and the zeros that a number begins with make no
difference; an asterisk stands for any text within a line.
A page can be asked for by its heading, too.
.Sh MESSAGES
)";
constexpr std::string_view messages_tail = R"(.Sh SEE ALSO
.Xr nestprobe 1 ,
.Xr nestprobe-rules 7
)";

}  // namespace

std::string nestprobe::messages_page() {
    std::string page(messages_head);
    for (const Message& message : messages()) page += page_of(message);
    return page += messages_tail;
}
