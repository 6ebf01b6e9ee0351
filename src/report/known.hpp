// SPDX-License-Identifier: MIT
// Of an answer that cannot be given: what is known all the same, and the one command that would tell more.
#pragma once

#include "report/report.hpp"

#include <string>

namespace nestprobe {

/// "VMX is there and the kernel lists it; kvm_intel is loaded"; empty where nothing that bears on it is
/// known.
std::string what_is_known(const Facts& facts);

/// What to type where the machine is; empty where nothing that nestprobe knows of would tell.
std::string what_to_run(const Report& report, const Verdict& verdict);

}  // namespace nestprobe
