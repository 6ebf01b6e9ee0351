// SPDX-License-Identifier: MIT
// Outputs of two machines in one paste, host and guest as a rule: told apart by headings, by the names in
// their prompts, or by processors that cannot be one.  The names decide here and are kept nowhere.
#include "snapshot/import/machines.hpp"
#include "base/text.hpp"
#include "snapshot/import/import_paste.hpp"
#include "snapshot/import/machine_parts.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <string_view>
#include <utility>

namespace nestprobe {
namespace {

Evidence read_all(std::span<const Section> sections, const SectionReader& read) {
    Evidence evidence;
    for (const Section& section : sections) read(section, evidence);
    return evidence;
}

std::string_view line_of(const Reading<std::string>& text) {
    const std::string* known = text.if_known();
    return known ? trim(std::string_view(*known).substr(0, known->find('\n'))) : std::string_view{};
}

/// Do two of them say different things of one reading?
bool contradict(const Recording& a, const Recording& b) {
    for (const auto& [path, text] : a.files) {
        const auto other = b.files.find(path);
        if (other == b.files.end() || path == "/proc/self/status" || path == "hearsay/cpu_count") continue;
        if ((text.if_known() == nullptr) != (other->second.if_known() == nullptr)) return true;
        if (line_of(text) != line_of(other->second)) return true;
    }
    return a.kvm.open && b.kvm.open &&
           (a.kvm.open->if_known() == nullptr) != (b.kvm.open->if_known() == nullptr);
}

/// A machine that said something.
struct TellingMachine {
    const MachineParts* parts;
    bool says_guest;
    Recording recording;
    bool is_guest() const { return parts->side == MachineSide::guest; }
};

/// Out of several machines, those whose outputs only describe another: their sections.
std::vector<Section> take_descriptions(std::vector<TellingMachine>& telling) {
    std::vector<Section> described;
    const auto from = std::stable_partition(telling.begin(), telling.end(), [](const TellingMachine& m) {
        return m.parts->by || !only_describes(m.recording);
    });
    if (from == telling.begin()) return described;
    for (auto machine = from; machine != telling.end(); ++machine)
        described.insert(described.end(), machine->parts->sections.begin(), machine->parts->sections.end());
    telling.erase(from, telling.end());
    return described;
}

/// Where one of several machines at the most says something: its outputs, and all words that stand outside of
/// any other's.
std::vector<Section> of_one(const std::vector<MachineParts>& machines,
                            const std::vector<TellingMachine>& telling) {
    if (!telling.empty()) return telling.front().parts->sections;
    std::vector<Section> own;
    for (const MachineParts& machine : machines)
        if (!machine.by) own.insert(own.end(), machine.sections.begin(), machine.sections.end());
    return own;
}

std::vector<TellingMachine> telling_ones(const std::vector<MachineParts>& machines,
                                         const SectionReader& read) {
    std::vector<TellingMachine> telling;
    for (const MachineParts& machine : machines) {
        Evidence evidence = read_all(machine.sections, read);
        if (!evidence.anything()) continue;
        const bool guest = evidence.says_guest();
        Recording recording = std::move(evidence).take();
        if (!machine.by || bears_on_kvm(recording))
            telling.push_back({&machine, guest, std::move(recording)});
    }
    return telling;
}

bool defines_guest(const Section& section) {
    return names_guests_definition(section.command.line + "\n" + section.body);
}

bool holds_definition(const MachineParts& machine) {
    return std::any_of(machine.sections.begin(), machine.sections.end(), defines_guest);
}

/// Outputs that say nothing of their machine may be the definition alone, so that all parts are looked at.
DefinitionPlace place_of_definition(const std::vector<MachineParts>& machines, const MachineParts& guest) {
    DefinitionPlace place = DefinitionPlace::unknown;
    for (const MachineParts& machine : machines) {
        if (!holds_definition(machine)) continue;
        if (&machine == &guest || machine.side == MachineSide::guest) return DefinitionPlace::inside;
        place = DefinitionPlace::beside;
    }
    return place;
}

/// Of one machine alone: at a prompt that names it, it is what this machine prints of another.
DefinitionPlace place_at_prompt(const std::vector<Section>& sections) {
    const bool named = std::any_of(sections.begin(), sections.end(), [](const Section& section) {
        return !section.host.empty() && defines_guest(section);
    });
    return named ? DefinitionPlace::inside : DefinitionPlace::unknown;
}

/// A prompt that says that it is the host's, and one with another name.
bool names_differ(const std::vector<TellingMachine>& telling) {
    const auto host = std::find_if(telling.begin(), telling.end(), [](const TellingMachine& m) {
        return m.parts->side == MachineSide::host && !m.parts->name.empty();
    });
    return host != telling.end() && std::any_of(telling.begin(), telling.end(), [&](const TellingMachine& m) {
               return !m.parts->name.empty() && m.parts->name != host->parts->name;
           });
}

/// The guest is known by its own outputs, and the other one is called the host.
bool beside_named_host(const std::vector<TellingMachine>& telling) {
    return std::any_of(telling.begin(), telling.end(), [](const TellingMachine& m) {
        return m.parts->side == MachineSide::host && !m.says_guest;
    });
}

}  // namespace

/// By what somebody went into another machine; whether that is a guest, and whose.
static void place_by_entrance(const Entrance& by, Evidence& evidence) {
    const std::string source = fmt::format("{} {}", by.program, by.verbs);
    if (by.in != RunsIn::remote) evidence.hear(hearsay::guest, "yes", source);
    if (!by.runs_it.empty()) evidence.hear(hearsay::hypervisor, by.runs_it, source);
    if (!by.cloud.empty()) evidence.hear(hearsay::cloud, by.cloud, source);
}

void place_by_prompt(const Section& section, Evidence& evidence) {
    if (section.by) return place_by_entrance(*section.by, evidence);
    if (section.host == "toolbox" || section.host == "toolbx")
        evidence.file("/run/.toolboxenv", "");
    else if (is_number_of_container(section.host) && !evidence.has_file("/proc/self/environ"))
        evidence.file("/proc/self/environ", "container=oci\n");
}

OneMachine of_one_machine(std::vector<Section> sections, const SectionReader& read) {
    std::vector<MachineParts> machines = by_machine(sections);
    const bool without_nested = settle_nested(machines);
    std::vector<TellingMachine> telling = telling_ones(machines, read);
    const std::vector<Section> described = take_descriptions(telling);
    const auto with_descriptions = [&](const std::vector<Section>& own) {
        std::vector<Section> all = described;
        all.insert(all.end(), own.begin(), own.end());
        return all;
    };
    if (telling.size() < 2) {
        OneMachine all{goes_elsewhere(sections) || without_nested
                           ? with_descriptions(of_one(machines, telling))
                           : std::move(sections)};
        if (telling.size() == 1) {
            all.definition = place_of_definition(machines, *telling.front().parts);
            all.is_guest = telling.front().is_guest();
        } else {
            all.definition = place_at_prompt(all.sections);
        }
        return all;
    }
    const auto says_guest = [](const TellingMachine& m) { return m.says_guest; };
    const auto is_guest = [](const TellingMachine& m) { return m.is_guest(); };
    const auto guests = std::count_if(telling.begin(), telling.end(), says_guest);
    const auto called = std::count_if(telling.begin(), telling.end(), is_guest);
    const auto all = static_cast<std::ptrdiff_t>(telling.size());
    const auto elsewhere = std::find_if(telling.rbegin(), telling.rend(),
                                        [](const TellingMachine& m) { return m.parts->by != nullptr; });
    const bool apart = elsewhere != telling.rend() || (guests > 0 && guests < all) ||
                       (called > 0 && called < all) || names_differ(telling) ||
                       std::any_of(telling.begin() + 1, telling.end(), [&](const TellingMachine& m) {
                           return contradict(telling.front().recording, m.recording);
                       });
    if (!apart) {
        OneMachine one{std::move(sections)};
        one.definition = place_at_prompt(one.sections);
        return one;
    }
    const bool called_guest = called > 0 && called < all,
               by_name = called_guest || (guests == 1 && beside_named_host(telling)),
               one_guest = by_name || guests == 1;
    // Whoever looks at a host from a guest of it is asked about all the same.
    const bool there = elsewhere != telling.rend() &&
                       !(guests == 1 && elsewhere->parts->by->in == RunsIn::remote && !elsewhere->says_guest);
    const auto chosen = called_guest ? std::find_if(telling.rbegin(), telling.rend(), is_guest)
                        : there      ? elsewhere
                        : one_guest  ? std::find_if(telling.rbegin(), telling.rend(), says_guest)
                                     : telling.rbegin();
    OneMachine one{with_descriptions(chosen->parts->sections)};
    one.note =
        fmt::format("outputs of several machines, by {}: those of the {} are judged, the others are {}",
                    called_guest ? "what stands above them" : "their prompts or processors",
                    one_guest ? "guest" : "last", by_name ? "taken for its host's" : "left out");
    if (one_guest) one.definition = place_of_definition(machines, *chosen->parts);
    if (!by_name) return one;
    one.is_guest = true;
    for (const TellingMachine& other : telling)
        if (&other != &*chosen && !other.is_guest()) add(one.below, kvm_of(other.recording));
    return one;
}

}  // namespace nestprobe
