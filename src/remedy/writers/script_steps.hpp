// SPDX-License-Identifier: MIT
// What a script of --fix does, in the order in which it is done: files, the kernel command line, the
// initramfs, modules, the guest.  It writes the steps of remedies; what they are is decided where those are
// made.
#pragma once

#include "report/report.hpp"

#include <string>

namespace nestprobe {

struct LoaderWay;

struct ScriptSteps {
    std::string text{};              ///< shell commands, each step with its comment; empty: nothing to do
    const LoaderWay* way = nullptr;  ///< whose words they change; null: none
};

/// For the question that is asked, otherwise for the two about KVM: the cause of each no, what shows behind
/// it, and of what else failed all that a script can do.
ScriptSteps write_steps(const Report& report);

}  // namespace nestprobe
