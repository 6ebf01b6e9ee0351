// SPDX-License-Identifier: MIT
// What a script of --fix does, in the order in which it is done.
#pragma once

#include "report.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

struct Steps {
    std::string text{};  ///< shell commands, each step with its comment; empty: nothing to do
    std::vector<std::string_view> mended{};  ///< ids of the rules that they are for
    bool mend(std::string_view id) const;
};

/// `asked` as for render_fix().
Steps write_steps(const Report& report, const Question* asked);

}  // namespace nestprobe
