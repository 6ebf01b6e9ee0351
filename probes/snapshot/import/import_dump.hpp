// SPDX-License-Identifier: MIT
// What the importers share: a dump's numbered lines, a strict reader of one line, and the gathering of CPUs
// into a Recording. Refuses a number that is cut or too large; keeps no APIC id and no serial number.
#pragma once

#include "base/text.hpp"
#include "recording/recording.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace nestprobe {

struct DumpLine {
    std::size_t number = 0;  ///< from 1
    std::string_view text;   ///< without CR and LF
    bool cut = false;        ///< the text ends here, without a newline
};

template <class V>
void for_each_dump_line(std::string_view text, V&& visit) {
    const char* const end = text.data() + text.size();
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    std::size_t number = 0;
    for_each_line(text, [&](std::string_view line) {
        const bool cut = line.data() + line.size() == end;
        if (line.ends_with('\r')) line.remove_suffix(1);
        visit(DumpLine{++number, line, cut});
    });
}

/// Does one of the lines at the beginning look like that?
bool any_early_line(std::string_view text, bool (*predicate)(std::string_view line));

/// Reads a line from left to right. What does not fit is left where it is.
class Cursor {
public:
    explicit Cursor(std::string_view text) : rest_(text) {}

    /// A blank in `literal` stands for one blank or more.
    bool skip(std::string_view literal);
    void skip_blanks();
    /// All hex digits that stand here, when they are that many.
    template <class T>
    bool hex(T& number, std::size_t least, std::size_t most = 2 * sizeof(T)) {
        std::size_t n = 0;
        while (n < rest_.size() && is_hex_digit(rest_[n])) ++n;
        if (n < least || n > most || !parse_number(rest_.substr(0, n), number, 16)) return false;
        rest_.remove_prefix(n);
        return true;
    }
    bool decimal(unsigned& number);
    /// Four registers, each behind its text; without `least`, of eight digits.
    bool registers(const std::array<std::string_view, 4>& before, CpuidRegs& regs, std::size_t least = 8);
    bool at_end() const { return trim(rest_).empty(); }
    /// A number ends here: nothing or a blank follows.
    bool at_gap() const { return rest_.empty() || is_blank(rest_.front()); }
    std::string_view rest() const { return rest_; }

    static constexpr bool is_hex_digit(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }

private:
    std::string_view rest_;
};

class Dump {
public:
    /// `tool` is the format, `name` the file's, for messages.
    Dump(std::string_view tool, std::string name) : tool_(tool), name_(std::move(name)) {}

    /// What refuse() will blame: another file of the same dump, a line.
    void enter(std::string name) { name_ = std::move(name); }
    void at(std::size_t line) { line_ = line; }
    template <class V>
    void each_line(std::string_view text, V&& visit) {
        for_each_dump_line(text, [&](const DumpLine& line) {
            at(line.number);
            visit(line);
        });
    }
    [[noreturn]] void refuse(std::string_view what) const;

    /// What follows is about this CPU; nothing said, about CPU 0.
    void select(unsigned cpu);
    /// The first CPU of the dump.
    void select_first();
    /// The CPU after the last new one, for dumps whose headings do not number reliably.
    void select_next();

    /// neither: which of two values is the CPU's cannot be told, so it is not recorded
    enum class Repeat { refuse, replace, neither };
    void leaf(CpuidKey key, const CpuidRegs& regs, Repeat repeat = Repeat::refuse);
    /// A row of a dump that does not tell the subleaf. It is counted where the rows of that leaf cannot have
    /// a gap; of the other leaves only the first row is taken.
    void next_leaf(std::uint32_t leaf, const CpuidRegs& regs);
    /// A register that was read repeatedly keeps its first value.
    void msr(std::uint32_t index, Reading<std::uint64_t> value);

    /// CPUs alike in one entry, in the order met.
    Recording take() &&;

private:
    CpuRecord& current();
    std::optional<std::uint32_t> next_subleaf(std::uint32_t leaf);

    std::string tool_;
    std::string name_;
    std::size_t line_ = 0;
    std::vector<CpuRecord> cpus_;
    std::set<std::pair<std::size_t, CpuidKey>> ambiguous_;  ///< of which CPU in cpus_
    std::unordered_map<unsigned, std::size_t> by_id_;
    std::size_t current_ = 0;
};

}  // namespace nestprobe
