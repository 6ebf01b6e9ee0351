// SPDX-License-Identifier: MIT
// A paste is undressed before any line of it is read: who reads lines one by one would take some for what
// they are and lose others, and a list whose next line has a number in front would seem to end there.
#include "snapshot/import/undress.hpp"

#include "base/text.hpp"
#include "snapshot/import/backslashes.hpp"
#include "snapshot/import/typed.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <vector>

namespace nestprobe {
namespace {

constexpr std::size_t npos = std::string_view::npos;

std::size_t blanks_before(std::string_view text) {
    return std::min(text.find_first_not_of(" \t"), text.size());
}

/// What was found in front of a line, without the blanks behind it: its size, and what tells lines of one
/// dressing from another's.
struct Front {
    std::size_t size = npos;
    unsigned number = 0;
    char mark = 0;  ///< 0: the line holds nothing else
};

/// "     5\t", "5: ", "5:", "  5 ", "5. ", "5) ", "5 | ".
Front front_number(std::string_view line) {
    constexpr std::size_t most_digits = 6;
    const std::size_t begin = blanks_before(line);
    std::size_t end = begin;
    while (end < line.size() && is_digit(line[end])) ++end;
    unsigned number = 0;
    const std::string_view digits = line.substr(begin, end - begin);
    if (digits.size() > most_digits || digits.starts_with('0') || !parse_number(digits, number)) return {};
    const std::string_view rest = line.substr(end);
    if (trim(rest).find_first_not_of(":.)|") == npos && trim(rest).size() < 2) return {line.size(), number};
    if (rest.starts_with(" | ")) return {end + 2, number, '|'};
    // "10:00.0 VGA ..." is a device of PCI's.
    const bool device =
        rest.size() > 4 && rest.front() == ':' && rest[1] != ' ' && rest[3] == '.' && is_digit(rest[4]);
    const bool listed = rest.size() > 1 && (rest.front() == '.' || rest.front() == ')') && rest[1] == ' ';
    if (listed || (contains("\t:|", rest.substr(0, 1)) && !device)) return {end + 1, number, rest.front()};
    return rest.front() == ' ' ? Front{end, number, ' '} : Front{};
}

Front front_bullet(std::string_view line) {
    const std::size_t begin = blanks_before(line);
    const std::string_view rest = line.substr(begin);
    for (const std::string_view bullet : {"-", "*", "\xe2\x80\xa2", "\xe2\x80\x93"})
        if (rest.starts_with(bullet) && (rest.size() == bullet.size() || rest[bullet.size()] == ' '))
            return {begin + bullet.size(), 0, bullet.back()};
    return {};
}

Front front_quote(std::string_view line) { return line.starts_with('>') ? Front{1, 0, '>'} : Front{}; }

/// "12:34 <anna> ", "[12:34:56] <@anna> ", "<anna> ": names of IRC begin with no digit, levels of dmesg do.
Front front_speaker(std::string_view line) {
    constexpr std::size_t longest = 48;
    const std::string_view head = line.substr(0, longest);
    const auto open = head.find('<');
    const auto close = head.find('>', std::min(open, head.size()));
    if (open == npos || close == npos || close < open + 2) return {};
    const std::string_view stamp = trim(head.substr(0, open));
    std::string_view name = head.substr(open + 1, close - open - 1);
    if (contains("@+%", name.substr(0, 1))) name.remove_prefix(1);
    const bool named = !name.empty() && !is_digit(name.front()) && name.find_first_of(" \t/=\"'") == npos;
    const bool stamped =
        stamp.empty() || (contains(stamp, ":") && stamp.find_first_not_of("[]0123456789:-T") == npos);
    const std::string_view rest = line.substr(close + 1);
    if (!named || !stamped || !(rest.empty() || rest.front() == ' ')) return {};
    return {close + 1, 0, stamp.empty() ? '<' : '0'};
}

/// How many bars part the cells of a row.
std::size_t bars_in(std::string_view cells) {
    std::size_t bars = 0;
    for (std::size_t i = 0; i < cells.size(); ++i)
        bars += cells[i] == '|' && (i == 0 || cells[i - 1] != '\\');
    return bars;
}

Front front_bar(std::string_view line) {
    const std::string_view own = trim(line);
    return own.size() > 1 && own.starts_with('|') && own.ends_with('|')
               ? Front{blanks_before(line) + 1, 0, '|'}
               : Front{};
}

struct Dressing {
    Front (*front)(std::string_view line);
    std::size_t
        among_others;     ///< so many lines in a row are dressed where others are not; npos: all have to be
    bool counts = false;  ///< each line has the next number
    bool closes = false;  ///< a bar behind it
};
constexpr Dressing dressings[] = {
    {front_quote, npos},     {front_speaker, 3},   {front_bar, 2, false, true},
    {front_number, 4, true}, {front_bullet, npos},
};

using TextLines = std::vector<std::string_view>;
using Run = std::span<const std::string_view>;

bool is_fence(std::string_view line) { return line.starts_with("```") || line.starts_with("~~~"); }
bool stands_aside(std::string_view line) { return trim(line).empty() || is_fence(line); }

bool belongs(const Dressing& dressing, const Front& before, const Front& next) {
    const bool same = before.mark == next.mark || before.mark == 0 || next.mark == 0;
    return same && (!dressing.counts || next.number == before.number + 1 || next.number == 1);
}

/// The lines that begin here and are dressed alike: behind the last of them.
std::size_t end_of_run(const Dressing& dressing, const TextLines& lines, std::size_t begin) {
    Front before = dressing.front(lines[begin]);
    std::size_t end = begin + 1;
    for (std::size_t i = end; i < lines.size(); ++i) {
        if (stands_aside(lines[i])) continue;
        Front next = dressing.front(lines[i]);
        if (next.size == npos || !belongs(dressing, before, next)) break;
        if (next.mark == 0) next.mark = before.mark;
        before = next;
        end = i + 1;
    }
    return end;
}

std::string bare(const Dressing& dressing, std::string_view line) {
    const Front front = dressing.front(line);
    line = line.substr(std::min(front.size, line.size()));
    if (!dressing.closes) return std::string(line);
    std::string cell;
    line = line.substr(0, line.rfind('|'));
    for (std::size_t i = 0; i < line.size(); ++i)
        if (line[i] != '\\' || i + 1 == line.size() || line[i + 1] != '|') cell += line[i];
    while (cell.ends_with(' ')) cell.pop_back();
    return cell;
}

/// "-cpu", "--name=a", which a file of Kubernetes lists so; "-rw-r--r--" is of ls.
bool is_option(std::string_view text) {
    if (!text.starts_with('-') || text.starts_with("-r")) return false;
    text.remove_prefix(text.starts_with("--") ? 2 : 1);
    return !text.empty() &&
           ((text.front() >= 'a' && text.front() <= 'z') || (text.front() >= 'A' && text.front() <= 'Z'));
}

bool is_rule(std::string_view cell) { return contains(cell, "--") && cell.find_first_not_of("-: ") == npos; }

/// A list of commands, as history prints it or a guide has it, tells of no output; of numbers alone nothing
/// is in front of; a list that holds options is a program's arguments; rows of several cells are another's.
bool is_dress(const Dressing& dressing, Run run) {
    std::size_t lines = 0, commands = 0, typed = 0, told = 0, cells = 0;
    for (const std::string_view line : run) {
        if (stands_aside(line)) continue;
        const std::string dressed_off = bare(dressing, line);
        const std::string_view own = trim(dressed_off);
        ++lines;
        commands += is_bare_command(own) && !tells_what_it_prints(own);
        typed += !typed_in(own).empty();
        told += !own.empty() && !is_rule(own);
        cells += dressing.closes && bars_in(trim(line)) > 2;
        if (dressing.front == front_bullet && is_option(own)) return false;
    }
    if (dressing.counts && dressing.front(run.front()).number != 1 && lines < 3) return false;
    return told > 0 && commands * 2 <= lines && typed < lines && cells * 3 < lines * 2;
}

/// The blanks that all of them have behind what is taken off.
std::size_t common_indent(const Dressing& dressing, Run run) {
    std::size_t least = npos;
    for (const std::string_view line : run) {
        if (stands_aside(line)) continue;
        const std::string own = bare(dressing, line);
        if (!trim(own).empty() && !is_rule(own)) least = std::min(least, own.find_first_not_of(' '));
    }
    return least == npos ? 0 : least;
}

/// One text, and which of its lines are taken off what.
class Undressing {
public:
    Undressing(std::string_view text, const Dressing& dressing)
        : dressing_(dressing), cut_(!text.ends_with('\n')) {
        for_each_line(text, [&](std::string_view line) {
            lines_.push_back(line.ends_with('\r') ? line.substr(0, line.size() - 1) : line);
        });
    }
    /// False where nothing is dressed so.
    bool read(std::string& result) {
        const std::size_t all = counted(lines_);
        std::vector<std::string> own(lines_.begin(), lines_.end());
        bool any = false;
        for (std::size_t i = 0; i < lines_.size();) {
            if (stands_aside(lines_[i]) || dressing_.front(lines_[i]).size == npos) {
                ++i;
                continue;
            }
            const std::size_t end = end_of_run(dressing_, lines_, i);
            const Run run = Run(lines_).subspan(i, end - i);
            if (is_taken(run, end, all)) {
                take(run, std::span(own).subspan(i, end - i));
                // Where the paste ends in what stands in front of its last line, that is none of it.
                if (end + 1 == lines_.size()) own.back() = " ";
                any = true;
            }
            i = end;
        }
        if (any) write(own, result);
        return any;
    }

private:
    static std::size_t counted(Run run) {
        return static_cast<std::size_t>(
            std::count_if(run.begin(), run.end(), [](std::string_view line) { return !stands_aside(line); }));
    }
    bool is_taken(Run run, std::size_t end, std::size_t all) const {
        constexpr std::size_t longest_part = 12;
        const std::size_t count = counted(run);
        const bool last_is_cut =
            cut_ && end + 1 == lines_.size() && trim(lines_.back()).size() < longest_part;
        const bool whole = count + (last_is_cut ? 1 : 0) == all;
        return count >= 2 && (whole || (count >= dressing_.among_others && !last_is_cut)) &&
               is_dress(dressing_, run);
    }
    void take(Run run, std::span<std::string> own) const {
        const std::size_t indent = common_indent(dressing_, run);
        for (std::size_t i = 0; i < run.size(); ++i) {
            if (stands_aside(run[i])) continue;
            own[i] = bare(dressing_, run[i]);
            own[i].erase(0, std::min(indent, own[i].size()));
            if (dressing_.closes && is_rule(own[i])) own[i].clear();
        }
    }
    void write(const std::vector<std::string>& own, std::string& result) const {
        result.clear();
        for (const std::string& line : own) result.append(line).push_back('\n');
        if (cut_) result.pop_back();
        if (cut_ && (result.empty() || result.ends_with('\n'))) result.push_back(' ');
    }

    const Dressing& dressing_;
    bool cut_;
    TextLines lines_;
};

}  // namespace

std::string undressed(std::string_view text) {
    constexpr int most_layers = 4;
    constexpr std::size_t largest = 4U << 20;  // nobody numbers the lines of more, and it costs
    if (text.size() > largest) return std::string(text);
    std::string result = without_backslashes(text);
    for (int layer = 0; layer < most_layers; ++layer) {
        bool any = false;
        for (const Dressing& dressing : dressings) {
            const std::string before = result;
            any = Undressing(before, dressing).read(result) || any;
        }
        if (!any) break;
    }
    return result;
}

}  // namespace nestprobe
