// SPDX-License-Identifier: MIT
// What stands behind the cause of a no: the cause is fixed on the facts, and all is judged again, until the
// answer is another one or nobody can foresee what a step does.
#pragma once

#include "report/report.hpp"

namespace nestprobe {

/// Fills in `then` and `fixed` of each no.
void look_behind(Report& report);

/// Of a no: the first obstacle, behind the cause or beside it, that no step here takes away, so that to fix
/// the cause is in vain; null where there is none, or the cause itself is one.
const Finding* never_fixed(const Verdict& verdict);

}  // namespace nestprobe
