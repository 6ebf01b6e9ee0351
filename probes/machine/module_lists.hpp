// SPDX-License-Identifier: MIT
// Names in the kernel's lists of modules, and the other hypervisors' among them.
#pragma once

#include "machine/probes.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

struct ProcModule {
    bool listed = false;
    int users = -1;
};

/// Its line in /proc/modules.
ProcModule find_in_proc_modules(std::string_view text, std::string_view name);
/// Why a name that is not among those of /sys/module is not absent.
Absent why_not_listed(const Shared& shared);
/// Those of VirtualBox, VMware and Hyper-V's root that are loaded.
Fact<std::vector<std::string>> probe_rivals(const Shared& shared);
/// "7.2.8 r173730"; not looked at where its module is not there.
Fact<std::string> probe_virtualbox(const Filesystem& files, const Fact<std::vector<std::string>>& rivals);

}  // namespace nestprobe
