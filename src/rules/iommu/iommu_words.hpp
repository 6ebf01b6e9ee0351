// SPDX-License-Identifier: MIT
// Questions about the kernel's part in driving an IOMMU: what its command line says.
#pragma once

#include "facts/facts.hpp"

#include <string>
#include <vector>

namespace nestprobe {

/// Words on the kernel command line that keep the IOMMU off, and that keep it from remapping interrupts.
std::vector<std::string> words_against_iommu(const Facts& f);
std::vector<std::string> words_against_remapping(const Facts& f);
/// A table announces VT-d, which the kernel drives, or might: then the word intel_iommu=on says so.
bool needs_intel_iommu_on(const Facts& f);
/// The kernel command line says intel_iommu=on.
bool is_told_to_drive(const Facts& f);

}  // namespace nestprobe
