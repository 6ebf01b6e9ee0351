// SPDX-License-Identifier: MIT
// Ruby's words, as far as they tell what stands in quotation marks, in a comment, or is a literal.
#pragma once

#include "base/text.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace nestprobe {

bool is_word(char c);
bool begins_with_word(std::string_view text, std::string_view word);

/// A statement, and the same with what stands in quotation marks made unlike any word.
struct Words {
    std::string_view text, mask;

    Words part(std::size_t begin, std::size_t end = std::string_view::npos) const {
        begin = std::min(begin, text.size());
        return {text.substr(begin, end - begin), mask.substr(begin, end - begin)};
    }
    Words trimmed() const {
        const std::string_view inner = trim(text);
        const auto begin = static_cast<std::size_t>(inner.data() - text.data());
        return inner.empty() ? Words{} : part(begin, begin + inner.size());
    }
    bool begins_with(std::string_view word) const { return begins_with_word(mask, word); }
    /// The place of a word with a blank before it; npos: none.
    std::size_t find(std::string_view word) const {
        for (auto at = mask.find(word); at != std::string_view::npos; at = mask.find(word, at + 1))
            if (at != 0 && mask[at - 1] == ' ' && begins_with_word(mask.substr(at), word)) return at;
        return std::string_view::npos;
    }
    bool has(std::string_view word) const { return find(word) != std::string_view::npos; }
};

/// The line without its comment, and with what stands in quotation marks made unlike any word.
std::string mask_of(std::string_view line);
/// The word of a literal: "x", 'x', :x, true, 4; false for an expression.
bool read_literal(std::string_view value, std::string& word);
/// The terminator of a text of several lines that begins on this line ("<<-SHELL"); empty: none does.
std::string_view heredoc_of(std::string_view line);

}  // namespace nestprobe
