// SPDX-License-Identifier: MIT
// Which outputs of a paste are of one machine.
#pragma once

#include "snapshot/import/definition_place.hpp"
#include "snapshot/import/evidence.hpp"
#include "snapshot/import/paste.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

using SectionReader = std::function<void(const Section&, Evidence&)>;

/// The prompt's name may be a container's: twelve digits, or toolbox.
void place_by_prompt(const Section& section, Evidence& evidence);

/// KVM as a host's own outputs show it.
struct HostKvm {
    bool there = false;
    std::string_view module{};     ///< kvm_intel, kvm_amd; empty: neither is shown, or both
    std::optional<bool> nested{};  ///< what the module's parameter says
};

/// Each of KVM's modules is seen by its parameter or among what is loaded; of both at once none is the
/// host's.
HostKvm kvm_of(const Recording& host);
void add(HostKvm& kvm, const HostKvm& other);

/// Nothing but what a guest's definition, or its cloud, says of it from outside: of whichever is the guest.
bool only_describes(const Recording& recording);
/// More than the kernel's release, or a name of the product: what somebody looks for in another machine.
bool bears_on_kvm(const Recording& recording);

/// All sections where nothing says that they are of several machines; else those of the one guest among
/// them, or of the last.
struct OneMachine {
    std::vector<Section> sections;
    std::string note{};     ///< that others were left out; empty: none were
    bool is_guest = false;  ///< a heading or a prompt calls it so, beside another machine's outputs
    HostKvm below{};        ///< what that other machine shows
    DefinitionPlace definition = DefinitionPlace::unknown;
};
OneMachine of_one_machine(std::vector<Section> sections, const SectionReader& read);
/// What the other machine's outputs say of the guest.
void hear_host(const OneMachine& machine, Evidence& evidence);

}  // namespace nestprobe
