// SPDX-License-Identifier: MIT
#include "remedy/writers/script.hpp"

#include "base/text.hpp"
#include "remedy/boot_loaders.hpp"
#include "remedy/shell.hpp"
#include "remedy/writers/script_functions.hpp"
#include "remedy/writers/script_steps.hpp"
#include "remedy/writers/script_words.hpp"
#include "report/known.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <vector>

namespace nestprobe {
namespace {

// --- the functions that are wanted ---

/// Without comments and here-documents, whose words call nothing.
std::string code_of(std::string_view script) {
    std::string code;
    bool in_document = false;
    for_each_line(script, [&](std::string_view line) {
        if (line == "NESTPROBE_PATCH") in_document = false;
        if (!in_document && !trim(line).starts_with('#')) code.append(line).append("\n");
        if (contains(line, "<< 'NESTPROBE_PATCH'")) in_document = true;
    });
    return code;
}

/// Without what stands in single quotation marks.  A mark behind a backslash or in double ones begins
/// nothing.
std::string unquoted(std::string_view code) {
    std::string text;
    bool in_single = false, in_double = false;
    for (std::size_t i = 0; i < code.size(); ++i) {
        const char c = code[i];
        if (!in_single && c == '\\') {
            ++i;
            continue;
        }
        if (c == '\'' && !in_double) in_single = !in_single;
        if (c == '"' && !in_single) in_double = !in_double;
        if (!in_single) text += c;
    }
    return text;
}

bool calls(std::string_view code, std::string_view name) {
    const auto is_part = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-';
    };
    for (auto at = code.find(name); at != std::string_view::npos; at = code.find(name, at + 1)) {
        const std::size_t end = at + name.size();
        if ((at == 0 || !is_part(code[at - 1])) && (end == code.size() || !is_part(code[end]))) return true;
    }
    return false;
}

struct Function {
    std::string_view name;
    std::string text;
};

/// What is done with one word of the kernel command line.
struct WordChange {
    std::string_view function;
    bool adds;  ///< else it is dropped
    std::string_view done, command, ours;
};

/// A function of one word, by a command of the boot loader's that does not look first, or by one of ours.
std::string word_function(const WordChange& change, bool finishes) {
    const std::string_view quoted = "\"$1\"", unless = change.adds ? "! " : "";
    if (!change.ours.empty())
        return fmt::format(
            "\n{}() {{\n    if {}has_word \"$1\" < /proc/cmdline; then renew=yes; fi\n    {}\n}}\n",
            change.function, unless, with_word(change.ours, quoted));
    return fmt::format(
        "\n{}() {{\n{}    if {}next_words | has_word \"$1\"; then\n        {}\n{}"
        "        say \"{} $1\"\n    fi\n}}\n",
        change.function,
        finishes ? fmt::format("    if {}has_word \"$1\" < /proc/cmdline; then renew=yes; fi\n", unless) : "",
        unless, with_word(without_sudo(change.command), quoted), finishes ? "        renew=yes\n" : "",
        change.done);
}

/// How this boot loader is told: its row as functions.
std::vector<Function> loader_functions(const LoaderWay& way) {
    const bool finishes = !way.finish.empty();
    std::vector<Function> functions{
        {"next_words", fmt::format("\n# next_words: what the kernel will be told at the next boot\n"
                                   "next_words() {{\n    {} 2> /dev/null || true\n}}\n",
                                   way.next)},
        {"drop_word",
         word_function({"drop_word", false,
                        "removed from the kernel command line of the next boot:", way.drop, way.script_drop},
                       finishes)},
        {"add_word", word_function({"add_word", true, "added to the kernel command line of the next boot:",
                                    way.add, way.script_add},
                                   finishes)}};
    if (finishes)
        functions.push_back({"renew_boot_loader",
                             fmt::format("\n# renew_boot_loader: where words changed, or are not in force\n"
                                         "renew=no\nrenew_boot_loader() {{\n"
                                         "    [ \"$renew\" = yes ] || return 0\n    renew=no\n"
                                         "    {}\n}}\n",
                                         without_sudo(way.finish))});
    return functions;
}

/// The functions that the steps call, and those that these call.
std::string functions_for(const ScriptSteps& steps) {
    std::vector<Function> all;
    for (const ShellFunction& f : shell_functions) all.push_back({f.name, std::string(f.text)});
    for (const ShellFunction& f : word_functions) {
        if (f.name == "dropped" && steps.way)  // these two ask what the loader's say
            for (Function& loaders : loader_functions(*steps.way)) all.push_back(std::move(loaders));
        all.push_back({f.name, std::string(f.text)});
    }
    std::string text, code = unquoted(code_of(steps.text));
    for (auto f = all.rbegin(); f != all.rend(); ++f)
        if (calls(code, f->name)) {
            text.insert(0, f->text);
            code += code_of(f->text);
        }
    return text;
}

std::string header(const Report& report) {
    std::string text =
        "#!/bin/sh\n" + shell_comment(fmt::format("Made by nestprobe {} for: {}.", NESTPROBE_VERSION,
                                                  describe_machine(report.facts)));
    if (!report.assumed.empty())
        text += shell_comment(fmt::format("Not as this machine is, but as if that were so: {}.",
                                          fmt::join(report.assumed, ", ")));
    return text + shell_comment("Read it, then run it as root. Every step looks first whether it is needed.");
}

/// An answer that is asked for is unknown: that nothing is to be done is not known either.
bool is_open(const Report& report) {
    return std::any_of(report.verdicts.begin(), report.verdicts.end(), [&](const Verdict& v) {
        const bool asked =
            report.asked ? v.question == *report.asked : v.question != Question::device_assignment;
        return asked && v.answer == Answer::unknown;
    });
}

constexpr std::string_view footer = R"sh(
if [ "$reboot" = yes ]; then say "reboot, then ask nestprobe again"; fi
[ "$left" -eq 0 ] || exit 1
say "done; nestprobe says what came of it"
)sh";

}  // namespace

std::string render_fix(const Report& report) {
    const ScriptSteps steps = write_steps(report);
    const std::string text = header(report);
    if (steps.text.empty())
        return fmt::format("{}\necho 'nestprobe: {}' >&2\n", text,
                           is_open(report) ? "nothing known to fix, but not all is known: ask nestprobe what"
                                           : "nothing to fix");
    return text + std::string(fix_prelude) + functions_for(steps) + steps.text + std::string(footer);
}

}  // namespace nestprobe
