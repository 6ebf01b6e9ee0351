// SPDX-License-Identifier: MIT
// The raw output of two tools named alike: Todd Allen's cpuid (all CPUs, or one with -1), and the kernel's
// kcpuid, tools/arch/x86/kcpuid/kcpuid.c, leaf_print_raw(): one CPU, the leaves that are not all zero.
#include "snapshot/import/import_dump.hpp"
#include "snapshot/import/import_formats.hpp"

namespace nestprobe {
namespace {

constexpr std::array<std::string_view, 4> lower_names = {"eax=0x", " ebx=0x", " ecx=0x", " edx=0x"};
constexpr std::array<std::string_view, 4> upper = {"EAX=0x", ", EBX=0x", ", ECX=0x", ", EDX=0x"};

bool is_raw_line(std::string_view line) { return trim(line).starts_with("0x"); }

struct LeafKey {
    std::uint32_t leaf = 0;
    std::optional<std::uint32_t> subleaf;  ///< early versions leave it out
};

/// "   0x00000004 0x01: "
bool read_key(Cursor& line, LeafKey& key) {
    line.skip_blanks();
    if (!line.skip("0x") || !line.hex(key.leaf, 8)) return false;
    std::uint32_t subleaf = 0;
    if (line.skip(" 0x")) {
        if (!line.hex(subleaf, 1)) return false;
        key.subleaf = subleaf;
    }
    return line.skip(": ");
}

void take_leaf(Dump& dump, std::string_view text) {
    Cursor line(text);
    LeafKey key;
    CpuidRegs regs;
    if (!read_key(line, key)) dump.refuse("a leaf has eight hex digits, its subleaf and a colon");
    if (!line.registers(lower_names, regs) || !line.at_end())
        dump.refuse("a leaf has four registers of eight hex digits");
    if (key.subleaf)
        dump.leaf({key.leaf, *key.subleaf}, regs);
    else
        dump.next_leaf(key.leaf, regs);
}

/// "CPU 12:", "CPU:"
bool read_heading(std::string_view text, unsigned& cpu) {
    Cursor line(text);
    cpu = 0;
    if (!line.skip("CPU")) return false;
    if (line.skip(" ") && !line.decimal(cpu)) return false;
    return line.skip(":") && line.at_end();
}

class Kcpuid {
public:
    explicit Kcpuid(const std::string& name) : dump_(format_names::kcpuid, name) {}

    Recording read(std::string_view text) && {
        dump_.each_line(text, [&](const DumpLine& line) { take(line); });
        return std::move(dump_).take();
    }

private:
    void take(const DumpLine& line) {
        Cursor cursor(line.text);
        cursor.skip_blanks();
        if (cursor.rest().starts_with("0x"))
            take_leaf(cursor);
        else if (!cursor.rest().empty() && cursor.rest().front() >= '0' && cursor.rest().front() <= '9')
            take_subleaf(cursor);
    }
    /// "0x00000001: EAX=..." or "0x00000004: subleafs:"
    void take_leaf(Cursor& line) {
        std::uint32_t leaf = 0;
        if (!line.skip("0x") || !line.hex(leaf, 8) || !line.skip(": "))
            dump_.refuse("a leaf has eight hex digits and a colon");
        parent_.reset();
        if (line.skip("subleafs:") && line.at_end())
            parent_ = leaf;
        else
            take_registers(line, {leaf, 0});
    }
    /// " 10: EAX=...": the subleaf in decimal
    void take_subleaf(Cursor& line) {
        unsigned subleaf = 0;
        if (!parent_) dump_.refuse("a subleaf without a leaf above it");
        if (!line.decimal(subleaf) || !line.skip(": ")) dump_.refuse("a subleaf has a number and a colon");
        take_registers(line, {*parent_, subleaf});
    }
    void take_registers(Cursor& line, CpuidKey key) {
        CpuidRegs regs;
        if (!line.registers(upper, regs) || !line.at_end())
            dump_.refuse("a leaf has four registers of eight hex digits");
        dump_.leaf(key, regs);
    }

    Dump dump_;
    std::optional<std::uint32_t> parent_;
};

}  // namespace

bool is_cpuid(std::string_view text) {
    return any_early_line(text, [](std::string_view text_of_line) {
        Cursor line(text_of_line);
        LeafKey key;
        return read_key(line, key) && line.rest().starts_with("eax=0x");
    });
}

Recording import_cpuid(std::string_view text, const std::string& name) {
    Dump dump(format_names::cpuid, name);
    dump.each_line(text, [&](const DumpLine& line) {
        unsigned cpu = 0;
        if (read_heading(line.text, cpu)) return dump.select(cpu);
        if (is_raw_line(line.text)) take_leaf(dump, line.text);
    });
    return std::move(dump).take();
}

bool is_kcpuid(std::string_view text) {
    return any_early_line(text, [](std::string_view line) {
        return trim(line).starts_with("0x") && contains(line, ": EAX=0x");
    });
}

Recording import_kcpuid(std::string_view text, const std::string& name) { return Kcpuid(name).read(text); }

}  // namespace nestprobe
