// SPDX-License-Identifier: MIT
// From the lines of the kernel's log to facts: which line of the table each of them is.
#include "machine/probes.hpp"

#include <algorithm>

namespace nestprobe {

Fact<std::vector<LoggedLine>> probe_log(const KernelLog& log) {
    const auto lines = log.lines();
    const auto* known = lines.if_known();
    if (!known) return lines.absence();
    std::vector<LoggedLine> found;
    unsigned order = 0;
    for (const std::string& line : *known) {
        if (const LogRow* row = classify_log_line(line)) found.push_back({row->id, line, order});
        ++order;
    }
    return {std::move(found), {{"/dev/kmsg", ""}}};
}

const LoggedLine* find_line(const Fact<std::vector<LoggedLine>>& log, std::span<const LogLine> kinds) {
    if (const auto* lines = log.if_known())
        for (const LoggedLine& line : *lines)
            if (std::find(kinds.begin(), kinds.end(), line.id) != kinds.end()) return &line;
    return nullptr;
}

Provenance from_log(const LoggedLine& line) {
    return {log_row(line.id).subsystem == LogSubsystem::modprobe ? "modprobe" : "/dev/kmsg", line.text};
}

}  // namespace nestprobe
