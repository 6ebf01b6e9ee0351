// SPDX-License-Identifier: MIT
// Looking at a machine: sources in, facts out.
#pragma once

#include "facts/facts.hpp"
#include "registers/all.hpp"
#include "sources.hpp"

namespace nestprobe {

/// Which registers to read.  Every one costs some microseconds per CPU, so a report reads only those that it
/// is made of.  What is not wanted is absent, not_probed.
struct Wanted {
    RegisterList here = registers::deciding;
    RegisterList guests = registers::offered;
    bool holders = false;  ///< who holds /dev/kvm, even where no module has to be reloaded
};
inline constexpr Wanted every_register{registers::all, registers::all, true};

/// Look at the machine.  Reads each leaf, MSR, file and ioctl at most once; throws nothing of its own.
Facts probe(const Sources& machine, const Wanted& wanted = {});

}  // namespace nestprobe
