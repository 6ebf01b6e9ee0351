// SPDX-License-Identifier: MIT
// The ACPI tables by which firmware, or QEMU in its place, announces an IOMMU: DMAR (Intel's Virtualization
// Technology for Directed I/O, "BIOS Considerations") and IVRS (AMD I/O Virtualization Technology
// Specification, "I/O Virtualization ACPI Table").
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// A remapping structure, or block: what stands behind the table's header, one after the other.
struct AcpiStructure {
    std::uint16_t type = 0;  ///< DMAR: 0 DRHD, 1 RMRR, 2 ATSR, 3 RHSA, 4 ANDD, 5 SATC. IVRS: 0x10, 0x11, 0x40
                             ///< IVHD, 0x20 to 0x22 IVMD
    std::size_t offset = 0;  ///< from the beginning of the table, bytes
    std::size_t length = 0;  ///< bytes, the structure's own header included
    friend bool operator==(const AcpiStructure&, const AcpiStructure&) = default;
};

struct DmarTable {
    unsigned address_width = 0;        ///< the host's, bits
    bool interrupt_remapping = false;  ///< flag INTR_REMAP
    bool x2apic_opt_out = false;       ///< flag X2APIC_OPT_OUT
    bool dma_opt_in = false;           ///< flag DMA_CTRL_PLATFORM_OPT_IN_FLAG
    std::vector<AcpiStructure> structures{};
    unsigned units() const;  ///< DRHDs
};

/// What an IVHD block says of its IOMMU's extended features.  Type 10h has a word of its own for that, types
/// 11h and 40h an image of the Extended Feature Register; both are zero where firmware did not fill them in,
/// and then such a block is left out.
struct IvhdFeatures {
    std::uint16_t type = 0;
    bool x2apic = false;      ///< XTSup
    bool guest_apic = false;  ///< GASup: interrupts of devices straight into guests
};

struct IvrsTable {
    std::uint32_t info = 0;  ///< IVinfo
    std::vector<AcpiStructure> structures{};
    std::vector<IvhdFeatures> features{};
    unsigned units()
        const;  ///< IOMMUs: IVHD blocks of the lowest type that there is; the other types repeat them
};

/// A table's bytes decoded, up to `damage`: empty where there is none, else what is wrong and where.  A
/// checksum that does not add up is no damage: Linux only warns of it (drivers/acpi/acpica/tbprint.c).
struct DmarReading {
    DmarTable table;
    std::string damage;
};
struct IvrsReading {
    IvrsTable table;
    std::string damage;
};
DmarReading parse_dmar(std::string_view bytes);
IvrsReading parse_ivrs(std::string_view bytes);

}  // namespace nestprobe
