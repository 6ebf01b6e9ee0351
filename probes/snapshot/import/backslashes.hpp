// SPDX-License-Identifier: MIT
// "kvm\_intel": what an editor of Markdown writes outside of code.
#pragma once

#include <string>
#include <string_view>

namespace nestprobe {

/// Without the backslashes in front of "_", and of all punctuation where everything was escaped.
std::string without_backslashes(std::string_view text);

}  // namespace nestprobe
