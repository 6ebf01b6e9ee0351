// SPDX-License-Identifier: MIT
#include "base/whole_words.hpp"

#include "base/text.hpp"

namespace nestprobe {

std::string in_small_letters(std::string_view text) {
    constexpr std::string_view dotted = "\xC4\xB0";  // the I with a dot of Turkish keyboards
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (text.substr(i).starts_with(dotted)) {
            out += 'i';
            ++i;
        } else {
            out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
    }
    return out;
}

namespace {

bool is_word_char(char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_' || c == '/';
}

}  // namespace

std::string with_capital(std::string_view text) {
    std::string out(text);
    if (!out.empty() && out.front() >= 'a' && out.front() <= 'z')
        out.front() = static_cast<char>(out.front() - 'a' + 'A');
    return out;
}

std::size_t find_whole(std::string_view line, std::string_view words) {
    for (auto at = line.find(words); at != std::string_view::npos; at = line.find(words, at + 1)) {
        const auto end = at + words.size();
        const bool begins = at == 0 || !is_word_char(line[at - 1]);
        if (begins && (end == line.size() || !is_word_char(line[end]))) return at;
    }
    return std::string_view::npos;
}

}  // namespace nestprobe
