// SPDX-License-Identifier: MIT
// What a person may want of --prove.
#pragma once

#include <string>

namespace nestprobe {

struct ProveOptions {
    bool wanted = false;
    bool all_cpus = false;  ///< every CPU that is online, else the first one alone
    bool force = false;     ///< where a run is known to do harm, too
    std::string
        report;  ///< a file for whoever makes the hypervisor above, where something fails; empty: none
};

}  // namespace nestprobe
