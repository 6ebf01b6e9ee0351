// SPDX-License-Identifier: MIT
#include "base/printable.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

/// U+2028 to U+202E break lines and turn the direction of writing, U+2066 to U+2069, U+200E, U+200F and
/// U+061C turn it (Unicode 15, "Bidirectional Algorithm", table of explicit formatting characters).
constexpr std::string_view turning[] = {
    "\u061c", "\u200e", "\u200f", "\u2028", "\u2029", "\u202a", "\u202b",
    "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069",
};

/// C0 and C1 control characters, which terminals obey, and what makes text look like another.
bool is_control(std::string_view sequence) {
    const auto lead = static_cast<unsigned char>(sequence.front());
    if (lead < 0x20 || lead == 0x7f || (lead == 0xc2 && static_cast<unsigned char>(sequence[1]) < 0xa0))
        return true;
    return std::find(std::begin(turning), std::end(turning), sequence) != std::end(turning);
}

}  // namespace

std::string wrap(std::string_view text, std::size_t indent, std::size_t width) {
    std::string result;
    std::size_t column = indent;
    for (std::size_t i = 0; i < text.size();) {
        while (i < text.size() && (text[i] == ' ' || text[i] == '\n')) ++i;
        const std::size_t end = std::min(text.find_first_of(" \n", i), text.size());
        if (end == i) break;
        const std::string word = printable(text.substr(i, end - i));
        if (!result.empty() && column + 1 + word.size() > width) {
            result += '\n';
            result.append(indent, ' ');
            column = indent;
        } else if (!result.empty()) {
            result += ' ';
            ++column;
        }
        result += word;
        column += word.size();
        i = end;
    }
    return result;
}

std::string printable(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const char first = text.front();
        if (first >= ' ' && first <= '~') {
            const auto plain =
                std::find_if(text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; });
            const auto length = static_cast<std::size_t>(plain - text.begin());
            result += text.substr(0, length);
            text.remove_prefix(length);
            continue;
        }
        const std::string_view sequence = text.substr(0, utf8_sequence(text));
        if (sequence.empty() || is_control(sequence))
            result += '?';
        else
            result += sequence;
        text.remove_prefix(std::max<std::size_t>(sequence.size(), 1));
    }
    return result;
}

bool is_printable(std::string_view text) { return printable(text) == text; }

}  // namespace nestprobe
