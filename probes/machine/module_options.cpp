// SPDX-License-Identifier: MIT
// Words of the kernel command line, and options of modules: taken apart, compared, the one that counts.
#include "facts/module_options.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace nestprobe {

std::string Origin::text() const {
    if (on_command_line()) return "kernel command line";
    return line == 0 ? file : fmt::format("{}:{}", file, line);
}

std::vector<std::string> split_command_line(std::string_view text) {
    std::vector<std::string> words;
    std::optional<std::string> word;
    bool quoted = false;
    const auto is_end = [&](char c) {
        return c == '"' || (!quoted && (c == ' ' || c == '\t' || c == '\n' || c == '\0'));
    };
    while (!text.empty()) {
        const auto run =
            static_cast<std::size_t>(std::find_if(text.begin(), text.end(), is_end) - text.begin());
        if (run > 0) {
            if (!word) word.emplace();
            word->append(text.substr(0, run));
        } else if (text.front() == '"') {
            quoted = !quoted;
            if (!word) word.emplace();
        } else {
            if (word) words.push_back(std::move(*word));
            word.reset();
        }
        text.remove_prefix(std::max<std::size_t>(run, 1));
    }
    if (word) words.push_back(std::move(*word));
    return words;
}

/// By the optimal string alignment of two short words.
unsigned distance(std::string_view a, std::string_view b) {
    constexpr std::size_t longest = 40;
    if (a.size() > longest || b.size() > longest) return longest;
    const std::size_t least = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
    if (least > 2) return static_cast<unsigned>(least);  // nobody asks how far what is that far is
    std::array<std::array<unsigned, longest + 1>, longest + 1> d{};
    for (unsigned i = 0; i <= a.size(); ++i) d[i][0] = i;
    for (unsigned j = 0; j <= b.size(); ++j) d[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i)
        for (std::size_t j = 1; j <= b.size(); ++j) {
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[a.size()][b.size()];
}

bool put_aside(std::string_view path) {
    constexpr std::string_view endings[] = {
        "~",       ".bak",    ".old",     ".orig",    ".save",   ".disabled", ".off", ".rpmsave",
        ".rpmnew", ".pacnew", ".pacsave", ".disable", ".backup", ".example",  ".md",  "README"};
    return contains(path, ".dpkg-") || contains(path, ".ucf-") || contains(path, ".nestprobe-") ||
           std::any_of(std::begin(endings), std::end(endings), [&](auto e) { return path.ends_with(e); });
}

const ModuleOption* effective(const std::vector<ModuleOption>& options, std::string_view module,
                              std::string_view parameter) {
    const auto found = std::find_if(options.rbegin(), options.rend(), [&](const ModuleOption& o) {
        return o.module == module && o.parameter == parameter;
    });
    return found == options.rend() ? nullptr : &*found;
}

bool parse_switch(std::string_view text, bool& value) {
    text = trim(text);
    if (text == "Y" || text == "y" || text == "1" || text == "on") {
        value = true;
        return true;
    }
    if (text == "N" || text == "n" || text == "0" || text == "off") {
        value = false;
        return true;
    }
    return false;
}

}  // namespace nestprobe
