// SPDX-License-Identifier: MIT
// Whose definition is it that stands among the outputs of a machine: its own, or its guest's?
#pragma once

#include "facts/facts.hpp"
#include "guest/definition.hpp"
#include "snapshot/load.hpp"

#include <optional>
#include <vector>

namespace nestprobe {

/// The guest whose definition was given with what is told of its host.  Not where the machine is a guest
/// itself, nor where a device of the host's is asked about.  A command line of QEMU's is one where the host
/// is seen to have KVM and QEMU did not complain: people also post it to show an error.  Throws BadFile where
/// a definition that stands alone is broken.
std::optional<GuestDefinition> find_pasted_guest(const Facts& facts, bool about_device,
                                                 const std::vector<HeldDefinition>& definitions);

/// The one definition among what is told of a guest, which is taken for that guest's own.  Where nothing says
/// whose it is, no command line of QEMU's: it may be how a guest of this one was to start.
std::optional<GuestFacts> find_own_definition(const Facts& facts,
                                              const std::vector<HeldDefinition>& definitions);

}  // namespace nestprobe
