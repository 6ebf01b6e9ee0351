// SPDX-License-Identifier: MIT
// By what the kernel command line is changed, and whether GRUB booted this system.
#pragma once

#include "facts/kernel_facts.hpp"
#include "facts/system_facts.hpp"
#include "machine/probes.hpp"

namespace nestprobe {

Fact<BootLoader> probe_boot_loader(const Filesystem& files, const Shared& shared, const KernelFacts& kernel,
                                   const Fact<std::string>& distribution);

/// That BOOT_IMAGE= is not there says something of a whole system's command line, nothing of a part of it.
Fact<bool> probe_grub(const Reading<std::string>& command_line, const Fact<std::string>& distribution);

}  // namespace nestprobe
