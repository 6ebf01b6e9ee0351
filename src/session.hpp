// SPDX-License-Identifier: MIT
// One run over one machine, or two: look, judge, save what was asked for, print.
#pragma once

#include "options.hpp"

namespace nestprobe {

/// Everything that looks at a machine. Throws BadFile and UnopenedFile.
ExitStatus examine(const Options& options, const Style& style);

/// The page of a line of the kernel's log, judged as if it were all that is known of a machine.
ExitStatus explain_log_line(const std::string& line, const Style& style);

/// One line on stderr; answers `status`.
ExitStatus complain(ExitStatus status, std::string_view message);

}  // namespace nestprobe
