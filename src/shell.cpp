// SPDX-License-Identifier: MIT
#include "shell.hpp"

#include "render/layout.hpp"

#include <algorithm>

namespace nestprobe {

std::string shell_word(std::string_view text) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-' || c == '.' || c == '/';
    };
    if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return std::string(text);
    std::string word = "'";
    for (const char c : text)
        if (c == '\'')
            word += "'\\''";
        else if (c != '\0')
            word += c;
    word += '\'';
    return word;
}

std::string shell_comment(std::string_view text) {
    std::string comment;
    const std::string wrapped = wrap(printable(text), 0, 96);
    for (std::size_t begin = 0; begin <= wrapped.size();) {
        const std::size_t end = std::min(wrapped.find('\n', begin), wrapped.size());
        comment.append("# ").append(wrapped, begin, end - begin).append("\n");
        begin = end + 1;
    }
    return comment;
}

}  // namespace nestprobe
