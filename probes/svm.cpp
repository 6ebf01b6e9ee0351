// SPDX-License-Identifier: MIT
#include "probes.hpp"

namespace nestprobe {

SvmFacts probe_svm(const Shared& shared) {
    using namespace registers;
    // EFER.SVME is reserved on Intel, and decides nothing where there is no SVM.
    const Bit in_use[] = {{&cpuid_80000001_ecx, cpuid_80000001_ecx["SVM"]}, {&efer, efer["SVME"]}};
    return {
        .npt = bit_of(shared.cpu.registers, cpuid_8000000a_edx, cpuid_8000000a_edx["NP"]),
        .in_use = all_set(shared.cpu.registers, in_use),
    };
}

}  // namespace nestprobe
