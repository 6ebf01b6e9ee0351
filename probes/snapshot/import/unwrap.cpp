// SPDX-License-Identifier: MIT
#include "snapshot/import/unwrap.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace nestprobe {
namespace {

/// In columns: bytes that go on a character of UTF-8 take none.
std::size_t width_of(std::string_view line) {
    return static_cast<std::size_t>(std::count_if(
        line.begin(), line.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

std::string_view first_word(std::string_view line) { return line.substr(0, line.find_first_of(" \t:=")); }

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Behind a prompt: what comes next is what it printed.
bool is_typed(std::string_view line) {
    return contains(first_word(line), "@") || line.starts_with("$ ") || line.starts_with("# ");
}

/// "address sizes\t: ...": a line of a list, with a blank before its colon.
bool names_value(std::string_view line) { return contains(line, "\t:") || contains(line, " : "); }

struct WrappedText {
    std::vector<std::string_view> lines{};
    std::vector<std::size_t> widths{};
    std::set<std::string_view> beginnings{};  ///< first words of lines that go on no other
    std::size_t widest = 0;

    /// "bogomips : 3616.65" stands below the long line of each processor.
    explicit WrappedText(std::string_view text) {
        for_each_line(text, [&](std::string_view line) {
            lines.push_back(line);
            widths.push_back(width_of(line));
            widest = std::max(widest, widths.back());
        });
        std::set<std::string_view> rests;
        for (std::size_t i = 0; i < lines.size(); ++i)
            if (const std::string_view word = first_word(lines[i]);
                i == 0 || widths[i - 1] != widest || names_value(lines[i]) ||
                (!rests.insert(word).second && contains(lines[i], ":")))
                beginnings.insert(word);
    }

    /// Can the line behind line `i` be its rest?  What begins as other lines do is a line of its own.
    bool is_followed_by_rest(std::size_t i) const {
        if (i + 1 == lines.size()) return false;
        const std::string_view line = lines[i], next = lines[i + 1];
        if (line.empty() || next.empty() || line.back() == ' ' || line.back() == '\\') return false;
        if (is_typed(line) || is_typed(next)) return false;
        const bool fragment = is_letter(next.front()) || contains(")],.;/", next.substr(0, 1));
        const std::string_view word = first_word(next);
        return fragment && !beginnings.contains(word);
    }
    bool goes_on(std::size_t i) const { return widths[i] == widest && is_followed_by_rest(i); }

    /// Lines that end a little before the widest and seem to go on: prose has them, a window's edge does not.
    std::size_t short_of_the_edge() const {
        constexpr std::size_t margin = 10;
        std::size_t count = 0;
        for (std::size_t i = 0; i < lines.size(); ++i)
            count += widths[i] < widest && widths[i] + margin > widest && is_followed_by_rest(i) ? 1U : 0U;
        return count;
    }
};

}  // namespace

std::string unwrapped(std::string_view text) {
    constexpr std::size_t narrowest = 70, broadest = 250, largest = 1U << 20, fewest = 2;
    const std::string_view start = trim(text.substr(0, std::min<std::size_t>(text.size(), 64)));
    if (text.size() > largest || start.starts_with('<') || start.starts_with('{')) return std::string(text);
    const WrappedText wrapped(text);
    if (wrapped.widest < narrowest || wrapped.widest > broadest) return std::string(text);
    std::size_t full = 0, joined = 0;
    for (std::size_t i = 0; i + 1 < wrapped.lines.size(); ++i) {
        full += wrapped.widths[i] == wrapped.widest ? 1U : 0U;
        joined += wrapped.goes_on(i) ? 1U : 0U;
    }
    if (joined < fewest || joined * 2 < full || wrapped.short_of_the_edge() * 2 > joined)
        return std::string(text);
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < wrapped.lines.size(); ++i) {
        result.append(wrapped.lines[i]);
        if (!wrapped.goes_on(i) && (i + 1 < wrapped.lines.size() || text.ends_with('\n')))
            result.push_back('\n');
    }
    return result;
}

}  // namespace nestprobe
