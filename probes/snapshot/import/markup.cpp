// SPDX-License-Identifier: MIT
#include "snapshot/import/markup.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

/// Of BBCode and HTML, those that stand in or around an output; none is a word of libvirt's XML.
constexpr std::string_view tags[] = {"code", "pre", "quote", "b", "strong", "em", "br", "spoiler"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// "[code]", "</strong>", "<br />", "[code=bash]" at the beginning of a text: its size; 0 where there is
/// none.
std::size_t tag_size(std::string_view text) {
    if (text.empty() || (text.front() != '[' && text.front() != '<')) return 0;
    constexpr std::size_t longest = 40;
    text = text.substr(0, longest + 1);  // further on nobody looks: a line may have millions of brackets
    const auto close = text.find(text.front() == '[' ? ']' : '>');
    if (close == std::string_view::npos) return 0;
    std::string name;
    for (const char c : text.substr(1, close - 1)) {
        if (c == '/' && name.empty()) continue;
        if (c == '=' || c == ' ' || c == '/') break;
        name += lower(c);
    }
    return std::find(std::begin(tags), std::end(tags), name) != std::end(tags) ? close + 1 : 0;
}

/// Tags, and "**" that is no part of a rule of asterisks.
std::string without_tags(std::string_view line) {
    std::string plain;
    for (std::size_t i = 0; i < line.size();) {
        const std::size_t tag = tag_size(line.substr(i));
        const bool bold = line.substr(i).starts_with("**") && !line.substr(i).starts_with("***") &&
                          (i == 0 || line[i - 1] != '*');
        if (tag == 0 && !bold) plain += line[i];
        i += tag > 0 ? tag : bold ? 2 : 1;
    }
    return plain;
}

/// A quotation within a mail or an answer; "> " is also a prompt, behind which the command is known by
/// itself.
std::string_view without_quotation(std::string_view line) {
    while (line.starts_with("> ") || line.starts_with(">>") || line == ">") {
        line.remove_prefix(1);
        if (line.starts_with(' ')) line.remove_prefix(1);
    }
    return line;
}

/// The kernel's own backquotes open words that an apostrophe ends.
std::string_view without_backquotes(std::string_view line) {
    if (line.starts_with("```")) return line;
    const bool kernels = contains(line, "'");
    const std::string_view inside = trim(line);
    const bool around = inside.size() > 2 && inside.starts_with('`') && inside.ends_with('`');
    if (around) return inside.substr(1, inside.size() - 2);
    if (!kernels && inside.starts_with('`') && inside.find('`', 1) == std::string_view::npos)
        return inside.substr(1);
    if (!kernels && inside.size() > 1 && inside.find('`') == inside.size() - 1)
        return inside.substr(0, inside.size() - 1);
    return line;
}

}  // namespace

std::string without_markup(std::string_view line) {
    line = without_quotation(line);
    // Typed off a screen: "kvm : disabled by bios".
    for (const std::string_view prefix : {"kvm :", "kvm_intel :", "kvm_amd :", "kvm-intel :", "kvm-amd :"})
        if (trim(line).starts_with(prefix))
            return fmt::format("{}{}", prefix.substr(0, prefix.size() - 2),
                               trim(line).substr(prefix.size() - 1));
    if (line.find_first_of("*<[`") == std::string_view::npos) return std::string(line);
    return std::string(without_backquotes(without_tags(line)));
}

std::string_view command_in_prose(std::string_view line) {
    constexpr std::string_view outputs[] = {
        "dmesg",     "lscpu", "lsmod",    "journalctl", "kvm-ok",
        "modinfo",   "cat",   "grep",     "egrep",      "zgrep",
        "systool",   "rdmsr", "modprobe", "uname",      "virt-host-validate",
        "dmidecode", "inxi",  "zcat"};
    constexpr std::size_t longest = 160;
    line = trim(line);
    if (!line.ends_with(':') || line.size() > longest || line.front() == '[') return {};
    line = trim(line.substr(0, line.size() - 1));
    const auto open = line.find('`');
    if (const auto close = line.find('`', open + 1);
        open != std::string_view::npos && close != std::string_view::npos)
        line = line.substr(open + 1, close - open - 1);
    for (const std::string_view word : split_words(line)) {
        if (!holds(outputs, word)) continue;
        return line.substr(static_cast<std::size_t>(word.data() - line.data()));
    }
    return {};
}

}  // namespace nestprobe
