// SPDX-License-Identifier: MIT
// Whose kernel it is, by its name alone.
#pragma once

#include "base/fact.hpp"
#include "sources.hpp"

#include <string>

namespace nestprobe {

/// Where os-release was not recorded, the kernel's name tells whose it is, and so how its initramfs and its
/// command line are made; nothing else.  Else `recorded`.
Fact<std::string> distribution_by_kernel(const Fact<std::string>& release, const Fact<std::string>& recorded);
/// The kernel's release, or what stands behind BOOT_IMAGE=/boot/vmlinuz- on its command line.
Fact<std::string> release_or_image(const Reading<std::string>& command_line,
                                   const Fact<std::string>& release);

}  // namespace nestprobe
