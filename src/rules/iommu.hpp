// SPDX-License-Identifier: MIT
// Questions about the kernel's part in driving an IOMMU that rules and --fix both ask.
#pragma once

#include "facts.hpp"

#include <string>
#include <vector>

namespace nestprobe {

/// Words on the kernel command line that keep the IOMMU off, or from remapping interrupts.
std::vector<std::string> words_against_iommu(const Facts& f);
/// Of a system whose table announces VT-d: does nothing but the word intel_iommu=on seem to lack?
bool needs_intel_iommu_on(const Facts& f);

}  // namespace nestprobe
