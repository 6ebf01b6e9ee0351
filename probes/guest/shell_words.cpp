// SPDX-License-Identifier: MIT
// The words of commands as a shell would split them, each with the line that it begins on.
#include "base/text.hpp"
#include "guest/definition.hpp"
#include "input/bad_file.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

/// Unquoted, they end a command.
constexpr bool ends_command(char c) { return c == ';' || c == '&' || c == '|' || c == '\n'; }

class ShellWords {
public:
    ShellWords(std::string_view text, const std::string& label, std::size_t line)
        : text_(text), label_(label), first_line_(line), line_(line) {}

    std::vector<Word> split() {
        while (skip_blanks()) {
            const std::size_t begin = at_;
            Word word = next();
            words_.push_back(std::move(word));
            line_ +=
                static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(begin),
                                                    text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n'));
        }
        return std::move(words_);
    }

private:
    /// To the next word; false at the end.  A backslash before a newline is a blank, # begins a comment.
    bool skip_blanks() {
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '\\' && text_.substr(at_ + 1).starts_with("\r\n")) ++at_;
            if (c == '\\' && text_.substr(at_ + 1).starts_with('\n')) {
                ++at_;
                ++line_;
            } else if (ends_command(c)) {
                ++command_;
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
        for (; at_ < text_.size() && !is_blank(text_[at_]) && !ends_command(text_[at_]); ++at_) {
            const char c = text_[at_];
            if (c == '\'' || c == '"') {
                quoted(c, word);
            } else if (c == '\\' && at_ + 1 < text_.size()) {
                if (text_[at_ + 1] == '\n') break;
                word.text += text_[++at_];
            } else if (c == '$' && text_.substr(at_ + 1).starts_with('(')) {
                substituted(word);
            } else {
                add(c, word);
            }
        }
        return word;
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
            else if (quote == '"')
                add(text_[at_], word);
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
    std::vector<Word> words_;
};

}  // namespace

std::vector<Word> split_shell_words(std::string_view text, const std::string& label, std::size_t line) {
    return ShellWords(text, label, line).split();
}

}  // namespace nestprobe
