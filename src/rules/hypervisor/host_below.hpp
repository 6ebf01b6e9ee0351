// SPDX-License-Identifier: MIT
// Steps that are for one system below the platform, where it showed which one that is.
#pragma once

#include "facts/facts.hpp"
#include "remedy/remedy.hpp"

namespace nestprobe {

/// Docker Desktop's steps for other systems are left out.
void fit_to_host(Remedy& remedy, Platform platform, const Facts& f);

}  // namespace nestprobe
