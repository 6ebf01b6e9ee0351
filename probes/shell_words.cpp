// SPDX-License-Identifier: MIT
// The words of a command line as a shell would split it, each with the line that it begins on.
#include "definition.hpp"
#include "snapshot/bad_file.hpp"
#include "text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

class ShellWords {
public:
    ShellWords(std::string_view text, const std::string& label) : text_(text), label_(label) {}

    std::vector<Word> split() {
        while (skip_blanks()) {
            const std::size_t begin = at_;
            words_.push_back({next(), fmt::format("{}:{}", label_, line_)});
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
            if (c == '\n' || (c == '\\' && text_.substr(at_ + 1).starts_with('\n'))) {
                if (c == '\\') ++at_;
                ++line_;
            } else if (c == '#') {
                at_ = std::min(text_.find('\n', at_), text_.size()) - 1;
            } else if (!is_blank(c)) {
                return true;
            }
        }
        return false;
    }

    std::string next() {
        std::string word;
        for (; at_ < text_.size() && !is_blank(text_[at_]); ++at_) {
            const char c = text_[at_];
            if (c == '\'' || c == '"') {
                quoted(c, word);
            } else if (c == '\\' && at_ + 1 < text_.size()) {
                if (text_[at_ + 1] == '\n') break;
                word += text_[++at_];
            } else {
                word += c;
            }
        }
        return word;
    }

    void quoted(char quote, std::string& word) {
        const std::size_t begin = at_;
        for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
            if (quote == '"' && text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
            word += text_[at_];
        }
        if (at_ == text_.size())
            throw BadFile(fmt::format("{}:{}: a quotation that does not end", label_, line_at(text_, begin)));
    }

    std::string_view text_;
    const std::string& label_;
    std::size_t at_ = 0, line_ = 1;
    std::vector<Word> words_;
};

}  // namespace

std::vector<Word> split_shell_words(std::string_view text, const std::string& label) {
    return ShellWords(text, label).split();
}

}  // namespace nestprobe
