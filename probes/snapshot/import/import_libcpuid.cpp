// SPDX-License-Identifier: MIT
// libcpuid's own raw dump, cpuid_serialize_raw_data() and cpuid_serialize_all_raw_data(), with or without the
// expected answers that its tests keep below. It holds 32 leaves of each range, whatever the processor's
// maximum.
#include "snapshot/import/import_dump.hpp"
#include "snapshot/import/import_formats.hpp"

namespace nestprobe {
namespace {

struct Array {
    std::string_view name;
    std::uint32_t leaf;
    bool counts_leaves;  ///< the index is added to the leaf; else it is the subleaf
};
constexpr Array arrays[] = {
    {"basic_cpuid", 0x0, true},
    {"ext_cpuid", 0x8000'0000, true},
    {"intel_fn4", 0x4, false},
    {"intel_fn11", 0xb, false},
    {"intel_fn12h", 0x12, false},
    {"intel_fn14h", 0x14, false},
    {"amd_fn8000001dh", 0x8000'001d, false},
    {"amd_fn80000026h", 0x8000'0026, false},
};

const Array* array_of(std::string_view line) {
    const auto bracket = line.find('[');
    if (bracket == std::string_view::npos) return nullptr;
    for (const Array& array : arrays)
        if (line.substr(0, bracket) == array.name) return &array;
    return nullptr;
}

/// "_________________ Logical CPU #1 _________________"
bool read_heading(Cursor line, unsigned& cpu) {
    if (!line.rest().starts_with('_')) return false;
    const auto blank = line.rest().find(' ');
    line = Cursor(line.rest().substr(std::min(blank, line.rest().size())));
    return line.skip(" Logical CPU #") && line.decimal(cpu) && line.at_gap();
}

/// "basic_cpuid[0]=0000000d 68747541 444d4163 69746e65"
void take_element(Dump& dump, const Array& array, Cursor line) {
    unsigned index = 0;
    CpuidRegs regs;
    line.skip(array.name);
    if (!line.skip("[") || !line.decimal(index) || index > 0xff || !line.skip("]="))
        dump.refuse("an array element has a number");
    if (!line.registers({"", " ", " ", " "}, regs) || !line.at_end())
        dump.refuse("a leaf has four registers of eight hex digits");
    // The arrays of subleaves repeat what the first two hold, read a moment later.
    if (array.counts_leaves)
        dump.leaf({array.leaf + index, 0}, regs);
    else
        dump.leaf({array.leaf, index}, regs, Dump::Repeat::replace);
}

}  // namespace

bool is_libcpuid(std::string_view text) {
    return any_early_line(text, [](std::string_view line) { return line.starts_with("basic_cpuid["); });
}

Recording import_libcpuid(std::string_view text, const std::string& name) {
    Dump dump(format_names::libcpuid, name);
    dump.each_line(text, [&](const DumpLine& line) {
        unsigned cpu = 0;
        if (read_heading(Cursor(line.text), cpu))
            dump.select(cpu);
        else if (const Array* array = array_of(line.text))
            take_element(dump, *array, Cursor(line.text));
    });
    return std::move(dump).take();
}

}  // namespace nestprobe
