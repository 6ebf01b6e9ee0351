// SPDX-License-Identifier: MIT
// The processor in words: /proc/cpuinfo and greps of it, cpuid's long text.
#include "base/text.hpp"
#include "machine/cpuinfo.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

std::string_view key_of(std::string_view line) {
    // "/proc/cpuinfo:flags : ..." of grep over several files
    if (line.starts_with("/proc/cpuinfo:")) line.remove_prefix(14);
    return trim(line.substr(0, line.find(':')));
}

/// "grep -m1", "| head -1", "| uniq": a line that is there is one of many, and none is counted.
bool shows_a_part(const Command& command) {
    constexpr std::string_view cutting[] = {" -m", "head", "tail", "uniq", "sort -u", "--max-count"};
    return command.filtered && contains_any(command.line, cutting);
}

class CpuinfoReader {
public:
    explicit CpuinfoReader(const Section& section) : section_(section) {}

    void read(Evidence& evidence) && {
        const char* const end = section_.body.data() + section_.body.size();
        for_each_line(section_.body,
                      [&](std::string_view line) { take(line, line.data() + line.size() == end); });
        finish();
        // Linux arch/x86/kernel/cpu/proc.c, show_cpuinfo(): that line is there where vmx is listed.
        const bool listed =
            std::any_of(cpus_.begin(), cpus_.end(), [](const CpuLines& cpu) { return cpu.has_flags; });
        if (any_vmx_flags_ && !listed) evidence.hear(hearsay::flag_vmx, "yes", "/proc/cpuinfo, vmx flags");
        for (CpuLines& cpu : cpus_) evidence.cpu(std::move(cpu));
    }

private:
    enum class Last : std::uint8_t { other, flags, vmx_flags };

    void take(std::string_view line, bool cut) {
        if (trim(line).empty()) {
            last_ = Last::other;
            return;
        }
        const auto colon = line.find(':', line.starts_with("/proc/cpuinfo:") ? 14 : 0);
        if (colon == std::string_view::npos) return take_more(line);
        const std::string_view key = key_of(line), value = trim(line.substr(colon + 1));
        last_ = Last::other;
        if (key == "processor") {
            finish();
            CpuSet cpus;
            if (!cut && CpuSet::parse(value, cpus)) cpu_.ids = cpus.to_string();
        } else if (key == "vendor_id" && !cut) {
            if (!cpu_.vendor.empty() || cpu_.has_flags) finish();
            cpu_.vendor = value == "Shanghai" ? "  Shanghai  " : std::string(value);
        } else if (key == "model name" && !cut) {
            cpu_.brand = value;
        } else if (key == "flags") {
            if (cpu_.has_flags) finish();
            cpu_.flags = value;
            cpu_.has_flags = true;
            cpu_.flags_cut = cut || !reaches_the_end(value);
            last_ = Last::flags;
        } else if (key == "vmx flags" && !cut) {
            cpu_.vmx_flags = value;
            cpu_.has_vmx_flags = true;
            last_ = Last::vmx_flags;
            any_vmx_flags_ = any_vmx_flags_ || !value.empty();
        }
    }
    void take_more(std::string_view line) {
        if (last_ == Last::flags) {
            cpu_.flags = join_wrapped_flags(cpu_.flags, line);
            cpu_.flags_cut = true;  // a terminal may have shown more
        } else if (last_ == Last::vmx_flags) {
            cpu_.has_vmx_flags = false;  // what was wrapped in mid-word cannot be told
        }
    }
    /// grep prints a line of each processor: they count up.
    void finish() {
        if (cpu_.has_flags || cpu_.has_vmx_flags || !cpu_.vendor.empty() || !cpu_.brand.empty()) {
            if (cpu_.ids.empty() && cpu_.has_flags && section_.command.filtered &&
                !shows_a_part(section_.command))
                cpu_.ids = fmt::format("{}", cpus_.size());
            if (cpus_.size() < CpuSet::limit) cpus_.push_back(std::move(cpu_));
        }
        cpu_ = {};
        last_ = Last::other;
    }

    const Section& section_;
    std::vector<CpuLines> cpus_;
    CpuLines cpu_;
    bool any_vmx_flags_ = false;
    Last last_ = Last::other;
};

/// A search for svm finds svm_lock, too, which stays where svm is switched off (Linux commit
/// 7deda2ce5b33, 6.7; some firmware hides the bit of svm alone): only whole words tell the two apart.
bool is_of_whole_words(const Command& command) {
    const auto words = split_words(command.line);
    const bool option = std::any_of(words.begin(), words.end(), [](std::string_view word) {
        return word == "--word-regexp" ||
               (word.size() > 1 && word[0] == '-' && word[1] != '-' && contains(word, "w"));
    });
    return option || std::any_of(command.patterns.begin(), command.patterns.end(), [](std::string_view p) {
               return contains(p, "svm ") || contains(p, "svm\\b") || contains(p, "svm\\>") ||
                      contains(p, "svm$") || contains(p, "svm[");
           });
}

/// grep -c and wc -l: none, or one of the two where only that was asked for.
bool read_count(const Section& section, Evidence& evidence) {
    unsigned count = 0;
    const std::string_view body = trim(section.body), number = trim(body.substr(0, body.find('\n')));
    // A grep that shows nothing before the next prompt has counted none.
    const bool nothing = number.empty() && section.command.filtered;
    if (section.cut() || (!nothing && (!section.command.counts || !parse_number(number, count))))
        return false;
    std::string pattern;
    for (const std::string& p : section.command.patterns) pattern += p + " ";
    const bool vmx = contains(pattern, "vmx"), svm = contains(pattern, "svm");
    const bool guest = contains(pattern, "hypervisor") && !vmx && !svm;
    if (guest)
        evidence.hear(hearsay::guest, count == 0 ? "no" : "yes",
                      fmt::format("{}: {}", section.command.line, count));
    for (const auto& [asked, other, topic] :
         {std::tuple{vmx, svm, hearsay::flag_vmx}, std::tuple{svm, vmx, hearsay::flag_svm}})
        if (asked && (count == 0 || !other)) {
            const bool either =
                topic == hearsay::flag_svm && count > 0 && !is_of_whole_words(section.command);
            evidence.hear(either ? hearsay::svm_or_lock : topic, count == 0 ? "no" : "yes",
                          fmt::format("{}: {}", section.command.line, count));
        }
    return vmx || svm || guest;
}

/// grep -o prints the words alone.
bool read_words(const Section& section, Evidence& evidence) {
    bool any = false;
    for_each_line(section.body, [&](std::string_view line) {
        const auto words = split_words(line);  // "  8 vmx", of uniq -c
        line = words.empty() ? std::string_view{} : words.back();
        if (line != "vmx" && line != "svm") return;
        const bool whole = line == "vmx" || is_of_whole_words(section.command);
        evidence.hear(!whole          ? hearsay::svm_or_lock
                      : line == "vmx" ? hearsay::flag_vmx
                                      : hearsay::flag_svm,
                      "yes", section.command.line);
        any = true;
    });
    return any;
}

// --- cpuid's long text ---

struct BitRow {
    std::string_view name, topic;
};
// Todd Allen's cpuid: names of the bits since its first version.
constexpr BitRow cpuid_rows[] = {
    {"VMX: virtual machine extensions", hearsay::cpuid_vmx},
    {"SVM: secure virtual machine", hearsay::cpuid_svm},
    {"hypervisor guest status", hearsay::cpuid_hypervisor},
};

/// `brand = "..."`, `vendor_id = "GenuineIntel"`
std::string_view quoted(std::string_view line, std::string_view key) {
    line = trim(line);
    if (!line.starts_with(key)) return {};
    const auto open = line.find('"'), close = line.rfind('"');
    return open == close ? std::string_view{} : line.substr(open + 1, close - open - 1);
}

}  // namespace

void read_cpuinfo(const Section& section, Evidence& evidence) {
    if (read_count(section, evidence) || (section.command.filtered && read_words(section, evidence))) {
        evidence.taken("a count of flags");
        return;
    }
    if (const std::string_view other = architecture_of_cpuinfo(section.body); !other.empty())
        hear_architecture(other, evidence);
    else
        CpuinfoReader(section).read(evidence);
    evidence.taken("/proc/cpuinfo");
}

bool is_cpuid_text(std::string_view text) {
    text = text.substr(0, 16384);
    return contains(text, "vendor_id = \"") || contains(text, "feature information (1/e") ||
           contains(text, "hypervisor guest status");
}

void read_cpuid_text(const Section& section, Evidence& evidence) {
    CpuLines cpu;
    unsigned cpus = 0;
    const char* const end = section.body.data() + section.body.size();
    for_each_line(section.body, [&](std::string_view line) {
        if (line.data() + line.size() == end) return;  // cut: "true" may be part of a word
        unsigned number = 0;
        const std::string_view heading = trim(line);
        if (heading.starts_with("CPU ") && heading.ends_with(":") &&
            parse_number(heading.substr(4, heading.size() - 5), number))
            cpus = std::max(cpus, number + 1);
        if (const auto vendor = quoted(line, "vendor_id"); !vendor.empty()) cpu.vendor = vendor;
        if (const auto brand = quoted(line, "brand = "); !brand.empty()) cpu.brand = trim(brand);
        if (const auto name = quoted(line, "hypervisor_id");
            !name.empty() && name.find_first_not_of(" ") != std::string_view::npos)
            evidence.hear(hearsay::hypervisor, trim(name), "cpuid, hypervisor_id");
        for (const BitRow& row : cpuid_rows) {
            if (!heading.starts_with(row.name)) continue;
            const std::string_view value = trim(heading.substr(heading.find('=') + 1));
            if (value == "true" || value == "false")
                evidence.hear(row.topic, value == "true" ? "yes" : "no", fmt::format("cpuid, {}", row.name));
        }
    });
    if (cpus > 0 && cpus <= CpuSet::limit) cpu.ids = cpus == 1 ? "0" : fmt::format("0-{}", cpus - 1);
    if (!cpu.vendor.empty() || !cpu.brand.empty()) evidence.cpu(cpu);
    evidence.taken("cpuid's text");
}

}  // namespace nestprobe
