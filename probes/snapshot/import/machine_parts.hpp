// SPDX-License-Identifier: MIT
// A paste's outputs, each with those of its machine.
#pragma once

#include "snapshot/import/entrances.hpp"
#include "snapshot/import/paste.hpp"
#include "snapshot/import/sides.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// What is known of one of several machines by where its outputs stand.
struct MachineParts {
    std::string name;  ///< in its prompts; empty: none is shown
    MachineSide side = MachineSide::unknown;
    const Entrance* by = nullptr;  ///< by what a command of another one ran there
    std::vector<Section> sections{};
};

/// Sections of each machine, in the order in which the machines come; none: it is one.
std::vector<MachineParts> by_machine(const std::vector<Section>& sections);

/// Beside a host and its guest, what that guest's guest shows is of neither; without the guest between them,
/// who writes of "the nested VM" means the host's.  Were any left out?
bool settle_nested(std::vector<MachineParts>& machines);

/// A command in one of them was run in another machine.
bool goes_elsewhere(const std::vector<Section>& sections);

/// What Docker, Podman and Kubernetes' runtimes call a container that nobody named.
bool is_number_of_container(std::string_view host);

}  // namespace nestprobe
