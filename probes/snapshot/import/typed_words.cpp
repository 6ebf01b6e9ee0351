// SPDX-License-Identifier: MIT
// What a shell makes of braces, and the headings of reports that name the command whose output follows.
#include "base/text.hpp"
#include "snapshot/import/typed.hpp"

#include <fmt/format.h>

namespace nestprobe {

std::vector<std::string> expand_braces(std::string_view word) {
    constexpr std::size_t most = 16;
    const auto open = word.find('{'), close = word.find('}', open);
    const auto inside = [&] { return word.substr(open + 1, close - open - 1); };
    if (open == std::string_view::npos || close == std::string_view::npos || !contains(inside(), ",") ||
        contains(inside(), "{"))
        return {std::string(word)};
    std::vector<std::string> words;
    for (std::string_view rest = inside(); words.size() < most;) {
        const auto comma = rest.find(',');
        for (const std::string& tail : expand_braces(word.substr(close + 1)))
            words.push_back(fmt::format("{}{}{}", word.substr(0, open), rest.substr(0, comma), tail));
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
    }
    return words;
}

std::string_view heading_in(std::string_view line, bool& announced) {
    if (line.starts_with("#==[ ")) {
        announced = true;
        return {};
    }
    if (announced && line.starts_with("# ")) {
        announced = false;
        return trim(line.substr(2));
    }
    if (!trim(line).empty()) announced = false;
    return {};
}

std::string as_command(std::string_view heading) {
    const std::string_view path = heading.substr(0, heading.find(' '));
    const bool file = path.starts_with("/etc/") || path.starts_with("/proc/") || path.starts_with("/sys/") ||
                      path.starts_with("/boot/") || path.starts_with("/var/log/");
    return file ? "cat " + std::string(path) : std::string(heading);
}

}  // namespace nestprobe
