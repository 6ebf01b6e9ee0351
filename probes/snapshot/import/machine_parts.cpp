// SPDX-License-Identifier: MIT
#include "snapshot/import/machine_parts.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace nestprobe {

bool is_number_of_container(std::string_view host) {
    constexpr std::size_t digits = 12;
    return host.size() == digits && host.find_first_not_of("0123456789abcdef") == std::string_view::npos &&
           host.find_first_of("0123456789") != std::string_view::npos;
}

bool goes_elsewhere(const std::vector<Section>& sections) {
    return std::any_of(sections.begin(), sections.end(), [](const Section& s) { return s.by != nullptr; });
}

namespace {

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

}  // namespace

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
    if ((inside && !by_processor && !elsewhere) || machines.size() < 2) {
        const bool called = machines.size() == 1 && machines.front().side == MachineSide::guest;
        return called && !inside ? machines : std::vector<MachineParts>{};
    }
    return machines;
}

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

}  // namespace nestprobe
