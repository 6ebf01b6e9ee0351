// SPDX-License-Identifier: MIT
// The script of --fix: what mends the findings of a report, as a POSIX shell script with comments. It is
// printed for somebody to read and run; nestprobe runs nothing.
#pragma once

#include "report.hpp"

#include <string>
#include <string_view>

namespace nestprobe {

/// Every step looks first whether it is needed, says what it changes, and checks what came of it; a second
/// run changes nothing.  What no script can mend is in its comments, with the report's own words, and makes
/// it end with status 1.
std::string render_fix(const Report& report);

/// A word for sh, whatever is in it: in single quotation marks unless it is plain.  NULs are left out.
std::string shell_word(std::string_view text);

/// Text as comment lines: wrapped, control characters replaced, so that no line of it can be a command.
std::string shell_comment(std::string_view text);

}  // namespace nestprobe
