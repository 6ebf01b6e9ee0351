// SPDX-License-Identifier: MIT
// Host or guest, as people write it over what they paste: "On the host:", "but in the VM:", root@L1.
#pragma once

#include "snapshot/import/paste.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace nestprobe {

/// nested: a guest's own guest.
enum class MachineSide : std::uint8_t { unknown, host, guest, nested };

/// What a line says of where the outputs below it are from; nothing where it is no heading.
struct Heading {
    MachineSide side = MachineSide::unknown;  ///< unknown too where it names both
    bool place = false;                       ///< it names one, of whatever kind: "Machine B:"
    bool sandbox = false;                     ///< which is a container: "## In the container"
};
Heading heading_of(std::string_view line);

/// What a command prints is of something that has this machine's own kernel, and a name of its own (docker,
/// chroot), or of another machine (ssh).
enum class LeadsTo : std::uint8_t { nowhere, inside, another_machine };
LeadsTo leads_to(const Command& command);

/// Of the machine's name in a prompt: "host", "kvm-host", "L0"; "guest", "vm", "test-vm1", "L1".
MachineSide side_of_prompt(std::string_view host);

/// A section that a heading parts is two: what stands below the heading was printed elsewhere.
struct SidedSection {
    Section section;
    MachineSide side = MachineSide::unknown;  ///< of the last heading above; unknown: none, or another
                                              ///< prompt's name came since, not right below it
};
std::vector<SidedSection> with_sides(const std::vector<Section>& sections);

}  // namespace nestprobe
