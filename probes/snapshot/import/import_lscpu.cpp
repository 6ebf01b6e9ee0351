// SPDX-License-Identifier: MIT
// lscpu's text becomes the files that lscpu read it from: /proc/cpuinfo, with one block for all CPUs, and the
// kernel's vulnerability reports. Its "Virtualization:" and "Hypervisor vendor:" only repeat flags and are
// left.
#include "snapshot/import/import_dump.hpp"
#include "snapshot/import/import_formats.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

/// lscpu trims what it prints, and Linux knows this one by its blanks.
std::string restore_vendor(std::string_view printed) {
    return printed == "Shanghai" ? "  Shanghai  " : std::string(printed);
}

/// "Itlb multihit" -> "itlb_multihit"; empty for what cannot be such a file's name.
std::string restore_name(std::string_view printed) {
    std::string name;
    for (const char c : printed) {
        if (c >= 'A' && c <= 'Z')
            name += static_cast<char>(c - 'A' + 'a');
        else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            name += c;
        else if (c == ' ' || c == '_')
            name += '_';
        else
            return {};
    }
    return name;
}

/// util-linux sys-utils/lscpu.c: in a report that begins with "Mitigation", the first colon was made a
/// semicolon and the others were taken out. Only the kernel's "; VMX: " is put back, which the probes read.
std::string restore_report(std::string_view printed) {
    constexpr std::string_view mitigation = "Mitigation; ", vmx = "; VMX ";
    if (!printed.starts_with(mitigation)) return std::string(printed);
    std::string report = fmt::format("Mitigation: {}", printed.substr(mitigation.size()));
    if (const auto at = report.find(vmx); at != std::string::npos) report.insert(at + vmx.size() - 1, 1, ':');
    return report;
}

class Lscpu {
public:
    explicit Lscpu(const std::string& name) : dump_(format_names::lscpu, name) {}

    Recording read(std::string_view text) && {
        dump_.each_line(text, [&](const DumpLine& line) { take(line); });
        recording_.tool = format_names::lscpu;
        recording_.files.emplace("/proc/cpuinfo", cpuinfo());
        return std::move(recording_);
    }

private:
    using Handler = void (Lscpu::*)(std::string_view value, bool cut);
    struct Row {
        std::string_view key;
        Handler take;
    };
    static constexpr std::string_view vulnerability = "Vulnerability ";

    void take(const DumpLine& line) {
        constexpr Row rows[] = {
            {"Architecture", &Lscpu::take_architecture},
            {"On-line CPU(s) list", &Lscpu::take_cpus},
            {"Vendor ID", &Lscpu::take_vendor},
            {"Model name", &Lscpu::take_brand},
            {"Flags", &Lscpu::take_flags},
        };
        const auto colon = line.text.find(':');
        if (colon == std::string_view::npos) return;
        const std::string_view key = trim(line.text.substr(0, colon)),
                               value = trim(line.text.substr(colon + 1));
        // Since util-linux 2.37 under a heading of their own, indented.
        const bool indented = is_blank(line.text.front());
        if (!indented) in_vulnerabilities_ = key == "Vulnerabilities";
        if (indented && in_vulnerabilities_) return take_vulnerability(key, value, line.cut);
        if (key.starts_with(vulnerability))
            return take_vulnerability(key.substr(vulnerability.size()), value, line.cut);
        const auto* row =
            std::find_if(std::begin(rows), std::end(rows), [&](const Row& r) { return r.key == key; });
        if (row != std::end(rows)) (this->*row->take)(value, line.cut);
    }

    void take_architecture(std::string_view value, bool cut) {
        const bool x86 =
            value == "x86_64" || (value.size() == 4 && value.front() == 'i' && value.ends_with("86"));
        if (!x86 && !cut) dump_.refuse("the dump of a machine that is not x86");
    }
    void take_cpus(std::string_view value, bool cut) {
        if (cut) dump_.refuse("ends inside the list of CPUs");
        if (!CpuSet::parse(value, cpus_)) dump_.refuse("a list of CPUs looks like 0-3,8");
    }
    void take_vendor(std::string_view value, bool cut) {
        if (!cut) vendor_ = restore_vendor(value);
    }
    void take_brand(std::string_view value, bool cut) {
        if (!cut) brand_ = value;
    }
    void take_flags(std::string_view value, bool cut) {
        flags_ = value;
        flags_cut_ = cut;
    }
    void take_vulnerability(std::string_view printed, std::string_view value, bool cut) {
        const std::string name = restore_name(printed);
        if (name.empty()) return;
        const std::string path = fmt::format("/sys/devices/system/cpu/vulnerabilities/{}", name);
        if (cut)
            recording_.files.emplace(
                path, Absent{Why::malformed, fmt::format("{}: the dump ends inside it", path)});
        else
            recording_.files.emplace(path, restore_report(value) + "\n");
    }

    /// The flags come last, so that a cut in them is one of the file, and read as such.
    std::string cpuinfo() const {
        std::string text = fmt::format("processor\t: {}\n", cpus_.to_string());
        if (!vendor_.empty()) text += fmt::format("vendor_id\t: {}\n", vendor_);
        if (!brand_.empty()) text += fmt::format("model name\t: {}\n", brand_);
        if (flags_) text += fmt::format("flags\t\t: {}{}", *flags_, flags_cut_ ? "" : "\n");
        return flags_cut_ ? text : text + "\n";
    }

    Dump dump_;
    Recording recording_;
    CpuSet cpus_{0};
    std::string vendor_, brand_;
    std::optional<std::string> flags_;
    bool flags_cut_ = false;
    bool in_vulnerabilities_ = false;
};

}  // namespace

bool is_lscpu(std::string_view text) {
    if (!text.starts_with("Architecture:")) return false;
    return any_early_line(text, [](std::string_view line) { return trim(line).starts_with("CPU(s):"); });
}

Recording import_lscpu(std::string_view text, const std::string& name) { return Lscpu(name).read(text); }

bool is_cpuinfo(std::string_view text) {
    Cursor line(text.substr(0, 64));
    unsigned cpu = 0;
    return line.skip("processor ") && line.skip(": ") && line.decimal(cpu);
}

Recording import_cpuinfo(std::string_view text, const std::string&) {
    Recording recording;
    recording.tool = format_names::cpuinfo;
    recording.files.emplace("/proc/cpuinfo", std::string(text));
    return recording;
}

}  // namespace nestprobe
