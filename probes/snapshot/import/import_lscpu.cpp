// SPDX-License-Identifier: MIT
// lscpu's text becomes the files that lscpu read it from: /proc/cpuinfo, with one block for all CPUs, and the
// kernel's vulnerability reports. Its "Virtualization:" and "Hypervisor vendor:" are kept as what lscpu said.
#include "base/text.hpp"
#include "machine/cpuinfo.hpp"
#include "snapshot/import/import_dump.hpp"
#include "snapshot/import/import_formats.hpp"
#include "snapshot/import/lscpu_words.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

namespace nestprobe {
namespace {

/// lscpu's labels are translated; its values are mostly not. So a line is known by its English label, else by
/// what only that line can hold.
class Lscpu {
public:
    explicit Lscpu(const std::string& name) : dump_(format_names::lscpu, name) {}

    void read(std::string_view text, Evidence& evidence) && {
        evidence_ = &evidence;
        dump_.each_line(text, [&](const DumpLine& line) { take(line); });
        if (foreign_) return;  // flags of the same names mean something else there
        CpuLines cpu{.vendor = vendor_, .brand = brand_};
        if (cpus_) cpu.ids = cpus_->to_string();
        if (flags_) {
            cpu.flags = *flags_;
            cpu.has_flags = true;
            // Where the list is the last that was copied, more of it may have been there.
            cpu.flags_cut = flags_cut_ || (flags_are_last_ && (wrapped_ || !reaches_the_end(*flags_)));
        }
        evidence.cpu(std::move(cpu));
        tell_hypervisor();
    }

private:
    enum class Last : std::uint8_t { other, flags, vulnerability };
    static constexpr std::string_view vulnerability = "Vulnerability ";

    void take(const DumpLine& line) {
        if (trim(line.text).empty()) return;
        const auto colon = line.text.find(':');
        if (last_ == Last::flags && colon == std::string_view::npos) return continue_flags(line);
        flags_are_last_ = false;
        if (colon == std::string_view::npos) return continue_text(line);
        last_ = Last::other;
        const std::string_view key = trim(line.text.substr(0, colon)),
                               value = trim(line.text.substr(colon + 1));
        // Since util-linux 2.37 under a heading of their own, indented.
        const bool indented = is_blank(line.text.front());
        if (!indented) in_vulnerabilities_ = key == "Vulnerabilities";
        if (indented && in_vulnerabilities_) return take_vulnerability(key, value, line.cut);
        if (key.starts_with(vulnerability))
            return take_vulnerability(key.substr(vulnerability.size()), value, line.cut);
        take_field(key, value, line);
    }

    void take_field(std::string_view key, std::string_view value, const DumpLine& line) {
        if (key == "Flags" || (!flags_ && looks_like_flags(value))) {
            flags_ = value;
            flags_cut_ = line.cut;
            flags_are_last_ = true;
            last_ = Last::flags;
        } else if (key == "Architecture" || value == "aarch64" || value == "ppc64le" || value == "s390x") {
            take_architecture(value, line.cut);
        } else if (key == "On-line CPU(s) list" || (!cpus_ && is_range(value) && !contains(key, "NUMA"))) {
            if (line.cut) dump_.refuse("ends inside the list of CPUs");
            CpuSet cpus;
            if (!CpuSet::parse(value, cpus)) dump_.refuse("a list of CPUs looks like 0-3,8");
            cpus_ = cpus;
        } else if (is_vendor_name(value) || key == "Vendor ID") {
            if (!line.cut) vendor_ = restore_vendor(value);
        } else if (key == "Model name" || (brand_.empty() && key.find("BIOS") == std::string_view::npos &&
                                           looks_like_brand(value))) {
            if (!line.cut) brand_ = value;
        } else if (value == "VT-x" || value == "AMD-V") {
            evidence_->hear(value == "VT-x" ? hearsay::flag_vmx : hearsay::flag_svm, "yes",
                            "lscpu, " + std::string(key));
        } else if ((is_hypervisor_name(value) || key == "Hypervisor vendor") && !line.cut) {
            hypervisor_ = value;
        } else if (const VirtType type = virt_type(value);
                   type != VirtType::unknown && !line.cut &&
                   (!hypervisor_.empty() || key == "Virtualization type")) {
            type_ = type;
        }
    }

    static bool is_range(std::string_view value) {
        CpuSet cpus;
        return contains(value, "-") && CpuSet::parse(value, cpus);
    }
    /// A terminal wraps in mid-word: what is one flag's name when it is joined is one flag.
    void continue_flags(const DumpLine& line) {
        const std::string_view more = trim(line.text);
        *flags_ = join_wrapped_flags(*flags_, more);
        flags_cut_ = line.cut;
        wrapped_ = true;
    }
    void continue_text(const DumpLine& line) {
        if (last_ != Last::vulnerability || last_path_.empty()) return;
        evidence_->absent_file(last_path_,
                               {Why::malformed, fmt::format("{}: wrapped in the dump", last_path_)});
        (void)line;
    }
    void take_architecture(std::string_view value, bool cut) {
        if (cut || value.empty() || value.find(' ') != std::string_view::npos) return;
        hear_architecture(value, *evidence_);
        foreign_ = !is_x86_architecture(value);
    }
    void take_vulnerability(std::string_view printed, std::string_view value, bool cut) {
        const std::string name = restore_name(printed);
        if (name.empty()) return;
        const std::string path = fmt::format("/sys/devices/system/cpu/vulnerabilities/{}", name);
        last_ = Last::vulnerability;
        last_path_ = path;
        if (cut)
            evidence_->absent_file(path, {Why::malformed, fmt::format("{}: the dump ends inside it", path)});
        else
            evidence_->file(path, restore_report(value) + "\n");
    }
    /// lscpu.c, read_hypervisor(): of Xen it says none in the control domain, para in a PV guest.
    void tell_hypervisor() {
        if (hypervisor_.empty() && (type_ == VirtType::full || type_ == VirtType::para))
            evidence_->hear(hearsay::guest, "yes", "lscpu, Virtualization type");
        if (hypervisor_.empty()) return;
        const std::string source = "lscpu, Hypervisor vendor";
        evidence_->hear(hearsay::hypervisor, hypervisor_, source);
        if (type_ != VirtType::container) evidence_->hear(hearsay::guest, "yes", source);
        if (hypervisor_ != "Xen" || type_ == VirtType::unknown || type_ == VirtType::container) return;
        evidence_->hear(hearsay::xen_role,
                        type_ == VirtType::none   ? "control domain"
                        : type_ == VirtType::para ? "PV"
                                                  : "HVM",
                        "lscpu, Virtualization type");
    }

    Dump dump_;
    Evidence* evidence_ = nullptr;
    std::optional<CpuSet> cpus_;
    std::string vendor_, brand_, hypervisor_;
    VirtType type_ = VirtType::unknown;
    std::optional<std::string> flags_;
    Last last_ = Last::other;
    std::string last_path_;
    bool flags_cut_ = false, flags_are_last_ = false, wrapped_ = false;
    bool in_vulnerabilities_ = false, foreign_ = false;
};

}  // namespace

bool is_lscpu(std::string_view text) {
    if (!text.starts_with("Architecture:")) return false;
    return any_early_line(text, [](std::string_view line) { return trim(line).starts_with("CPU(s):"); });
}

void read_lscpu(std::string_view text, const std::string& name, Evidence& evidence) {
    Lscpu(name).read(text, evidence);
    evidence.taken(format_names::lscpu);
}

Recording import_lscpu(std::string_view text, const std::string& name) {
    Evidence evidence;
    read_lscpu(text, name, evidence);
    return std::move(evidence).take();
}

/// util-linux sys-utils/lscpu.c prints "Virtualization:" where the kernel lists vmx or svm: a grep that would
/// show that line and has not says that there is none.
void read_filtered_lscpu(const Section& section, Evidence& evidence) {
    const Command& command = section.command;
    if (!command.filtered || command.counts || section.cut() || command.patterns.empty() ||
        contains(command.line, " -v") || contains(section.body, "VT-x") || contains(section.body, "AMD-V"))
        return;
    const auto shows = [](std::string_view pattern) {
        for (std::string_view rest = pattern; !rest.empty();) {
            const auto bar = rest.find('|');
            std::string word(trim(rest.substr(0, bar)));
            std::erase_if(word, [](char c) { return c == '(' || c == ')' || c == '\\' || c == '^'; });
            for (char& c : word) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
            constexpr std::size_t shortest = 4;
            if (word.size() >= shortest && contains("virtualization:", word)) return true;
            rest = bar == std::string_view::npos ? std::string_view{} : rest.substr(bar + 1);
        }
        return false;
    };
    // One grep shows what any of its patterns fits; several, one behind the other, what fits all of theirs.
    const bool any = contains(command.line, " -e ");
    const auto fitting = std::count_if(command.patterns.begin(), command.patterns.end(), shows);
    if (fitting == 0 || (!any && fitting != std::ssize(command.patterns))) return;
    for (const std::string_view topic : {hearsay::flag_vmx, hearsay::flag_svm})
        evidence.hear(topic, "no", "lscpu, no line \"Virtualization:\"");
    evidence.taken("lscpu");
}

}  // namespace nestprobe
