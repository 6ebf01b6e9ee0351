// SPDX-License-Identifier: MIT
// Questions about the definition of a guest that rules and edits both ask.  All of them want Facts::guest.
#pragma once

#include "facts/facts.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nestprobe {

/// The definition is libvirt's XML.
bool of_libvirt(const Facts& f);
/// QEMU emulates the guest, without KVM.
bool is_emulated(const GuestFacts& guest);

/// Present with policy force, require or optional.
bool wants(FeaturePolicy policy);

/// VMX or SVM, whichever the guest can be shown: as this system's processor has it, else by the model or the
/// feature that the definition names.  Nothing where none of them tells.
std::optional<Technology> technology_of_guest(const Facts& f);
/// "vmx", "svm"; "vmx or svm" where nobody knows which.
std::string feature_of_guest(const Facts& f);
/// "vmx" or "svm"; empty where nobody knows which.
std::string_view flag_of_guest(const Facts& f);
/// The technology that the definition was written for, and by which of its words; nothing where it does not
/// say.
std::optional<Technology> technology_written_for(const GuestFacts& guest, std::string& by);
/// What is said of that feature; where nobody knows which, what is said of either.
const Fact<FeaturePolicy>& policy_of_guest(const Facts& f);
/// QEMU emulates SVM with this CPU; nothing where it depends on QEMU's version.  VMX it never emulates.
std::optional<bool> emulates_svm(const GuestFacts& guest);
/// What is asked of the guest's CPU is compared with what KVM offers, or it starts with whatever there is.
enum class Comparison : std::uint8_t {
    none,    ///< QEMU warns at most
    before,  ///< libvirt compares before it starts the guest (check='partial', the default of most modes)
    after,   ///< what QEMU made of it is compared (check='full'), or QEMU compares itself (enforce)
};
/// libvirt 9.0 to 11.3 src/qemu/qemu_domain.c, qemuDomainDefCPUPostParse; qemu_process.c,
/// qemuProcessUpdateGuestCPU.
Comparison comparison_of_cpu(const GuestFacts& guest);
/// In whose words the CPU is named: of a -cpu that is passed behind libvirt's or Proxmox's own, QEMU's.
DefinitionKind words_of_cpu(const GuestFacts& guest);
/// <cpu match='minimum'>: what the host has more than the model is given to the guest, as with host-model.
bool takes_more_than_model(const GuestFacts& guest);
/// KVM here is known to offer that feature to guests, or known not to.
std::optional<bool> offered_by_host(const Facts& f);
/// Does the IOMMU remap interrupts?  What is not said QEMU decides: yes, unless the I/O APIC is KVM's
/// (QEMU 10.0 hw/i386/x86-iommu.c, x86_iommu_realize).  False where there is none that could.
bool remaps_interrupts(const GuestFacts& guest);
/// The I/O APIC is QEMU's, because the definition says so or because QEMU runs the guest alone.
bool irqchip_is_split(const GuestFacts& guest);

/// The guest's IOMMU is QEMU's VT-d.
bool has_vtd(const GuestFacts& guest);
/// More virtual CPUs than eight bits of APIC id can tell apart.
bool has_many_cpus(const GuestFacts& guest);
/// QEMU's arguments for an IOMMU that VFIO can use: "-machine q35,... -device intel-iommu,...".
std::string iommu_arguments(bool amd, bool many_cpus);

}  // namespace nestprobe
