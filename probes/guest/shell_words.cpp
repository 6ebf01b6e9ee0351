// SPDX-License-Identifier: MIT
// The words of commands as a shell would split them, each with the line that it begins on.
#include "base/text.hpp"
#include "guest/shell_variables.hpp"
#include "input/bad_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace nestprobe {
namespace {

/// Unquoted, they end a command.
constexpr bool ends_command(char c) { return c == ';' || c == '&' || c == '|' || c == '\n'; }

class ShellWords {
public:
    ShellWords(std::string_view text, const std::string& label, std::size_t line)
        : text_(text), label_(label), first_line_(line), line_(line), variables_(text) {}

    std::vector<Word> split() {
        while (skip_blanks()) {
            if (take_list() || take_variable()) continue;
            words_.push_back(next_word());
        }
        return std::move(words_);
    }

private:
    Word next_word() {
        const std::size_t begin = at_;
        Word word = next();
        line_ += static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(begin),
                                                     text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n'));
        return word;
    }

    bool ends_word(char c) const { return is_blank(c) || ends_command(c) || (in_list_ && c == ')'); }
    bool begins_command() const { return words_.empty() || words_.back().command != command_; }

    void end_command(char c) {
        const auto before = std::find_if(words_.rbegin(), words_.rend(),
                                         [&](const Word& word) { return word.command != command_; });
        variables_.run({before.base(), words_.end()}, conditional_);
        const bool doubled = (c == '&' || c == '|') && text_.substr(at_ + 1).starts_with(c);
        conditional_ = doubled || (conditional_ && begins_command());
        at_ += doubled;
        ++command_;
    }

    /// args=( -cpu host ), over lines and comments.
    bool take_list() {
        if (!begins_command()) return false;
        const std::string_view name = leading_name(text_.substr(at_));
        const std::string_view behind = text_.substr(at_ + name.size());
        const bool adds = behind.starts_with("+=(");
        if (name.empty() || !(adds || behind.starts_with("=("))) return false;
        at_ += name.size() + (adds ? 3 : 2);
        std::vector<Word> before = std::exchange(words_, {});
        in_list_ = true;
        while (skip_blanks() && text_[at_] != ')')
            if (!take_variable()) words_.push_back(next_word());
        in_list_ = false;
        at_ += at_ < text_.size();
        variables_.set_list(name, adds, std::exchange(words_, std::move(before)), conditional_);
        return true;
    }

    /// A word that is one variable: each of the words that the script gave it.
    bool take_variable() {
        const bool quoted = text_[at_] == '"';
        const VariableUse use = variable_at(text_.substr(at_ + quoted));
        const std::size_t end = at_ + use.size + (quoted ? 2 : 0);
        if (use.size == 0 || end > text_.size() || (quoted && text_[end - 1] != '"')) return false;
        if (end < text_.size() && !ends_word(text_[end])) return false;
        if (const std::vector<Word>* list = variables_.find_list(use.name); list && use.whole_list) {
            for (Word word : *list) {
                word.command = command_;
                words_.push_back(std::move(word));
            }
        } else if (const std::string* value = variables_.find(use.name);
                   value && !use.whole_list && !quoted) {
            for (const std::string_view part : split_words(*value))
                words_.push_back({.text = std::string(part),
                                  .where = fmt::format("{}:{}", label_, line_),
                                  .command = command_,
                                  .is_expanded = false});
        } else {
            return false;
        }
        at_ = end;
        return true;
    }

    /// To the next word; false at the end.  A backslash before a newline is a blank, # begins a comment; in a
    /// list a newline ends nothing.
    bool skip_blanks() {
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '\\' && text_.substr(at_ + 1).starts_with("\r\n")) ++at_;
            if (c == '\\' && text_.substr(at_ + 1).starts_with('\n')) {
                ++at_;
                ++line_;
            } else if (ends_command(c)) {
                if (!in_list_) end_command(c);
                line_ += c == '\n';
            } else if (c == '#') {
                at_ = std::min(text_.find('\n', at_), text_.size()) - 1;
            } else if (!is_blank(c)) {
                return true;
            }
        }
        return false;
    }

    Word next() {
        Word word{{}, fmt::format("{}:{}", label_, line_), command_, false};
        for (; at_ < text_.size() && !ends_word(text_[at_]); ++at_) {
            const char c = text_[at_];
            if (c == '\'' || c == '"') {
                quoted(c, word);
            } else if (c == '\\' && at_ + 1 < text_.size()) {
                if (text_[at_ + 1] == '\n') break;
                word.text += text_[++at_];
            } else if (c == '$' && text_.substr(at_ + 1).starts_with('(')) {
                substituted(word);
            } else if (!take_value(false, word)) {
                add(c, word);
            }
        }
        return word;
    }

    /// A variable that the script has set, in a word; unquoted, blanks in it would part the word.
    bool take_value(bool quoted, Word& word) {
        const VariableUse use = variable_at(text_.substr(at_));
        if (use.size == 0 || use.whole_list) return false;
        const std::string* value = variables_.find(use.name);
        if (!value || (!quoted && split_words(*value).size() != 1)) return false;
        word.text += quoted ? std::string_view(*value) : trim(*value);
        at_ += use.size - 1;
        return true;
    }

    static void add(char c, Word& word) {
        word.is_expanded = word.is_expanded || c == '$' || c == '`';
        word.text += c;
    }

    void quoted(char quote, Word& word) {
        const std::size_t begin = at_;
        for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
            if (quote == '"' && text_[at_] == '\\' && at_ + 1 < text_.size())
                word.text += text_[++at_];
            else if (quote == '"' && !take_value(true, word))
                add(text_[at_], word);
            else if (quote == '"')
                continue;
            else
                word.text += text_[at_];
        }
        if (at_ == text_.size())
            throw BadFile(fmt::format("{}:{}: a quotation that does not end", label_,
                                      first_line_ + line_at(text_, begin) - 1));
    }

    /// $(a command), to its end; what is in it is no command of ours.
    void substituted(Word& word) {
        word.is_expanded = true;
        for (std::size_t depth = 0; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            word.text += c;
            depth += c == '(';
            if (c == ')' && --depth == 0) return;
        }
        --at_;
    }

    std::string_view text_;
    const std::string& label_;
    std::size_t first_line_, line_, at_ = 0, command_ = 0;
    bool in_list_ = false;      ///< between the brackets of NAME=( )
    bool conditional_ = false;  ///< the command stands behind && or ||
    ShellVariables variables_;
    std::vector<Word> words_;
};

}  // namespace

std::vector<Word> split_shell_words(std::string_view text, const std::string& label, std::size_t line) {
    return ShellWords(text, label, line).split();
}

}  // namespace nestprobe
