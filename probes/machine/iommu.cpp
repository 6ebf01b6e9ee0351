// SPDX-License-Identifier: MIT
// The IOMMU: what the ACPI tables announce, what the kernel drives, and whether interrupts are remapped.
// Nearly all of it everybody may read; the tables' bytes are root's.
#include "base/hearsay.hpp"
#include "base/text.hpp"
#include "machine/acpi_iommu.hpp"
#include "machine/iommu_units.hpp"
#include "machine/probes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace nestprobe {
namespace {

constexpr std::string_view tables = "/sys/firmware/acpi/tables";

Fact<std::vector<std::string>> list_names(const Filesystem& files, std::string_view folder) {
    const auto names = files.list(folder);
    if (names.if_known() && !files.lists_all(folder) && names.if_known()->empty())
        return Absent{Why::not_recorded, fmt::format("{}: not recorded as a whole", folder)};
    if (const auto* known = names.if_known())
        return {*known,
                {{std::string(folder), known->empty() ? "empty"
                                                      : fmt::format("{} entr{}", known->size(),
                                                                    known->size() == 1 ? "y" : "ies")}}};
    return names.absence();
}

// --- what is announced ---

/// The name alone needs no privilege.
Fact<std::string> find_table(const Filesystem& files) {
    const auto names = files.list(tables);
    if (names.if_absent()) return names.absence();
    for (const std::string_view name : {"DMAR", "IVRS", "VIOT"})
        if (std::find(names.if_known()->begin(), names.if_known()->end(), name) != names.if_known()->end())
            return {std::string(name), {{fmt::format("{}/{}", tables, name), "there"}}};
    if (!files.lists_all(tables))
        return Absent{Why::not_recorded, fmt::format("{}: not recorded as a whole", tables)};
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

/// What IVRS says of its units' features, besides.
std::vector<IvhdFeatures> probe_table(const Filesystem& files, IommuFacts& facts) {
    facts.table = find_table(files);
    Absent why{Why::not_applicable, "no table announces an IOMMU"};
    if (const Absent* absent = facts.table.if_absent()) why = *absent;
    facts.table_intremap = facts.x2apic_opt_out = why;
    facts.table_units = why;
    facts.table_damage = why;
    const std::string* name = facts.table.if_known();
    if (!name || (*name != "DMAR" && *name != "IVRS")) return {};
    const std::string path = fmt::format("{}/{}", tables, *name);
    const auto bytes = files.read(path);
    if (const Absent* absent = bytes.if_absent()) {
        facts.table_intremap = facts.x2apic_opt_out = *absent;
        facts.table_units = *absent;
        facts.table_damage = *absent;
    } else if (*name == "DMAR") {
        take_dmar(*bytes.if_known(), path, facts);
    } else {
        const IvrsReading reading = parse_ivrs(*bytes.if_known());
        take_common(reading, path, facts);
        facts.table_intremap = facts.x2apic_opt_out = Absent{Why::not_applicable, "a flag of DMAR's"};
        return reading.table.features;
    }
    return {};
}

// --- interrupts ---

constexpr LogLine remapping_on[] = {LogLine::ir_on_x2apic, LogLine::ir_on_xapic, LogLine::amdvi_ir_on};
// The consequence, not the causes, which other lines name: those may be of a unit that was given up.
constexpr LogLine remapping_off[] = {LogLine::ir_not_enabling, LogLine::ir_failed, LogLine::amdvi_ir_off,
                                     LogLine::vfio_no_ir};
constexpr std::string_view refusals[] = {"intremap=off", "nointremap"};  // irq_remapping.c, setup_irqremap

/// The names of the interrupt chips; the first line counts CPUs (Linux arch/x86/kernel/apic/io_apic.c,
/// ioapic_ir_chip).
Fact<bool> remapped_by_interrupts(const Filesystem& files) {
    constexpr std::string_view path = "/proc/interrupts";
    const auto text = files.read(path);
    if (text.if_absent()) return text.absence();
    for (const std::string_view chip : {"IR-IO-APIC", "IR-PCI-MSI"})
        if (contains(*text.if_known(), chip)) return {true, {{std::string(path), std::string(chip)}}};
    if (contains(*text.if_known(), "IO-APIC"))
        return {false, {{std::string(path), "IO-APIC, no IR-IO-APIC"}}};
    return Absent{Why::malformed, fmt::format("{}: names no I/O APIC", path)};
}

// --- what the log proves where nobody recorded /sys ---

constexpr LogLine vtd_in_use[] = {LogLine::dmar_in_use, LogLine::dmar_queued};
constexpr LogLine amd_in_use[] = {LogLine::amdvi_found, LogLine::amdvi_features};
// The last lines of a start that went well.
constexpr LogLine up[] = {LogLine::dmar_in_use, LogLine::amdvi_found};
constexpr LogLine grouped[] = {LogLine::iommu_group_added, LogLine::iommu_group_added_old};

bool unrecorded(const auto& fact) { return fact.if_absent() && fact.absence().why == Why::not_recorded; }

void take_log(const KernelFacts& kernel, IommuFacts& facts) {
    constexpr LogLine dmar[] = {LogLine::acpi_dmar, LogLine::dmar_haw, LogLine::dmar_drhd};
    constexpr LogLine ivrs[] = {LogLine::acpi_ivrs};
    if (unrecorded(facts.table)) {
        if (const LoggedLine* line = find_line(kernel.log, dmar)) facts.table = {"DMAR", {from_log(*line)}};
        if (const LoggedLine* line = find_line(kernel.log, ivrs)) facts.table = {"IVRS", {from_log(*line)}};
    }
    const LoggedLine* vtd = find_line(kernel.log, vtd_in_use);
    const LoggedLine* amd = find_line(kernel.log, amd_in_use);
    const LoggedLine* group = find_line(kernel.log, grouped);
    if (unrecorded(facts.instances) && (vtd || amd))
        facts.instances = {{vtd ? "dmar0" : "ivhd0"}, {from_log(vtd ? *vtd : *amd)}};
    // A driver that is up gives each device a group (Linux 4.4 and later, drivers/iommu/iommu.c).
    const LoggedLine* done = find_line(kernel.log, up);
    const LoggedLine* grouping = group ? group : done;
    if (unrecorded(facts.groups) && grouping) facts.groups = {1u, {from_log(*grouping)}};
}

/// What a tool said, where nobody recorded /sys and the log does not tell: groups are there when, and only
/// when, an IOMMU is driven.
void take_hearsay(const Filesystem& files, IommuFacts& facts) {
    const Fact<bool> used = read_heard_switch(files, hearsay::iommu);
    if (const Fact<std::string> none = read_hearsay(files, hearsay::iommu_table);
        is(none, "none") && unrecorded(facts.table))
        facts.table = {std::string(), none.from()};
    else if (is(none, "DMAR") && unrecorded(facts.table))
        facts.table = {"DMAR", none.from()};
    if (used.if_known() && unrecorded(facts.groups)) facts.groups = {*used.if_known() ? 1u : 0u, used.from()};
    if (const auto* driven = facts.instances.if_known();
        driven && driven->empty() && unrecorded(facts.groups))
        facts.groups = {0u, facts.instances.from()};
    if (is(facts.groups, 0u) && unrecorded(facts.instances))
        facts.instances = {std::vector<std::string>{}, facts.groups.from()};
}

/// The kernel's own words first, then what keeps it from doing so, then what it has done; where none of these
/// can be read, what VT-d's units can do: the kernel switches it on where they can.
Fact<bool> probe_remapping(const Filesystem& files, const IommuFacts& facts, const KernelFacts& kernel) {
    const auto* instances = facts.instances.if_known();
    if (instances && instances->empty()) return Absent{Why::not_applicable, "the kernel drives no IOMMU"};
    if (const auto* words = kernel.command_line.if_known())
        for (const std::string& word : *words)
            if (std::find(std::begin(refusals), std::end(refusals), word) != std::end(refusals))
                return {false, {{"/proc/cmdline", word}}};
    if (const LoggedLine* line = find_line(kernel.log, remapping_on)) return {true, {from_log(*line)}};
    if (const LoggedLine* line = find_line(kernel.log, remapping_off)) return {false, {from_log(*line)}};
    if (!instances) return facts.instances.absence();
    for (const Fact<bool>* needed : {&facts.table_intremap, &facts.queued_invalidation, &facts.unit_intremap})
        if (is(*needed, false)) return *needed;
    Fact<bool> seen = remapped_by_interrupts(files);
    if (seen.if_known()) return seen;
    if (std::any_of(instances->begin(), instances->end(),
                    [](const auto& name) { return name.starts_with("ivhd"); }))
        return seen;
    // What the units can do says what the kernel does where nobody looked at what it was told and has done.
    if (withheld(kernel.command_line.absence())) return kernel.command_line.absence();
    if (withheld(seen.absence())) return seen;
    const Absent* absent = facts.unit_intremap.if_absent();
    if (!absent || absent->why != Why::not_applicable) return facts.unit_intremap;
    return {false, facts.instances.from()};  // virtio-iommu has nothing for interrupts
}

// --- what the kernel was told ---

struct Driver {
    std::string_view table, symbol;
};
constexpr Driver drivers[] = {{"DMAR", "INTEL_IOMMU"}, {"IVRS", "AMD_IOMMU"}, {"VIOT", "VIRTIO_IOMMU"}};

Fact<Tristate> probe_driver(KernelConfig& config, const IommuFacts& facts) {
    const auto* instances = facts.instances.if_known();
    if (instances && instances->empty())
        for (const Driver& driver : drivers)
            if (is(facts.table, driver.table)) return config.find(driver.symbol);
    return Absent{Why::not_applicable, "not looked at: it does not decide here"};
}

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
    // Debian's own third choice: on, but for the integrated GPU.
    if (is(symbol, Tristate::no))
        if (const Fact<Tristate> most = config.find("INTEL_IOMMU_DEFAULT_ON_INTGPU_OFF");
            is(most, Tristate::yes))
            return {true, most.from()};
    return symbol.map([](Tristate value) { return value == Tristate::yes; });
}

/// Looked at only where interrupts are not remapped.
Fact<Tristate> probe_irq_remap(KernelConfig& config, const Fact<bool>& remapped) {
    if (!is(remapped, false)) return Absent{Why::not_applicable, "not looked at: it does not decide here"};
    return config.find("IRQ_REMAP");
}

Fact<bool> probe_unsafe(const Filesystem& files, const Fact<bool>& remapped) {
    if (is(remapped, true) || (remapped.if_absent() && remapped.absence().why == Why::not_applicable))
        return Absent{Why::not_applicable, "not looked at: it does not matter here"};
    return read_switch(files, "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts");
}

/// Where no IOMMU is driven, groups are VFIO's own: Linux 4.5 to 7.2 drivers/vfio/group.c,
/// vfio_noiommu_group_alloc().
Fact<bool> probe_no_iommu_mode(const Filesystem& files, const IommuFacts& facts, const KernelFacts& kernel) {
    constexpr LogLine used[] = {LogLine::vfio_noiommu};
    if (const auto* driven = facts.instances.if_known(); driven && !driven->empty())
        return Absent{Why::not_applicable, "not looked at: an IOMMU is driven"};
    if (const LoggedLine* line = find_line(kernel.log, used)) return {true, {from_log(*line)}};
    return read_switch(files, "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode");
}

}  // namespace

/// What is built in takes nothing from modprobe.d.
Fact<Tristate> probe_vfio_pci(KernelConfig& config, const Fact<std::vector<ModuleOption>>& told) {
    if (told.if_absent()) return told.absence();
    return config.find("VFIO_PCI");
}

IommuFacts probe_iommu(const Sources& machine, const KernelFacts& kernel, const ModuleFacts& module,
                       KernelConfig& config) {
    IommuFacts facts;
    const std::vector<IvhdFeatures> announced = probe_table(machine.files, facts);
    facts.instances = list_names(machine.files, "/sys/class/iommu");
    facts.groups = list_names(machine.files, "/sys/kernel/iommu_groups").map([](const auto& names) {
        return static_cast<unsigned>(names.size());
    });
    take_log(kernel, facts);
    take_hearsay(machine.files, facts);
    facts.shared_groups = probe_shared_groups(machine.files);
    facts.kept_devices = probe_kept_devices(machine.files, module.vfio_ids);
    facts.vfio_pci = probe_vfio_pci(config, module.vfio_ids);
    facts.xen_assigns = or_unsaid(read_heard_switch(machine.files, hearsay::xen_directio));
    facts.no_iommu_mode = probe_no_iommu_mode(machine.files, facts, kernel);
    facts.container_refused = or_unsaid(read_hearsay(machine.files, hearsay::container_refused));
    probe_units(machine.files, kernel, announced, facts);
    facts.interrupt_remapping = probe_remapping(machine.files, facts, kernel);
    facts.driver = probe_driver(config, facts);
    facts.default_on = probe_default(config, facts, kernel);
    facts.irq_remap = probe_irq_remap(config, facts.interrupt_remapping);
    facts.unsafe_interrupts = probe_unsafe(machine.files, facts.interrupt_remapping);
    return facts;
}

}  // namespace nestprobe
