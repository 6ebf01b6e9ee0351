// SPDX-License-Identifier: MIT
#include "machine/cpuinfo.hpp"

#include "base/text.hpp"
#include "registers/svm_registers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

constexpr std::string_view cpuinfo_path = "/proc/cpuinfo";

/// "model name\t: AMD EPYC" -> key and value; false for any other line.
bool split_line(std::string_view line, std::string_view& key, std::string_view& value) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    key = trim(line.substr(0, colon));
    value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    return true;
}

/// Linux arch/x86/include/asm/cpufeatures.h: the flags line lists by word and bit, so a flag is known to be
/// absent once a later one is there.  Words 4 (CPUID.1:ECX), 5 (VIA's), 6 (Fn8000_0001_ECX), 7 (Linux's own:
/// some that have been there since 4.15), 8 (of virtualization, in the order since 2.6.27) and 9
/// (CPUID.7:EBX).
constexpr std::string_view listed_in_order[] = {
    "pclmulqdq",  "dtes64",   "monitor",      "ds_cpl",      "vmx",           "smx",        "est",
    "tm2",        "ssse3",    "cid",          "sdbg",        "fma",           "cx16",       "xtpr",
    "pdcm",       "pcid",     "dca",          "sse4_1",      "sse4_2",        "x2apic",     "movbe",
    "popcnt",     "aes",      "xsave",        "avx",         "f16c",          "rdrand",     "hypervisor",
    "rng",        "rng_en",   "ace",          "ace_en",      "ace2",          "ace2_en",    "phe",
    "phe_en",     "pmm",      "pmm_en",       "lahf_lm",     "cmp_legacy",    "svm",        "extapic",
    "cr8_legacy", "abm",      "sse4a",        "misalignsse", "3dnowprefetch", "osvw",       "ibs",
    "xop",        "skinit",   "wdt",          "lwp",         "fma4",          "tce",        "nodeid_msr",
    "tbm",        "topoext",  "perfctr_core", "perfctr_nb",  "bpext",         "ptsc",       "perfctr_llc",
    "mwaitx",     "dtherm",   "ida",          "arat",        "pti",           "ssbd",       "ibrs",
    "ibpb",       "stibp",    "tpr_shadow",   "vnmi",        "flexpriority",  "ept",        "vpid",
    "vmmcall",    "fsgsbase", "tsc_adjust",   "bmi1",        "avx2",          "smep",       "bmi2",
    "erms",       "invpcid",  "rdseed",       "adx",         "smap",          "clflushopt", "clwb",
    "sha_ni"};

bool is_flag_name(std::string_view word) {
    for (const Field& field : registers::cpuid_8000000a_edx_fields)
        if (word == field.linux_flag) return true;
    return std::find(std::begin(listed_in_order), std::end(listed_in_order), word) !=
           std::end(listed_in_order);
}

/// A person who left something out says so: "fpu vme ... sse2", "b[mi2 ...]".
bool stands_for_more(std::string_view word) {
    return contains(word, "...") || contains(word, "\xe2\x80\xa6") ||
           word.find_first_of("[]") != std::string_view::npos;
}
bool has_ellipsis(std::string_view flags) {
    const auto words = split_words(flags);
    return std::any_of(words.begin(), words.end(), stands_for_more);
}

/// Does a list of which a part is missing prove that this flag is absent?  It does where the flag's place
/// lies inside a run of words that nothing was taken out of.  `end_cut`: the last word may be a part of one.
bool absence_is_proven(std::string_view flags, std::string_view flag, bool end_cut) {
    const auto at = std::find(std::begin(listed_in_order), std::end(listed_in_order), flag);
    if (at == std::end(listed_in_order)) return false;
    auto words = split_words(flags);
    if (end_cut && !words.empty()) words.back() = "...";
    bool begins_before = true, ends_behind = false;
    for (const std::string_view word : words) {
        if (stands_for_more(word)) {
            if (begins_before && ends_behind) return true;
            begins_before = ends_behind = false;
            continue;
        }
        const auto place = std::find(std::begin(listed_in_order), std::end(listed_in_order), word);
        if (place == std::end(listed_in_order)) continue;
        if (place < at) begins_before = true;
        if (place > at) ends_behind = true;
    }
    return begins_before && (ends_behind || (!end_cut && !words.empty() && !stands_for_more(words.back())));
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
            entry_.end_cut = cut;
            entry_.flags_cut = cut || has_ellipsis(value);
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
        return Absent{Why::malformed, fmt::format("{}: a processor without a flags line", cpuinfo_path)};
    const bool found = has_word(entry.flags, flag);
    if (entry.flags_cut && !found && !absence_is_proven(entry.flags, flag, entry.end_cut))
        return Absent{Why::malformed, fmt::format("{}: ends inside the flags line", cpuinfo_path)};
    return {found, {{fmt::format("{}, flags: {}", cpuinfo_path, flag), found ? "present" : "absent"}}};
}

Fact<std::vector<std::string>> svm_flags_in(const CpuinfoEntry& entry) {
    if (!entry.has_flags)
        return Absent{Why::malformed, fmt::format("{}: a processor without a flags line", cpuinfo_path)};
    if (entry.flags_cut)
        return Absent{Why::malformed, fmt::format("{}: ends inside the flags line", cpuinfo_path)};
    const auto stands_for_bit = [](std::string_view word) {
        for (const Field& field : registers::cpuid_8000000a_edx_fields)
            if (word == field.linux_flag) return true;
        return false;
    };
    std::vector<std::string> words;
    for (const std::string_view word : split_words(entry.flags))
        if (stands_for_bit(word)) words.emplace_back(word);
    std::string said = words.empty() ? "none of SVM's features" : fmt::format("{}", fmt::join(words, " "));
    return {std::move(words), {{fmt::format("{}, flags", cpuinfo_path), std::move(said)}}};
}

}  // namespace

std::string join_wrapped_flags(std::string_view flags, std::string_view more) {
    flags = trim(flags);
    more = trim(more);
    const auto before = flags.find_last_of(' ');
    const std::string_view first = before == std::string_view::npos ? flags : flags.substr(before + 1);
    const std::string_view second = more.substr(0, more.find(' '));
    const std::string joined = fmt::format("{}{}", first, second);
    const bool one = is_flag_name(joined) && !(is_flag_name(first) && is_flag_name(second));
    return fmt::format("{}{}{}", flags, one ? "" : " ", more);
}

bool reaches_the_end(std::string_view flags) {
    // A choice of the flags, by a tool (inxi) or by hand: every processor of the two makers has these.
    for (const std::string_view word : {"fpu", "tsc", "msr", "cx8"})
        if (!has_word(flags, word)) return false;
    const auto* from = std::find(std::begin(listed_in_order), std::end(listed_in_order), "rng");
    const auto words = split_words(flags);
    // A processor without 64 bits has nothing behind CPUID.1:ECX's flags; its last word is a whole one.
    if (!words.empty() && !has_word(flags, "lm") && is_flag_name(words.back())) return true;
    return std::any_of(from, std::end(listed_in_order), [&](std::string_view later) {
        return std::find(words.begin(), words.end(), later) != words.end();
    });
}

PerCpu<CpuinfoEntry> parse_cpuinfo(const Reading<std::string>& text) {
    if (text.if_absent()) return text.absence();
    auto entries = Parser(*text.if_known()).result();
    if (entries.groups().empty())
        return Absent{Why::malformed, fmt::format("{}: no processor in it", cpuinfo_path)};
    return entries;
}

PerCpu<std::vector<std::string>> vmx_flags_of(const PerCpu<CpuinfoEntry>& cpuinfo) {
    PerCpu<std::vector<std::string>> result;
    for (const auto& group : cpuinfo.groups()) {
        const CpuinfoEntry* entry = group.answer.if_known();
        if (!entry) {
            result.add(group.cpus, group.answer.absence());
        } else if (!entry->has_vmx_flags) {
            result.add(group.cpus,
                       Absent{Why::not_applicable, fmt::format("{}: no vmx flags line", cpuinfo_path)});
        } else {
            const auto words = split_words(entry->vmx_flags);
            result.add(group.cpus, {{words.begin(), words.end()},
                                    {{fmt::format("{}, vmx flags", cpuinfo_path), entry->vmx_flags}}});
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
