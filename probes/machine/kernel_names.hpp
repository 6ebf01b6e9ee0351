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
/// Whose system it is, by one word of which the ways to boot are known: os-release's own name or the nearest
/// one that it is like, else by the kernel's name, where "fedora-kernel" may be any of Fedora's editions.
Fact<std::string> kin_of(const Fact<std::string>& release, const Fact<std::string>& recorded);
/// The kernel's release, or what stands behind BOOT_IMAGE=/boot/vmlinuz- on its command line.
Fact<std::string> release_or_image(const Reading<std::string>& command_line,
                                   const Fact<std::string>& release);

}  // namespace nestprobe
