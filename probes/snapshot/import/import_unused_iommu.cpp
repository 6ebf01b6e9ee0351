// SPDX-License-Identifier: MIT
// What a search of the kernel's log for an IOMMU did not find: lines that would stand there if one were used.
// Where the search, or the paste, may have left them out, nothing is said.
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

/// Linux 4.4 to 7.2 drivers/iommu/amd/init.c, iommu_print_info(): "AMD-Vi: Found IOMMU cap 0x40" of each. The
/// first line of the log that such a grep shows is of the command line's words, so the beginning is there.
bool finds_no_amd(const Command& command, const std::vector<std::string>& messages) {
    const auto any = [&](std::string_view part) {
        return std::any_of(messages.begin(), messages.end(),
                           [&](const std::string& message) { return contains(message, part); });
    };
    const bool shows = std::any_of(command.patterns.begin(), command.patterns.end(), [](const auto& pattern) {
        return contains(pattern, "IOMMU") || contains(pattern, "AMD-Vi");
    });
    return command.filtered && shows && !contains(command.line, "head") && !contains(command.line, "tail") &&
           any("DMAR: IOMMU enabled") && any("AMD IOMMUv2") && !any("Found IOMMU") &&
           !any("Interrupt remapping");
}

/// One grep for DMAR itself, whatever else it shows.
bool shows_each_dmar(const Command& command) {
    constexpr std::string_view cutting[] = {"head", "tail", "grep -v", "-m1", "-m 1"};
    const auto first = command.line.find("grep");
    if (!command.filtered || contains_any(command.line, cutting) || first == std::string::npos ||
        command.line.find("grep", first + 1) != std::string::npos)
        return false;
    return std::any_of(command.patterns.begin(), command.patterns.end(), [](std::string_view pattern) {
        while (!pattern.empty()) {
            std::string_view word = pattern.substr(0, pattern.find('|'));
            pattern.remove_prefix(std::min(word.size() + 1, pattern.size()));
            while (word.ends_with('\\') || word.ends_with(':')) word.remove_suffix(1);
            if (word == "DMAR" || word == "dmar") return true;
        }
        return false;
    });
}

/// Linux drivers/iommu/intel/iommu.c, intel_iommu_setup(), says "DMAR: IOMMU enabled" of the word on the
/// command line alone; dmar.c, parse_dmar_table(), says "DMAR: Host address width" behind it wherever
/// firmware has a table, or what is wrong with that.
bool finds_no_intel(const Command& command, const std::vector<std::string>& messages) {
    bool asked = false, other = false;
    for (const std::string& message : messages) {
        const bool word = message.starts_with("DMAR: IOMMU enabled");
        asked = asked || word;
        other = other || (!word && contains(message, "DMAR")) || contains(message, "iommu group");
    }
    return asked && !other && shows_each_dmar(command);
}

}  // namespace

/// Linux 4.4 to 7.2 drivers/iommu/intel/iommu.c, intel_iommu_init(): with VT-d off it ends before all of
/// these.
void read_unused_iommu(const Command& command, const std::vector<std::string>& messages, Evidence& evidence) {
    constexpr std::string_view table[] = {"DMAR: Host address width", "DMAR: DRHD base"};
    constexpr std::string_view used[] = {"Directed I/O",       "Using Queued inv", "Using Register based inv",
                                         "No ATSR found",      "No RMRR found",    "No SATC found",
                                         "iommu group",        "Firmware Bug",     "DMAR: IOMMU disabled",
                                         "DMAR: IOMMU enabled"};  // asked for: then the rest was cut
    const auto any = [&](const auto& parts) {
        return std::any_of(messages.begin(), messages.end(),
                           [&](const std::string& message) { return contains_any(message, parts); });
    };
    const bool cut = contains(command.line, "head") || contains(command.line, "tail");
    const bool shows_all =
        command.filtered && !cut &&
        std::any_of(command.patterns.begin(), command.patterns.end(), [](const auto& pattern) {
            return contains(pattern, "DMAR") || contains(pattern, "dmar");
        });
    const bool whole = !messages.empty() && messages.front().starts_with("Linux version ") &&
                       std::any_of(messages.begin(), messages.end(), [](const std::string& message) {
                           return message.starts_with("Freeing unused kernel");
                       });
    // "Skip IOMMU disabling for graphics" stands there whether or not VT-d is on
    // (quirk_igfx_skip_te_disable()); a grep that shows it shows the line of the table too, where firmware
    // has one.
    if (shows_all && !any(table) && !any(used) && messages.size() == 1 &&
        contains(messages.front(), "DMAR: Skip IOMMU disabling for graphics")) {
        evidence.hear(hearsay::iommu, "no", "the kernel log: no line \"ACPI: DMAR\"");
        evidence.hear(hearsay::iommu_table, "none", "the kernel log: no line \"ACPI: DMAR\"");
        return;
    }
    if (finds_no_intel(command, messages)) {
        constexpr std::string_view source = "the kernel log: \"DMAR: IOMMU enabled\", and no table behind it";
        evidence.hear(hearsay::iommu, "no", source);
        evidence.hear(hearsay::iommu_table, "none", source);
        return;
    }
    if (finds_no_amd(command, messages)) {
        evidence.hear(hearsay::iommu, "no", "the kernel log: no line \"AMD-Vi: Found IOMMU\"");
        return;
    }
    // Who leaves lines out says so, mostly.
    const bool shortened = std::any_of(messages.begin(), messages.end(), [](const std::string& message) {
        return contains(message, "...") || contains(message, "\xe2\x80\xa6") || contains(message, "[snip");
    });
    if (!(shows_all || whole) || shortened || !any(table) || any(used)) return;
    evidence.hear(hearsay::iommu, "no",
                  "the kernel log: lines about the DMAR table, and none that says that VT-d is used");
}

}  // namespace nestprobe
