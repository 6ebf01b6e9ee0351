// SPDX-License-Identifier: MIT
// Outputs of two machines in one paste, host and guest as a rule: told apart by headings, by the names in
// their prompts, or by processors that cannot be one.  The names decide here and are kept nowhere.
#include "snapshot/import/machines.hpp"
#include "base/text.hpp"
#include "snapshot/import/entrances.hpp"
#include "snapshot/import/readers.hpp"
#include "snapshot/import/sides.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <string_view>
#include <utility>

namespace nestprobe {
namespace {

/// What Docker, Podman and Kubernetes' runtimes call a container that nobody named.
bool is_number_of_container(std::string_view host) {
    constexpr std::size_t digits = 12;
    return host.size() == digits && host.find_first_not_of("0123456789abcdef") == std::string_view::npos &&
           host.find_first_of("0123456789") != std::string_view::npos;
}

/// toolbox and distrobox have words of their own.
bool names_container(std::string_view host) {
    return is_number_of_container(host) || contains(host, "toolb") || contains(host, "distrobox") ||
           contains(host, "docker");
}

struct Processor {
    std::string brand;
    bool known = false, hypervisor = false;
};

/// Of an output that describes a processor; not known where it says nothing of a hypervisor.
Processor processor_in(const Section& section) {
    Processor found;
    bool flags = false;
    for_each_line(section.body, [&](std::string_view line) {
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) return;
        const std::string_view key = trim(line.substr(0, colon)), value = trim(line.substr(colon + 1));
        if ((key == "Model name" || key == "model name") && found.brand.empty()) found.brand = value;
        if (key == "Hypervisor vendor") found.hypervisor = true;
        if (key == "Flags" || key == "flags") {
            flags = !section.cut();
            found.hypervisor = found.hypervisor || has_word(value, "hypervisor");
        }
        // lscpu prints its own line for a hypervisor beside this one.
        if (key == "Virtualization" && (value == "VT-x" || value == "AMD-V") &&
            section.command.program == "lscpu" && !section.command.filtered)
            flags = true;
    });
    found.known = !found.brand.empty() && (found.hypervisor || flags);
    return found;
}

bool differ(const Processor& a, const Processor& b) {
    return a.known && b.known && a.hypervisor != b.hypervisor && a.brand != b.brand;
}

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

/// What is known of one of several machines by where its outputs stand.
struct MachineParts {
    std::string name;  ///< in its prompts; empty: none is shown
    MachineSide side = MachineSide::unknown;
    const Entrance* by = nullptr;  ///< by what a command of another one ran there
    std::vector<Section> sections{};
};

/// The machine of that name, or of that side where there is no name; made where it is the first of them.
/// `by`: how somebody went there from another machine's prompt.
MachineParts& machine_of(std::vector<MachineParts>& machines, const std::string& name, MachineSide side,
                         const Entrance* by = nullptr) {
    const auto found = std::find_if(machines.begin(), machines.end(), [&](const MachineParts& m) {
        return name.empty() ? m.side == side : m.name == name;
    });
    if (found != machines.end()) return *found;
    // What stands before the first prompt is of its machine.
    if (!by && !name.empty() && machines.size() == 1 && machines.front().name.empty() &&
        machines.front().side == MachineSide::unknown) {
        machines.front().name = name;
        machines.front().side = side;
        return machines.front();
    }
    return machines.emplace_back(MachineParts{name, side, by});
}

/// A name for the machine from whose prompt somebody went into others, where its own does not show.
std::string name_of_here(const std::vector<Section>& sections) {
    const auto own = std::find_if(sections.begin(), sections.end(),
                                  [](const Section& s) { return !s.by && !s.host.empty(); });
    return own == sections.end() ? "." : own->host;
}

bool goes_elsewhere(const std::vector<Section>& sections) {
    return std::any_of(sections.begin(), sections.end(), [](const Section& s) { return s.by != nullptr; });
}

/// Sections of each machine, in the order in which the machines come; none: it is one.
std::vector<MachineParts> by_machine(const std::vector<Section>& sections) {
    std::vector<MachineParts> machines;
    Processor seen;
    std::size_t at = 0;
    bool by_processor = false, names_inside = false;
    const bool elsewhere = goes_elsewhere(sections);
    const std::string here = elsewhere ? name_of_here(sections) : std::string();
    for (SidedSection& part : with_sides(sections)) {
        Section& section = part.section;
        if (section.host.empty()) section.host = here;
        const bool named = !section.host.empty() && (section.by || part.side == MachineSide::unknown);
        if (named || part.side != MachineSide::unknown) {
            const MachineSide side = named && !section.by ? side_of_prompt(section.host) : part.side;
            MachineParts& own = machine_of(machines, named ? section.host : std::string(), side, section.by);
            if (own.name.empty() && !section.command.line.empty()) own.name = section.host;
            at = static_cast<std::size_t>(&own - machines.data());
            names_inside = names_inside || (named && names_container(section.host));
        } else if (const Processor processor = processor_in(section);
                   processor.known &&
                   std::all_of(machines.begin(), machines.end(), [](const MachineParts& m) {
                       return m.name.empty() && m.side == MachineSide::unknown;
                   })) {
            if (differ(seen, processor)) {
                by_processor = true;
                ++at;
            }
            seen = processor;
        }
        if (machines.size() <= at) machines.resize(at + 1);
        machines[at].sections.push_back(std::move(section));
    }
    const bool inside = names_inside || std::any_of(sections.begin(), sections.end(), [](const Section& s) {
                            return leads_to(s.command) == LeadsTo::inside;
                        });
    if ((inside && !by_processor && !elsewhere) || machines.size() < 2) return {};
    return machines;
}

/// Beside a host and its guest, what that guest's guest shows is of neither; without the guest between them,
/// who writes of "the nested VM" means the host's.  Were any left out?
bool settle_nested(std::vector<MachineParts>& machines) {
    const auto is_nested = [](const MachineParts& m) { return m.side == MachineSide::nested; };
    if (std::any_of(machines.begin(), machines.end(),
                    [](const MachineParts& m) { return m.side == MachineSide::guest; })) {
        return std::erase_if(machines, is_nested) > 0;
    }
    for (MachineParts& machine : machines)
        if (is_nested(machine)) machine.side = MachineSide::guest;
    return false;
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
    if (telling.size() < 2)
        return {goes_elsewhere(sections) || without_nested ? with_descriptions(of_one(machines, telling))
                                                           : std::move(sections)};
    const auto says_guest = [](const TellingMachine& m) { return m.says_guest; };
    const auto is_guest = [](const TellingMachine& m) { return m.is_guest(); };
    const auto guests = std::count_if(telling.begin(), telling.end(), says_guest);
    const auto called = std::count_if(telling.begin(), telling.end(), is_guest);
    const auto all = static_cast<std::ptrdiff_t>(telling.size());
    const auto elsewhere = std::find_if(telling.rbegin(), telling.rend(),
                                        [](const TellingMachine& m) { return m.parts->by != nullptr; });
    const bool apart = elsewhere != telling.rend() || (guests > 0 && guests < all) ||
                       (called > 0 && called < all) ||
                       std::any_of(telling.begin() + 1, telling.end(), [&](const TellingMachine& m) {
                           return contradict(telling.front().recording, m.recording);
                       });
    if (!apart) return {std::move(sections)};
    const bool by_name = called > 0 && called < all, one_guest = by_name || guests == 1;
    const auto chosen = by_name ? std::find_if(telling.rbegin(), telling.rend(), is_guest)
                        : elsewhere != telling.rend() ? elsewhere
                        : one_guest ? std::find_if(telling.rbegin(), telling.rend(), says_guest)
                                    : telling.rbegin();
    OneMachine one{with_descriptions(chosen->parts->sections)};
    one.note =
        fmt::format("outputs of several machines, by {}: those of the {} are judged, the others are {}",
                    by_name ? "what stands above them" : "their prompts or processors",
                    one_guest ? "guest" : "last", by_name ? "taken for its host's" : "left out");
    if (!by_name) return one;
    one.is_guest = true;
    for (const TellingMachine& other : telling)
        if (!other.is_guest()) add(one.below, kvm_of(other.recording));
    return one;
}

}  // namespace nestprobe
