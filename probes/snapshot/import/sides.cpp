// SPDX-License-Identifier: MIT
#include "snapshot/import/sides.hpp"

#include "base/text.hpp"
#include "base/whole_words.hpp"

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

constexpr std::string_view marks = "#*_`=-:,.()[]'\"";

std::string_view bare(std::string_view word) {
    while (!word.empty() && contains(marks, word.substr(0, 1))) word.remove_prefix(1);
    while (!word.empty() && contains(marks, word.substr(word.size() - 1))) word.remove_suffix(1);
    return word;
}

/// In small letters.  A guest's guest is neither: what it lacks says nothing of this one.
MachineSide side_of_word(std::string_view word) {
    constexpr std::string_view hosts[] = {"host", "hypervisor", "l0"};
    constexpr std::string_view guests[] = {"guest", "vm", "l1"};
    if (std::find(std::begin(hosts), std::end(hosts), word) != std::end(hosts)) return MachineSide::host;
    if (std::find(std::begin(guests), std::end(guests), word) != std::end(guests)) return MachineSide::guest;
    return MachineSide::unknown;
}

/// Words that may stand in a heading without a colon: "On the host", "Now inside my VM".
bool is_small_word(std::string_view word) {
    constexpr std::string_view words[] = {"on",  "in",   "inside", "within", "from",   "at",     "the",
                                          "my",  "this", "a",      "of",     "and",    "but",    "now",
                                          "for", "os",   "here",   "system", "output", "machine"};
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

}  // namespace

MachineSide side_of_heading(std::string_view line) {
    constexpr std::size_t longest = 60;
    constexpr std::string_view names[] = {"ost",  "OST", "isor", "ISOR", "L0", "l0", "uest",
                                          "UEST", "VM",  "vm",   "Vm",   "L1", "l1"};
    line = trim(line);
    if (line.empty() || line.size() > longest || line.starts_with('<') || line.starts_with('$'))
        return MachineSide::unknown;
    // Most lines name neither.
    if (!contains_any(line, names)) return MachineSide::unknown;
    const bool marked = line.ends_with(':') || line.starts_with("##") || line.starts_with("**");
    MachineSide found = MachineSide::unknown;
    bool small = true;
    for (const std::string_view written : split_words(line)) {
        const std::string word = in_small_letters(bare(written));
        const MachineSide side = side_of_word(word);
        if (side == MachineSide::unknown) {
            small = small && (word.empty() || is_small_word(word));
            continue;
        }
        if (found != MachineSide::unknown && found != side) return MachineSide::unknown;
        found = side;
    }
    return marked || small ? found : MachineSide::unknown;
}

MachineSide side_of_prompt(std::string_view host) {
    const std::string small = in_small_letters(host);
    MachineSide found = MachineSide::unknown;
    for (std::size_t at = 0; at < small.size();) {
        const std::size_t end = std::min(small.find_first_of("-_.", at), small.size());
        std::string_view part = std::string_view(small).substr(at, end - at);
        at = end + 1;
        MachineSide side = side_of_word(part);
        if (side == MachineSide::unknown && part.size() > 2) {
            while (!part.empty() && contains("0123456789", part.substr(part.size() - 1)))
                part.remove_suffix(1);
            side = side_of_word(part);
        }
        if (side == MachineSide::unknown) continue;
        if (found != MachineSide::unknown && found != side) return MachineSide::unknown;
        found = side;
    }
    return found;
}

std::vector<SidedSection> with_sides(const std::vector<Section>& sections) {
    std::vector<SidedSection> parts;
    MachineSide side = MachineSide::unknown;
    std::string host;
    for (const Section& section : sections) {
        // A prompt that shows another name is another machine's, whatever stands above it.
        if (section.host != host) side = MachineSide::unknown;
        host = section.host;
        parts.push_back({{section.command, {}, section.host}, side});
        std::string_view rest = section.body;
        while (!rest.empty()) {
            const std::size_t size = std::min(rest.find('\n'), rest.size() - 1) + 1;
            const std::string_view line = rest.substr(0, size);
            rest.remove_prefix(size);
            if (const MachineSide next = side_of_heading(line); next != MachineSide::unknown) {
                side = next;
                if (!parts.back().section.body.ends_with('\n')) parts.back().section.body.push_back('\n');
                parts.push_back({{{}, {}, section.host}, side});
            } else {
                parts.back().section.body.append(line);
            }
        }
    }
    return parts;
}

}  // namespace nestprobe
