// SPDX-License-Identifier: MIT
// From errno to reasons and words, and back: a snapshot keeps a refusal as text, and a rule must still tell
// ENODEV from EACCES when it is replayed.  Never the C library's strerror(), which follows the locale.
#pragma once

#include "base/fact.hpp"

namespace nestprobe {

/// "subject: No such device" with the reason that this errno stands for.
Absent refused(int error, std::string_view subject);
/// "No such device"; "error 123" for one that is not in the table.
std::string error_text(int error);
/// "ENODEV"; empty for one that is not in the table.
std::string_view error_name(int error);
/// The errno whose text stands first in `detail` (or "error 123" at its end); 0 when none does.
int error_in(std::string_view detail);

}  // namespace nestprobe
