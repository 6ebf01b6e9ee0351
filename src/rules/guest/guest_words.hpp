// SPDX-License-Identifier: MIT
// What to write in the definition of a guest, in the words of its own kind: libvirt's XML, QEMU's command
// line, Proxmox VE's configuration, or the manager that writes libvirt's XML before every start.
#pragma once

#include "facts/facts.hpp"

#include <cstdint>
#include <string>

namespace nestprobe {

/// A change of a guest's definition that a rule asks for.
enum class GuestWords : std::uint8_t {
    cpu_feature,    ///< VMX or SVM is not taken away
    no_encryption,  ///< an ordinary guest instead of a confidential one
    q35,            ///< the machine type that has IOMMUs
    split_irqchip,  ///< the I/O APIC is QEMU's
    eim,            ///< extended interrupt mode, for more than 255 CPUs
    acpi,           ///< tables that announce the IOMMU
    intel_model,    ///< the Intel IOMMU instead of AMD's
    first,          ///< the IOMMU stands before the devices
    one_only,       ///< of several IOMMUs one
};

/// In the words of this guest's definition, with what its start needs.  {flag} is vmx or svm.
std::string guest_words(const Facts& f, GuestWords what);
/// The IOMMU's address width, in bits.
std::string guest_width_words(const Facts& f, unsigned bits);
/// What the manager (oVirt, OpenStack, KubeVirt) that writes this definition is told for a CPU with VMX or
/// SVM, or for an IOMMU; empty where no manager writes it.
std::string managers_cpu_words(const Facts& f);
std::string managers_iommu_words(const Facts& f);

}  // namespace nestprobe
