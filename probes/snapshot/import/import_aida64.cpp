// SPDX-License-Identifier: MIT
// AIDA64's dump of CPUID and MSRs, and its forebears' (EVEREST, InstLatx64): "CPUID 00000004: a-b-c-d [SL
// 01]". Older ones give no subleaf; then only the leaves that count up without a gap are taken whole.
#include "base/text.hpp"
#include "snapshot/import/import_dump.hpp"
#include "snapshot/import/import_formats.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

/// "CPUID 00000001: ", and not "CPUID CPU Name : " or "CPUID Revision : 000306A9h".
bool is_leaf_line(std::string_view line) {
    if (!line.starts_with("CPUID ") || line.size() < 7) return false;
    const std::string_view number = line.substr(6);
    return is_digit(number.front()) || number.starts_with("C0") || number.starts_with("c0");
}

/// "MSR 0000003A: ", and not "MSR Registers".
bool is_msr_line(std::string_view line) {
    return line.starts_with("MSR") && line.size() > 4 && is_blank(line[3]) && Cursor::is_hex_digit(line[4]);
}

/// "CPU#000 AffMask: 0x0000000000000001"
bool is_mask_title(std::string_view line) { return line.starts_with("CPU#") && contains(line, " AffMask: "); }

bool read_leaf(Cursor& line, std::uint32_t& leaf, CpuidRegs& regs) {
    if (!line.skip("CPUID ") || !line.hex(leaf, 8)) return false;
    line.skip(":");  // some leave it out
    line.skip_blanks();
    for (std::uint32_t* reg : {&regs.eax, &regs.ebx, &regs.ecx, &regs.edx}) {
        // Some copies have blanks where the tool writes dashes.
        if (reg != &regs.eax && !line.skip("-") && !line.skip(" ")) return false;
        if (!line.hex(*reg, 8)) return false;
    }
    return line.at_gap();
}

class Aida64 {
public:
    explicit Aida64(const std::string& name) : dump_(format_names::aida64, name) {}

    Recording read(std::string_view text) && {
        dump_.each_line(text, [&](const DumpLine& line) { take(line); });
        return std::move(dump_).take();
    }

private:
    void take(const DumpLine& line) {
        if (is_leaf_line(line.text))
            take_leaf(line);
        else if (is_msr_line(line.text))
            take_msr(line);
        else
            take_heading(line.text);
    }

    /// CPUs that only a blank line, "Group: 0 mask: 1" or "CPU 0:" parts: the first leaf begins the next.
    static bool parts_cpus(std::string_view text) {
        text = trim(text);
        return text.empty() || text.starts_with("Group: ") ||
               (text.starts_with("CPU ") && text.ends_with(":"));
    }
    void take_heading(std::string_view text) {
        if (parts_cpus(text)) gap_ = true;
        constexpr std::string_view logical = "Logical CPU #";
        const bool is_title = text.starts_with("------[");
        const auto at = text.find(logical);
        // "Logical CPU # Clock (Normal)" is the head of a table of clock rates.
        const std::string_view behind =
            at == std::string_view::npos ? std::string_view{} : trim(text.substr(at + logical.size()));
        const bool numbered = !behind.empty() && !behind.starts_with("Clock");
        if (is_title && numbered)
            select(Cursor(text.substr(at + logical.size())));
        else if ((is_title && contains(text, "MSR Registers")) || text.starts_with("MSR Registers"))
            dump_.select_first();  // read on one CPU, and it is not said which: on the others they are not
                                   // known
        else if (text.starts_with("CPUID Registers (CPU #") || is_mask_title(text))
            dump_.select_next();  // these number from 1, or give every CPU the number 0
        else
            return;
        gap_ = leaves_ = false;
        tagged_.reset();
    }
    void select(Cursor number) {
        unsigned cpu = 0;
        if (!number.decimal(cpu) || !number.at_gap()) dump_.refuse("a heading without the CPU's number");
        dump_.select(cpu);
    }

    void take_leaf(const DumpLine& text) {
        Cursor line(text.text);
        std::uint32_t leaf = 0;
        CpuidRegs regs;
        if (!read_leaf(line, leaf, regs))
            dump_.refuse("a leaf has eight hex digits, a colon and four registers of eight hex digits");
        if (text.cut && !line.at_end() && !contains(line.rest(), "]")) dump_.refuse("ends inside a line");
        if (leaf == 0 && gap_ && leaves_) {
            dump_.select_next();
            tagged_.reset();
        }
        gap_ = false;
        leaves_ = true;
        std::uint32_t subleaf = 0;
        if (line.skip(" [SL ")) {
            if (!line.hex(subleaf, 1) || !line.skip("]"))
                dump_.refuse("a subleaf has hex digits and a bracket");
            tagged_ = leaf;
            dump_.leaf({leaf, subleaf}, regs);
        } else {
            if (tagged_ == leaf) dump_.refuse("a row without its subleaf, beside others that have it");
            dump_.next_leaf(leaf, regs);
        }
    }

    /// "MSR 0000003A: 0000-0000-0000-0005", "MSR 00000300: < FAILED >"
    void take_msr(const DumpLine& text) {
        Cursor line(text.text);
        std::uint32_t index = 0;
        if (!line.skip("MSR ") || !line.hex(index, 8) || !line.skip(": "))
            dump_.refuse("an MSR has eight hex digits and a colon");
        // Why it failed is not said: a missing register, or a driver that was not let through.
        if (line.rest().starts_with('<'))
            dump_.msr(index,
                      Absent{Why::not_recorded, fmt::format("MSR 0x{:x}: AIDA64 failed to read it", index)});
        else
            dump_.msr(index, read_value(line));
    }
    std::uint64_t read_value(Cursor& line) {
        std::uint64_t value = 0;
        bool read = true;
        for (const std::string_view before : {"", "-", "-", "-"}) {
            std::uint16_t part = 0;
            read = read && line.skip(before) && line.hex(part, 4);
            value = value << 16 | part;
        }
        if (!read || !line.at_gap()) dump_.refuse("an MSR's value has four times four hex digits");
        return value;
    }

    Dump dump_;
    bool gap_ = false, leaves_ = false;    ///< since the last heading: something parted CPUs, a leaf was read
    std::optional<std::uint32_t> tagged_;  ///< the leaf whose last row had its subleaf beside it
};

}  // namespace

bool is_aida64(std::string_view text) {
    return any_early_line(text, [](std::string_view text_of_line) {
        Cursor line(text_of_line);
        std::uint32_t leaf = 0;
        CpuidRegs regs;
        return read_leaf(line, leaf, regs);
    });
}

Recording import_aida64(std::string_view text, const std::string& name) { return Aida64(name).read(text); }

}  // namespace nestprobe
