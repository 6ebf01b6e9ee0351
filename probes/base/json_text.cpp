// SPDX-License-Identifier: MIT
#include "base/json_text.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace nestprobe {
namespace {

constexpr std::uint64_t each_byte = 0x0101'0101'0101'0101;

/// Of eight bytes, those that JSON or a terminal takes for something else have their highest bit set: beyond
/// ASCII, controls, DEL, the quotation mark, the backslash.  (A borrow may mark one more beside such a byte.)
[[gnu::always_inline]] constexpr std::uint64_t peculiar(std::uint64_t bytes) {
    const auto below = [](std::uint64_t x, std::uint64_t n) { return (x - each_byte * n) & ~x; };
    const auto equals = [&](char c) { return below(bytes ^ (each_byte * static_cast<unsigned char>(c)), 1); };
    const std::uint64_t marks = bytes | below(bytes, ' ') | equals('"') | equals('\\') | equals(0x7f);
    return marks & (each_byte << 7);
}

/// All of it can stand between quotation marks as it is.
bool is_plain(std::string_view text) {
    std::uint64_t bytes = 0;
    while (text.size() >= sizeof bytes) {
        std::memcpy(&bytes, text.data(), sizeof bytes);
        if (peculiar(bytes) != 0) return false;
        text.remove_prefix(sizeof bytes);
    }
    if (text.empty()) return true;
    bytes = each_byte * '0';
    std::memcpy(&bytes, text.data(), text.size());
    return peculiar(bytes) == 0;
}

/// Of a string with its quotation marks, or of a number or word.
std::size_t size_of_token(std::string_view json) {
    if (json.front() != '"') return std::min(json.find_first_of(",]}"), json.size());
    std::size_t end = 1;
    while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
    return std::min(end + 1, json.size());
}

}  // namespace

void JsonText::grow(std::size_t more) {
    constexpr std::size_t least = 64;
    text_.resize(std::max({least, 2 * text_.size(), size_ + more}));
    letters_ = text_.data();
}

/// A line's end, a comma before it or not, and the next line's blanks.
void JsonText::new_line(bool comma) {
    constexpr std::string_view layout = ",\n                                ";
    constexpr std::size_t longest = layout.size() - 2;
    if (indent_ == on_one_line) return put(layout.substr(0, comma ? 1 : 0));
    std::size_t blanks = indent_ * depth_;
    put(layout.substr(comma ? 0 : 1, (comma ? 2 : 1) + std::min(blanks, longest)));
    for (; blanks > longest; --blanks) put(' ');
}

void JsonText::item() {
    if (!after_key_) new_line(!empty_);
    after_key_ = empty_ = false;
}

void JsonText::begin(char bracket) {
    item();
    put(bracket);
    ++depth_;
    empty_ = true;
}

void JsonText::end(char bracket) {
    --depth_;
    if (!empty_) new_line(false);
    put(bracket);
    empty_ = false;
}

void JsonText::key(std::string_view name) {
    value(name);
    put(indent_ == on_one_line ? ":" : ": ");
    after_key_ = true;
}

void JsonText::literal(std::string_view word) {
    item();
    put(word);
}

void JsonText::value(std::string_view text) {
    item();
    if (!is_plain(text)) return escaped(text);
    put('"');
    put(text);
    put('"');
}

void JsonText::escaped(std::string_view text) {
    constexpr std::string_view special = "\"\\\b\f\n\r\t", letters = "\"\\bfnrt";
    put('"');
    while (!text.empty()) {
        const std::size_t whole = utf8_sequence(text);
        const std::size_t size = whole != 0 ? whole : utf8_broken(text);
        if (const auto at = special.find(text.front()); at != std::string_view::npos) {
            put('\\');
            put(letters[at]);
        } else if (text.front() >= ' ' && text.front() <= '~') {
            put(text.front());
        } else if (beyond_ == Beyond::kept && (text.front() < 0 || text.front() > '~')) {
            put(whole != 0 ? text.substr(0, size) : "\xef\xbf\xbd");
        } else {
            put_code(whole != 0 ? utf8_code(text.substr(0, size)) : 0xfffd);
        }
        text.remove_prefix(size);
    }
    put('"');
}

/// \uXXXX, or two of them.
void JsonText::put_code(std::uint32_t code) {
    constexpr std::string_view digits = "0123456789abcdef";
    constexpr std::uint32_t beyond_first_plane = 0x10000;
    if (code >= beyond_first_plane) {
        put_code(0xd800 + ((code - beyond_first_plane) >> 10));
        return put_code(0xdc00 + (code & 0x3ff));
    }
    put("\\u");
    for (const int shift : {12, 8, 4, 0}) put(digits[code >> shift & 15]);
}

/// Blanks and new lines where JSON has brackets, commas and colons, and not in its strings.
void JsonText::json(std::string_view one_line) {
    for (std::size_t i = 0; i < one_line.size(); ++i) {
        const char c = one_line[i];
        if (c == '{' || c == '[') {
            begin(c);
        } else if (c == '}' || c == ']') {
            end(c);
        } else if (c == ':') {
            put(indent_ == on_one_line ? ":" : ": ");
            after_key_ = true;
        } else if (c != ',') {
            const std::size_t size = size_of_token(one_line.substr(i));
            literal(one_line.substr(i, size));
            i += size - 1;
        }
    }
}

std::string JsonText::take() {
    if (indent_ != on_one_line) put('\n');
    text_.resize(std::exchange(size_, 0));
    empty_ = after_key_ = true;
    return std::exchange(text_, {});
}

}  // namespace nestprobe
