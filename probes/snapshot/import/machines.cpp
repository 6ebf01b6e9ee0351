// SPDX-License-Identifier: MIT
// Outputs of two machines in one paste, host and guest as a rule: told apart by the names in their prompts,
// or by processors that cannot be one.  The names decide here and are kept nowhere.
#include "snapshot/import/machines.hpp"
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

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

/// Commands that go into something which has this machine's own kernel, and a name of its own.
bool goes_inside(const Command& command) {
    constexpr std::string_view programs[] = {
        "docker",         "podman",    "nerdctl", "pct",     "lxc-attach", "machinectl",
        "toolbox",        "distrobox", "kubectl", "oc",      "chroot",     "arch-chroot",
        "systemd-nspawn", "lxc",       "incus",   "unshare", "nsenter"};
    return std::find(std::begin(programs), std::end(programs), command.program) != std::end(programs);
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

/// Sections of each machine, in the order in which the machines come.
std::vector<std::vector<Section>> by_machine(const std::vector<Section>& sections) {
    std::vector<std::string> names;
    std::vector<std::vector<Section>> machines;
    std::size_t at = 0;
    Processor seen;
    bool by_processor = false;
    for (const Section& section : sections) {
        const std::string& host = section.host;
        if (!host.empty()) {
            const auto found = std::find(names.begin(), names.end(), host);
            at = static_cast<std::size_t>(found - names.begin());
            if (found == names.end()) names.push_back(host);
        } else if (const Processor processor = processor_in(section); names.empty() && processor.known) {
            if (differ(seen, processor)) {
                by_processor = true;
                ++at;
            }
            seen = processor;
        }
        if (machines.size() <= at) machines.resize(at + 1);
        machines[at].push_back(section);
    }
    const bool inside =
        std::any_of(sections.begin(), sections.end(),
                    [](const Section& s) { return goes_inside(s.command); }) ||
        std::any_of(names.begin(), names.end(), [](const std::string& n) { return names_container(n); });
    if ((inside && !by_processor) || machines.size() < 2) return {};
    return machines;
}

}  // namespace

void place_by_prompt(const Section& section, Evidence& evidence) {
    if (section.host == "toolbox" || section.host == "toolbx")
        evidence.file("/run/.toolboxenv", "");
    else if (is_number_of_container(section.host) && !evidence.has_file("/proc/self/environ"))
        evidence.file("/proc/self/environ", "container=oci\n");
}

std::vector<Section> of_one_machine(std::vector<Section> sections, const SectionReader& read,
                                    std::string& note) {
    const std::vector<std::vector<Section>> machines = by_machine(sections);
    std::vector<std::size_t> telling, guests;
    std::vector<Recording> recordings;
    for (std::size_t i = 0; i < machines.size(); ++i) {
        Evidence evidence = read_all(machines[i], read);
        if (!evidence.anything()) continue;
        telling.push_back(i);
        if (evidence.says_guest()) guests.push_back(i);
        recordings.push_back(std::move(evidence).take());
    }
    if (telling.size() < 2) return sections;
    bool apart = !guests.empty() && guests.size() < telling.size();
    for (std::size_t i = 1; i < recordings.size(); ++i)
        apart = apart || contradict(recordings[0], recordings[i]);
    if (!apart) return sections;
    const bool one_guest = guests.size() == 1;
    note = one_guest ? "outputs of several machines, by their prompts or processors: those of the guest are "
                       "judged, the others are left out"
                     : "outputs of several machines, by their prompts or processors: those of the last are "
                       "judged, the others are left out";
    return machines[one_guest ? guests.front() : telling.back()];
}

}  // namespace nestprobe
