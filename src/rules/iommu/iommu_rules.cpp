// SPDX-License-Identifier: MIT
// Rules about device assignment (NP8xx): an IOMMU that the kernel drives, and that remaps interrupts.
#include "rules/iommu/iommu_words.hpp"

#include "base/text.hpp"
#include "remedy/steps.hpp"
#include "rules/common.hpp"
#include "rules/firmware/firmware_makers.hpp"
#include "rules/hypervisor/platforms.hpp"
#include "rules/iommu/iommu_causes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

namespace nestprobe {
namespace {

constexpr std::string_view give_guest_one =
    "Give this guest an IOMMU, on a q35 machine: <iommu model='intel'><driver intremap='on' "
    "caching_mode='on'/></iommu> with <ioapic driver='qemu'/>. On its host this prints the edit:\n"
    "    nestprobe --domain GUEST --question device-assignment\n"
    "Where its host is Proxmox VE, that is this; a change to q35 renames the network devices in the guest.\n"
    "    qm set VMID --machine q35,viommu=intel\n"
    "Then write intel_iommu=on on this kernel's command line, and shut the guest down and start it.";
constexpr std::string_view ask_kernel =
    "The kernel's log says why.\n    sudo dmesg | grep -e DMAR -e AMD-Vi -e IOMMU";

/// Of the driver for what that ACPI table announces.
std::string_view driver_symbol(std::string_view table) {
    return table == "DMAR" ? "INTEL_IOMMU" : table == "IVRS" ? "AMD_IOMMU" : "VIRTIO_IOMMU";
}

std::string fix_no_driver(std::string_view table) {
    if (table == "VIOT") return std::string(take_intels) + ", which remaps interrupts too.";
    return fmt::format(
        "Boot a kernel with CONFIG_{}: distributions' small kernels for clouds leave it out, their usual "
        "ones have it "
        "(Debian: linux-image-amd64 instead of linux-image-cloud-amd64).",
        driver_symbol(table));
}

/// What keeps the IOMMU off, and what would keep it from remapping interrupts once it is on.
std::vector<std::string> words_in_the_way(const Facts& f) {
    std::vector<std::string> words = words_against_iommu(f);
    for (std::string& word : words_against_remapping(f)) words.push_back(std::move(word));
    return words;
}

/// VT-d is driven when the kernel is told to, or built so; iommu=pt spares this system's own devices the
/// cost.
std::vector<std::string> words_to_add(const Facts& f) {
    if (is(f.iommu.default_on, true) || told_to_drive(f)) return {};
    std::vector<std::string> words{"intel_iommu=on"};
    constexpr std::string_view passthrough[] = {"iommu=pt"};
    if (!find_word(f, passthrough)) words.emplace_back(passthrough[0]);
    return words;
}

/// Who wrote the word may have had a reason: a machine whose tables are broken hangs or loses devices without
/// it.
constexpr std::string_view perhaps_meant =
    " Somebody may have meant what is removed: if devices fail or the machine does not start without it, put "
    "it "
    "back, and update the firmware first.";

/// Then the words too, where some are in the way, or VT-d will want some.
Remedy with_words(const Facts& f, Remedy remedy, bool vtd) {
    std::vector<std::string> drop = words_in_the_way(f), add;
    if (vtd) add = words_to_add(f);
    if (drop.empty() && add.empty()) return remedy;
    const bool meant = !drop.empty();
    Remedy words = change_words(f, std::move(drop), std::move(add));
    if (meant) words.steps.front().what += perhaps_meant;
    return remedy.then(std::move(words));
}

/// Nothing on the command line tells the kernel to drive VT-d: the likely cause, and the cheap one.
Remedy words_first(const Facts& f) {
    Remedy remedy = with_words(f, {}, true);
    if (!remedy.steps.empty())
        remedy.steps.front().what =
            "Likely the kernel was not told to drive it (its command line has no intel_iommu=on). " +
            remedy.steps.front().what;
    return remedy;
}

Remedy fix_no_table(const Facts& f) {
    if (is(f.hypervisor.level, Level::bare_metal)) {
        if (is(f.cpu.technology, Technology::svm))
            return with_words(f, switch_on_in_firmware(f, FirmwareSwitch::amd_iommu), false);
        if (is(f.cpu.technology, Technology::vmx))
            return with_words(f, switch_on_in_firmware(f, FirmwareSwitch::vtd), true);
        return "Enable VT-d (Intel) or the IOMMU (AMD) in the firmware setup; on Intel also intel_iommu=on "
               "on the kernel command line.";
    }
    if (!in_guest(f)) {
        if (has(f, Technology::vmx) && f.kernel.command_line.if_known() && !told_to_drive(f)) {
            Remedy remedy = words_first(f);
            return remedy
                .then(Step{.where = Where::firmware,
                           .what = "On hardware, VT-d has to be on.",
                           .cost = Cost::reboot,
                           .expect = "ls /sys/class/iommu shows dmar0."})
                .then(Step{.what = "If this is a guest: give it an IOMMU in its definition.",
                           .commands = {"systemd-detect-virt"},
                           .expect = "It prints none on hardware."});
        }
        const std::string_view on_hardware =
            has(f, Technology::svm)
                ? "enable the IOMMU (AMD-Vi) in the firmware setup; the kernel then drives it without a word"
            : told_to_drive(f) ? "enable VT-d in the firmware setup (the word on the kernel command line is "
                                 "there; on AMD it "
                                 "does nothing, and the switch is called IOMMU or AMD-Vi)"
            : f.evidence && f.evidence->named_board.if_known()
                ? "a sentence names an Arm processor, whose IOMMU is called SMMU: a server's firmware setup "
                  "switches it on, and a small board's kernel needs the driver for its own; VT-d and AMD-Vi "
                  "are x86's"
            : has(f, Technology::vmx)
                ? "enable VT-d in the firmware setup, and write intel_iommu=on on the kernel command line"
                : "enable VT-d (Intel, with intel_iommu=on on the kernel command line) or the IOMMU (AMD) in "
                  "the "
                  "firmware setup";
        return Remedy(
                   Step{.what = "See whether this is a guest, and what the kernel says.",
                        .commands = {"systemd-detect-virt", "sudo dmesg | grep -e DMAR -e AMD-Vi -e IOMMU"},
                        .expect = "The first prints none on hardware."})
            .then(Step{.what = fmt::format("On hardware: {}. In a guest: give it an IOMMU in its definition.",
                                           on_hardware)});
    }
    Remedy remedy = knows_libvirt(f) ? Remedy(give_guest_one) : iommu_on_platform(f);
    return with_words(f, std::move(remedy), false);
}

Step load_virtio_iommu() {
    Step step = load_module("virtio_iommu", "");
    step.expect = "/sys/kernel/iommu_groups has entries.";
    return step;
}

Remedy fix_no_iommu(const Facts& f) {
    if (switched_off_by(f))
        return is(f.iommu.table, "") ? fix_no_table(f) : with_words(f, {}, needs_intel_iommu_on(f));
    if (const HeardCause heard = heard_cause(f, Stops::dma)) return heard.fix(f);
    if (const std::string* table = f.iommu.table.if_known(); table && is(f.iommu.driver, Tristate::no))
        return fix_no_driver(*table);
    if (is(f.iommu.driver, Tristate::module) && is(f.iommu.table, "VIOT")) return load_virtio_iommu();
    if (is(f.iommu.table, "DMAR") && (told_to_drive(f) || is(f.iommu.default_on, true))) return ask_kernel;
    if (is(f.iommu.table, "DMAR")) return with_words(f, {}, true);
    if (is(f.iommu.table, "IVRS"))
        return "The kernel drives AMD's IOMMU unless it is told not to. Its log says why it does not.\n"
               "    sudo dmesg | grep AMD-Vi";
    return fix_no_table(f);
}

/// Why the kernel drives none, as far as it is known.
std::string why_no_iommu(const Facts& f) {
    const std::string* table = f.iommu.table.if_known();
    if (const std::string* word = switched_off_by(f))
        return fmt::format("the kernel drives no IOMMU: its command line says {}", *word);
    if (const HeardCause heard = heard_cause(f, Stops::dma))
        return "the kernel drives no IOMMU: " + heard.message();
    if (const std::string* word = told_to_drive(f); !table && word && !in_guest(f))
        return fmt::format(
            "the kernel drives no IOMMU: there are no IOMMU groups, though its command line says {}: likely "
            "VT-d is off in the firmware setup",
            *word);
    if (!table) return "the kernel drives no IOMMU: there are no IOMMU groups";
    if (table->empty())
        return in_guest(f) ? "this guest has no IOMMU: no ACPI table (DMAR, IVRS, VIOT) announces one"
                           : "no ACPI table (DMAR, IVRS, VIOT) announces an IOMMU: there is none, or it is "
                             "switched off";
    if (is(f.iommu.driver, Tristate::no))
        return fmt::format(
            "the ACPI table {} announces an IOMMU, and this kernel has no driver for it (CONFIG_{} is "
            "not set)",
            *table, driver_symbol(*table));
    if (const std::string* word = told_to_drive(f); word && *table == "DMAR")
        return fmt::format(
            "the ACPI table DMAR announces VT-d, and the kernel does not drive it though it was "
            "told to ({})",
            *word);
    if (*table == "DMAR" && is(f.iommu.default_on, true))
        return "the ACPI table DMAR announces VT-d, and the kernel does not drive it though its "
               "configuration "
               "says that it does by itself";
    if (*table == "DMAR" && is(f.iommu.default_on, false))
        return "the ACPI table DMAR announces VT-d, which this kernel drives only when it is told to "
               "(intel_iommu=on)";
    if (*table == "DMAR")
        return "the ACPI table DMAR announces VT-d, and the kernel does not drive it: likely it was not told "
               "to "
               "(intel_iommu=on)";
    return fmt::format("the ACPI table {} announces an IOMMU, and the kernel does not drive it", *table);
}

/// The table and what decides beside it, behind an outcome.
Outcome cite_announcement(Outcome outcome, const Facts& f) {
    if (f.iommu.table.if_known()) outcome = cite(std::move(outcome), f.iommu.table);
    if (is(f.iommu.driver, Tristate::no)) outcome = cite(std::move(outcome), f.iommu.driver);
    if (f.iommu.default_on.if_known()) outcome = cite(std::move(outcome), f.iommu.default_on);
    if (const HeardCause heard = heard_cause(f, Stops::dma)) {
        outcome = cite_log(std::move(outcome), *heard.line);
        if (is(f.hypervisor.level, Level::bare_metal)) outcome = cite(std::move(outcome), f.firmware.version);
    }
    return switched_off_by(f) || told_to_drive(f) ? cite(std::move(outcome), f.kernel.command_line) : outcome;
}

/// VFIO makes groups of its own then, which protect nothing.
bool is_without_iommu(const Facts& f) {
    const unsigned* groups = f.iommu.groups.if_known();
    return is(f.iommu.no_iommu_mode, true) && groups && *groups > 0 &&
           (heard(f, LogLine::vfio_noiommu) || f.iommu.instances.if_known());
}

Outcome groups_without_iommu(const Facts& f) {
    return cite(
        fail("VFIO gives devices to programs without an IOMMU (its no-IOMMU mode): the groups that are "
             "there are its own. Such a device reads and writes all memory, and no guest can have it",
             fix_no_iommu(f)),
        f.iommu.no_iommu_mode);
}

Outcome no_iommu(const Facts& f) { return cite_announcement(fail(why_no_iommu(f), fix_no_iommu(f)), f); }

Outcome check_no_iommu(const Facts& f) {
    if (is_xens_iommu(f)) return check_iommu_of_xen(f);
    if (is_without_iommu(f)) return groups_without_iommu(f);
    const bool recorded = f.iommu.groups.if_known() || f.iommu.groups.absence().why != Why::not_recorded;
    if (!recorded && heard_cause(f, Stops::dma)) return no_iommu(f);
    if (const unsigned* groups = f.iommu.groups.if_known(); groups && *groups > 0)
        return cite(pass(*groups == 1 ? "at least one IOMMU group" : fmt::format("{} IOMMU groups", *groups)),
                    f.iommu.groups);
    if (const Absent* role = f.hypervisor.xen_role.if_absent();
        role && withheld(*role) && !is_missing(*role) && f.iommu.groups.if_known())
        return unknown(fmt::format("no IOMMU group, which is so too where Xen drives the IOMMU: {}",
                                   carry(*role).message));
    return judge(
        [&](unsigned, const std::vector<std::string>& instances) {
            if (!instances.empty())
                return fail("the kernel drives an IOMMU, but no device is in a group",
                            "The kernel's log says what it did not like.\n"
                            "    sudo dmesg | grep -e DMAR -e AMD-Vi -e iommu");
            return no_iommu(f);
        },
        f.iommu.groups, f.iommu.instances);
}

constexpr std::string_view iommu_see[] = {"Linux Documentation/driver-api/vfio.rst",
                                          "Linux drivers/iommu/intel/Kconfig, INTEL_IOMMU, "
                                          "INTEL_IOMMU_DEFAULT_ON; drivers/iommu/amd/Kconfig, AMD_IOMMU",
                                          "libvirt formatdomain, \"IOMMU devices\""};
constexpr Rule iommu_rule_rows[] = {
    {
        .id = "NP801",
        .name = "no-iommu",
        .layer = Layer::iommu,
        .question = Question::device_assignment,
        .role = Role::blocker,
        .title = "the kernel drives no IOMMU",
        .explain =
            "VFIO gives a device to a guest only behind an IOMMU. Where there is one that the kernel\n"
            "drives, its devices are in /sys/kernel/iommu_groups. Otherwise it is off in the firmware, is "
            "missing from the guest's definition, is switched off or not switched on on the kernel command "
            "line, or this\n"
            "kernel has no driver for it: ACPI's tables, the command line and the kernel's configuration "
            "tell.",
        .fix = "Enable the IOMMU in firmware, hypervisor and kernel.",
        .see = iommu_see,
        .check = check_no_iommu,
        .worked = "ls /sys/class/iommu is not empty, and /sys/kernel/iommu_groups has groups.",
        .also = "Under Xen the hypervisor drives it, and Linux sees none.",
    },
};

}  // namespace

bool needs_intel_iommu_on(const Facts& f) {
    return is(f.iommu.table, "DMAR") && !is(f.iommu.driver, Tristate::no);
}

std::span<const Rule> iommu_rules() { return iommu_rule_rows; }

}  // namespace nestprobe
