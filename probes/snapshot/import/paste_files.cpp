// SPDX-License-Identifier: MIT
// What cat, grep, head and their like show of files that a probe knows, by the path in the command.
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace nestprobe {
namespace {

bool is_path(std::string_view word) { return word.starts_with('/'); }

/// cat of several files of one value each: a line for each, in their order, but for those that are missing.
bool take_values(const Section& section, Evidence& evidence) {
    std::vector<std::string_view> paths, lines;
    for (const std::string& word : section.command.words)
        if (is_path(word)) paths.push_back(word);
    const bool values = std::all_of(paths.begin(), paths.end(), [](std::string_view path) {
        return path.starts_with("/sys/") && path.find_first_of("*?") == std::string_view::npos;
    });
    if (!values || paths.size() < 2 || section.cut()) return false;
    for_each_line(section.body, [&](std::string_view line) {
        line = trim(line);
        const auto missing = std::find_if(paths.begin(), paths.end(), [&](std::string_view path) {
            return contains(line, path) && read_single_line(line, section, evidence);
        });
        if (missing != paths.end())
            paths.erase(missing);
        else if (!line.empty())
            lines.push_back(line);
    });
    if (lines.size() != paths.size()) return false;
    for (std::size_t i = 0; i < lines.size(); ++i)
        read_file_of_kernel(std::string(paths[i]), fmt::format("{}\n", lines[i]), evidence);
    return true;
}

/// "cat /sys/module/kvm_*/parameters/nested" shows one value: a letter is kvm_intel's, whose parameter is a
/// bool; kvm_amd's is an int (Linux arch/x86/kvm/vmx/vmx.c, svm/svm.c, 4.19 to 7.2), and so is that of some
/// distributions' kvm_intel.
bool take_nested_of_either(std::string_view path, const Section& section, Evidence& evidence) {
    // "kvm_*", "kvm_[ai]*", "kvm_?*": whatever stands for the vendor.
    if (!path.starts_with("/sys/module/kvm") || !path.ends_with("/parameters/nested") ||
        contains(path, "kvm_amd") || contains(path, "kvm_intel"))
        return false;
    std::string_view value;
    std::size_t values = 0;
    for_each_line(section.body, [&](std::string_view line) {
        line = trim(line);
        if (line != "Y" && line != "N" && line != "1" && line != "0") return;
        value = line;
        ++values;
    });
    if (values != 1 || section.cut()) return false;
    if (value == "Y" || value == "N")
        evidence.file("/sys/module/kvm_intel/parameters/nested", fmt::format("{}\n", value));
    else
        evidence.hear(hearsay::nested, value == "1" ? "yes" : "no", section.command.line);
    evidence.taken(path);
    return true;
}

/// "Which returned a Y, which means ...", below the command that printed a parameter; empty: no such
/// sentence.
std::string_view value_in_sentence(std::string_view body) {
    constexpr std::string_view verbs[] = {"returned", "returns", "gave", "gives", "printed", "prints",
                                          "showed",   "shows",   "says", "said",  "is",      "was"};
    constexpr std::string_view ties[] = {"a", "an", "the", "me", "value", "to", "set"};
    const std::vector<std::string_view> words = split_words(body.substr(0, body.find('\n')));
    constexpr std::string_view says[] = {"says", "said", "printed", "prints", "returned", "returns"};
    bool said = false, in_words = false;
    for (std::string_view word : words) {
        while (!word.empty() && contains("`'\",.;:()", word.substr(0, 1))) word.remove_prefix(1);
        while (!word.empty() && contains("`'\",.;:()", word.substr(word.size() - 1))) word.remove_suffix(1);
        if (said && word.size() == 1 && contains("YN10", word)) return word;
        // "It says no": the file itself has a letter or a digit.
        if (in_words && word == "no") return "N";
        if (in_words && word == "yes") return "Y";
        in_words = std::find(std::begin(says), std::end(says), word) != std::end(says);
        const bool tie = std::find(std::begin(ties), std::end(ties), word) != std::end(ties);
        said = std::find(std::begin(verbs), std::end(verbs), word) != std::end(verbs) || (said && tie);
    }
    return {};
}

/// Of a parameter's file the value alone, where a sentence says it.
std::string what_it_printed(std::string_view path, std::string_view body) {
    const bool sentence = contains(path, "/parameters/") && split_words(body).size() > 2;
    const std::string_view value = sentence ? value_in_sentence(trim(body)) : std::string_view{};
    return value.empty() ? std::string(body) : fmt::format("{}\n", value);
}

}  // namespace

/// "cat /sys/class/dmi/id/product_name: Virtual Machine": command and answer in one line.
bool take_answer_in_command(const Section& section, Evidence& evidence) {
    const std::string_view line = section.command.line;
    const auto path = line.find(" /"), colon = line.find(": ");
    if (section.command.program != "cat" || path == std::string_view::npos ||
        colon == std::string_view::npos || colon < path)
        return false;
    const std::string_view name = line.substr(path + 1, colon - path - 1);
    if (!is_wanted(name) || name.starts_with("/proc/cpuinfo")) return false;
    return read_file_of_kernel(std::string(name), fmt::format("{}\n", trim(line.substr(colon + 2))),
                               evidence);
}

bool take_files(const Section& section, Evidence& evidence) {
    const Command& command = section.command;
    const bool plain = command.program == "cat" || command.program == "zcat" || command.program == "head" ||
                       command.program == "tail" || command.program == "more" || command.program == "less";
    const bool grep = command.program == "grep" || command.program == "egrep" || command.program == "zgrep";
    if (!plain && !grep) return false;
    if (plain && take_values(section, evidence)) return true;
    for (const std::string& path : command.words) {
        if (!path.starts_with('/')) continue;
        if (path == "/proc/cpuinfo") {
            read_cpuinfo(section, evidence);
            return true;
        }
        if (read_container_file(path, section.body, evidence)) return true;
        if (path == "/proc/modules") {
            read_lsmod(section, evidence);
            return true;
        }
        if (path.find_first_of("*?{[") != std::string::npos) {
            if (plain && take_nested_of_either(path, section, evidence)) return true;
            // Of which of them a line is does not show.
            if (grep || !contains(path, "modprobe.d/")) return false;
            read_options_without_place(section.body, evidence);
            return true;
        }
        const std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
        if (path == "/proc/config.gz" || path.starts_with("/boot/config-") || name.starts_with("config-") ||
            name == ".config") {
            if (!is_kernel_config(section.body)) return false;
            read_kernel_config(section.body, evidence);
            return true;
        }
        if (path == "/etc/kernel/cmdline" && !section.cut()) {
            read_kernel_cmdline_file(section.body, evidence);
            return true;
        }
        if (path.starts_with("/var/log/")) {
            read_kernel_log(section, evidence);
            return true;
        }
        if (!grep && std::count_if(command.words.begin(), command.words.end(), is_path) == 1)
            return read_file_of_kernel(path, what_it_printed(path, section.body), evidence);
    }
    return false;
}

}  // namespace nestprobe
