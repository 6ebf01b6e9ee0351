// SPDX-License-Identifier: MIT
// From the lines of the kernel's log to facts: which line of the table each of them is.
#include "base/text.hpp"
#include "machine/probes.hpp"

#include <algorithm>

namespace nestprobe {
namespace {

std::string_view module_named(std::string_view line) {
    const std::string_view vendors = module_in(line);
    const bool common = contains(line, "kvm: ") || contains(line, "Module kvm is ");
    return vendors.empty() && common ? "kvm" : vendors;
}

Loader loader_of(std::string_view line) {
    if (contains(line, "Failed to insert")) return Loader::systemd;
    return line.starts_with("insmod") ? Loader::insmod : Loader::modprobe;
}

}  // namespace

Fact<std::vector<LoggedLine>> probe_log(const KernelLog& log) {
    const auto lines = log.lines();
    const auto* known = lines.if_known();
    if (!known) return lines.absence();
    std::vector<LoggedLine> found;
    unsigned order = 0;
    for (const std::string& line : *known) {
        if (const LogRow* row = classify_log_line(line))
            found.push_back(
                {row->id, line, order, module_named(line), loader_of(line), contains(line, "vfio")});
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
