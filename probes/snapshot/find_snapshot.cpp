// SPDX-License-Identifier: MIT
#include "snapshot/find_snapshot.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cstddef>

namespace nestprobe {
namespace {

constexpr std::string_view snapshot_sign = "\"nestprobe-snapshot/";

/// Where the object that begins the text ends; all of it where nothing ends it.
std::size_t end_of_object(std::string_view text) {
    std::size_t depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return i + 1;
        }
    }
    return text.size();
}

/// The next bracket that begins a line, behind blanks or the bracket of a list.
std::size_t next_object(std::string_view text, std::size_t from) {
    while (from < text.size()) {
        const auto at = text.find_first_not_of(" \t[", from);
        if (at == std::string_view::npos || text[at] == '{') return at;
        const auto end = text.find('\n', at);
        if (end == std::string_view::npos) break;
        from = end + 1;
    }
    return std::string_view::npos;
}

void blank_out(std::string& text, std::size_t begin, std::size_t end) {
    std::replace_if(
        text.begin() + static_cast<std::ptrdiff_t>(begin), text.begin() + static_cast<std::ptrdiff_t>(end),
        [](char c) { return c != '\n'; }, ' ');
}

}  // namespace

std::string snapshot_within(std::string_view text) {
    if (!contains(text, snapshot_sign)) return {};
    for (auto at = next_object(text, 0); at != std::string_view::npos;) {
        const std::size_t end = at + end_of_object(text.substr(at));
        if (contains(text.substr(at, end - at), snapshot_sign)) {
            std::string result(text);
            blank_out(result, 0, at);
            blank_out(result, end, result.size());
            return result;
        }
        at = next_object(text, end);
    }
    return {};
}

}  // namespace nestprobe
