// SPDX-License-Identifier: MIT
// --prove as a whole: may it be done here, what is tried, and what is kept of it.
#pragma once

#include "base/prove_options.hpp"
#include "facts/facts.hpp"
#include "facts/proof_facts.hpp"
#include "prove/kvm_vm.hpp"
#include "sources.hpp"

#include <optional>
#include <string>

namespace nestprobe {

/// Why nobody may run guests here without being told of the danger; empty: nothing is known against it.
std::string prove_danger(const Facts& facts);
/// Why nothing can be tried at all: firmware has VMX locked off, /dev/kvm does not open.
std::optional<Absent> cannot_prove(const Facts& facts);
/// What is about to be done, one line.
std::string prove_announcement(const Facts& facts, const ProveOptions& options);

struct Proven {
    ProofRecord record;
    std::string
        report;  ///< what machine this is and what failed, for ProveOptions::report; empty where nothing did
};
/// Tries everything that can be tried.
Proven prove(const Facts& facts, const KvmDevice& kvm, const ProveOptions& options, const MakeVm& make_vm);

}  // namespace nestprobe
