// SPDX-License-Identifier: MIT
#include "guest/ruby_words.hpp"

namespace nestprobe {

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_'; }

bool begins_with_word(std::string_view text, std::string_view word) {
    return text.starts_with(word) && (text.size() == word.size() || !is_word(text[word.size()]));
}

std::string mask_of(std::string_view line) {
    std::string mask(line);
    char quote = '\0';
    for (std::size_t i = 0; i < mask.size(); ++i) {
        const char c = line[i];
        if (quote != '\0') {
            mask[i] = c == quote ? c : '~';
            if (c == quote) quote = '\0';
            if (c == '\\' && i + 1 < mask.size()) mask[++i] = '~';
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '#') {
            mask.resize(i);
        }
    }
    return mask;
}

bool read_literal(std::string_view value, std::string& word) {
    value = trim(value);
    if (value.starts_with(':')) {
        value.remove_prefix(1);
        if (value.starts_with('"') || value.starts_with('\'')) return read_literal(value, word);
        word = value;
        return !value.empty() && std::all_of(value.begin(), value.end(), is_word);
    }
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'')) {
        const auto end = value.find(value.front(), 1);
        word = value.substr(1, end - 1);
        return end == value.size() - 1 && !contains(word, "#{") && !contains(word, "\\");
    }
    word = value;
    unsigned number = 0;
    return value == "true" || value == "false" || value == "nil" || parse_number(value, number);
}

std::string_view heredoc_of(std::string_view line) {
    for (auto at = line.find("<<"); at != std::string_view::npos; at = line.find("<<", at + 2)) {
        std::string_view rest = line.substr(at + 2);
        const bool marked = rest.starts_with('-') || rest.starts_with('~');
        if (marked) rest.remove_prefix(1);
        if (rest.starts_with('"') || rest.starts_with('\'')) rest.remove_prefix(1);
        const auto end = std::find_if_not(rest.begin(), rest.end(), is_word);
        const auto name = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
        if (!name.empty() && (marked || (name.front() >= 'A' && name.front() <= 'Z'))) return name;
    }
    return {};
}

}  // namespace nestprobe
