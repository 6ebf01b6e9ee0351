// SPDX-License-Identifier: MIT
#include "machine/acpi_iommu.hpp"

#include "registers/iommu_registers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

constexpr std::size_t header_size = 36;  // ACPI specification, "System Description Table Header"
constexpr std::size_t first_structure = 48;

std::uint32_t number_at(std::string_view bytes, std::size_t offset, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[offset + i])) << 8 * i;
    return value;
}

/// Signature, length and the fixed part; what is wrong with them.
std::string check_header(std::string_view bytes, std::string_view signature) {
    if (bytes.size() < header_size)
        return fmt::format("{} bytes, less than the header of an ACPI table", bytes.size());
    if (!bytes.starts_with(signature)) return fmt::format("the signature is not {}", signature);
    const std::uint32_t length = number_at(bytes, 4, 4);
    if (length < first_structure)
        return fmt::format("a length of {}, less than the fixed part of a {}", length, signature);
    if (length > bytes.size())
        return fmt::format("{} bytes, though the header says {}", bytes.size(), length);
    return {};
}

/// Where type and length of a structure stand: DMAR has two bytes for each, IVRS one byte, flags, two bytes.
struct TableLayout {
    std::size_t type_size, length_offset;
};

/// The structures up to the first that cannot be one; what is wrong with that.
std::string walk(std::string_view bytes, TableLayout layout, std::vector<AcpiStructure>& found) {
    bytes = bytes.substr(0, number_at(bytes, 4, 4));
    for (std::size_t at = first_structure; at < bytes.size();) {
        if (bytes.size() - at < 4) return fmt::format("{} bytes too many at byte {}", bytes.size() - at, at);
        const std::uint32_t length = number_at(bytes, at + layout.length_offset, 2);
        if (length < 4) return fmt::format("a structure of {} bytes at byte {}", length, at);
        if (length > bytes.size() - at)
            return fmt::format("a structure at byte {} that ends behind the table", at);
        found.push_back({static_cast<std::uint16_t>(number_at(bytes, at, layout.type_size)), at, length});
        at += length;
    }
    return {};
}

// AMD IOMMU specification, "I/O Virtualization Hardware Definition (IVHD) Block Generic Format", and
// "Extended Feature Register"; Linux drivers/iommu/amd/amd_iommu_types.h (IOMMU_FEAT_*, IOMMU_EFR_*).
constexpr std::size_t features_at = 20, efr_at = 24;

std::vector<IvhdFeatures> read_features(std::string_view bytes,
                                        const std::vector<AcpiStructure>& structures) {
    std::vector<IvhdFeatures> all;
    for (const AcpiStructure& s : structures) {
        const bool has_image = s.type == 0x11 || s.type == 0x40;
        const std::size_t at = has_image ? efr_at : features_at;
        if ((!has_image && s.type != 0x10) || s.length < at + 4) continue;
        const std::uint32_t value =
            number_at(bytes, s.offset + at, 4);  // all that matters is in the lower half
        const auto is_set = [&](const Field& image, const Field& older) {
            return (has_image ? image : older).of(value) != 0;
        };
        if (value != 0)
            all.push_back({s.type, is_set(registers::amd_efr["XTSup"], registers::ivhd_features["XTSup"]),
                           is_set(registers::amd_efr["GASup"], registers::ivhd_features["GASup"])});
    }
    return all;
}

unsigned count(const std::vector<AcpiStructure>& structures, std::uint16_t type) {
    return static_cast<unsigned>(std::count_if(structures.begin(), structures.end(),
                                               [&](const AcpiStructure& s) { return s.type == type; }));
}

}  // namespace

unsigned DmarTable::units() const { return count(structures, 0); }

unsigned IvrsTable::units() const {
    for (const std::uint16_t type : std::initializer_list<std::uint16_t>{0x10, 0x11, 0x40})
        if (const unsigned n = count(structures, type); n > 0) return n;
    return 0;
}

DmarReading parse_dmar(std::string_view bytes) {
    DmarReading reading{{}, check_header(bytes, "DMAR")};
    if (!reading.damage.empty()) return reading;
    DmarTable& table = reading.table;
    const std::uint32_t flags = number_at(bytes, 37, 1);
    table.address_width = number_at(bytes, 36, 1) + 1;
    table.interrupt_remapping = (flags & 1) != 0;
    table.x2apic_opt_out = (flags & 2) != 0;
    table.dma_opt_in = (flags & 4) != 0;
    reading.damage = walk(bytes, {2, 2}, table.structures);
    return reading;
}

IvrsReading parse_ivrs(std::string_view bytes) {
    IvrsReading reading{{}, check_header(bytes, "IVRS")};
    if (!reading.damage.empty()) return reading;
    reading.table.info = number_at(bytes, 36, 4);
    reading.damage = walk(bytes, {1, 2}, reading.table.structures);
    reading.table.features = read_features(bytes, reading.table.structures);
    return reading;
}

}  // namespace nestprobe
