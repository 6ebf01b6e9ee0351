// SPDX-License-Identifier: MIT
// The text of --prove=report: all that whoever makes the hypervisor above needs to see a failure for himself.
#pragma once

#include "prove/runner.hpp"

#include <string>

namespace nestprobe {

/// What machine this is; nothing that names its owner.
std::string report_header(const Facts& facts);
/// One run that failed: where and why, its exits, the control block as it was set, the guest's variables.
std::string describe_failure(const ProofSetup& setup, const ProofRun& run, unsigned cpu);
/// The guests' code as it was assembled.
std::string report_listing();

}  // namespace nestprobe
