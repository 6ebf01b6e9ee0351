// SPDX-License-Identifier: MIT
// CI services whose own machines run the job.
#pragma once

#include "facts/facts.hpp"
#include "remedy/remedy.hpp"

#include <optional>

namespace nestprobe {

/// What is left to whoever wrote the job; nothing where this is no such machine.
std::optional<Remedy> fix_in_job(const Facts& f);

}  // namespace nestprobe
