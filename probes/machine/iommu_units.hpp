// SPDX-License-Identifier: MIT
// What the units of this system's IOMMU can do, and who shares its groups: for probe_iommu() alone.
#pragma once

#include "facts/facts.hpp"
#include "machine/acpi_iommu.hpp"
#include "sources.hpp"

#include <vector>

namespace nestprobe {

/// Fills in what the registers of the units in facts.instances say, or why there is none.  `announced`: what
/// IVRS says of AMD's, for where the kernel drives none.
void probe_units(const Filesystem& files, const KernelFacts& kernel,
                 const std::vector<IvhdFeatures>& announced, IommuFacts& facts);

/// Of each group with a device of vfio-pci's, or that VFIO refused: the devices that the host still drives.
Fact<std::vector<SharedGroup>> probe_shared_groups(const Filesystem& files);

/// Of the devices that vfio-pci was told to take, those that another driver holds.
Fact<std::vector<KeptDevice>> probe_kept_devices(const Filesystem& files,
                                                 const Fact<std::vector<ModuleOption>>& told);

}  // namespace nestprobe
