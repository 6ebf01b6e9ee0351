// SPDX-License-Identifier: MIT
// The IOMMU: what the ACPI tables announce, what the units' registers say, what the kernel drives, and
// whether interrupts are remapped.  Nearly all of it everybody may read; the tables' bytes are root's.
#include "acpi_iommu.hpp"
#include "probes.hpp"
#include "text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace nestprobe {
namespace {

constexpr std::string_view tables = "/sys/firmware/acpi/tables";

Fact<std::vector<std::string>> list_names(const Filesystem& files, std::string_view folder) {
    const auto names = files.list(folder);
    if (const auto* known = names.if_known())
        return {*known,
                {{std::string(folder), known->empty() ? "empty" : fmt::format("{} entries", known->size())}}};
    return *names.if_absent();
}

// --- what is announced ---

/// The name alone needs no privilege.
Fact<std::string> find_table(const Filesystem& files) {
    const auto names = files.list(tables);
    if (names.if_absent()) return *names.if_absent();
    for (const std::string_view name : {"DMAR", "IVRS", "VIOT"})
        if (std::find(names.if_known()->begin(), names.if_known()->end(), name) != names.if_known()->end())
            return {std::string(name), {{fmt::format("{}/{}", tables, name), "there"}}};
    return {std::string(), {{std::string(tables), "none of DMAR, IVRS, VIOT"}}};
}

template <class Reading>
void take_common(const Reading& reading, const std::string& path, IommuFacts& facts) {
    facts.table_damage = {reading.damage, {{path, reading.damage}}};
    const unsigned units = reading.table.units();
    facts.table_units = {units, {{path, fmt::format("{} unit{}", units, units == 1 ? "" : "s")}}};
}

void take_dmar(std::string_view bytes, const std::string& path, IommuFacts& facts) {
    const DmarReading reading = parse_dmar(bytes);
    take_common(reading, path, facts);
    if (bytes.size() < 38 || !bytes.starts_with("DMAR")) {
        facts.table_intremap = facts.x2apic_opt_out = Absent{Why::malformed, path + ": " + reading.damage};
        return;
    }
    const auto flag = [&](bool value, std::string_view name) -> Fact<bool> {
        return {value, {{fmt::format("{}, flag {}", path, name), value ? "1" : "0"}}};
    };
    facts.table_intremap = flag(reading.table.interrupt_remapping, "INTR_REMAP");
    facts.x2apic_opt_out = flag(reading.table.x2apic_opt_out, "X2APIC_OPT_OUT");
}

void probe_table(const Filesystem& files, IommuFacts& facts) {
    facts.table = find_table(files);
    Absent why{Why::not_applicable, "no table announces an IOMMU"};
    if (const Absent* absent = facts.table.if_absent()) why = *absent;
    facts.table_intremap = facts.x2apic_opt_out = why;
    facts.table_units = why;
    facts.table_damage = why;
    const std::string* name = facts.table.if_known();
    if (!name || (*name != "DMAR" && *name != "IVRS")) return;
    const std::string path = fmt::format("{}/{}", tables, *name);
    const auto bytes = files.read(path);
    if (const Absent* absent = bytes.if_absent()) {
        facts.table_intremap = facts.x2apic_opt_out = *absent;
        facts.table_units = *absent;
        facts.table_damage = *absent;
    } else if (*name == "DMAR") {
        take_dmar(*bytes.if_known(), path, facts);
    } else {
        take_common(parse_ivrs(*bytes.if_known()), path, facts);
        facts.table_intremap = facts.x2apic_opt_out = Absent{Why::not_applicable, "a flag of DMAR's"};
    }
}

// --- the units ---

/// One register of every VT-d unit, or why the first one that is missing is.
struct UnitRegister {
    std::vector<std::uint64_t> values{};
    std::vector<Provenance> from{};
    Absent absent{Why::not_applicable, "no VT-d unit is driven"};

    explicit operator bool() const { return !values.empty() && values.size() == from.size(); }
};

UnitRegister read_units(const Filesystem& files, const std::vector<std::string>& instances,
                        std::string_view name) {
    UnitRegister units;
    for (const std::string& instance : instances) {
        if (!instance.starts_with("dmar")) continue;
        const std::string path = fmt::format("/sys/class/iommu/{}/intel-iommu/{}", instance, name);
        const Fact<std::string> word = read_word(files, path);
        std::uint64_t value = 0;
        if (!word.if_known()) {
            units.absent = *word.if_absent();
        } else if (!parse_number(std::string_view(*word.if_known()), value, 16)) {
            units.absent = {Why::malformed, fmt::format("{}: no hexadecimal number", path)};
        } else {
            units.values.push_back(value);
            units.from.push_back({path, *word.if_known()});
            continue;
        }
        units.values.clear();
        return units;
    }
    return units;
}

/// Set in all of them; the first in which it is clear is cited alone.
Fact<bool> bit_of_all(const UnitRegister& units, unsigned bit) {
    if (!units) return units.absent;
    for (std::size_t i = 0; i < units.values.size(); ++i)
        if ((units.values[i] >> bit & 1) == 0) return {false, {units.from[i]}};
    return {true, units.from};
}

// VT-d specification, "Capability Register" and "Extended Capability Register".
constexpr unsigned cap_caching_mode = 7, cap_mgaw = 16;
constexpr unsigned ecap_qi = 1, ecap_ir = 3, ecap_eim = 4, ecap_smts = 43;

Fact<unsigned> least_width(const UnitRegister& cap) {
    if (!cap) return cap.absent;
    const auto width = [](std::uint64_t value) {
        return static_cast<unsigned>(value >> cap_mgaw & 0x3f) + 1;
    };
    std::size_t least = 0;
    for (std::size_t i = 1; i < cap.values.size(); ++i)
        if (width(cap.values[i]) < width(cap.values[least])) least = i;
    return {width(cap.values[least]), {cap.from[least]}};
}

void probe_intel(const Filesystem& files, const std::vector<std::string>& instances, IommuFacts& facts) {
    const UnitRegister cap = read_units(files, instances, "cap");
    const UnitRegister ecap = read_units(files, instances, "ecap");
    facts.caching_mode = bit_of_all(cap, cap_caching_mode);
    facts.address_width = least_width(cap);
    facts.queued_invalidation = bit_of_all(ecap, ecap_qi);
    facts.unit_intremap = bit_of_all(ecap, ecap_ir);
    facts.eim = bit_of_all(ecap, ecap_eim);
    facts.scalable_mode = bit_of_all(ecap, ecap_smts);
}

/// The extended feature register in amd-iommu/features, whose place there changed (Linux
/// drivers/iommu/amd/init.c, amd_iommu_show_features): alone up to 5.15, behind the second one's value in 6.1
/// to 6.6, before it since 6.12. In between it is not known which.
Fact<std::uint64_t> amd_features(const Filesystem& files, const std::string& instance,
                                 const KernelFacts& kernel) {
    const std::string path = fmt::format("/sys/class/iommu/{}/amd-iommu/features", instance);
    const Fact<std::string> word = read_word(files, path);
    if (!word.if_known()) return *word.if_absent();
    const std::string_view text = *word.if_known();
    const auto colon = text.find(':');
    std::string_view efr = text;
    if (colon != std::string_view::npos) {
        const KernelVersion* version = kernel.version.if_known();
        const bool before = version && *version >= KernelVersion{6, 12};
        const bool behind = version && !(*version >= KernelVersion{6, 7});
        if (!before && !behind)
            return Absent{Why::malformed,
                          fmt::format("{}: {}: this kernel's order is not known", path, text)};
        efr = before ? text.substr(0, colon) : text.substr(colon + 1);
    }
    std::uint64_t value = 0;
    if (!parse_number(efr, value, 16))
        return Absent{Why::malformed, fmt::format("{}: no hexadecimal number", path)};
    return {value, word.from()};
}

constexpr unsigned efr_xtsup = 2;  // AMD IOMMU specification, "Extended Feature Register"

void probe_amd(const Filesystem& files, const std::vector<std::string>& instances, const KernelFacts& kernel,
               IommuFacts& facts) {
    const auto unit = std::find_if(instances.begin(), instances.end(),
                                   [](const std::string& name) { return name.starts_with("ivhd"); });
    if (unit == instances.end()) return;
    facts.eim =
        amd_features(files, *unit, kernel).map([](std::uint64_t efr) { return (efr >> efr_xtsup & 1) != 0; });
}

void probe_units(const Filesystem& files, const KernelFacts& kernel, IommuFacts& facts) {
    const auto* instances = facts.instances.if_known();
    if (instances) {
        probe_intel(files, *instances, facts);
        probe_amd(files, *instances, kernel, facts);
        return;
    }
    const Absent why = *facts.instances.if_absent();
    facts.caching_mode = facts.queued_invalidation = facts.unit_intremap = facts.eim = facts.scalable_mode =
        why;
    facts.address_width = why;
}

// --- interrupts ---

struct Saying {
    std::string_view words;
    bool remapped;
};
// Linux drivers/iommu/intel/irq_remapping.c (intel_enable_irq_remapping, intel_prepare_irq_remapping) and
// drivers/iommu/amd/init.c.
constexpr Saying log_sayings[] = {
    {"DMAR-IR: Enabled IRQ remapping in ", true},         {"AMD-Vi: Interrupt remapping enabled", true},
    {"DMAR-IR: Not enabling interrupt remapping", false}, {"DMAR-IR: Failed to enable irq remapping", false},
    {"AMD-Vi: Disabling interrupt remapping", false},
};
constexpr std::string_view refusals[] = {"intremap=off", "nointremap"};  // irq_remapping.c, setup_irqremap

/// The names of the interrupt chips; the first line counts CPUs (Linux arch/x86/kernel/apic/io_apic.c,
/// ioapic_ir_chip).
Fact<bool> remapped_by_interrupts(const Filesystem& files) {
    constexpr std::string_view path = "/proc/interrupts";
    const auto text = files.read(path);
    if (text.if_absent()) return *text.if_absent();
    for (const std::string_view chip : {"IR-IO-APIC", "IR-PCI-MSI"})
        if (contains(*text.if_known(), chip)) return {true, {{std::string(path), std::string(chip)}}};
    if (contains(*text.if_known(), "IO-APIC"))
        return {false, {{std::string(path), "IO-APIC, no IR-IO-APIC"}}};
    return Absent{Why::malformed, fmt::format("{}: names no I/O APIC", path)};
}

/// The kernel's own words first, then what it makes its decision of.
Fact<bool> probe_remapping(const Filesystem& files, const IommuFacts& facts, const KernelFacts& kernel) {
    const auto* instances = facts.instances.if_known();
    if (!instances) return *facts.instances.if_absent();
    if (instances->empty()) return Absent{Why::not_applicable, "the kernel drives no IOMMU"};
    if (const auto* words = kernel.command_line.if_known())
        for (const std::string& word : *words)
            if (std::find(std::begin(refusals), std::end(refusals), word) != std::end(refusals))
                return {false, {{"/proc/cmdline", word}}};
    if (const auto* lines = kernel.log.if_known())
        for (const Saying& saying : log_sayings)
            for (const std::string& line : *lines)
                if (contains(line, saying.words)) return {saying.remapped, {{"/dev/kmsg", line}}};
    for (const Fact<bool>* needed : {&facts.table_intremap, &facts.queued_invalidation, &facts.unit_intremap})
        if (is(*needed, false)) return *needed;
    if (is(facts.unit_intremap, true)) return facts.unit_intremap;
    if (const Absent* absent = facts.unit_intremap.if_absent(); absent->why != Why::not_applicable)
        return *absent;
    if (std::any_of(instances->begin(), instances->end(),
                    [](const auto& name) { return name.starts_with("ivhd"); }))
        return remapped_by_interrupts(files);
    return {false, facts.instances.from()};  // virtio-iommu has nothing for interrupts
}

// --- what the kernel was told ---

/// Nobody asks where VT-d is driven, is not there, or where the command line decides.
Fact<bool> probe_default(KernelConfig& config, const IommuFacts& facts, const KernelFacts& kernel) {
    const auto* instances = facts.instances.if_known();
    const auto* words = kernel.command_line.if_known();
    const bool open = is(facts.table, "DMAR") && instances && instances->empty() && words &&
                      std::none_of(words->begin(), words->end(), [](const std::string& word) {
                          return word.starts_with("intel_iommu=") || word == "iommu=off";
                      });
    if (!open) return Absent{Why::not_applicable, "not looked at: it does not decide here"};
    const Fact<Tristate> symbol = config.find("INTEL_IOMMU_DEFAULT_ON");
    return symbol.map([](Tristate value) { return value == Tristate::yes; });
}

Fact<bool> probe_unsafe(const Filesystem& files, const Fact<bool>& remapped) {
    if (is(remapped, true) || (remapped.if_absent() && remapped.if_absent()->why == Why::not_applicable))
        return Absent{Why::not_applicable, "not looked at: it does not matter here"};
    return read_switch(files, "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts");
}

}  // namespace

IommuFacts probe_iommu(const Sources& machine, const KernelFacts& kernel, KernelConfig& config) {
    IommuFacts facts;
    probe_table(machine.files, facts);
    facts.instances = list_names(machine.files, "/sys/class/iommu");
    facts.groups = list_names(machine.files, "/sys/kernel/iommu_groups").map([](const auto& names) {
        return static_cast<unsigned>(names.size());
    });
    probe_units(machine.files, kernel, facts);
    facts.interrupt_remapping = probe_remapping(machine.files, facts, kernel);
    facts.default_on = probe_default(config, facts, kernel);
    facts.unsafe_interrupts = probe_unsafe(machine.files, facts.interrupt_remapping);
    return facts;
}

}  // namespace nestprobe
