// SPDX-License-Identifier: MIT
#include "render/json_text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace nestprobe {
namespace {

constexpr std::uint64_t each_byte = 0x0101'0101'0101'0101;

/// Of eight bytes, those that JSON or a terminal takes for something else have their highest bit set: beyond
/// ASCII, controls, DEL, the quotation mark, the backslash.  (A borrow may mark one more beside such a byte.)
constexpr std::uint64_t peculiar(std::uint64_t bytes) {
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

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

/// Room for so many bytes behind what is there.
char* JsonText::room(std::size_t size) {
    if (used_ + size > text_.size()) text_.resize(std::max(used_ + size, 2 * text_.size()));
    return text_.data() + used_;
}

void JsonText::put(std::string_view text) {
    std::copy(text.begin(), text.end(), room(text.size()));
    used_ += text.size();
}

/// A line's end, a comma before it or not, and the next line's blanks.
void JsonText::new_line(bool comma) {
    constexpr std::string_view layout = ",\n                                ";  // sixteen levels
    constexpr std::size_t blanks = layout.size() - 2;
    put(layout.substr(comma ? 0 : 1, (comma ? 2 : 1) + std::min(2 * depth_, blanks)));
    for (std::size_t level = blanks / 2; level < depth_; ++level) put("  ");
}

void JsonText::item() {
    if (!after_key_) new_line(!empty_);
    after_key_ = empty_ = false;
}

void JsonText::begin(char bracket) {
    item();
    put({&bracket, 1});
    ++depth_;
    empty_ = true;
}

void JsonText::end(char bracket) {
    --depth_;
    if (!empty_) new_line(false);
    put({&bracket, 1});
    empty_ = false;
}

void JsonText::key(std::string_view name) {
    value(name);
    put(": ");
    after_key_ = true;
}

void JsonText::literal(std::string_view word) {
    item();
    put(word);
}

void JsonText::value(std::string_view text) {
    const bool plain = is_plain(text);
    if (!plain && !is_ascii(text)) return json(Json(text));
    item();
    if (!plain) return escaped(text);
    char* to = room(text.size() + 2);
    *to = '"';
    std::copy(text.begin(), text.end(), to + 1);
    to[text.size() + 1] = '"';
    used_ += text.size() + 2;
}

/// ASCII, as the library has it.
void JsonText::escaped(std::string_view text) {
    constexpr std::string_view special = "\"\\\b\f\n\r\t", letters = "\"\\bfnrt", digits = "0123456789abcdef";
    constexpr std::size_t longest = 6;  // \u001f
    char* const begin = room(longest * text.size() + 2);
    char* to = begin;
    *to++ = '"';
    for (const char c : text) {
        if (const auto at = special.find(c); at != std::string_view::npos) {
            *to++ = '\\';
            *to++ = letters[at];
        } else if (c >= ' ' && c <= '~') {
            *to++ = c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            for (const char part : {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]}) *to++ = part;
        }
    }
    *to++ = '"';
    used_ += static_cast<std::size_t>(to - begin);
}

void JsonText::json(const Json& value) {
    item();
    // in ASCII: what a terminal would obey (C1, DEL, what turns the direction) stands there as \uXXXX
    const std::string dumped = value.dump(2, ' ', true, Json::error_handler_t::replace);
    std::string_view text = dumped;
    for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        put(text.substr(0, end));
        new_line(false);
        text.remove_prefix(end + 1);
    }
    put(text);
}

std::string JsonText::take() && {
    put("\n");
    text_.resize(used_);
    return std::move(text_);
}

}  // namespace nestprobe
