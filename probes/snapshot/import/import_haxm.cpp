// SPDX-License-Identifier: MIT
// HAXM's checktool: "VMX enabled         -  No".  It runs on Windows and macOS, and asks the processor's own
// registers (intel/haxm CheckTool/checktool, check_host.cpp).
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

namespace nestprobe {
namespace {

/// "*  Yes" or "-  No" behind `name`, which begins the line.
std::string_view answer_to(std::string_view line, std::string_view name) {
    if (!line.starts_with(name)) return {};
    const std::vector<std::string_view> words = split_words(line.substr(name.size()));
    if (words.size() < 2 || (words[0] != "*" && words[0] != "-")) return {};
    return words[1].starts_with("Yes") ? "yes" : words[1].starts_with("No") ? "no" : std::string_view{};
}

std::string_view line_of_checktool(std::string_view line) {
    line = trim(line);
    while (line.starts_with('_')) line.remove_prefix(1);
    while (line.ends_with('_')) line.remove_suffix(1);
    return line;
}

/// What the tool answers of `name`; empty: it does not.
std::string_view answer_in(std::string_view text, std::string_view name) {
    std::string_view answer;
    for_each_line(text, [&](std::string_view line) {
        if (answer.empty()) answer = answer_to(line_of_checktool(line), name);
    });
    return answer;
}

/// `hidden`: Hyper-V runs there and shows VMX to nobody else; what the tool does not find is no news then,
/// and without VMX there is no register that says who switched it off.
void take_checktool_line(std::string_view line, bool hidden, bool has_vmx, Evidence& evidence) {
    constexpr std::string_view tool = "checktool";
    const std::string shown = fmt::format("{}", fmt::join(split_words(line), " "));
    if (const std::string_view there = answer_to(line, "VMX supported"); !there.empty()) {
        if (there == "yes" || !hidden)
            evidence.hear(hearsay::cpuid_vmx, there, fmt::format("{}: {}", tool, shown));
    } else if (answer_to(line, "VMX enabled") == "no") {
        if (!hidden && has_vmx) evidence.hear(hearsay::firmware_off, fmt::format("{} (vmx)", shown), tool);
    } else if (line.starts_with("CPU vendor") && line.find('*') != std::string_view::npos) {
        evidence.cpu({.vendor = std::string(split_words(line).back())});
    } else {
        return;
    }
    evidence.taken("HAXM's checktool");
}

}  // namespace

void hear_haxm(std::string_view text, Evidence& evidence) {
    if (!contains(text, "checktool")) return;
    const bool hidden = answer_in(text, "Hyper-V disabled") == "no";
    const bool has_vmx = answer_in(text, "VMX supported") != "no";
    for_each_line(text, [&](std::string_view line) {
        take_checktool_line(line_of_checktool(line), hidden, has_vmx, evidence);
    });
}

}  // namespace nestprobe
