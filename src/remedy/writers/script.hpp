// SPDX-License-Identifier: MIT
// The script of --fix: what fixes the findings of a report, as a POSIX shell script with comments. It is
// printed for somebody to read and run; nestprobe runs nothing.
#pragma once

#include "report/report.hpp"

#include <string>

namespace nestprobe {

/// Every step looks first whether it is needed, says what it changes, and checks what came of it; a second
/// run changes nothing.  What no script can do it says, in the report's own words, and makes
/// it end with status 1.  It is about the question that is asked, otherwise about the two on KVM.
std::string render_fix(const Report& report);

}  // namespace nestprobe
