// SPDX-License-Identifier: MIT
// Outputs of two machines in one paste, host and guest as a rule: told apart by headings, by the names in
// their prompts, or by processors that cannot be one.  The names decide here and are kept nowhere.
#include "snapshot/import/machines.hpp"
#include "base/text.hpp"
#include "snapshot/import/import_paste.hpp"
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
    std::vector<Section> sections{};
};

/// The machine of that name, or of that side where there is no name; made where it is the first of them.
MachineParts& machine_of(std::vector<MachineParts>& machines, const std::string& name, MachineSide side) {
    const auto found = std::find_if(machines.begin(), machines.end(), [&](const MachineParts& m) {
        return name.empty() ? m.side == side : m.name == name;
    });
    if (found != machines.end()) return *found;
    // What stands before the first prompt is of its machine.
    if (!name.empty() && machines.size() == 1 && machines.front().name.empty() &&
        machines.front().side == MachineSide::unknown) {
        machines.front().name = name;
        machines.front().side = side;
        return machines.front();
    }
    return machines.emplace_back(MachineParts{name, side});
}

/// Sections of each machine, in the order in which the machines come; none: it is one.
std::vector<MachineParts> by_machine(const std::vector<Section>& sections) {
    std::vector<MachineParts> machines;
    Processor seen;
    std::size_t at = 0;
    bool by_processor = false, names_inside = false;
    for (SidedSection& part : with_sides(sections)) {
        Section& section = part.section;
        const bool named = !section.host.empty() && part.side == MachineSide::unknown;
        if (named || part.side != MachineSide::unknown) {
            const MachineSide side = named ? side_of_prompt(section.host) : part.side;
            MachineParts& own = machine_of(machines, named ? section.host : std::string(), side);
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
    if ((inside && !by_processor) || machines.size() < 2) return {};
    return machines;
}

/// A machine that said something.
struct TellingMachine {
    const MachineParts* parts;
    bool says_guest;
    Recording recording;
    bool is_guest() const { return parts->side == MachineSide::guest; }
};

std::vector<TellingMachine> telling_ones(const std::vector<MachineParts>& machines,
                                         const SectionReader& read) {
    std::vector<TellingMachine> telling;
    for (const MachineParts& machine : machines) {
        Evidence evidence = read_all(machine.sections, read);
        if (!evidence.anything()) continue;
        const bool guest = evidence.says_guest();
        telling.push_back({&machine, guest, std::move(evidence).take()});
    }
    return telling;
}

std::optional<bool> as_switch(std::string_view value) {
    if (value == "Y" || value == "1") return true;
    if (value == "N" || value == "0") return false;
    return {};
}

/// Each of KVM's modules is seen by its parameter or among what is loaded; of both at once none is the
/// host's.
HostKvm kvm_of(const Recording& host) {
    const auto modules = host.files.find("/proc/modules");
    const std::string* list = modules == host.files.end() ? nullptr : modules->second.if_known();
    const std::string_view loaded = list ? std::string_view(*list) : std::string_view{};
    HostKvm kvm;
    bool both = false;
    for (const std::string_view module : {"kvm_intel", "kvm_amd"}) {
        const auto nested = host.files.find(fmt::format("/sys/module/{}/parameters/nested", module));
        const bool shown = nested != host.files.end();
        if (!shown && !contains(loaded, module)) continue;
        both = !kvm.module.empty();
        kvm.module = module;
        if (shown && !kvm.nested) kvm.nested = as_switch(line_of(nested->second));
    }
    if (both) kvm.module = {};
    kvm.there = kvm.nested || host.files.contains(hearsay::usable) ||
                (host.kvm.open && host.kvm.open->if_known()) || contains(loaded, "kvm");
    return kvm;
}

void add(HostKvm& kvm, const HostKvm& other) {
    kvm.there = kvm.there || other.there;
    if (kvm.module.empty()) kvm.module = other.module;
    if (!kvm.nested) kvm.nested = other.nested;
}

bool holds_definition(const MachineParts& machine) {
    return std::any_of(machine.sections.begin(), machine.sections.end(), [](const Section& section) {
        return names_guests_definition(section.command.line + "\n" + section.body);
    });
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

}  // namespace

void place_by_prompt(const Section& section, Evidence& evidence) {
    if (section.host == "toolbox" || section.host == "toolbx")
        evidence.file("/run/.toolboxenv", "");
    else if (is_number_of_container(section.host) && !evidence.has_file("/proc/self/environ"))
        evidence.file("/proc/self/environ", "container=oci\n");
}

OneMachine of_one_machine(std::vector<Section> sections, const SectionReader& read) {
    const std::vector<MachineParts> machines = by_machine(sections);
    const std::vector<TellingMachine> telling = telling_ones(machines, read);
    if (telling.size() < 2) {
        OneMachine all{std::move(sections)};
        if (telling.size() == 1) all.definition = place_of_definition(machines, *telling.front().parts);
        return all;
    }
    const auto says_guest = [](const TellingMachine& m) { return m.says_guest; };
    const auto is_guest = [](const TellingMachine& m) { return m.is_guest(); };
    const auto guests = std::count_if(telling.begin(), telling.end(), says_guest);
    const auto called = std::count_if(telling.begin(), telling.end(), is_guest);
    const auto all = static_cast<std::ptrdiff_t>(telling.size());
    const bool apart = (guests > 0 && guests < all) || (called > 0 && called < all) ||
                       std::any_of(telling.begin() + 1, telling.end(), [&](const TellingMachine& m) {
                           return contradict(telling.front().recording, m.recording);
                       });
    if (!apart) return {std::move(sections)};
    const bool by_name = called > 0 && called < all, one_guest = by_name || guests == 1;
    const auto chosen = by_name     ? std::find_if(telling.rbegin(), telling.rend(), is_guest)
                        : one_guest ? std::find_if(telling.rbegin(), telling.rend(), says_guest)
                                    : telling.rbegin();
    OneMachine one{chosen->parts->sections};
    one.note =
        fmt::format("outputs of several machines, by {}: those of the {} are judged, the others are {}",
                    by_name ? "what stands above them" : "their prompts or processors",
                    one_guest ? "guest" : "last", by_name ? "taken for its host's" : "left out");
    if (one_guest) one.definition = place_of_definition(machines, *chosen->parts);
    if (!by_name) return one;
    one.is_guest = true;
    for (const TellingMachine& other : telling)
        if (!other.is_guest()) add(one.below, kvm_of(other.recording));
    return one;
}

void hear_host(const OneMachine& machine, Evidence& evidence) {
    constexpr std::string_view source = "the host's outputs in the same paste";
    if (!machine.is_guest) return;
    evidence.hear(hearsay::guest, "yes", source);
    if (machine.below.there && !evidence.has_file(hearsay::hypervisor))
        evidence.hear(hearsay::hypervisor, "KVM", source);
    // What the host's processor has not, the guest cannot show.
    const std::string_view lacking = machine.below.module == "kvm_amd"     ? hearsay::flag_vmx
                                     : machine.below.module == "kvm_intel" ? hearsay::flag_svm
                                                                           : std::string_view{};
    if (!lacking.empty() && !evidence.has_file(lacking))
        evidence.hear(lacking, "no", fmt::format("the host's {} in the same paste", machine.below.module));
    if (machine.below.nested)
        evidence.hear(hearsay::host_nested, *machine.below.nested ? "yes" : "no", source);
}

}  // namespace nestprobe
