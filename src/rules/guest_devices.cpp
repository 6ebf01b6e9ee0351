// SPDX-License-Identifier: MIT
// Rules about devices of this system behind a guest's IOMMU (NP726 to NP731): what these ask of it.
#include "rules/guest.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

bool vtd(const Facts& f) { return is(f.guest->iommu, IommuModel::intel); }

/// Rules about an IOMMU that is not there stand back with one word.
Outcome without_iommu() { return skip("the guest has no IOMMU (NP720)"); }

Outcome check_caching_assigned(const Facts& f) {
    return judge(
        [&](IommuModel model, unsigned devices) {
            if (model == IommuModel::none) return without_iommu();
            if (!vtd(f)) return skip("caching mode is VT-d's");
            if (devices == 0) return pass("no device of this system is given to the guest");
            if (is(f.guest->caching_mode, Setting::on))
                return cite(pass("caching mode is on"), f.guest->caching_mode);
            return fail(
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
            if (model == IommuModel::none) return without_iommu();
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
            if (model == IommuModel::none) return without_iommu();
            if (model != IommuModel::amd) return skip("not QEMU's AMD IOMMU");
            if (devices == 0) return pass("no device of this system is given to the guest");
            return fail(
                "devices of this system are given to the guest, and QEMU's AMD IOMMU may not support "
                "that: \"requires iommu notifier which is not currently supported\" is what versions that "
                "do not say",
                "Use <iommu model='intel'>, which Linux drives on AMD processors too.");
        },
        f.guest->iommu, f.guest->assigned_devices);
}

Outcome check_width(const Facts& f) {
    return judge(
        [&](IommuModel model, unsigned devices) {
            if (model == IommuModel::none) return without_iommu();
            if (!vtd(f) || devices == 0) return skip("no device of this system is behind a virtual VT-d");
            return judge(
                [](unsigned wanted, unsigned here) {
                    if (wanted <= here)
                        return pass(fmt::format("{} bits, and this system's has {}", wanted, here));
                    return fail(
                        fmt::format("QEMU refuses it: \"aw-bits {} > host aw-bits {}\"", wanted, here),
                        fmt::format("<driver aw_bits='{}'/>, or leave it to QEMU.", here));
                },
                f.guest->aw_bits, f.iommu.address_width);
        },
        f.guest->iommu, f.guest->assigned_devices);
}

Outcome check_order(const Facts& f) {
    return judge(
        [](bool first) {
            return first ? pass("QEMU makes the IOMMU before the devices of this system")
                         : fail(
                               "a device of this system stands before the IOMMU on the command line: it is "
                               "made "
                               "without one",
                               "Put -device intel-iommu before every -device vfio-pci.");
        },
        f.guest->iommu_first);
}

constexpr std::string_view see[] = {"libvirt formatdomain, \"IOMMU devices\"",
                                    "libvirt src/conf/domain_validate.c, virDomainIOMMUDefValidate",
                                    "QEMU hw/i386/intel_iommu.c, vtd_decide_config; hw/i386/x86-iommu.c",
                                    "Linux Documentation/driver-api/vfio.rst"};

constexpr Rule rules[] = {
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
        .fix = "<driver caching_mode='on'/>.",
        .see = see,
        .check = check_caching_assigned,
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
        .fix = "<driver caching_mode='on'/>.",
        .see = see,
        .check = check_caching,
    },
    {
        .id = "NP728",
        .name = "assigned-device-behind-amd-iommu",
        .layer = Layer::guest,
        .question = Question::device_assignment,
        .role = Role::degraded,
        .title = "devices of this system may not work behind QEMU's AMD IOMMU",
        .explain = "QEMU's AMD IOMMU long could not tell QEMU's VFIO of changed translations.",
        .fix = "Use <iommu model='intel'>.",
        .see = see,
        .check = check_amd,
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
        .fix = "<driver aw_bits='39'/>, or as many as this system's IOMMU has.",
        .see = see,
        .check = check_width,
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
        .see = see,
        .check = check_order,
    },
};

}  // namespace

std::span<const Rule> guest_device_rules() { return rules; }

}  // namespace nestprobe
