// SPDX-License-Identifier: MIT
// Only what is certain: an assignment below if, in a loop or in a function, behind && or ||, or with a value
// that a command prints, leaves the variable unknown, as do read, source and eval. POSIX.1-2024, Shell
// Command Language, 2.6 "Word Expansions", 2.9 "Shell Commands"; bash(1), "Arrays".
#include "guest/shell_variables.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

constexpr bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
constexpr bool is_name_part(char c) { return is_name_start(c) || is_digit(c); }

template <std::size_t N>
bool is_word_of(std::string_view word, const std::string_view (&words)[N]) {
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

constexpr std::string_view openers[] = {"if", "for", "while", "until", "case", "select", "function"};
constexpr std::string_view closers[] = {"fi", "done", "esac", "}"};
constexpr std::string_view in_front[] = {"then", "else", "do", "elif", "!", "time"};
constexpr std::string_view declares[] = {"export", "readonly", "local", "declare", "typeset"};
/// They change variables in ways that the text does not show.
constexpr std::string_view changes_any[] = {"source", ".", "eval", "read", "mapfile", "readarray"};

/// "NAME=..." and "NAME+=...": the name; else empty.
std::string_view assigned_name(std::string_view word) {
    const std::string_view name = leading_name(word);
    const std::string_view rest = word.substr(name.size());
    return rest.starts_with('=') || rest.starts_with("+=") ? name : std::string_view{};
}

}  // namespace

std::string_view leading_name(std::string_view text) {
    if (text.empty() || !is_name_start(text.front())) return {};
    return text.substr(
        0, static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_name_part) - text.begin()));
}

VariableUse variable_at(std::string_view text) {
    if (!text.starts_with('$')) return {};
    const bool braces = text.substr(1).starts_with('{');
    const std::size_t before = braces ? 2 : 1;
    const std::string_view name = leading_name(text.substr(std::min(before, text.size())));
    if (name.empty()) return {};
    const std::string_view rest = text.substr(before + name.size());
    if (!braces) return {name, false, before + name.size()};
    if (rest.starts_with('}')) return {name, false, before + name.size() + 1};
    if (rest.starts_with("[@]}")) return {name, true, before + name.size() + 4};
    return {};
}

ShellVariables::ShellVariables(std::string_view script) : script_(script), known_(!contains(script, "<<")) {}

void ShellVariables::forget(std::string_view name) {
    if (const auto value = values_.find(name); value != values_.end()) values_.erase(value);
    if (const auto list = lists_.find(name); list != lists_.end()) lists_.erase(list);
}

bool ShellVariables::affords(std::size_t bytes) {
    constexpr std::size_t most = 1 << 20;
    spent_ = std::min(spent_ + bytes, most);
    return spent_ < most;
}

/// In a loop or a function a later assignment may come first.
bool ShellVariables::is_settled(std::string_view name) {
    if (!known_) return false;
    if (depth_ == 0) return true;
    constexpr std::size_t of_a_look = 32;  // bytes looked at for one handed out
    if (!affords(script_.size() / of_a_look + 1)) return false;
    int assignments = 0;
    for (std::size_t at = script_.find(name); at != std::string_view::npos;
         at = script_.find(name, at + name.size())) {
        const std::string_view rest = script_.substr(at + name.size());
        const bool begins = at == 0 || !is_name_part(script_[at - 1]);
        if (begins && (rest.starts_with('=') || rest.starts_with("+="))) ++assignments;
    }
    return assignments == 1;
}

const std::string* ShellVariables::find(std::string_view name) {
    const auto value = values_.find(name);
    if (value == values_.end() || !is_settled(name)) return nullptr;
    return affords(value->second.size() + 1) ? &value->second : nullptr;
}

const std::vector<Word>* ShellVariables::find_list(std::string_view name) {
    const auto list = lists_.find(name);
    if (list == lists_.end() || !is_settled(name)) return nullptr;
    constexpr std::size_t of_a_word = 64;
    return affords((list->second.size() + 1) * of_a_word) ? &list->second : nullptr;
}

void ShellVariables::assign(std::string_view word, bool is_expanded, bool conditional) {
    const std::string_view name = assigned_name(word);
    std::string_view rest = word.substr(name.size());
    const bool adds = rest.starts_with('+');
    rest.remove_prefix(adds ? 2 : 1);
    const auto old = values_.find(name);
    if (is_expanded || conditional || depth_ > 0 || (adds && old == values_.end())) return forget(name);
    const std::string value = adds ? old->second + std::string(rest) : std::string(rest);
    forget(name);
    values_.emplace(name, value);
}

void ShellVariables::set_list(std::string_view name, bool adds, std::vector<Word> words, bool conditional) {
    const auto old = lists_.find(name);
    if (conditional || depth_ > 0 || (adds && old == lists_.end())) return forget(name);
    if (adds)
        words.insert(words.begin(), std::make_move_iterator(old->second.begin()),
                     std::make_move_iterator(old->second.end()));
    forget(name);
    lists_.emplace(name, std::move(words));
}

void ShellVariables::follow_blocks(std::span<const Word> command) {
    const std::string_view first = command.front().text;
    const bool defines =
        first.ends_with("(){") || (command.size() > 1 && first.ends_with("()") && command[1].text == "{");
    if (is_word_of(first, openers) || first == "{" || defines) ++depth_;
    if (is_word_of(first, closers) && depth_ > 0) --depth_;
}

void ShellVariables::run(std::span<const Word> command, bool conditional) {
    while (!command.empty() && is_word_of(command.front().text, in_front)) command = command.subspan(1);
    if (command.empty()) return;
    follow_blocks(command);
    const std::string_view first = command.front().text;
    // "while read LINE" too.
    const bool changes =
        std::any_of(command.begin(),
                    command.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(command.size(), 2)),
                    [](const Word& word) { return is_word_of(word.text, changes_any); });
    if (changes || first.starts_with('(')) {
        values_.clear();
        lists_.clear();
        return;
    }
    if (first == "for" || first == "select" || first == "unset" || first == "printf" || first == "getopts")
        for (const Word& word : command.subspan(1)) forget(word.text);
    const bool declared = is_word_of(first, declares);
    if (declared) command = command.subspan(1);
    // NAME=value in front of a program is the program's alone.
    const bool all = std::all_of(command.begin(), command.end(), [&](const Word& word) {
        return !assigned_name(word.text).empty() || (declared && word.text.starts_with('-'));
    });
    if (!all) return;
    for (const Word& word : command)
        if (!assigned_name(word.text).empty()) assign(word.text, word.is_expanded, conditional);
}

}  // namespace nestprobe
