// SPDX-License-Identifier: MIT
// The command line, a word a line; what it asks for without looking at any machine is printed: a register's
// value decoded, a rule's page, a message's.  Each word, quoted for a shell, is the same word to a shell.
#include "base/printable.hpp"
#include "base/text.hpp"
#include "fuzz.hpp"
#include "guest/definition.hpp"
#include "options.hpp"
#include "remedy/shell.hpp"
#include "render/registers.hpp"

#include <getopt.h>

using namespace nestprobe;

namespace {

void expect_quoted(const std::string& text) {
    if (!is_printable(shell_text(text))) throw std::logic_error("not printable for a shell");
    const std::optional<std::string> quoted = shell_word(text);
    if (!quoted) return;
    const std::vector<Word> words = split_shell_words("x " + *quoted, "script");
    if (words.size() != 2 || words.back().text != text) throw std::logic_error("another word: " + *quoted);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::string> words{"nestprobe"};
    for_each_line(fuzz::text_of(data, size), [&](std::string_view line) { words.emplace_back(line); });
    for (const std::string& word : words) expect_quoted(word);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    optind = 0;  // getopt_long(3): start over
    try {
        const Options options = parse_command_line(static_cast<int>(words.size()), arguments.data());
        using Action = Options::Action;
        if (options.action == Action::rule) render_rule(*options.rule, {});
        if (options.action == Action::message) render_message(*options.message, {});
        if (options.action != Action::value) return 0;
        render_value(*options.reg, options.value, {});
        render_value_json(*options.reg, options.value);
    } catch (const UsageError&) {
    }
    return 0;
}
