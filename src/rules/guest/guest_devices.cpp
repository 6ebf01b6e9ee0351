// SPDX-License-Identifier: MIT
// Rules about the address width of a guest's IOMMU, and where it may stand among devices (NP730 to NP734).
#include "definition/guest_questions.hpp"
#include "rules/common.hpp"
#include "rules/guest/definition_words.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

constexpr unsigned least_width = 39;  // three levels of page table, bits

Step set_width(const Facts& f, unsigned bits) {
    const std::string xml = fmt::format("<driver aw_bits='{}'/>", bits);
    return change_guest(f, "Take another address width, or leave it to QEMU.",
                        {"<iommu>", xml, fmt::format("-device intel-iommu,aw-bits={}", bits)});
}

Outcome check_width(const Facts& f) {
    return judge(
        [&](IommuModel model, unsigned devices) {
            if (model == IommuModel::none) return skip_without_iommu();
            if (!has_vtd(*f.guest) || devices == 0)
                return skip("no device of this system is behind a virtual VT-d");
            const unsigned* bits = f.guest->aw_bits.if_known();
            if (bits && *bits <= least_width)
                return cite(pass(fmt::format("{} bits: every VT-d has them", *bits)), f.guest->aw_bits);
            return judge(
                [&](unsigned wanted, unsigned here) {
                    if (wanted <= here)
                        return pass(fmt::format("{} bits, and this system's has {}", wanted, here));
                    return refused(
                        fmt::format("QEMU refuses it: \"aw-bits {} > host aw-bits {}\"", wanted, here),
                        set_width(f, here));
                },
                f.guest->aw_bits, f.iommu.address_width);
        },
        f.guest->iommu, f.guest->assigned_devices);
}

Outcome check_possible_width(const Facts& f) {
    if (is(f.guest->iommu, IommuModel::none)) return skip_without_iommu();
    if (!has_vtd(*f.guest)) return skip("aw_bits is VT-d's");
    return judge(
        [&](unsigned bits) {
            if (bits == 39 || bits == 48 || bits == 57) return pass(fmt::format("{} bits", bits));
            return refused("QEMU refuses it: \"Supported values for aw-bits are: 39, 48\"", set_width(f, 48));
        },
        f.guest->aw_bits);
}

Outcome check_order(const Facts& f) {
    return judge(
        [&](bool first) {
            return first ? pass("QEMU makes the IOMMU before the devices of this system")
                         : fail(
                               "a device of this system stands before the IOMMU on the command line: it is "
                               "made "
                               "without one",
                               change_guest(f, "Put -device intel-iommu before every -device vfio-pci."));
        },
        f.guest->iommu_first);
}

Outcome check_several(const Facts& f) {
    return judge(
        [&](unsigned count) {
            if (count == 0) return skip_without_iommu();
            if (count == 1) return pass("the guest has one IOMMU");
            return refused(of_libvirt(f)
                               ? "libvirt refuses it: \"only a single IOMMU device is supported\""
                               : "QEMU refuses it: \"QEMU does not support multiple vIOMMUs for x86 yet.\"",
                           change_guest(f, "Keep one of them."));
        },
        f.guest->iommus);
}

/// VT-d and AMD's IOMMU are no PCI devices to libvirt; virtio-iommu is one of the root complex's own.
Outcome check_place(const Facts& f) {
    if (is(f.guest->iommu, IommuModel::none)) return skip_without_iommu();
    if (f.guest->iommu.if_known() && f.guest->iommu_bus.if_absent())
        return cite(pass("the IOMMU is put where QEMU puts it"), f.guest->iommu);
    return judge(
        [&](IommuModel model, unsigned bus) {
            if (model != IommuModel::virtio)
                return refused(fmt::format("libvirt refuses it: \"iommu model '{}' can't have address\"",
                                           to_string(model)),
                               change_guest(f, "Remove <address> from <iommu>."));
            if (bus == 0) return pass("virtio-iommu is on bus 0, as it must be");
            return refused(
                fmt::format("libvirt refuses it: virtio-iommu on bus {}: \"needs to be an integrated "
                            "device (bus=0)\"",
                            bus),
                change_guest(f, "Remove <address> from <iommu>: libvirt finds a place on bus 0."));
        },
        f.guest->iommu, f.guest->iommu_bus);
}

constexpr std::string_view guest_devices_see[] = {
    "libvirt formatdomain, \"IOMMU devices\"",
    "libvirt src/conf/domain_validate.c, virDomainIOMMUDefValidate",
    "QEMU hw/i386/intel_iommu.c, vtd_decide_config; hw/i386/x86-iommu.c",
    "Linux Documentation/driver-api/vfio.rst"};

constexpr Rule guest_devices_rows[] = {
    {
        .id = "NP730",
        .name = "guest-iommu-wider-than-host",
        .layer = Layer::guest,
        .question = Question::device_assignment,
        .role = Role::blocker,
        .title = "the guest's IOMMU has more address bits than this system's",
        .explain = "A device of this system translates with this system's IOMMU: addresses that the guest's "
                   "can map\n"
                   "and this one cannot would be lost.",
        .fix = "<driver aw_bits='39'/>, or as many as this system's IOMMU has; on a command line aw-bits=39; "
               "on Proxmox VE viommu=intel,aw-bits=39.",
        .see = guest_devices_see,
        .check = check_width,
        .edit = GuestChange::iommu_width,
        .worked = "The guest starts with the device.",
        .also = "An IOMMU of this system that was not read: then nobody knows its width.",
    },
    {
        .id = "NP731",
        .name = "guest-iommu-behind-devices",
        .layer = Layer::guest,
        .question = Question::device_assignment,
        .role = Role::blocker,
        .title = "a device of this system comes before the IOMMU",
        .explain =
            "QEMU makes devices in the order of its command line, and a device is behind the IOMMU only if\n"
            "that was there first. libvirt and Proxmox see to it themselves.",
        .fix = "Put -device intel-iommu before every -device vfio-pci.",
        .see = guest_devices_see,
        .check = check_order,
        .worked = "In the guest, the device is in a group under /sys/kernel/iommu_groups.",
        .also = "libvirt and Proxmox order them by themselves.",
    },
    {
        .id = "NP732",
        .name = "guest-with-several-iommus",
        .layer = Layer::guest,
        .question = Question::device_assignment,
        .role = Role::blocker,
        .title = "the guest is given more than one IOMMU",
        .explain = "QEMU's x86 machines have one IOMMU, for all devices; a second one, of whatever model, is "
                   "refused.",
        .fix = "Keep one of them: the Intel one serves on every host.",
        .see = guest_devices_see,
        .check = check_several,
        .edit = GuestChange::iommu,
        .worked = "The guest starts.",
        .also = "virtio-iommu beside another one is refused like any other.",
    },
    {
        .id = "NP733",
        .name = "guest-iommu-misplaced",
        .layer = Layer::guest,
        .question = Question::device_assignment,
        .role = Role::blocker,
        .title = "the guest's IOMMU is put where it cannot be",
        .explain = "Intel's and AMD's IOMMUs are parts of the machine: their <iommu> has no <address>. "
                   "virtio-iommu\n"
                   "is a PCI device, and must be on bus 0, before all that it translates for.",
        .fix = "Remove <address> from <iommu>.",
        .see = guest_devices_see,
        .check = check_place,
        .edit = GuestChange::iommu,
        .worked = "The guest starts.",
        .also = "An <address> that virt-manager or virsh edit put there by itself.",
    },
    {
        .id = "NP734",
        .name = "guest-iommu-of-impossible-width",
        .layer = Layer::guest,
        .question = Question::device_assignment,
        .role = Role::blocker,
        .title = "the guest's IOMMU has a number of address bits that does not exist",
        .explain =
            "A VT-d translates 39 bits of address with three levels of page table and 48 with four (57 with\n"
            "five, which newer versions of QEMU may have). libvirt takes any number, and QEMU refuses.",
        .fix = "<driver aw_bits='48'/> (aw-bits=48 on a command line), or leave it to QEMU.",
        .see = guest_devices_see,
        .check = check_possible_width,
        .edit = GuestChange::iommu_width,
        .worked = "The guest starts.",
        .also = "A width that the device's host cannot do, though QEMU can (NP730).",
    },
};

}  // namespace

std::span<const Rule> guest_device_rules() { return guest_devices_rows; }

}  // namespace nestprobe
