// SPDX-License-Identifier: MIT
#include "snapshot/import/sides.hpp"

#include "base/text.hpp"
#include "base/whole_words.hpp"
#include "snapshot/import/entrances.hpp"

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

/// A guest's guest is neither side: what it lacks says nothing of this one.
struct PlaceWord {
    std::string_view word;  ///< in small letters
    MachineSide side = MachineSide::unknown;
    bool sandbox = false;
};
constexpr PlaceWord place_words[] = {
    {"host", MachineSide::host},
    {"hypervisor", MachineSide::host},
    {"l0", MachineSide::host},
    {"dom0", MachineSide::host},
    {"physical", MachineSide::host},
    {"metal", MachineSide::host},
    {"proxmox", MachineSide::host},
    {"pve", MachineSide::host},
    {"guest", MachineSide::guest},
    {"vm", MachineSide::guest},
    {"vps", MachineSide::guest},
    {"domu", MachineSide::guest},
    {"instance", MachineSide::guest},
    {"droplet", MachineSide::guest},
    {"l1", MachineSide::guest},
    {"l2", MachineSide::nested},
    {"machine"},
    {"server"},
    {"laptop"},
    {"pc"},
    {"desktop"},
    {"node"},
    {"virtual"},
    {.word = "container", .sandbox = true},
    {.word = "docker", .sandbox = true},
    {.word = "podman", .sandbox = true},
    {.word = "pod", .sandbox = true},
    {.word = "jail", .sandbox = true},
    {.word = "flatpak", .sandbox = true},
    {.word = "snap", .sandbox = true},
    {.word = "lxc", .sandbox = true},
    {.word = "sandbox", .sandbox = true},
    {.word = "chroot", .sandbox = true},
};

const PlaceWord* place_word(std::string_view small) {
    const auto found = std::find_if(std::begin(place_words), std::end(place_words),
                                    [&](const PlaceWord& row) { return row.word == small; });
    return found == std::end(place_words) ? nullptr : found;
}

MachineSide side_of_word(std::string_view small) {
    const PlaceWord* row = place_word(small);
    return row ? row->side : MachineSide::unknown;
}

/// Words that may stand in a heading without a colon: "On the host", "Now inside my VM".
bool is_small_word(std::string_view word) {
    constexpr std::string_view words[] = {"on",  "in",   "inside", "within", "from",   "at",     "the",
                                          "my",  "this", "a",      "of",     "and",    "but",    "now",
                                          "for", "os",   "here",   "system", "output", "machine"};
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

/// Such words of other languages, and what stands before a machine's name in a heading: "Output in my Ubuntu
/// VM:".
bool may_stand_before(std::string_view written) {
    constexpr std::string_view words[] = {
        "auf",    "dem", "den",  "der", "die", "bei", "im",   "dans", "le",   "la",    "les",  "sur",
        "en",     "el",  "los",  "no",  "na",  "nel", "op",   "het",  "de",   "these", "that", "results",
        "result", "run", "logs", "log", "is",  "are", "what", "as",   "with", "kvm",   "qemu", "linux"};
    const std::string word = in_small_letters(bare(written));
    const bool name = !word.empty() && bare(written).front() != word.front();
    return word.empty() || name || is_small_word(word) || place_word(word) ||
           std::find(std::begin(words), std::end(words), word) != std::end(words);
}

/// A sentence about a machine, or a line of a form, and no heading over its outputs.
bool is_no_heading(std::string_view word) {
    constexpr std::string_view words[] = {
        "not",     "no",     "cannot",   "can't",   "won't",       "doesn't",   "don't",      "without",
        "outside", "when",   "if",       "before",  "after",       "i",         "to",         "fails",
        "failed",  "fail",   "start",    "starts",  "starting",    "stop",      "boot",       "boots",
        "booting", "create", "creating", "created", "launch",      "launching", "running",    "trying",
        "try",     "steps",  "error",    "errors",  "information", "info",      "os",         "type",
        "name",    "will",   "want",     "using",   "use",         "install",   "installing", "system:"};
    return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

/// All that the words of a line name.
struct NamedPlaces {
    const PlaceWord* first = nullptr;
    MachineSide side = MachineSide::unknown;
    bool both_sides = false;
    bool small = true;    ///< all other words may stand in a heading without a colon
    bool heading = true;  ///< with one, they may
};

NamedPlaces named_places(std::string_view line) {
    NamedPlaces named;
    bool nested = false, virtual_before = false;
    for (const std::string_view written : split_words(line)) {
        const std::string word = in_small_letters(bare(written));
        const PlaceWord* row =
            place_word(virtual_before && (word == "machine" || word == "server") ? "vm" : word);
        virtual_before = word == "virtual";
        if (row && !named.first) named.first = row;
        const bool begun = named.side != MachineSide::unknown;
        named.heading = named.heading && !is_no_heading(word) && (begun || may_stand_before(written));
        if (!row || row->side == MachineSide::unknown) {
            nested = word == "nested" || word == "inner";
            named.small = named.small && (word.empty() || nested || is_small_word(word));
            continue;
        }
        // "In the nested VM:"
        const MachineSide side = nested && row->side == MachineSide::guest ? MachineSide::nested : row->side;
        nested = false;
        named.both_sides = named.both_sides || (named.side != MachineSide::unknown && named.side != side);
        named.side = side;
    }
    return named;
}

/// Nothing but the marks of a code block.
bool is_empty_line(std::string_view text) {
    return text.find_first_not_of(" \t\r\n`~") == std::string_view::npos;
}

struct LeadRow {
    std::string_view program;
    LeadsTo to = LeadsTo::inside;
};
constexpr LeadRow leads[] = {
    {"docker"},
    {"podman"},
    {"nerdctl"},
    {"pct"},
    {"lxc-attach"},
    {"machinectl"},
    {"lxc"},
    {"incus"},
    {"oc"},
    {"kubectl"},
    {"toolbox"},
    {"distrobox"},
    {"chroot"},
    {"arch-chroot"},
    {"unshare"},
    {"nsenter"},
    {"systemd-nspawn"},
    {"ssh", LeadsTo::another_machine},
    {"vagrant", LeadsTo::another_machine},
};

/// What makes a line a heading.  A single '#' may be root's prompt: it can name a place, but no side.
enum class Mark { none, hash, heading };

Mark mark_of(std::string_view line) {
    if (line.ends_with(':') || line.starts_with("##") || line.starts_with("**")) return Mark::heading;
    return line.starts_with('#') ? Mark::hash : Mark::none;
}

/// "I am stuck in my VM. On the host:" is a heading by its last words.
std::string_view last_sentence(std::string_view line) {
    for (const std::string_view end : {". ", "? ", "! "})
        if (const auto at = line.rfind(end); at != std::string_view::npos) line = trim(line.substr(at + 2));
    return line;
}

/// "My VM's XML:": what stands below it is printed on the host, or nowhere.
bool heads_definition(std::string_view line) {
    constexpr std::string_view words[] = {"XML",     "xml",     "efinition", "onfig",
                                          ".conf",   "Vagrant", "dumpxml",   "ettings",
                                          "anifest", ".vmx",    "emplate",   "command line"};
    return contains_any(line, words);
}

}  // namespace

LeadsTo leads_to(const Command& command) {
    const auto found = std::find_if(std::begin(leads), std::end(leads),
                                    [&](const LeadRow& row) { return row.program == command.program; });
    return found == std::end(leads) ? LeadsTo::nowhere : found->to;
}

Heading heading_of(std::string_view line) {
    constexpr std::size_t longest = 60;
    line = last_sentence(trim(line));
    if (line.empty() || line.size() > longest || line.starts_with('<') || line.starts_with('$')) return {};
    const Mark mark = mark_of(line);
    // Of most lines that is all; an unmarked one can only name a side.
    constexpr std::string_view sides[] = {"ost",    "OST",    "isor", "ISOR",   "L0", "l0",     "uest",
                                          "UEST",   "VM",     "vm",   "Vm",     "L1", "l1",     "nstance",
                                          "roplet", "roxmox", "PVE",  "pve",    "L2", "irtual", "VPS",
                                          "om0",    "omU",    "etal", "hysical"};
    if ((mark == Mark::none && !contains_any(line, sides)) || heads_definition(line)) return {};
    const NamedPlaces named = named_places(line);
    const bool tells = named.small || (mark == Mark::heading && named.heading);
    const MachineSide side = tells && !named.both_sides ? named.side : MachineSide::unknown;
    if (mark == Mark::none) return {side, side != MachineSide::unknown, false};
    return {side, named.first != nullptr, named.first && named.first->sandbox};
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

/// Of a machine that a command of this one goes into: its guest, or one whose name tells.
static MachineSide side_entered(const Section& section) {
    return section.by->in == RunsIn::remote ? side_of_prompt(section.host) : MachineSide::guest;
}

std::vector<SidedSection> with_sides(const std::vector<Section>& sections) {
    std::vector<SidedSection> parts;
    MachineSide side = MachineSide::unknown;
    std::string host;
    bool headed = false;  // nothing stands between the last heading and this
    for (const Section& section : sections) {
        // A prompt that shows another name is another machine's, whatever stands further up.
        const bool elsewhere = section.by != nullptr;
        if (!elsewhere && section.host != host && !headed) side = MachineSide::unknown;
        if (!elsewhere) host = section.host;
        headed = false;
        parts.push_back(
            {{section.command, {}, section.host, section.by}, elsewhere ? side_entered(section) : side});
        std::string_view rest = section.body;
        while (!rest.empty()) {
            const std::size_t size = std::min(rest.find('\n'), rest.size() - 1) + 1;
            const std::string_view line = rest.substr(0, size);
            rest.remove_prefix(size);
            if (const MachineSide next = heading_of(line).side; next != MachineSide::unknown) {
                side = next;
                headed = true;
                if (!parts.back().section.body.ends_with('\n')) parts.back().section.body.push_back('\n');
                parts.push_back({{{}, {}, host}, side});
            } else {
                headed = headed && is_empty_line(line);
                parts.back().section.body.append(line);
            }
        }
    }
    return parts;
}

}  // namespace nestprobe
