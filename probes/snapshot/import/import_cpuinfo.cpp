// SPDX-License-Identifier: MIT
// A copy of /proc/cpuinfo alone, from its first line on.
#include "snapshot/import/import_dump.hpp"
#include "snapshot/import/import_formats.hpp"
#include "snapshot/import/readers.hpp"

namespace nestprobe {

bool is_cpuinfo(std::string_view text) {
    Cursor line(text.substr(0, 64));
    unsigned cpu = 0;
    return line.skip("processor ") && line.skip(": ") && line.decimal(cpu);
}

Recording import_cpuinfo(std::string_view text, const std::string&) {
    Evidence evidence;
    evidence.file("/proc/cpuinfo", std::string(text));
    if (const std::string_view other = architecture_of_cpuinfo(text); !other.empty())
        hear_architecture(other, evidence);
    Recording recording = std::move(evidence).take();
    recording.tool = format_names::cpuinfo;
    return recording;
}

}  // namespace nestprobe
