// SPDX-License-Identifier: MIT
// Rules about devices of this system that are given to a guest behind an IOMMU of its own (NP726 to NP728).
#include "definition/guest_questions.hpp"
#include "rules/common.hpp"
#include "rules/guest/definition_words.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

Outcome check_caching_assigned(const Facts& f) {
    return judge(
        [&](IommuModel model, unsigned devices) {
            if (model == IommuModel::none) return skip_without_iommu();
            if (!has_vtd(*f.guest)) return skip("caching mode is VT-d's");
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
            if (!has_vtd(*f.guest)) return skip("caching mode is VT-d's");
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

constexpr std::string_view assigned_see[] = {
    "libvirt formatdomain, \"IOMMU devices\"",
    "libvirt src/conf/domain_validate.c, virDomainIOMMUDefValidate",
    "QEMU hw/i386/intel_iommu.c, vtd_decide_config; hw/i386/x86-iommu.c",
    "Linux Documentation/driver-api/vfio.rst"};

constexpr Rule guest_assigned_rows[] = {
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
        .see = assigned_see,
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
        .see = assigned_see,
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
        .see = assigned_see,
        .check = check_amd,
        .worked = "In the guest, the device works while its driver maps and unmaps (an fio run, a download).",
        .also =
            "A newer QEMU may be able to: qemu-system-x86_64 -device amd-iommu,help lists dma-remap then.",
    },
};

}  // namespace

std::span<const Rule> guest_assigned_rules() { return guest_assigned_rows; }

}  // namespace nestprobe
