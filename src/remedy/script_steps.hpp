// SPDX-License-Identifier: MIT
// What a script of --fix does, in the order in which it is done.
#pragma once

#include "report/report.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

struct Steps {
    std::string text{};  ///< shell commands, each step with its comment; empty: nothing to do
    std::vector<std::string_view> mended{};  ///< ids of the rules that they are for
    std::vector<std::string_view> left{};    ///< of those that they say are left to be done by hand
    bool mend(std::string_view id) const;
    bool leave(std::string_view id) const;
};

/// For the question that is asked, otherwise for the two about KVM.
Steps write_steps(const Report& report);

}  // namespace nestprobe
