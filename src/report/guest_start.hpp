// SPDX-License-Identifier: MIT
// Will the guest start, as it is defined and on this system?
#pragma once

#include "report/report.hpp"

#include <string>

namespace nestprobe {

/// One line, without its end: "It will start, ...", "It will not start: ...", "Whether it starts is not
/// known: ...". The report must be about a guest.
std::string forecast_of_start(const Report& report);

}  // namespace nestprobe
