// SPDX-License-Identifier: MIT
#include "snapshot/import/import_hwloc.hpp"

#include "snapshot/import/import_dump.hpp"
#include "snapshot/import/import_formats.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

/// Which of the registers were given to CPUID: EAX, and where there are subleaves ECX.
constexpr std::uint32_t ecx_matters = 1 << 2;

/// "5 4 0 1 0 => 1c004122 1c0003f 3f 0": mask, EAX to EDX before, EAX to EDX after.
void take_line(Dump& dump, const DumpLine& line) {
    if (line.text.starts_with('#') || trim(line.text).empty()) return;
    Cursor cursor(line.text);
    std::uint32_t mask = 0;
    CpuidRegs in, out;
    if (!cursor.hex(mask, 1) || !cursor.registers({" ", " ", " ", " "}, in, 1) ||
        !cursor.registers({" => ", " ", " ", " "}, out, 1) || !cursor.at_end())
        dump.refuse("a line has a mask, four registers, => and four registers");
    // The numbers are as long as they need, so a shorter one would not show.
    if (line.cut) dump.refuse("ends inside a line");
    dump.leaf({in.eax, mask & ecx_matters ? in.ecx : 0}, out);
}

void take_cpu(Dump& dump, unsigned cpu, std::string_view text) {
    dump.at(1);
    dump.select(cpu);
    dump.each_line(text, [&](const DumpLine& line) { take_line(dump, line); });
}

}  // namespace

bool is_hwloc(std::string_view text) { return text.starts_with("# mask e[abcd]x => e[abcd]x"); }

Recording import_hwloc_file(std::string_view text, const std::string& name) {
    Dump dump(format_names::hwloc, name);
    take_cpu(dump, 0, text);
    return std::move(dump).take();
}

Recording import_hwloc(std::vector<std::pair<unsigned, std::string>> pus, const std::string& name) {
    std::sort(pus.begin(), pus.end());
    Dump dump(format_names::hwloc, name);
    for (const auto& [cpu, text] : pus) {
        dump.enter(fmt::format("{}/pu{}", name, cpu));
        take_cpu(dump, cpu, text);
    }
    dump.enter(name);
    dump.at(1);
    return std::move(dump).take();
}

}  // namespace nestprobe
