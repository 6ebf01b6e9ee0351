// SPDX-License-Identifier: MIT
#include "snapshot/import/markup.hpp"

#include "base/text.hpp"
#include "snapshot/import/typed.hpp"

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

// --- tables ---

/// "| a | b |" -> "a", "b"; a backslash before a bar keeps it.  Empty: no row.
std::vector<std::string> bar_cells(std::string_view line) {
    constexpr std::size_t longest = 2000;
    line = trim(line);
    if (line.size() < 5 || line.size() > longest || !line.starts_with('|') || !line.ends_with('|')) return {};
    std::vector<std::string> cells(1);
    for (std::size_t i = 1; i + 1 < line.size(); ++i) {
        if (line[i] == '\\' && line[i + 1] == '|' && i + 2 < line.size())
            cells.back() += line[++i];
        else if (line[i] == '|')
            cells.emplace_back();
        else
            cells.back() += line[i];
    }
    for (std::string& cell : cells) {
        std::string_view own = trim(cell);
        if (own.size() > 2 && own.starts_with('`') && own.ends_with('`')) own = own.substr(1, own.size() - 2);
        if (own.size() > 4 && own.starts_with("**") && own.ends_with("**"))
            own = own.substr(2, own.size() - 4);
        cell = std::string(own);
    }
    return cells;
}

/// "|---|:--:|"
bool is_ruled(const std::vector<std::string>& cells) {
    return !cells.empty() && std::all_of(cells.begin(), cells.end(), [](const std::string& cell) {
        return contains(cell, "--") && cell.find_first_not_of("-: ") == std::string::npos;
    });
}

/// A cell's own lines.
std::string with_line_feeds(std::string_view cell) {
    std::string lines;
    for (std::size_t i = 0; i < cell.size(); ++i) {
        const std::string_view rest = cell.substr(i);
        const std::size_t tag = rest.starts_with("<br") ? tag_size(rest) : 0;
        lines += tag > 0 ? '\n' : cell[i];
        if (tag > 0) i += tag - 1;
    }
    return lines;
}

/// What a row says, as its output would: in front what has a key, behind what a command printed.
void add_row(std::string_view key, std::string_view value, std::string& keyed, std::string& typed) {
    struct Name {
        std::string_view key, as;
    };
    constexpr Name names[] = {{"CPU", "Model name"},
                              {"Processor", "Model name"},
                              {"CPU model", "Model name"},
                              {"Virtualization", "Virtualization"},
                              {"Hypervisor", "Hypervisor vendor"}};
    constexpr std::string_view kernels[] = {"Kernel", "Kernel version", "Kernel Version", "Linux kernel"};
    const std::string lines = with_line_feeds(value);
    if (is_bare_command(key)) {
        typed += fmt::format("$ {}\n{}\n", key, lines);
    } else if (key.starts_with('/') && key.find(' ') == std::string_view::npos) {
        typed += key == "/dev/kvm" ? fmt::format("$ ls -l /dev/kvm\n{}\n", lines)
                                   : fmt::format("$ cat {}\n{}\n", key, lines);
    } else if (holds(kernels, key) && !value.empty() && is_digit(value.front())) {
        typed += fmt::format("$ uname -r\n{}\n", value.substr(0, value.find(' ')));
    } else {
        const auto* name =
            std::find_if(std::begin(names), std::end(names), [&](const Name& row) { return row.key == key; });
        keyed += fmt::format("{}: {}\n", name == std::end(names) ? key : name->as, lines);
    }
}

}  // namespace

std::string without_tables(std::string_view text) {
    if (!contains(text, "|-") && !contains(text, "| -") && !contains(text, "|:-") && !contains(text, "| :-"))
        return std::string(text);
    std::string result, keyed, typed;
    std::string_view header;
    bool inside = false;
    const auto finish = [&] {
        if (inside) result.append(keyed).append(typed).append("$ true\n");
        keyed.clear();
        typed.clear();
        inside = false;
    };
    for_each_line(text, [&](std::string_view line) {
        const std::vector<std::string> cells = bar_cells(line);
        if (inside && cells.size() == 2) return add_row(cells[0], cells[1], keyed, typed);
        finish();
        if (cells.size() == 2 && is_ruled(cells) && !header.empty()) {
            inside = true;
            header = {};
            return;
        }
        if (!header.empty()) result.append(header).push_back('\n');
        header = cells.size() == 2 ? line : std::string_view{};
        if (header.empty()) result.append(line).push_back('\n');
    });
    if (!header.empty()) result.append(header).push_back('\n');
    finish();
    if (!text.ends_with('\n') && result.ends_with('\n') && !result.ends_with("$ true\n")) result.pop_back();
    return result;
}

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
