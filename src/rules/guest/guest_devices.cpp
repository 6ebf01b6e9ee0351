// SPDX-License-Identifier: MIT
// Rules about devices of this system behind a guest's IOMMU (NP726 to NP731), and where that IOMMU may stand
// among devices (NP732 to NP734).
#include "definition/guest_questions.hpp"
#include "rules/common.hpp"
#include "rules/guest/definition_words.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

bool vtd(const Facts& f) { return is(f.guest->iommu, IommuModel::intel); }

constexpr unsigned least_width = 39;  // three levels of page table, bits

Outcome check_caching_assigned(const Facts& f) {
    return judge(
        [&](IommuModel model, unsigned devices) {
            if (model == IommuModel::none) return skip_without_iommu();
            if (!vtd(f)) return skip("caching mode is VT-d's");
            if (devices == 0) return pass("no device of this system is given to the guest");
            if (is(f.guest->caching_mode, Setting::on))
                return cite(pass("caching mode is on"), f.guest->caching_mode);
            return refused(
                fmt::format(
                    "{} device{} of this system given to the guest, whose IOMMU has caching "
                    "mode off: QEMU refuses to start (\"We need to set caching-mode=on for intel-iommu "
                    "to enable device assignment with IOMMU protection.\")",
                    devices, devices == 1 ? " is" : "s are"),
                fix_guest_iommu(f));
        },
        f.guest->iommu, f.guest->assigned_devices);
}

Outcome check_caching(const Facts& f) {
    return judge(
        [&](IommuModel model) {
            if (model == IommuModel::none) return skip_without_iommu();
            if (!vtd(f)) return skip("caching mode is VT-d's");
            return judge(
                [&](Setting caching) {
                    if (caching == Setting::on) return pass("caching mode is on");
                    return fail(
                        "caching mode is off: the guest can give its emulated devices away, but none that "
                        "this system gives to it",
                        fix_guest_iommu(f));
                },
                f.guest->caching_mode);
        },
        f.guest->iommu);
}

Outcome check_amd(const Facts& f) {
    return judge(
        [&](IommuModel model, unsigned devices) {
            if (model == IommuModel::none) return skip_without_iommu();
            if (model != IommuModel::amd) return skip("not QEMU's AMD IOMMU");
            if (devices == 0) return pass("no device of this system is given to the guest");
            return fail(
                "devices of this system are given to the guest, and QEMU's AMD IOMMU may not support "
                "that: \"requires iommu notifier which is not currently supported\" is what versions that "
                "do not say",
                fix_guest_iommu(f));
        },
        f.guest->iommu, f.guest->assigned_devices);
}

Step set_width(const Facts& f, unsigned bits) {
    const std::string xml = fmt::format("<driver aw_bits='{}'/>", bits);
    return change_guest(f, "Take another address width, or leave it to QEMU.",
                        {"<iommu>", xml, fmt::format("-device intel-iommu,aw-bits={}", bits)});
}

Outcome check_width(const Facts& f) {
    return judge(
        [&](IommuModel model, unsigned devices) {
            if (model == IommuModel::none) return skip_without_iommu();
            if (!vtd(f) || devices == 0) return skip("no device of this system is behind a virtual VT-d");
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
    if (!vtd(f)) return skip("aw_bits is VT-d's");
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
        .id = "NP726",
        .name = "assigned-without-caching-mode",
        .layer = Layer::guest,
        .question = Question::device_assignment,
        .role = Role::blocker,
        .title = "the guest is given devices, and its IOMMU has no caching mode",
        .explain =
            "A device of this system that is given to the guest works with addresses of the guest. When the\n"
            "guest's IOMMU translates these, QEMU must hear of every change, which VT-d's guests tell only "
            "in\n"
            "caching mode.",
        .fix = "<driver caching_mode='on'/>; on a command line caching-mode=on beside intremap=on.",
        .see = guest_devices_see,
        .check = check_caching_assigned,
        .edit = GuestChange::iommu,
        .worked = "The guest starts. In the guest, dmesg says \"IOMMU batching disallowed due to "
                  "virtualization\", and the device works.",
        .also = "A device that QEMU emulates: that needs no caching mode.",
    },
    {
        .id = "NP727",
        .name = "guest-iommu-without-caching-mode",
        .layer = Layer::guest,
        .question = Question::device_assignment,
        .role = Role::degraded,
        .title = "the guest's IOMMU has no caching mode",
        .explain =
            "Without caching mode devices of this system cannot be passed through the guest to its guests;\n"
            "devices that QEMU emulates can.",
        .fix = "<driver caching_mode='on'/>; on a command line caching-mode=on beside intremap=on.",
        .see = guest_devices_see,
        .check = check_caching,
        .edit = GuestChange::iommu,
        .worked = "In the guest, dmesg says \"IOMMU batching disallowed due to virtualization\", and the "
                  "device works.",
        .also = "A guest that is given no device of the host's needs it not.",
    },
    {
        .id = "NP728",
        .name = "assigned-device-behind-amd-iommu",
        .layer = Layer::guest,
        .question = Question::device_assignment,
        .role = Role::degraded,
        .title = "devices of this system may not work behind QEMU's AMD IOMMU",
        .explain = "QEMU's AMD IOMMU long could not tell QEMU's VFIO of changed translations.",
        .fix = "Use the Intel IOMMU, on AMD hosts too: <iommu model='intel'>, -device intel-iommu.",
        .see = guest_devices_see,
        .check = check_amd,
        .worked = "In the guest, the device works while its driver maps and unmaps (an fio run, a download).",
        .also =
            "A newer QEMU may be able to: qemu-system-x86_64 -device amd-iommu,help lists dma-remap then.",
    },
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
