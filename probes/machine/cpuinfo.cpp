// SPDX-License-Identifier: MIT
#include "machine/cpuinfo.hpp"

#include "base/text.hpp"
#include "registers/svm_registers.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

constexpr std::string_view path = "/proc/cpuinfo";

/// "model name\t: AMD EPYC" -> key and value; false for any other line.
bool split_line(std::string_view line, std::string_view& key, std::string_view& value) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    key = trim(line.substr(0, colon));
    value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    return true;
}

class Parser {
public:
    explicit Parser(std::string_view text) : cut_(!text.ends_with('\n')) {
        for_each_line(text, [&](std::string_view line) {
            take(line, cut_ && line.data() + line.size() == text.data() + text.size());
        });
        finish();
    }
    PerCpu<CpuinfoEntry> result() && { return std::move(result_); }

private:
    void take(std::string_view line, bool cut) {
        std::string_view key, value;
        if (!split_line(line, key, value)) return;
        if (key == "processor") {
            finish();
            if (cut || !CpuSet::parse(trim(value), cpus_)) cpus_ = {};
        } else if (key == "vendor_id") {
            entry_.vendor_id = value;
        } else if (key == "model name") {
            entry_.brand = trim(value);
        } else if (key == "flags") {
            entry_.flags = value;
            entry_.has_flags = true;
            entry_.flags_cut = cut;
        } else if (key == "vmx flags" && !cut) {
            entry_.vmx_flags = value;
            entry_.has_vmx_flags = true;
        }
    }
    void finish() {
        if (!cpus_.empty()) result_.add(cpus_, {std::move(entry_), {}});
        entry_ = {};
        cpus_ = {};
    }

    bool cut_;
    CpuSet cpus_;
    CpuinfoEntry entry_;
    PerCpu<CpuinfoEntry> result_;
};

Fact<bool> flag_in(const CpuinfoEntry& entry, std::string_view flag) {
    if (!entry.has_flags)
        return Absent{Why::malformed, fmt::format("{}: a processor without a flags line", path)};
    const bool found = has_word(entry.flags, flag);
    if (entry.flags_cut && !found)
        return Absent{Why::malformed, fmt::format("{}: ends inside the flags line", path)};
    return {found, {{fmt::format("{}, flags: {}", path, flag), found ? "present" : "absent"}}};
}

Fact<std::vector<std::string>> svm_flags_in(const CpuinfoEntry& entry) {
    if (!entry.has_flags)
        return Absent{Why::malformed, fmt::format("{}: a processor without a flags line", path)};
    if (entry.flags_cut) return Absent{Why::malformed, fmt::format("{}: ends inside the flags line", path)};
    const auto stands_for_bit = [](std::string_view word) {
        for (const Field& field : registers::cpuid_8000000a_edx_fields)
            if (word == field.linux_flag) return true;
        return false;
    };
    std::vector<std::string> words;
    for (const std::string_view word : split_words(entry.flags))
        if (stands_for_bit(word)) words.emplace_back(word);
    std::string said = words.empty() ? "none of SVM's features" : fmt::format("{}", fmt::join(words, " "));
    return {std::move(words), {{fmt::format("{}, flags", path), std::move(said)}}};
}

}  // namespace

PerCpu<CpuinfoEntry> parse_cpuinfo(const Reading<std::string>& text) {
    if (text.if_absent()) return text.absence();
    auto entries = Parser(*text.if_known()).result();
    if (entries.groups().empty()) return Absent{Why::malformed, fmt::format("{}: no processor in it", path)};
    return entries;
}

PerCpu<std::vector<std::string>> vmx_flags_of(const PerCpu<CpuinfoEntry>& cpuinfo) {
    PerCpu<std::vector<std::string>> result;
    for (const auto& group : cpuinfo.groups()) {
        const CpuinfoEntry* entry = group.answer.if_known();
        if (!entry) {
            result.add(group.cpus, group.answer.absence());
        } else if (!entry->has_vmx_flags) {
            result.add(group.cpus, Absent{Why::not_applicable, fmt::format("{}: no vmx flags line", path)});
        } else {
            const auto words = split_words(entry->vmx_flags);
            result.add(group.cpus, {{words.begin(), words.end()},
                                    {{fmt::format("{}, vmx flags", path), entry->vmx_flags}}});
        }
    }
    return result;
}

PerCpu<std::vector<std::string>> svm_flags_of(const PerCpu<CpuinfoEntry>& cpuinfo) {
    PerCpu<std::vector<std::string>> result;
    for (const auto& group : cpuinfo.groups()) {
        const CpuinfoEntry* entry = group.answer.if_known();
        result.add(group.cpus, entry ? svm_flags_in(*entry) : group.answer.absence());
    }
    return result;
}

PerCpu<bool> flag_of(const PerCpu<CpuinfoEntry>& cpuinfo, std::string_view flag) {
    PerCpu<bool> result;
    for (const auto& group : cpuinfo.groups()) {
        if (const CpuinfoEntry* entry = group.answer.if_known())
            result.add(group.cpus, flag_in(*entry, flag));
        else
            result.add(group.cpus, group.answer.absence());
    }
    return result;
}

}  // namespace nestprobe
