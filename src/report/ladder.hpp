// SPDX-License-Identifier: MIT
// The ladder: a line for each layer, with how it stands and, in a few words, what is the case there.
#pragma once

#include "report/report.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace nestprobe {

/// How a layer stands, by its findings.
enum class Standing : std::uint8_t {
    well,     ///< nothing to say
    costs,    ///< it works and costs something, or there is something to know
    failed,   ///< a blocker failed
    unknown,  ///< an answer hangs on something here that could not be judged
    apart,    ///< no rule applies, or there is nothing: not a matter of this machine
};

struct Rung {
    Layer layer{};
    Standing standing = Standing::well;
    std::string words;
};

/// A layer for each that the report has findings of, in their order.
std::vector<Rung> ladder(const Report& report);

/// "SVM on all 48 CPUs", "kvm_amd loaded, nested=0 (kvm.conf:3)"; never empty.
std::string what_is_there(Layer layer, const Facts& facts);

/// The levels of the stack that are known, L0 first: the hypervisor, this system, a guest of it.  Empty on
/// bare metal where no guest's definition was given: there is one level.
std::vector<std::string> levels(const Facts& facts);

/// An answer hangs on it: it could not be judged, and its question has no answer.
bool is_wanted(const Report& report, const Finding& finding);
/// What is opened below the ladder: what failed or costs something, and what could not be judged and matters.
bool is_open(const Report& report, const Finding& finding);

}  // namespace nestprobe
