// SPDX-License-Identifier: MIT
// Does the IOMMU remap interrupts (NP802), and what is to be done where it does not.
#include "rules/iommu/iommu_words.hpp"

#include "remedy/steps.hpp"
#include "rules/common.hpp"
#include "rules/hypervisor/platforms.hpp"
#include "rules/iommu/iommu_causes.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

Remedy fix_remapping(const Facts& f) {
    if (not_remapped_by(f)) return change_words(f, words_against_remapping(f), {});
    if (is(f.iommu.irq_remap, Tristate::no))
        return "Boot a kernel with CONFIG_IRQ_REMAP, such as the distribution's own.";
    if (const HeardCause heard = heard_cause(f, Stops::interrupts)) return heard.fix(f);
    if (!in_guest(f))
        return "Switch interrupt remapping, or x2APIC, on in the firmware setup, or update the firmware.\n"
               "The kernel's log says what it lacks.\n    sudo dmesg | grep -e DMAR-IR -e AMD-Vi";
    if (!knows_libvirt(f) && f.hypervisor.platform.if_known() && !is(f.hypervisor.platform, Platform::other))
        return iommu_on_platform(f);
    if (is(f.iommu.table, "VIOT")) return std::string(take_intels) + ".";
    return "In this guest's definition: <driver intremap='on'/> in its <iommu>, with <ioapic "
           "driver='qemu'/>; and do "
           "not boot this kernel with intremap=off.";
}

std::string why_no_remapping(const Facts& f) {
    constexpr std::string_view risk =
        ": a device that is given away could raise any interrupt of this system";
    if (const std::string* word = not_remapped_by(f))
        return fmt::format("the kernel command line says {}, so interrupts are not remapped{}", *word, risk);
    if (is(f.iommu.irq_remap, Tristate::no))
        return fmt::format(
            "this kernel was built without interrupt remapping (CONFIG_IRQ_REMAP is not set){}", risk);
    if (const HeardCause heard = heard_cause(f, Stops::interrupts))
        return heard.message() + std::string(risk);
    if (is(f.iommu.table_intremap, false))
        return fmt::format("the ACPI table DMAR says that interrupts cannot be remapped{}", risk);
    if (is(f.iommu.queued_invalidation, false))
        return fmt::format(
            "the IOMMU has no queued invalidation, without which interrupts cannot be remapped{}", risk);
    if (is(f.iommu.table, "VIOT")) return fmt::format("virtio-iommu does not remap interrupts{}", risk);
    return fmt::format("the IOMMU does not remap interrupts{}", risk);
}

/// VFIO refused to attach a group, and nobody recorded why.  Linux 5.10 to 7.2: -EPERM comes from
/// drivers/vfio/vfio_iommu_type1.c (no interrupt remapping) and from intel_iommu_attach_device() (RMRR).
bool is_refused_container(const Facts& f) {
    return is(f.iommu.container_refused, "Operation not permitted") &&
           f.iommu.interrupt_remapping.if_absent() && !heard(f, LogLine::rmrr_ineligible) &&
           !heard(f, LogLine::firmware_one_to_one);
}

Outcome refused_container(const Facts& f) {
    Remedy remedy(
        Step{.what = "See which of the two it is.",
             .commands = {"sudo dmesg | grep -i -e remapping -e RMRR"},
             .expect = "\"No interrupt remapping support\", and no \"Enabled IRQ remapping\": the next step. "
                       "\"ineligible ... RMRR\": firmware holds that device back, give away another."});
    remedy.then(Step{.where = in_guest(f) ? Where::guest_definition : Where::firmware,
                     .what = in_guest(f)
                                 ? "Let this guest's IOMMU remap interrupts (libvirt: <driver "
                                   "intremap='on'/> with <ioapic driver='qemu'/>)."
                                 : "Switch interrupt remapping, or x2APIC, on, or update the firmware.",
                     .cost = in_guest(f) ? Cost::restart_guest : Cost::reboot});
    remedy.then(Step{.what = "Where nothing brings it, and you trust the guest: let VFIO do without, at the "
                             "risk that a device raises any interrupt of this system.",
                     .commands = {"echo 'options vfio_iommu_type1 allow_unsafe_interrupts=1' | sudo tee "
                                  "/etc/modprobe.d/vfio-unsafe.conf",
                                  "sudo modprobe -r vfio_pci vfio_iommu_type1", "sudo modprobe vfio_pci"},
                     .expect = "The guest starts with the device."});
    return cite(fail("VFIO has the group and may not attach it to the IOMMU (\"Failed to set iommu for "
                     "container: Operation not permitted\"): most likely interrupts are not remapped, else "
                     "firmware keeps memory for that device (RMRR); the kernel says that errno for these two",
                     std::move(remedy)),
                f.iommu.container_refused);
}

Outcome check_no_remapping(const Facts& f) {
    if (is(f.iommu.groups, 0u)) return skip("there is no IOMMU that could remap interrupts (NP801)");
    if (is_xens_iommu(f))
        return cite(skip("Xen drives the IOMMU, and remaps interrupts itself"), f.hypervisor.xen_role);
    if (is_refused_container(f)) return refused_container(f);
    // Somebody's lines show that devices have groups, and none of them speaks of interrupts.
    if (const Absent* absent = f.iommu.interrupt_remapping.if_absent();
        absent && absent->why == Why::not_recorded && f.iommu.groups.if_known() && !in_guest(f)) {
        Outcome outcome = carry(*absent);
        outcome.message =
            "an IOMMU is in use; whether it remaps interrupts, which VFIO asks for, is shown by "
            "no line that was given";
        return cite(std::move(outcome), f.iommu.groups);
    }
    return judge(
        [&](bool on) {
            if (on) {
                Outcome outcome = pass("the IOMMU remaps interrupts");
                return is(f.iommu.table_intremap, true) ? cite(std::move(outcome), f.iommu.table_intremap)
                                                        : outcome;
            }
            if (is(f.iommu.unsafe_interrupts, true))
                return cite(skip("interrupts are not remapped, and VFIO is told to do without (NP806)"),
                            f.iommu.unsafe_interrupts);
            // Without the parameter's file, vfio_iommu_type1 is not loaded and so was told nothing.
            const Absent& unsafe = f.iommu.unsafe_interrupts.absence();
            if (withheld(unsafe) && !is_missing(unsafe))
                return unknown(fmt::format(
                    "{}. Whether VFIO is told to do without could not be read: {}. What helps: {}",
                    why_no_remapping(f), carry(unsafe).message, sentence(fix_remapping(f))));
            return fail(why_no_remapping(f), fix_remapping(f));
        },
        f.iommu.interrupt_remapping);
}

constexpr std::string_view remapping_see[] = {
    "Linux Documentation/driver-api/vfio.rst",
    "Linux drivers/vfio/vfio_iommu_type1.c, vfio_iommu_type1_attach_group()",
    "libvirt formatdomain, \"IOMMU devices\""};

constexpr Rule remapping_rows[] = {
    {
        .id = "NP802",
        .name = "no-interrupt-remapping",
        .layer = Layer::iommu,
        .question = Question::device_assignment,
        .role = Role::blocker,
        .title = "the IOMMU does not remap interrupts, or nobody can tell",
        .explain =
            "Without interrupt remapping VFIO refuses to give devices away, unless told to take the risk\n"
            "(vfio_iommu_type1.allow_unsafe_interrupts).",
        .fix = "Enable interrupt remapping: in a libvirt guest <driver intremap='on'/> with <ioapic "
               "driver='qemu'/>; on hardware in the firmware setup; do not boot with intremap=off.",
        .see = remapping_see,
        .check = check_no_remapping,
        .worked = "dmesg says \"Enabled IRQ remapping\" or \"AMD-Vi: Interrupt remapping enabled\".",
        .also = "A kernel that was told intremap=off, or built without CONFIG_IRQ_REMAP.",
    },
};

}  // namespace

std::span<const Rule> iommu_remapping_rules() { return remapping_rows; }

}  // namespace nestprobe
