// SPDX-License-Identifier: MIT
#include "guest/xml_places.hpp"

namespace nestprobe {

// Quoted text may hold a `>`.
std::size_t end_of_tag(std::string_view text, std::size_t begin) {
    char quote = 0;
    for (std::size_t i = begin; i < text.size(); ++i) {
        const char c = text[i];
        if (quote != 0)
            quote = c == quote ? '\0' : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '>')
            return i + 1;
    }
    return text.size();
}

namespace {

/// Behind a comment, a CDATA section or a processing instruction that begins here; `begin` when none does.
std::size_t skip_special(std::string_view text, std::size_t begin) {
    struct Special {
        std::string_view open, close;
    };
    constexpr Special specials[] = {{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}};
    for (const auto& [open, close] : specials) {
        if (!text.substr(begin).starts_with(open)) continue;
        const auto end = text.find(close, begin + open.size());
        return end == std::string_view::npos ? text.size() : end + close.size();
    }
    return begin;
}

}  // namespace

std::size_t end_of_element(std::string_view text, std::size_t begin, std::size_t end) {
    if (text.substr(begin, end - begin).ends_with("/>")) return end;
    std::size_t depth = 1;
    for (std::size_t at = text.find('<', end); at != std::string_view::npos; at = text.find('<', at)) {
        if (const std::size_t behind = skip_special(text, at); behind != at) {
            at = behind;
            continue;
        }
        const std::size_t behind_tag = end_of_tag(text, at);
        if (text[at + 1] == '/') {
            if (--depth == 0) return behind_tag;
        } else if (text[behind_tag - 2] != '/') {
            ++depth;
        }
        at = behind_tag;
    }
    return text.size();
}

}  // namespace nestprobe
