// SPDX-License-Identifier: MIT
// Reports that a program of a distribution makes of a machine: apport's of Ubuntu, which Launchpad shows
// (apport apport/hookutils.py, attach_dmi() and attach_hardware()), and Qubes' qubes-hcl-report.
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <utility>

namespace nestprobe {
namespace {

/// "dmi.sys.vendor: LENOVO".
constexpr std::pair<std::string_view, std::string_view> apport_dmi[] = {
    {"dmi.sys.vendor", "sys_vendor"},
    {"dmi.product.name", "product_name"},
    {"dmi.product.version", "product_version"},
    {"dmi.product.family", "product_family"},
    {"dmi.board.vendor", "board_vendor"},
    {"dmi.board.name", "board_name"},
    {"dmi.bios.vendor", "bios_vendor"},
    {"dmi.bios.version", "bios_version"},
    {"dmi.bios.date", "bios_date"},
    {"dmi.chassis.asset.tag", "chassis_asset_tag"}};

void read_apport_line(std::string_view key, std::string_view value, Evidence& evidence) {
    for (const auto& [name, file] : apport_dmi)
        if (key == name) evidence.file(fmt::format("/sys/class/dmi/id/{}", file), fmt::format("{}\n", value));
    if (key == "ProcKernelCmdLine") evidence.file("/proc/cmdline", fmt::format("{}\n", value));
    if (key == "DistroRelease" && value.starts_with("Ubuntu "))
        evidence.file("/etc/os-release", "ID=ubuntu\nID_LIKE=debian\n");
    const auto words = split_words(value);  // "Linux 5.15.0-86-generic x86_64"
    if (key != "Uname" || words.size() != 3 || words[0] != "Linux" || !is_machine_name(words[2])) return;
    evidence.file("/proc/sys/kernel/osrelease", fmt::format("{}\n", words[1]));
    hear_architecture(words[2], evidence);
}

/// "HVM:		Active", "I/O MMU:	Not active", of the dom0 that it ran in.
void read_qubes_line(std::string_view key, std::string_view value, Evidence& evidence) {
    if (key != "I/O MMU" || (value != "Active" && value != "Not active")) return;
    evidence.hear(hearsay::xen_directio, value == "Active" ? "yes" : "no",
                  fmt::format("qubes-hcl-report, I/O MMU: {}", value));
}

template <class R>
void for_each_entry(const Section& section, R&& read) {
    const char* const end = section.body.data() + section.body.size();
    for_each_line(section.body, [&](std::string_view line) {
        const auto colon = line.find(':');
        if (line.data() + line.size() == end || colon == std::string_view::npos) return;
        const std::string_view value = trim(line.substr(colon + 1));
        if (!value.empty() && !is_blank(line.front())) read(trim(line.substr(0, colon)), value);
    });
}

}  // namespace

void read_reports(const Section& section, Evidence& evidence) {
    if (contains(section.body, "ProblemType: ") || contains(section.body, "ApportVersion: ")) {
        for_each_entry(section, [&](std::string_view key, std::string_view value) {
            read_apport_line(key, value, evidence);
        });
        evidence.taken("apport's report");
    }
    if (!contains(section.body, "Qubes release ") || !contains(section.body, "I/O MMU:")) return;
    evidence.hear(hearsay::hypervisor, "Xen", "qubes-hcl-report");
    evidence.hear(hearsay::guest, "yes", "qubes-hcl-report");
    evidence.hear(hearsay::xen_role, "control domain", "qubes-hcl-report, which runs in dom0");
    for_each_entry(section, [&](std::string_view key, std::string_view value) {
        read_qubes_line(key, value, evidence);
    });
    evidence.taken("qubes-hcl-report");
}

}  // namespace nestprobe
