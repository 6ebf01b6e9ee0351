// SPDX-License-Identifier: MIT
#include "remedy/text_edit.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace nestprobe {
namespace {

constexpr std::size_t context = 3;

/// What is inserted where something else is replaced comes before that.
void sort(std::vector<Change>& changes) {
    std::stable_sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
        return std::pair(a.where.begin, a.where.size() > 0) < std::pair(b.where.begin, b.where.size() > 0);
    });
}

/// Each with its newline; the last one may have none.
std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    lines.reserve(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1);
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return lines;
}

/// Lines [first, last) of the old text and what stands in their place.
struct Block {
    std::size_t first, last;
    std::string replacement;  ///< whole lines; one text, as a tag can have a million
};

class Lines {
public:
    explicit Lines(std::string_view text) : text_(text) {
        begins_.reserve(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 2);
        begins_.push_back(0);
        for (std::size_t i = 0; i < text.size(); ++i)
            if (text[i] == '\n') begins_.push_back(i + 1);
        if (begins_.back() != text.size()) begins_.push_back(text.size());
    }
    std::size_t size() const { return begins_.size() - 1; }
    std::string_view operator[](std::size_t i) const {
        return text_.substr(begins_[i], begins_[i + 1] - begins_[i]);
    }
    /// The line in which a byte stands; an insertion at its beginning stands before it.
    std::size_t holding(std::size_t offset) const {
        const auto after = std::upper_bound(begins_.begin(), begins_.end(), offset);
        return static_cast<std::size_t>(after - begins_.begin()) - 1;
    }
    std::size_t begin_of(std::size_t line) const { return begins_[line]; }
    /// The first line that ends behind that byte, or the number of lines.
    std::size_t behind(std::size_t offset) const {
        return static_cast<std::size_t>(std::lower_bound(begins_.begin(), begins_.end(), offset) -
                                        begins_.begin());
    }
    std::string_view text() const { return text_; }

private:
    std::string_view text_;
    std::vector<std::size_t> begins_;  ///< of each line, and the end; a tag can have a million lines
};

/// What lines a group of changes touches, and what they become.
Block make_block(const Lines& lines, std::size_t first, std::size_t last, std::vector<Change> changes) {
    const std::size_t from = lines.begin_of(first);
    for (Change& change : changes) change.where = {change.where.begin - from, change.where.end - from};
    const std::string_view old = lines.text().substr(from, lines.begin_of(last) - from);
    const std::string text = apply_changes(old, std::move(changes));
    const std::vector<std::string_view> now = lines_of(text);
    std::size_t alike = 0, alike_behind = 0;
    while (first + alike < last && alike < now.size() && lines[first + alike] == now[alike]) ++alike;
    while (first + alike + alike_behind < last && alike + alike_behind < now.size() &&
           lines[last - 1 - alike_behind] == now[now.size() - 1 - alike_behind])
        ++alike_behind;
    Block block{first + alike, last - alike_behind, {}};
    for (std::size_t i = alike; i < now.size() - alike_behind; ++i) block.replacement += now[i];
    return block;
}

/// Changes on the same lines belong together.
std::vector<Block> make_blocks(const Lines& lines, const std::vector<Change>& changes) {
    std::vector<Block> blocks;
    for (std::size_t i = 0; i < changes.size();) {
        const std::size_t first = std::min(lines.holding(changes[i].where.begin), lines.size());
        std::size_t last = lines.behind(changes[i].where.end);
        std::vector<Change> group{changes[i]};
        for (++i; i < changes.size() && changes[i].where.begin < lines.begin_of(std::max(last, first)); ++i) {
            last = std::max(last, lines.behind(changes[i].where.end));
            group.push_back(changes[i]);
        }
        blocks.push_back(make_block(lines, first, std::max(first, last), std::move(group)));
    }
    return blocks;
}

/// Blocks without a line between them become one: what goes, then what comes.
void join_neighbours(std::vector<Block>& blocks) {
    std::vector<Block> joined;
    for (Block& block : blocks) {
        if (joined.empty() || joined.back().last != block.first) {
            joined.push_back(std::move(block));
            continue;
        }
        joined.back().last = block.last;
        joined.back().replacement += block.replacement;
    }
    blocks = std::move(joined);
}

void add_line(std::string& out, char mark, std::string_view line) {
    out += mark;
    out += line;
    if (!line.ends_with('\n')) out += "\n\\ No newline at end of file\n";
}

/// "12,3", as diff counts: an empty range is named by the line before it.
std::string range(std::size_t first, std::size_t count) {
    const std::size_t number = count == 0 ? first : first + 1;
    return count == 1 ? fmt::format("{}", number) : fmt::format("{},{}", number, count);
}

/// Blocks whose contexts meet are one hunk.  `shift`: how many lines more the new text has before it.
std::string make_hunk(const Lines& lines, std::span<const Block> blocks, std::ptrdiff_t& shift) {
    const std::size_t first = blocks.front().first - std::min(context, blocks.front().first);
    const std::size_t last = std::min(blocks.back().last + context, lines.size());
    std::string body;
    std::size_t at = first, added = 0, removed = 0;
    for (const Block& block : blocks) {
        for (; at < block.first; ++at) add_line(body, ' ', lines[at]);
        for (; at < block.last; ++at, ++removed) add_line(body, '-', lines[at]);
        const std::vector<std::string_view> now = lines_of(block.replacement);
        for (const std::string_view line : now) add_line(body, '+', line);
        added += now.size();
    }
    for (; at < last; ++at) add_line(body, ' ', lines[at]);
    const std::size_t old_count = last - first, new_count = old_count - removed + added;
    const auto new_first = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(first) + shift);
    shift += static_cast<std::ptrdiff_t>(added) - static_cast<std::ptrdiff_t>(removed);
    return fmt::format("@@ -{} +{} @@\n{}", range(first, old_count), range(new_first, new_count), body);
}

}  // namespace

std::string apply_changes(std::string_view text, std::vector<Change> changes) {
    sort(changes);
    std::string result;
    std::size_t at = 0;
    for (const Change& change : changes) {
        result += text.substr(at, change.where.begin - at);
        result += change.text;
        at = change.where.end;
    }
    return result += text.substr(at);
}

std::string unified_diff(std::string_view text, std::vector<Change> changes, std::string_view name) {
    sort(changes);
    const Lines lines(text);
    std::vector<Block> blocks = make_blocks(lines, changes);
    std::erase_if(blocks, [](const Block& b) { return b.first == b.last && b.replacement.empty(); });
    if (blocks.empty()) return {};
    join_neighbours(blocks);
    std::string out = fmt::format("--- {}\n+++ {}\n", name, name);
    std::ptrdiff_t shift = 0;
    for (std::size_t i = 0; i < blocks.size();) {
        std::size_t n = 1;
        while (i + n < blocks.size() && blocks[i + n].first <= blocks[i + n - 1].last + 2 * context) ++n;
        out += make_hunk(lines, std::span(blocks).subspan(i, n), shift);
        i += n;
    }
    return out;
}

}  // namespace nestprobe
