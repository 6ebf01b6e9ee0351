// SPDX-License-Identifier: MIT
// Runs one guest to its end and says what became of it.
#pragma once

#include "prove/guest_memory.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace nestprobe {

struct ProofRun {
    /// True: proved.  False: it was tried and failed, `stage` and `error` say where and why.  Absent: it
    /// could not be tried, an ioctl before the first KVM_RUN was refused.
    Reading<bool> proved{};
    Stage stage = Stage::none;
    std::string error{};
    bool refused_control = false;  ///< a capability MSR does not allow what this proof needs: not a failure
    std::vector<std::string> trace{};      ///< a line for each exit
    std::vector<unsigned char> memory{};   ///< the guest's, at the end
    std::chrono::microseconds time{};      ///< from before KVM_CREATE_VM to the last exit
    std::vector<std::uint32_t> samples{};  ///< round trips of exits, in ticks of the TSC
    unsigned tsc_khz = 0;                  ///< 0: KVM does not say
};

ProofRun run_proof(const ProofSetup& setup, const MakeVm& make_vm);

}  // namespace nestprobe
