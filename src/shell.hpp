// SPDX-License-Identifier: MIT
// Text that somebody may give to a shell: nothing in it may become a command.
#pragma once

#include <string>
#include <string_view>

namespace nestprobe {

/// A word for sh, whatever is in it: in single quotation marks unless it is plain.  NULs are left out.
std::string shell_word(std::string_view text);

/// Text as comment lines: wrapped, control characters replaced, so that no line of it can be a command.
std::string shell_comment(std::string_view text);

}  // namespace nestprobe
