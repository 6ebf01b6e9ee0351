// SPDX-License-Identifier: MIT
#include "snapshot/import/backslashes.hpp"

#include "base/text.hpp"

namespace nestprobe {
namespace {

bool is_punctuation(char c) {
    return c > ' ' && c < 0x7f && !is_digit(c) && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z');
}

/// Was everything escaped?  Then no such character stands without its backslash.  Of one alone only "_" and
/// "-" show that: "vmx\\|svm" is what people give to grep.
bool all_escaped(std::string_view text) {
    constexpr std::string_view telling = "_-[]<>*#|~`";
    std::size_t kinds = 0, escaped = 0;
    bool by_one = false;
    for (const char c : telling) {
        std::size_t found = 0, plain = 0;
        for (std::size_t i = text.find(c); i != std::string_view::npos; i = text.find(c, i + 1))
            ++(i > 0 && text[i - 1] == '\\' ? found : plain);
        if (found > 0 && plain > 0) return false;
        kinds += found > 0;
        escaped += found;
        by_one = by_one || (c == '_' && found > 0) || (c == '-' && found > 1);
    }
    return by_one || (kinds > 1 && escaped > 2);
}

}  // namespace

/// CommonMark, "Backslash escapes": what an editor of Markdown writes for a word with "_" in it, and for all
/// punctuation where it escapes everything.  A backslash at the end of a line is its line break.
std::string without_backslashes(std::string_view text) {
    if (!contains(text, "\\")) return std::string(text);
    const bool everything = all_escaped(text);
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char next = i + 1 < text.size() ? text[i + 1] : ' ';
        const bool escape =
            text[i] == '\\' && (next == '_' || (everything && (is_punctuation(next) || next == '\n')));
        if (escape) ++i;
        result += text[i];
    }
    return result;
}

}  // namespace nestprobe
