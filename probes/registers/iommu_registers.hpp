// SPDX-License-Identifier: MIT
// Registers of the IOMMUs' units, as the kernel shows them in /sys/class/iommu: rows of the parts that are
// asked for.  They have no CPUID leaf and no MSR, so they stand outside of registers::all.
#pragma once

#include "registers/register.hpp"

namespace nestprobe::registers {

struct UnitRegister {
    std::string_view name;
    std::string_view reference;  ///< specification and section title
    std::span<const Field> fields;

    /// Looked up while compiling: a misspelt name does not build.
    consteval Field operator[](std::string_view field) const {
        for (const Field& f : fields)
            if (f.name == field) return f;
        this_register_has_no_such_field();
    }
};

inline constexpr Field vtd_cap_fields[] = {
    {.name = "CM", .at = bit(7), .doc = "Caching mode: entries that are not present may be cached"},
    {.name = "MGAW", .at = {21, 16}, .doc = "Maximum guest address width, less one"},
    {.name = "PI", .at = bit(59), .doc = "Posted interrupts"},
};
inline constexpr UnitRegister vtd_cap{"CAP_REG", "Intel VT-d, \"Capability Register\"", vtd_cap_fields};

inline constexpr Field vtd_ecap_fields[] = {
    {.name = "QI", .at = bit(1), .doc = "Queued invalidation"},
    {.name = "IR", .at = bit(3), .doc = "Interrupt remapping"},
    {.name = "EIM", .at = bit(4), .doc = "Extended interrupt mode"},
    {.name = "SMTS", .at = bit(43), .doc = "Scalable mode translation"},
};
inline constexpr UnitRegister vtd_ecap{"ECAP_REG", "Intel VT-d, \"Extended Capability Register\"",
                                       vtd_ecap_fields};

inline constexpr Field amd_efr_fields[] = {
    {.name = "XTSup", .at = bit(2), .doc = "x2APIC"},
    {.name = "GASup", .at = bit(7), .doc = "Guest virtual APIC"},
};
inline constexpr UnitRegister amd_efr{
    "EFR", "AMD I/O Virtualization Technology, \"Extended Feature Register\"", amd_efr_fields};

/// The same in an IVHD block of type 10h, which came before the register's image stood in the table.
inline constexpr Field ivhd_features_fields[] = {
    {.name = "XTSup", .at = bit(0), .doc = "x2APIC"},
    {.name = "GASup", .at = bit(6), .doc = "Guest virtual APIC"},
};
inline constexpr UnitRegister ivhd_features{
    "IVHD feature reporting", "AMD I/O Virtualization Technology, \"IVHD Block Generic Format\"",
    ivhd_features_fields};

}  // namespace nestprobe::registers
