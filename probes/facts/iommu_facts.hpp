// SPDX-License-Identifier: MIT
// The IOMMU of this system: what firmware (in a guest: the hypervisor) announces, what the units can do, and
// what the kernel makes of it.
#pragma once

#include "base/fact.hpp"
#include "base/tristate.hpp"

#include <string>
#include <vector>

namespace nestprobe {

/// A device of the host's in the group of one that vfio-pci holds: that one cannot be given away then.
struct SharedGroup {
    std::string group;     ///< its number
    std::string given;     ///< the PCI address of vfio-pci's
    std::string other;     ///< of the host's; empty: nobody recorded which
    std::string driver;    ///< the other's; empty: nobody recorded it
    std::string kind{};    ///< the other's class, "0x040300"; empty: nobody recorded it
    bool of_card = false;  ///< another function of the same card: the group itself was not recorded
    friend bool operator==(const SharedGroup&, const SharedGroup&) = default;
};

/// A device that vfio-pci was told to take by its id, and that another driver holds.
struct KeptDevice {
    std::string device;  ///< its PCI address
    std::string id;      ///< "10de:1f91"
    std::string driver;  ///< who holds it
    friend bool operator==(const KeptDevice&, const KeptDevice&) = default;
};

struct IommuFacts {
    Fact<std::string> table{};
    Fact<unsigned> table_units{};
    Fact<bool> table_intremap{};
    Fact<bool> x2apic_opt_out{};
    Fact<std::string> table_damage{};
    Fact<std::vector<std::string>> instances{};
    Fact<unsigned> groups{};
    Fact<bool> caching_mode{};
    Fact<bool> queued_invalidation{};
    Fact<bool> unit_intremap{};
    Fact<bool> eim{};
    Fact<bool> scalable_mode{};
    Fact<bool> posted_interrupts{};
    Fact<unsigned> address_width{};
    Fact<bool> interrupt_remapping{};
    Fact<Tristate> driver{};
    Fact<bool> default_on{};
    Fact<Tristate> irq_remap{};
    Fact<bool> unsafe_interrupts{};
    Fact<std::vector<SharedGroup>> shared_groups{};
    Fact<std::vector<KeptDevice>> kept_devices{};
    Fact<Tristate> vfio_pci{};
    Fact<bool> xen_assigns{};
    Fact<std::string> container_refused{};
    Fact<bool> no_iommu_mode{};
};
template <ConstOrNot<IommuFacts> F, class V>
constexpr void for_each(F& f, V&& visit) {
    visit("iommu.table", f.table,
          "the ACPI table that announces an IOMMU: DMAR, IVRS, VIOT; empty: none of them");
    visit("iommu.table_units", f.table_units, "how many IOMMUs the table announces");
    visit("iommu.table_intremap", f.table_intremap,
          "DMAR's flag INTR_REMAP: the platform can remap interrupts");
    visit("iommu.x2apic_opt_out", f.x2apic_opt_out,
          "DMAR's flag X2APIC_OPT_OUT: the platform asks for no x2APIC");
    visit("iommu.table_damage", f.table_damage, "what is wrong with the table; empty: nothing");
    visit("iommu.instances", f.instances, "/sys/class/iommu: the IOMMUs that the kernel drives");
    visit("iommu.groups", f.groups, "number of /sys/kernel/iommu_groups");
    visit("iommu.caching_mode", f.caching_mode,
          "cap[7] of every VT-d unit: an emulated IOMMU that hears of new mappings");
    visit("iommu.queued_invalidation", f.queued_invalidation, "ecap[1] of every VT-d unit");
    visit("iommu.unit_intremap", f.unit_intremap, "ecap[3] of every VT-d unit: it can remap interrupts");
    visit(
        "iommu.eim", f.eim,
        "extended interrupt mode: ecap[4] of every VT-d unit, XTSup of every AMD one (register, else IVRS)");
    visit("iommu.scalable_mode", f.scalable_mode, "ecap[43] of every VT-d unit");
    visit("iommu.posted_interrupts", f.posted_interrupts,
          "interrupts of devices straight into guests: cap[59] of every VT-d unit, GASup of every AMD one");
    visit("iommu.address_width", f.address_width, "the least cap[21:16] (MGAW) of VT-d's units, bits");
    visit(
        "iommu.interrupt_remapping", f.interrupt_remapping,
        "interrupts are remapped: command line, kernel log, what cannot be, /proc/interrupts, what could be");
    visit("iommu.driver", f.driver,
          "the kernel has a driver for the IOMMU that a table announces, where none is driven");
    visit("iommu.default_on", f.default_on, "CONFIG_INTEL_IOMMU_DEFAULT_ON, where it decides");
    visit("iommu.irq_remap", f.irq_remap, "CONFIG_IRQ_REMAP, where interrupts are not remapped");
    visit("iommu.unsafe_interrupts", f.unsafe_interrupts,
          "vfio_iommu_type1.allow_unsafe_interrupts, where interrupts are not remapped");
    visit("iommu.shared_groups", f.shared_groups,
          "devices that the host drives in the IOMMU group of one that vfio-pci holds");
    visit("iommu.kept_devices", f.kept_devices,
          "devices with an id that vfio-pci was told to take, and that another driver holds");
    visit("iommu.vfio_pci", f.vfio_pci, "CONFIG_VFIO_PCI, where modprobe.d tells vfio-pci what to take");
    visit("iommu.no_iommu_mode", f.no_iommu_mode,
          "vfio.enable_unsafe_noiommu_mode, where the kernel drives no IOMMU");
    visit("iommu.container_refused", f.container_refused,
          "VFIO found a group and could not attach it to the IOMMU: the errno's words");
    visit("iommu.xen_assigns", f.xen_assigns, "Xen says that it can give devices away (xl info, virt_caps)");
}

}  // namespace nestprobe
