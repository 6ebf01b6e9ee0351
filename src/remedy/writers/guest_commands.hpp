// SPDX-License-Identifier: MIT
// What a script of --fix does about the definition of a guest.
#pragma once

#include "report/report.hpp"

#include <optional>
#include <string>

namespace nestprobe {

/// The diff, for patch(1), of the file or of what libvirt has. Nothing where its name can be no word of a
/// script.
std::optional<std::string> patch_guest(const GuestEdit& edit);

/// By qm, whose guest has a number.
std::optional<std::string> set_guest(const GuestEdit& edit);

}  // namespace nestprobe
