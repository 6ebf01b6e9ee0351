// SPDX-License-Identifier: MIT
// DMAR and IVRS, whole and cut off at every byte.  NESTPROBE_ACPI_TABLES names a folder with more of them,
// which tests/acpi_check.py fills from real machines.
#include "machine/acpi_iommu.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace nestprobe;

namespace {

/// A table with that fixed part (12 bytes) behind its header, and those structures.
std::string table(std::string signature, const std::string& fixed, const std::string& structures) {
    std::string bytes = std::move(signature);
    bytes += static_cast<char>(48 + structures.size());
    bytes += std::string(3, '\0') + std::string(28, 'x') + fixed + structures;
    return bytes;
}

std::string bytes(std::initializer_list<int> values) {
    std::string text;
    for (const int value : values) text += static_cast<char>(value);
    return text;
}

const std::string drhd = bytes({0, 0, 16, 0, 1, 0, 0, 0, 0, 0, 0xd9, 0xfe, 0, 0, 0, 0});
const std::string rmrr = bytes({1, 0, 24, 0}) + std::string(20, '\0');
const std::string ivhd10 = bytes({0x10, 0, 24, 0}) + std::string(20, '\0');
const std::string ivhd11 = bytes({0x11, 0, 40, 0}) + std::string(36, '\0');

std::string dmar(int flags, const std::string& structures) {
    return table("DMAR", bytes({38, flags}) + std::string(10, '\0'), structures);
}
std::string ivrs(const std::string& structures) {
    return table("IVRS", bytes({0x40, 0x30, 0x20, 0}) + std::string(8, '\0'), structures);
}

/// A cut table is damaged, and what was found in it is what the whole one has, or the beginning of that.
template <class Parse>
void cut_everywhere(const std::string& whole, Parse parse) {
    const auto all = parse(whole).table.structures;
    for (std::size_t n = 0; n < whole.size(); ++n) {
        const std::string cut =
            whole.substr(0, n);  // a copy: a read behind its end is seen by the sanitizers
        const auto reading = parse(cut);
        CAPTURE(n);
        REQUIRE_FALSE(reading.damage.empty());
        REQUIRE(reading.table.structures.size() <= all.size());
        for (std::size_t i = 0; i < reading.table.structures.size(); ++i)
            REQUIRE(reading.table.structures[i] == all[i]);
    }
}

/// The same with the length in the header mended to what is left: shorter tables.
template <class Parse>
void shorten_everywhere(const std::string& whole, Parse parse) {
    const auto all = parse(whole).table.structures;
    for (std::size_t n = 48; n < whole.size(); ++n) {
        std::string cut = whole.substr(0, n);
        for (std::size_t i = 0; i < 4; ++i) cut[4 + i] = static_cast<char>(n >> 8 * i);
        const auto reading = parse(cut);
        CAPTURE(n);
        REQUIRE(reading.table.structures.size() <= all.size());
        const bool at_a_boundary =
            n == 48 || (!reading.table.structures.empty() &&
                        reading.table.structures.back().offset + reading.table.structures.back().length == n);
        REQUIRE(reading.damage.empty() == at_a_boundary);
    }
}

}  // namespace

TEST_SUITE("acpi") {
    TEST_CASE("DMAR: width, flags, structures") {
        const DmarReading reading = parse_dmar(dmar(5, drhd + rmrr + drhd));
        CHECK(reading.damage.empty());
        CHECK(reading.table.address_width == 39);
        CHECK(reading.table.interrupt_remapping);
        CHECK_FALSE(reading.table.x2apic_opt_out);
        CHECK(reading.table.dma_opt_in);
        CHECK(reading.table.units() == 2);
        REQUIRE(reading.table.structures.size() == 3);
        CHECK(reading.table.structures[1] == AcpiStructure{1, 64, 24});
        CHECK_FALSE(parse_dmar(dmar(2, drhd)).table.interrupt_remapping);
        CHECK(parse_dmar(dmar(2, drhd)).table.x2apic_opt_out);
    }

    TEST_CASE("IVRS: newer blocks repeat the units of older ones") {
        const IvrsReading reading = parse_ivrs(ivrs(ivhd10 + ivhd11));
        CHECK(reading.damage.empty());
        CHECK(reading.table.info == 0x203040);
        CHECK(reading.table.units() == 1);
        CHECK(parse_ivrs(ivrs(ivhd11 + ivhd11)).table.units() == 2);
        CHECK(parse_ivrs(ivrs("")).table.units() == 0);
    }

    TEST_CASE("IVRS: each type of block has its own place for the unit's features") {
        const auto with = [](std::string block, std::size_t at, int value) {
            block[at] = static_cast<char>(value);
            return parse_ivrs(ivrs(block)).table.features;
        };
        CHECK(parse_ivrs(ivrs(ivhd10 + ivhd11 + rmrr)).table.features.empty());
        const auto old = with(ivhd10, 20, 0x41);
        REQUIRE(old.size() == 1);
        CHECK(old[0].type == 0x10);
        CHECK(old[0].x2apic);
        CHECK(old[0].guest_apic);
        const auto image = with(ivhd11, 24, 0x04);
        REQUIRE(image.size() == 1);
        CHECK(image[0].x2apic);
        CHECK_FALSE(image[0].guest_apic);
        CHECK(with(ivhd11, 24, 0x80)[0].guest_apic);
        CHECK(with(ivhd11, 20, 0xff).empty());
    }

    TEST_CASE("what is no table, and where one is damaged") {
        CHECK(parse_dmar("").damage == "0 bytes, less than the header of an ACPI table");
        CHECK(parse_dmar(ivrs(ivhd10)).damage == "the signature is not DMAR");
        CHECK(parse_ivrs(dmar(0, drhd)).damage == "the signature is not IVRS");
        CHECK(parse_dmar(dmar(0, bytes({0, 0, 0, 0}))).damage == "a structure of 0 bytes at byte 48");
        CHECK(parse_dmar(dmar(0, bytes({0, 0, 99, 0}))).damage ==
              "a structure at byte 48 that ends behind the table");
        CHECK(parse_dmar(dmar(0, drhd + "ab")).damage == "2 bytes too many at byte 64");
        std::string longer = dmar(0, drhd);
        longer[5] = 1;
        CHECK(parse_dmar(longer).damage == "64 bytes, though the header says 320");
        std::string shorter = dmar(0, drhd);
        shorter[4] = 40;
        CHECK(parse_dmar(shorter).damage == "a length of 40, less than the fixed part of a DMAR");
    }

    TEST_CASE("cut off at every byte") {
        cut_everywhere(dmar(1, drhd + rmrr + drhd), parse_dmar);
        shorten_everywhere(dmar(1, drhd + rmrr + drhd), parse_dmar);
        cut_everywhere(ivrs(ivhd10 + ivhd11), parse_ivrs);
        shorten_everywhere(ivrs(ivhd10 + ivhd11), parse_ivrs);
    }

    TEST_CASE("real tables, cut off at every byte") {
        const char* folder = std::getenv("NESTPROBE_ACPI_TABLES");
        if (!folder) {
            MESSAGE("NESTPROBE_ACPI_TABLES names no folder: see tests/acpi_check.py");
            return;
        }
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            std::ifstream file(entry.path(), std::ios::binary);
            const std::string whole{std::istreambuf_iterator<char>(file), {}};
            CAPTURE(entry.path().string());
            if (whole.starts_with("DMAR")) {
                CHECK(parse_dmar(whole).damage.empty());
                cut_everywhere(whole, parse_dmar);
                shorten_everywhere(whole, parse_dmar);
            } else {
                CHECK(parse_ivrs(whole).damage.empty());
                cut_everywhere(whole, parse_ivrs);
                shorten_everywhere(whole, parse_ivrs);
            }
        }
    }
}
