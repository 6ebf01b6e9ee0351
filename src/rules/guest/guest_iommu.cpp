// SPDX-License-Identifier: MIT
// Rules about the IOMMU in the definition of a guest (NP720 to NP725, NP729): will the guest be able to give
// devices away with VFIO?  Where libvirt or QEMU would refuse the definition, their own words are quoted.
#include "definition/guest_questions.hpp"
#include "rules/common.hpp"
#include "rules/guest/definition_words.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

Outcome check_none(const Facts& f) {
    return judge(
        [&](IommuModel model) {
            if (model == IommuModel::none)
                return fail(
                    "the guest has no IOMMU: there is nothing behind which VFIO in it could give a device "
                    "to its guests",
                    fix_guest_iommu(f));
            return pass(fmt::format("the guest has an IOMMU, model {}", to_string(model)));
        },
        f.guest->iommu);
}

Step to_q35(const Facts& f) {
    Step step = set_guest_machine(f, "q35");
    step.what +=
        " Devices on an i440fx machine have other addresses, and IDE disks become SATA: in an "
        "installed guest that is a change of its own.";
    return step;
}

/// A change of one attribute: libvirt's in its place, the others' as a whole.
Remedy set_in_iommu(const Facts& f, std::string_view what, std::string_view place, std::string_view xml) {
    if (words_of(f) != DefinitionKind::libvirt) return fix_guest_iommu(f);
    return change_guest(f, std::string(what), {place, xml, {}, {}});
}

Outcome check_machine(const Facts& f) {
    return judge(
        [&](IommuModel model, bool q35, const std::string& machine) {
            if (model == IommuModel::none) return skip_without_iommu();
            if (q35 || model == IommuModel::other)
                return pass(machine.empty() ? "QEMU's default machine type"
                                            : fmt::format("machine type {}", machine));
            if (model == IommuModel::virtio && !of_libvirt(f))
                return pass("virtio-iommu is on any machine type");
            return refused(
                of_libvirt(f) && model != IommuModel::amd
                    ? fmt::format("libvirt refuses it: \"IOMMU device: '{}' is only supported with Q35 {}\"",
                                  to_string(model),
                                  model == IommuModel::intel ? "machines" : "and ARM Virt machines")
                    : "only a q35 machine has that IOMMU. QEMU refuses it on another: \"Parameter 'driver' "
                      "expects "
                      "a dynamic sysbus device type for the machine\"",
                to_q35(f));
        },
        f.guest->iommu, f.guest->q35, f.guest->machine);
}

Outcome check_remapping(const Facts& f) {
    return judge(
        [&](IommuModel model) {
            if (model == IommuModel::none) return skip_without_iommu();
            const Outcome outcome =
                remaps_interrupts(*f.guest)
                    ? pass("the IOMMU remaps interrupts")
                    : fail(model == IommuModel::virtio
                               ? "virtio-iommu cannot remap interrupts: VFIO in the guest works only with "
                                 "allow_unsafe_interrupts"
                               : "the IOMMU does not remap interrupts: VFIO in the guest refuses to give "
                                 "devices away",
                           fix_guest_iommu(f));
            return f.guest->intremap.if_known() ? cite(outcome, f.guest->intremap) : outcome;
        },
        f.guest->iommu);
}

Outcome check_irqchip(const Facts& f) {
    return judge(
        [&](IommuModel model, IoApic ioapic) {
            if (model == IommuModel::none) return skip_without_iommu();
            if (!is(f.guest->intremap, Setting::on))
                return skip("interrupt remapping is not asked for (NP722)");
            if (irqchip_is_split(*f.guest)) return pass("the I/O APIC is QEMU's");
            if (!of_libvirt(f))
                return refused(
                    "QEMU refuses it: \"Interrupt Remapping cannot work with kernel-irqchip=on, please use "
                    "'split|off'.\"",
                    fix_guest_iommu(f));
            return fail(
                fmt::format(
                    "libvirt refuses it: \"IOMMU interrupt remapping requires split I/O APIC (ioapic "
                    "driver='qemu')\"{}",
                    ioapic == IoApic::unset ? "; libvirt 11.3 and later add the element themselves" : ""),
                set_in_iommu(f, "Let the I/O APIC be QEMU's.", "<features>", "<ioapic driver='qemu'/>"));
        },
        f.guest->iommu, f.guest->ioapic);
}

Outcome check_eim(const Facts& f) {
    return judge(
        [&](IommuModel model, Setting eim) {
            if (model == IommuModel::none) return skip_without_iommu();
            if (eim != Setting::on || remaps_interrupts(*f.guest))
                return pass("extended interrupt mode is not without interrupt remapping");
            return refused(
                of_libvirt(f) ? "libvirt refuses it: \"IOMMU eim requires interrupt remapping to be enabled\""
                              : "QEMU refuses it: \"eim=on cannot be selected without intremap=on\"",
                fix_guest_iommu(f));
        },
        f.guest->iommu, f.guest->eim);
}

Outcome check_many_cpus(const Facts& f) {
    constexpr unsigned most = 255;  // xAPIC ids are eight bits, and 255 is for all
    return judge(
        [&](IommuModel model, unsigned vcpus) {
            if (model == IommuModel::none) return skip_without_iommu();
            if (vcpus <= most)
                return pass(fmt::format("{} virtual CPUs need no extended interrupt mode", vcpus));
            if (is(f.guest->eim, Setting::on))
                return cite(pass("extended interrupt mode is on"), f.guest->eim);
            if (of_libvirt(f))
                return fail(
                    fmt::format("libvirt refuses it: \"more than {} vCPUs require extended interrupt mode "
                                "enabled on the iommu device\"",
                                most),
                    set_in_iommu(f, "Switch extended interrupt mode on.", "<iommu>",
                                 "<driver intremap='on' eim='on'/>"));
            if (model == IommuModel::intel && is(f.guest->eim, Setting::unset) && remaps_interrupts(*f.guest))
                return pass("QEMU puts the IOMMU into extended interrupt mode where it remaps interrupts");
            return fail(
                fmt::format("{} virtual CPUs, and the IOMMU without extended interrupt mode: it brings "
                            "interrupts to the first {} alone",
                            vcpus, most),
                change_guest(f, "Switch it on.",
                             {"<iommu>", "<driver intremap='on' eim='on'/>",
                              model == IommuModel::amd ? "-device amd-iommu,intremap=on,xtsup=on"
                                                       : "-device intel-iommu,intremap=on,eim=on"}));
        },
        f.guest->iommu, f.guest->vcpus);
}

Outcome check_acpi(const Facts& f) {
    return judge(
        [&](IommuModel model, bool acpi) {
            if (model == IommuModel::none) return skip_without_iommu();
            return acpi ? pass("the guest has ACPI, where the IOMMU is announced")
                        : fail("the guest has no ACPI: its kernel never hears of the IOMMU",
                               change_guest(f,
                                            words_of(f) == DefinitionKind::libvirt
                                                ? "Give the guest ACPI."
                                                : "Give the guest ACPI: without -no-acpi and acpi=off.",
                                            {"<features>", "<acpi/>", "-machine q35,acpi=on", "--acpi 1"}));
        },
        f.guest->iommu, f.guest->acpi);
}

constexpr std::string_view guest_iommu_see[] = {
    "libvirt formatdomain, \"IOMMU devices\"",
    "libvirt src/conf/domain_validate.c, virDomainIOMMUDefValidate",
    "QEMU hw/i386/intel_iommu.c, vtd_decide_config; hw/i386/x86-iommu.c",
    "Linux Documentation/driver-api/vfio.rst"};

constexpr Rule guest_iommu_rows[] = {
    {
        .id = "NP720",
        .name = "guest-without-iommu",
        .layer = Layer::guest,
        .question = Question::device_assignment,
        .role = Role::blocker,
        .title = "the guest's definition has no IOMMU",
        .explain =
            "VFIO in a guest gives devices to the guest's guests only behind an IOMMU, and that one QEMU\n"
            "emulates, where the definition asks for it. This system needs none for that.",
        .fix =
            "On a q35 machine: <iommu model='intel'><driver intremap='on' caching_mode='on'/></iommu>, with "
            "<ioapic driver='qemu'/>; on a command line -machine q35,kernel-irqchip=split -device "
            "intel-iommu,intremap=on,caching-mode=on; on Proxmox VE qm set VMID --machine q35,viommu=intel.",
        .see = guest_iommu_see,
        .check = check_none,
        .edit = GuestChange::iommu,
        .worked = "In the guest, ls /sys/kernel/iommu_groups lists groups.",
        .also = "A guest that gives no device to its own guests needs no IOMMU.",
    },
    {
        .id = "NP721",
        .name = "guest-iommu-on-wrong-machine",
        .layer = Layer::guest,
        .question = Question::device_assignment,
        .role = Role::blocker,
        .title = "the guest's machine type cannot have that IOMMU",
        .explain =
            "QEMU's IOMMUs, Intel's and AMD's, are parts of the q35 machine. The older pc (i440fx) has none.",
        .fix =
            "Use the machine type q35: machine='q35' in <os><type>, -machine q35, qm set VMID --machine q35.",
        .see = guest_iommu_see,
        .check = check_machine,
        .edit = GuestChange::iommu,
        .worked = "In the guest, ls /sys/kernel/iommu_groups lists groups.",
        .also = "virtio-iommu, which QEMU has on other machines too, without interrupt remapping.",
    },
    {
        .id = "NP722",
        .name = "guest-without-interrupt-remapping",
        .layer = Layer::guest,
        .question = Question::device_assignment,
        .role = Role::blocker,
        .title = "the guest's IOMMU does not remap interrupts",
        .explain =
            "Without interrupt remapping VFIO refuses to give devices away, unless told to take the risk\n"
            "(vfio_iommu_type1.allow_unsafe_interrupts).",
        .fix = "<driver intremap='on'/>, with <ioapic driver='qemu'/>; on a command line intremap=on, with "
               "-machine q35,kernel-irqchip=split.",
        .see = guest_iommu_see,
        .check = check_remapping,
        .edit = GuestChange::iommu,
        .worked = "In the guest, dmesg says \"Enabled IRQ remapping\".",
        .also = "An I/O APIC that KVM has, not QEMU (NP723).",
    },
    {
        .id = "NP723",
        .name = "guest-ioapic-in-kernel",
        .layer = Layer::guest,
        .question = Question::device_assignment,
        .role = Role::blocker,
        .title = "interrupt remapping is asked for with the I/O APIC in KVM",
        .explain =
            "QEMU can remap the I/O APIC's interrupts only where it emulates the I/O APIC itself (\"split\n"
            "irqchip\"); the local APICs stay in KVM.",
        .fix =
            "In <features>: <ioapic driver='qemu'/>; on a command line: -machine q35,kernel-irqchip=split.",
        .see = guest_iommu_see,
        .check = check_irqchip,
        .edit = GuestChange::iommu,
        .worked = "The guest starts, and in it dmesg says \"Enabled IRQ remapping\".",
        .also = "libvirt 11.3 and later adds the element itself.",
    },
    {
        .id = "NP724",
        .name = "guest-iommu-eim-without-remapping",
        .layer = Layer::guest,
        .question = Question::device_assignment,
        .role = Role::blocker,
        .title = "extended interrupt mode is asked for without interrupt remapping",
        .explain = "Extended interrupt mode (EIM) is a part of interrupt remapping.",
        .fix = "<driver intremap='on' eim='on'/>, with <ioapic driver='qemu'/>; on a command line "
               "intremap=on,eim=on.",
        .see = guest_iommu_see,
        .check = check_eim,
        .edit = GuestChange::iommu,
        .worked = "The guest starts.",
        .also = "255 CPUs or fewer, for which eim is not needed.",
    },
    {
        .id = "NP725",
        .name = "guest-with-many-cpus-without-eim",
        .layer = Layer::guest,
        .question = Question::device_assignment,
        .role = Role::blocker,
        .title = "more than 255 virtual CPUs need extended interrupt mode",
        .explain =
            "Interrupts reach APIC ids beyond 255 only through an IOMMU in extended interrupt mode. libvirt\n"
            "10.10 and later add it themselves.",
        .fix = "<driver intremap='on' eim='on'/>, with <ioapic driver='qemu'/>; on a command line "
               "intremap=on,eim=on (amd-iommu: xtsup=on).",
        .see = guest_iommu_see,
        .check = check_many_cpus,
        .edit = GuestChange::iommu,
        .worked =
            "In the guest, nproc prints all CPUs, and dmesg says \"Enabled IRQ remapping in x2apic mode\".",
        .also = "The machine type's own limit (NP715).",
    },
    {
        .id = "NP729",
        .name = "guest-iommu-without-acpi",
        .layer = Layer::guest,
        .question = Question::device_assignment,
        .role = Role::blocker,
        .title = "the guest has an IOMMU and no ACPI to announce it",
        .explain = "A kernel learns of an IOMMU from the ACPI tables DMAR, IVRS or VIOT. libvirt leaves ACPI "
                   "out of\n"
                   "a guest whose <features> do not ask for it.",
        .fix = "In <features>: <acpi/>; on a command line, remove -no-acpi or acpi=off.",
        .see = guest_iommu_see,
        .check = check_acpi,
        .edit = GuestChange::iommu,
        .worked = "In the guest, ls /sys/firmware/acpi/tables shows DMAR, IVRS or VIOT.",
        .also = "A kernel of the guest's that was told acpi=off.",
    },
};

}  // namespace

std::span<const Rule> guest_iommu_rules() { return guest_iommu_rows; }

}  // namespace nestprobe
