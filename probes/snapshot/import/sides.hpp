// SPDX-License-Identifier: MIT
// Host or guest, as people write it over what they paste: "On the host:", "but in the VM:", root@L1.
#pragma once

#include "snapshot/import/paste.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace nestprobe {

enum class MachineSide : std::uint8_t { unknown, host, guest };

/// Of a line that is a heading and names one of the two; unknown for all others, and where it names both.
MachineSide side_of_heading(std::string_view line);

/// Of the machine's name in a prompt: "host", "kvm-host", "L0"; "guest", "vm", "test-vm1", "L1".
MachineSide side_of_prompt(std::string_view host);

/// A section that a heading parts is two: what stands below the heading was printed elsewhere.
struct SidedSection {
    Section section;
    MachineSide side = MachineSide::unknown;  ///< of the last heading above; unknown: none, or a prompt's
                                              ///< name came since
};
std::vector<SidedSection> with_sides(const std::vector<Section>& sections);

}  // namespace nestprobe
