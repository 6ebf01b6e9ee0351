// SPDX-License-Identifier: MIT
// Small things to do with text, without locale and without allocation where that is possible.
#pragma once

#include <algorithm>
#include <charconv>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

constexpr bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <class Range, class T>
bool holds(const Range& range, const T& value) {
    return std::find(std::begin(range), std::end(range), value) != std::end(range);
}

constexpr std::string_view trim(std::string_view text) {
    while (!text.empty() && (is_blank(text.front()) || text.front() == '\0')) text.remove_prefix(1);
    while (!text.empty() && (is_blank(text.back()) || text.back() == '\0')) text.remove_suffix(1);
    return text;
}

/// Calls visit(part) for each part that ends with the separator, without it.  A last part without one counts;
/// the empty rest behind the last separator does not.
template <class V>
constexpr void for_each_part(std::string_view text, char separator, V&& visit) {
    while (!text.empty()) {
        const auto end = text.find(separator);
        visit(text.substr(0, end));
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    }
}

/// ASCII letters alone.
constexpr bool same_ignoring_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

/// The parts that end with a newline.
template <class V>
constexpr void for_each_line(std::string_view text, V&& visit) {
    for_each_part(text, '\n', visit);
}

inline std::vector<std::string_view> split_words(std::string_view text) {
    std::vector<std::string_view> words;
    for (std::size_t i = 0; i < text.size();) {
        while (i < text.size() && is_blank(text[i])) ++i;
        const std::size_t begin = i;
        while (i < text.size() && !is_blank(text[i])) ++i;
        if (i > begin) words.push_back(text.substr(begin, i - begin));
    }
    return words;
}

/// Does `word` stand in this list of words separated by blanks?
constexpr bool has_word(std::string_view text, std::string_view word) {
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        const bool begins = at == 0 || is_blank(text[at - 1]);
        const auto after = at + word.size();
        if (begins && (after == text.size() || is_blank(text[after]))) return true;
    }
    return false;
}

/// A whole text that is one unsigned number in that base.  False, and `number` untouched, otherwise.
template <class T>
bool parse_number(std::string_view text, T& number, int base = 10) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return false;
    number = value;
    return true;
}

inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

inline bool contains_any(std::string_view text, std::span<const std::string_view> parts) {
    return std::any_of(parts.begin(), parts.end(),
                       [&](std::string_view part) { return contains(text, part); });
}

inline bool starts_with_any(std::string_view text, std::span<const std::string_view> parts) {
    return std::any_of(parts.begin(), parts.end(),
                       [&](std::string_view part) { return text.starts_with(part); });
}

/// What follows the part; empty where it is not there.
inline std::string_view after(std::string_view text, std::string_view part) {
    const auto at = text.find(part);
    return at == std::string_view::npos ? std::string_view{} : text.substr(at + part.size());
}

}  // namespace nestprobe
