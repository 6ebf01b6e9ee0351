// SPDX-License-Identifier: MIT
// Steps that are for one system below the platform, where it showed which one that is.
#pragma once

#include "facts/facts.hpp"
#include "remedy/remedy.hpp"
#include "rules/hypervisor/platform_rows.hpp"

#include <string_view>

namespace nestprobe {

/// Steps of the host that its own outputs have made needless are taken out of a row; what they said, as a
/// sentence behind a blank, or nothing where nobody gave any.
std::string_view fit_to_known_nested(PlatformRow& row, const Facts& f);

/// Of a guest whose own definition was given the other steps are the definition's.
void keep_host_nested(PlatformRow& row);

/// Docker Desktop's steps for other systems are left out.
void fit_to_host(Remedy& remedy, Platform platform, const Facts& f);

}  // namespace nestprobe
