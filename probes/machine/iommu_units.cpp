// SPDX-License-Identifier: MIT
// What the units of an IOMMU say they can do: VT-d's capability registers and AMD's extended feature
// register, as the kernel shows them in /sys/class/iommu to everybody; where it drives none of AMD's, the
// ACPI table.
#include "machine/iommu_units.hpp"
#include "base/text.hpp"
#include "machine/acpi_iommu.hpp"
#include "machine/probes.hpp"
#include "registers/iommu_registers.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

/// One register of every unit, or why the first one that is missing is.
struct Units {
    std::vector<std::uint64_t> values{};
    std::vector<Provenance> from{};
    Absent absent{};

    explicit operator bool() const { return !values.empty(); }
};

template <class Read>
Units read_units(const std::vector<std::string>& instances, std::string_view prefix, std::string_view none,
                 Read&& read) {
    Units units{.absent = {Why::not_applicable, std::string(none)}};
    for (const std::string& instance : instances) {
        if (!instance.starts_with(prefix)) continue;
        const Fact<std::uint64_t> value = read(instance);
        if (!value.if_known()) return {.absent = value.absence()};
        units.values.push_back(*value.if_known());
        units.from.push_back(value.from().front());
    }
    return units;
}

Fact<std::uint64_t> hexadecimal(const Fact<std::string>& word, std::string_view digits) {
    std::uint64_t value = 0;
    if (parse_number(digits, value, 16)) return {value, word.from()};
    return Absent{Why::malformed, fmt::format("{}: no hexadecimal number", word.from().front().where)};
}

/// Set in all of them; the first in which it is clear is cited alone.
Fact<bool> bit_of_all(const Units& units, const Field& bit) {
    if (!units) return units.absent;
    for (std::size_t i = 0; i < units.values.size(); ++i)
        if (bit.of(units.values[i]) == 0) return {false, {units.from[i]}};
    return {true, units.from};
}

// --- Intel ---

Fact<unsigned> least_width(const Units& cap) {
    if (!cap) return cap.absent;
    const auto width = [](std::uint64_t value) {
        return static_cast<unsigned>(registers::vtd_cap["MGAW"].of(value)) + 1;
    };
    std::size_t least = 0;
    for (std::size_t i = 1; i < cap.values.size(); ++i)
        if (width(cap.values[i]) < width(cap.values[least])) least = i;
    return {width(cap.values[least]), {cap.from[least]}};
}

void probe_intel(const Filesystem& files, const std::vector<std::string>& instances, IommuFacts& facts) {
    const auto read = [&](std::string_view name) {
        return read_units(instances, "dmar", "no VT-d unit is driven", [&](const std::string& instance) {
            const Fact<std::string> word =
                read_word(files, fmt::format("/sys/class/iommu/{}/intel-iommu/{}", instance, name));
            return word.if_known() ? hexadecimal(word, *word.if_known()) : word.absence();
        });
    };
    const Units cap = read("cap");
    const Units ecap = read("ecap");
    facts.caching_mode = bit_of_all(cap, registers::vtd_cap["CM"]);
    facts.address_width = least_width(cap);
    facts.posted_interrupts = bit_of_all(cap, registers::vtd_cap["PI"]);
    facts.queued_invalidation = bit_of_all(ecap, registers::vtd_ecap["QI"]);
    facts.unit_intremap = bit_of_all(ecap, registers::vtd_ecap["IR"]);
    facts.eim = bit_of_all(ecap, registers::vtd_ecap["EIM"]);
    facts.scalable_mode = bit_of_all(ecap, registers::vtd_ecap["SMTS"]);
}

// --- AMD ---

/// The extended feature register in amd-iommu/features, whose place there changed (Linux
/// drivers/iommu/amd/init.c, amd_iommu_show_features): alone up to 5.15, behind the second one's value in 6.1
/// to 6.6, before it since 6.12. In between it is not known which.
Fact<std::uint64_t> amd_features(const Filesystem& files, const std::string& instance,
                                 const KernelFacts& kernel) {
    const std::string path = fmt::format("/sys/class/iommu/{}/amd-iommu/features", instance);
    const Fact<std::string> word = read_word(files, path);
    if (!word.if_known()) return word.absence();
    const std::string_view text = *word.if_known();
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return hexadecimal(word, text);
    const KernelVersion* version = kernel.version.if_known();
    if (version && *version >= KernelVersion{6, 12}) return hexadecimal(word, text.substr(0, colon));
    if (version && !(*version >= KernelVersion{6, 7})) return hexadecimal(word, text.substr(colon + 1));
    return Absent{Why::malformed, fmt::format("{}: {}: this kernel's order is not known", path, text)};
}

/// Set in all blocks that say anything of their features, those of the newest type where there are several.
Fact<bool> feature_of_all(const std::vector<IvhdFeatures>& blocks, bool IvhdFeatures::*feature) {
    std::uint16_t newest = 0;
    for (const IvhdFeatures& block : blocks) newest = std::max(newest, block.type);
    bool all = true;
    for (const IvhdFeatures& block : blocks) all = all && (block.type != newest || block.*feature);
    return {all, {{"/sys/firmware/acpi/tables/IVRS", fmt::format("IVHD type {:x}h", newest)}}};
}

void probe_amd(const Filesystem& files, const std::vector<std::string>& instances, const KernelFacts& kernel,
               const std::vector<IvhdFeatures>& announced, IommuFacts& facts) {
    const Units efr =
        read_units(instances, "ivhd", "no AMD IOMMU is driven",
                   [&](const std::string& instance) { return amd_features(files, instance, kernel); });
    if (efr) {
        facts.eim = bit_of_all(efr, registers::amd_efr["XTSup"]);
        facts.posted_interrupts = bit_of_all(efr, registers::amd_efr["GASup"]);
    } else if (!announced.empty()) {
        facts.eim = feature_of_all(announced, &IvhdFeatures::x2apic);
        facts.posted_interrupts = feature_of_all(announced, &IvhdFeatures::guest_apic);
    } else if (efr.absent.why != Why::not_applicable || is(facts.table, "IVRS")) {
        facts.eim = facts.posted_interrupts = efr.absent;
    }
}

}  // namespace

void probe_units(const Filesystem& files, const KernelFacts& kernel,
                 const std::vector<IvhdFeatures>& announced, IommuFacts& facts) {
    if (const auto* instances = facts.instances.if_known()) {
        probe_intel(files, *instances, facts);
        probe_amd(files, *instances, kernel, announced, facts);
        return;
    }
    const Absent why = facts.instances.absence();
    facts.caching_mode = facts.queued_invalidation = facts.unit_intremap = facts.eim = facts.scalable_mode =
        facts.posted_interrupts = why;
    facts.address_width = why;
}

}  // namespace nestprobe
