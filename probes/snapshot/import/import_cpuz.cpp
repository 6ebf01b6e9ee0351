// SPDX-License-Identifier: MIT
// CPU-Z's text report: the "Thread dumps" of CPUID and MSRs, and the single list of its oldest versions. All
// the rest, which has hex dumps of memory modules and of the PCI bus in it, is passed over.
#include "snapshot/import/import_dump.hpp"
#include "snapshot/import/import_formats.hpp"

namespace nestprobe {
namespace {

constexpr std::array<std::string_view, 4> prefixed = {" 0x", " 0x", " 0x", " 0x"};
constexpr std::array<std::string_view, 4> plain = {" ", " ", " ", " "};

bool is_title(std::string_view line) {
    return line.starts_with("CPU-Z TXT Report") || trim(line).starts_with("CPU-Z version");
}

class CpuZ {
public:
    explicit CpuZ(const std::string& name) : dump_(format_names::cpuz, name) {}

    Recording read(std::string_view text) && {
        dump_.each_line(text, [&](const DumpLine& line) { take(line.text); });
        return std::move(dump_).take();
    }

private:
    void take(std::string_view text) {
        Cursor line(text);
        if (!text.empty() && !is_blank(text.front())) in_thread_ = read_heading(line);
        line.skip_blanks();
        if (in_thread_ && line.skip("0x"))
            take_leaf(line, prefixed);
        else if (line.skip("Function "))
            take_leaf(line, plain);
        else if (line.skip("MSR "))
            take_msr(line);
    }
    bool read_heading(Cursor line) {
        unsigned cpu = 0;
        if (!line.skip("CPU Thread ")) return false;
        if (!line.decimal(cpu) || !line.at_end()) dump_.refuse("a heading without the CPU's number");
        dump_.select(cpu);
        return true;
    }
    void take_leaf(Cursor& line, const std::array<std::string_view, 4>& before) {
        std::uint32_t leaf = 0;
        CpuidRegs regs;
        if (!line.hex(leaf, 8) || !line.registers(before, regs) || !line.at_end())
            dump_.refuse("a leaf has its number and four registers of eight hex digits");
        dump_.next_leaf(leaf, regs);
    }
    /// "MSR 0x0000003A  0x00000000  0x00000005", upper half first
    void take_msr(Cursor& line) {
        const bool has_prefix = line.skip("0x");
        const std::string_view before = has_prefix ? " 0x" : " ";
        std::uint32_t index = 0, high = 0, low = 0;
        const bool read = line.hex(index, 8) && line.skip(before) && line.hex(high, 8) && line.skip(before) &&
                          line.hex(low, 8) && line.at_end();
        if (!read) dump_.refuse("an MSR has its number and two halves of eight hex digits");
        dump_.msr(index, std::uint64_t{high} << 32 | low);
    }

    Dump dump_;
    bool in_thread_ = false;
};

}  // namespace

/// The part of a report that people paste has no register: what it says in words is read elsewhere.
bool is_cpuz(std::string_view text) {
    return any_early_line(text.substr(0, 1024), is_title) &&
           (contains(text, "CPU Thread ") || contains(text, "Function ") || contains(text, "\nMSR "));
}

Recording import_cpuz(std::string_view text, const std::string& name) { return CpuZ(name).read(text); }

}  // namespace nestprobe
