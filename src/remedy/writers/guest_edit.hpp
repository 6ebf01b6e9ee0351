// SPDX-License-Identifier: MIT
// The edit that fixes the definition of a guest: as a diff of the text that was given, and as the commands
// and arguments that do the same.
#pragma once

#include "guest/definition.hpp"
#include "report/report.hpp"

namespace nestprobe {

/// Stands for the number of a Proxmox guest whose file does not bear it.
inline constexpr std::string_view unknown_vm = "VMID";

/// What fixes the answers about that guest: VMX or SVM, and an IOMMU that VFIO can use; of these the one that
/// is asked about, if one is.
GuestEdit make_edit(const GuestDefinition& definition, const Report& report);

}  // namespace nestprobe
