// SPDX-License-Identifier: MIT
// Rules about what the IOMMU can and cannot do beside the main thing (NP803 to NP807).
#include "rules/common.hpp"

#include <fmt/format.h>

#include <string>

namespace nestprobe {
namespace {

Outcome check_caching_mode(const Facts& f) {
    if (!in_guest(f)) return skip("caching mode is for IOMMUs that a hypervisor emulates");
    return judge(
        [](bool on) {
            return on ? pass("VT-d is in caching mode: the hypervisor hears of every mapping")
                      : fail(
                            "VT-d is not in caching mode: devices that the hypervisor itself emulates can be "
                            "given "
                            "away, but one that this guest was given cannot be passed on",
                            "In this guest's definition: <driver caching_mode='on'/> in its <iommu>.");
        },
        f.iommu.caching_mode);
}

Outcome check_interrupt_mode(const Facts& f) {
    constexpr std::size_t most = 255;  // xAPIC ids are eight bits, and 255 is for all
    return judge(
        [&](bool eim, const CpuSet& online) {
            if (eim) return pass("extended interrupt mode");
            if (online.size() < most)
                return pass("no extended interrupt mode, and not so many CPUs that need it");
            return fail(
                fmt::format(
                    "{} CPUs are online, and the IOMMU has no extended interrupt mode: interrupts reach "
                    "only the first 255",
                    online.size()),
                in_guest(f) ? "In this guest's definition: <driver intremap='on' eim='on'/> in its <iommu>."
                            : "");
        },
        f.iommu.eim, f.cpu.online);
}

Outcome check_opt_out(const Facts& f) {
    return judge(
        [&](bool opt_out) {
            if (!opt_out) return pass("the ACPI table DMAR does not ask for xAPIC");
            return fail(
                "the ACPI table DMAR asks the kernel not to use x2APIC: no more than 255 CPUs, and slower "
                "interrupts in guests",
                in_guest(f) ? ""
                            : "A newer firmware, its setting \"x2APIC\" (or \"Extended APIC\"), or "
                              "intremap=no_x2apic_optout on the kernel command line.");
        },
        f.iommu.x2apic_opt_out);
}

Outcome check_unsafe(const Facts& f) {
    return judge(
        [](bool allowed) {
            return allowed ? fail(
                                 "vfio_iommu_type1.allow_unsafe_interrupts is on, and interrupts are not "
                                 "remapped: a "
                                 "guest with a device can raise any interrupt of this system")
                           : pass("vfio_iommu_type1 does not allow unsafe interrupts");
        },
        f.iommu.unsafe_interrupts);
}

Outcome check_damage(const Facts& f) {
    return judge(
        [&](const std::string& damage) {
            if (damage.empty()) return pass("the table that announces the IOMMU can be read to its end");
            return fail(fmt::format("the ACPI table {} is damaged: {}",
                                    f.iommu.table.if_known() ? *f.iommu.table.if_known() : "", damage),
                        in_guest(f)
                            ? ""
                            : "A newer firmware; the kernel may drive no IOMMU, or only some of them, until "
                              "then.");
        },
        f.iommu.table_damage);
}

constexpr std::string_view vtd_see[] = {
    "VT-d specification, \"Capability Register\", \"DMA Remapping Reporting "
    "Structure\"",
    "Linux drivers/iommu/intel/irq_remapping.c, intel_prepare_irq_remapping",
    "libvirt formatdomain, \"IOMMU devices\""};
constexpr std::string_view unsafe_see[] = {
    "Linux drivers/vfio/vfio_iommu_type1.c, vfio_iommu_type1_attach_group"};

constexpr Rule iommu_features_rows[] = {
    {
        .id = "NP803",
        .name = "caching-mode-off",
        .layer = Layer::iommu,
        .question = Question::device_assignment,
        .role = Role::degraded,
        .title = "the virtual IOMMU is not in caching mode",
        .explain = "A virtual VT-d learns of a new mapping only in caching mode (capability register, CM). "
                   "Without it\n"
                   "devices that the hypervisor emulates can be given to guests of this guest; a real device "
                   "that this\n"
                   "guest was given cannot be passed on: QEMU does not start then.",
        .fix = "In this guest's definition: <driver caching_mode='on'/> in its <iommu>.",
        .see = vtd_see,
        .check = check_caching_mode,
        .worked = "dmesg in the guest says \"IOMMU batching disallowed due to virtualization\".",
        .also = "A guest that is given no device of the host needs it not.",
    },
    {
        .id = "NP804",
        .name = "extended-interrupt-mode-off",
        .layer = Layer::iommu,
        .question = Question::device_assignment,
        .role = Role::degraded,
        .title = "the IOMMU has no extended interrupt mode, and there are more than 255 CPUs",
        .explain = "Interrupts reach APIC ids beyond 255 only through an IOMMU in extended interrupt mode: "
                   "VT-d's EIM,\n"
                   "AMD's XTSup.",
        .fix = "In a guest: eim on in its IOMMU (<driver intremap='on' eim='on'/>, -device "
               "intel-iommu,intremap=on,eim=on); on hardware x2APIC in the firmware setup.",
        .see = vtd_see,
        .check = check_interrupt_mode,
        .worked = "dmesg says \"Enabled IRQ remapping in x2apic mode\".",
        .also = "255 CPUs or fewer, for which it does not matter.",
    },
    {
        .id = "NP805",
        .name = "x2apic-opt-out",
        .layer = Layer::iommu,
        .question = Question::device_assignment,
        .role = Role::advice,
        .title = "the platform asks the kernel not to use x2APIC",
        .explain = "DMAR's flag X2APIC_OPT_OUT. The kernel then remaps interrupts in xAPIC mode.",
        .fix = "intremap=no_x2apic_optout on the kernel command line, if the platform is known to be sound.",
        .see = vtd_see,
        .check = check_opt_out,
        .worked = "dmesg says \"Enabled IRQ remapping in x2apic mode\".",
        .also = "A platform that is known to need xAPIC: then it is to stay as it is.",
    },
    {
        .id = "NP806",
        .name = "unsafe-interrupts-allowed",
        .layer = Layer::iommu,
        .question = Question::device_assignment,
        .role = Role::degraded,
        .title = "VFIO gives devices away without interrupt remapping",
        .explain = "vfio_iommu_type1.allow_unsafe_interrupts lets VFIO work where interrupts are not "
                   "remapped. Whoever has\n"
                   "a device can then send any interrupt to this system's CPUs.",
        .fix = "Enable interrupt remapping; until then only trusted guests should be given devices.",
        .see = unsafe_see,
        .check = check_unsafe,
        .worked = "cat /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts prints N.",
        .also = "A line of a recipe that was never needed here: interrupts are remapped, and the parameter "
                "may go.",
    },
    {
        .id = "NP807",
        .name = "iommu-table-damaged",
        .layer = Layer::iommu,
        .question = Question::device_assignment,
        .role = Role::advice,
        .title = "the ACPI table that announces the IOMMU is damaged",
        .explain = "DMAR and IVRS are lists of structures that each say how long they are. Behind the first "
                   "that is wrong\n"
                   "nothing can be read.",
        .fix = "Update the firmware.",
        .see = vtd_see,
        .check = check_damage,
        .worked = "The next start's log has no such line, and ls /sys/class/iommu is not empty.",
        .also = "A recording in which the table was cut.",
    },
};

}  // namespace

std::span<const Rule> iommu_feature_rules() { return iommu_features_rows; }

}  // namespace nestprobe
