// SPDX-License-Identifier: MIT
// A command of a paste in its words, as a shell splits them.
#include "snapshot/import/paste.hpp"
#include "snapshot/import/typed.hpp"
#include "snapshot/import/typed_programs.hpp"

#include "base/text.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace nestprobe {
namespace {

std::vector<std::string> shell_words(std::string_view line) {
    std::vector<std::string> words;
    std::string word;
    bool open = false;
    char quote = 0;
    const auto finish = [&] {
        if (open) words.push_back(std::move(word));
        word.clear();
        open = false;
    };
    for (const char c : line) {
        if (quote != 0) {
            if (c == quote)
                quote = 0;
            else
                word += c;
        } else if (c == '\'' || c == '"') {
            quote = c;
            open = true;
        } else if (is_blank(c)) {
            finish();
        } else if (c == '|' || c == ';') {
            finish();
            words.emplace_back(1, c);
        } else {
            word += c;
            open = true;
        }
    }
    finish();
    return words;
}

bool is_grep(std::string_view program) {
    return program == "grep" || program == "egrep" || program == "fgrep" || program == "zgrep" ||
           program == "rg" || program == "ag";
}

/// What stands behind a filter's name, up to the next: its pattern, whether it counts.
void read_filter(Command& command, const std::vector<std::string>& words, std::size_t from) {
    command.filtered = true;
    const bool grep = is_grep(base_name(words[from]));
    bool has_pattern = false;
    for (std::size_t i = from + 1; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word.starts_with("--") || (word.starts_with('-') && word.size() > 1)) {
            if (grep && word.find('c') != std::string::npos && !word.starts_with("--color"))
                command.counts = true;
            if (word == "-e") has_pattern = false;
        } else if (grep && !has_pattern) {
            command.patterns.push_back(word);
            has_pattern = true;
        }
    }
    if (base_name(words[from]) == "wc") command.counts = true;
}

}  // namespace

bool Command::names(std::string_view path) const { return holds(words, path); }

Command parse_command(std::string_view line) {
    Command command;
    command.line = trim(line);
    std::vector<std::vector<std::string>> pipeline(1);
    for (std::string& word : shell_words(line)) {
        if (word == ";") break;
        if (word == "|" || word == "&&" || word == "||")
            pipeline.emplace_back();
        else if (!word.starts_with("2>") && word != ">")
            pipeline.back().push_back(std::move(word));
    }
    auto& first = pipeline.front();
    // env alone prints; with a program behind it, it runs that.
    while ((first.size() > 1 || (first.size() == 1 && first.front() != "env")) &&
           (holds(wrappers, first.front()) || first.front().find('=') != std::string::npos ||
            (command.program.empty() && first.front().starts_with('-'))))
        first.erase(first.begin());
    if (first.empty()) return command;
    command.program = base_name(first.front());
    for (auto word = first.begin() + 1; word != first.end(); ++word)
        for (std::string& own : expand_braces(*word)) command.words.push_back(std::move(own));
    if (is_grep(command.program)) read_filter(command, first, 0);
    if (command.program == "head" || command.program == "tail") command.filtered = true;
    for (std::size_t i = 1; i < pipeline.size(); ++i)
        if (!pipeline[i].empty() && pipeline[i].front() != "sort" && pipeline[i].front() != "less" &&
            pipeline[i].front() != "cat" && pipeline[i].front() != "tee")
            read_filter(command, pipeline[i], 0);
    return command;
}

}  // namespace nestprobe
