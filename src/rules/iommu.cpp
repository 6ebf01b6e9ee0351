// SPDX-License-Identifier: MIT
// Rules about device assignment (NP8xx): an IOMMU that the kernel drives, and that remaps interrupts.
#include "rules/common.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

/// A guest of QEMU, whose definition somebody can edit.
bool knows_libvirt(const Facts& f) {
    return is(f.hypervisor.platform, Platform::kvm) || is(f.hypervisor.platform, Platform::tcg) ||
           is(f.hypervisor.platform, Platform::proxmox);
}

/// The word on the kernel command line that keeps the IOMMU off; null when there is none.
const std::string* switched_off_by(const Facts& f) {
    if (const auto* words = f.kernel.command_line.if_known())
        for (const std::string& word : *words)
            for (const std::string_view off : {"intel_iommu=off", "amd_iommu=off", "iommu=off"})
                if (word == off) return &word;
    return nullptr;
}

std::string fix_no_iommu(const Facts& f) {
    if (const std::string* word = switched_off_by(f))
        return fmt::format(
            "Take {} out of the kernel command line (GRUB_CMDLINE_LINUX in /etc/default/grub, then "
            "update-grub or grub2-mkconfig) and reboot.",
            *word);
    if (!in_guest(f))
        return "Enable VT-d (Intel) or the IOMMU (AMD) in the firmware setup; on Intel also intel_iommu=on "
               "on the kernel command line.";
    if (knows_libvirt(f))
        return "Give this guest an IOMMU: libvirt <iommu model='intel'><driver intremap='on' "
               "caching_mode='on'/></iommu> on a q35 machine with <ioapic driver='qemu'/>; then "
               "intel_iommu=on on this kernel's command line.";
    const Platform* platform = f.hypervisor.platform.if_known();
    return fmt::format("Only the hypervisor above can give this guest an IOMMU; {} may have none to give.",
                       platform ? to_string(*platform) : "it");
}

Outcome check_no_iommu(const Facts& f) {
    Outcome outcome = judge(
        [&](unsigned groups, const std::vector<std::string>& instances) {
            if (groups > 0) return pass(fmt::format("{} IOMMU groups", groups));
            if (!instances.empty())
                return fail("the kernel drives an IOMMU, but no device is in a group", fix_no_iommu(f));
            return fail("the kernel drives no IOMMU: there are no IOMMU groups", fix_no_iommu(f));
        },
        f.iommu.groups, f.iommu.instances);
    return switched_off_by(f) ? cite(std::move(outcome), f.kernel.command_line) : outcome;
}

Outcome check_no_remapping(const Facts& f) {
    if (is(f.iommu.groups, 0u)) return skip("there is no IOMMU that could remap interrupts (NP801)");
    return judge(
        [&](bool on) {
            return on ? pass("the IOMMU remaps interrupts")
                      : fail(
                            "the IOMMU does not remap interrupts: a device that is given away could raise "
                            "any interrupt of this system",
                            in_guest(f)
                                ? "In this guest's definition: <driver intremap='on'/> in its <iommu>, with "
                                  "<ioapic driver='qemu'/>; and do not boot this kernel with intremap=off."
                                : "");
        },
        f.iommu.interrupt_remapping);
}

constexpr std::string_view iommu_see[] = {"Linux Documentation/driver-api/vfio.rst",
                                          "libvirt formatdomain, \"IOMMU devices\""};

constexpr Rule rules[] = {
    {
        .id = "NP801",
        .name = "no-iommu",
        .layer = Layer::iommu,
        .question = Question::device_assignment,
        .role = Role::blocker,
        .title = "the kernel drives no IOMMU",
        .explain = "VFIO gives a device to a guest only behind an IOMMU. Where there is one that the kernel\n"
                   "drives, its devices are in /sys/kernel/iommu_groups.",
        .fix = "Enable the IOMMU in firmware, hypervisor and kernel.",
        .see = iommu_see,
        .check = check_no_iommu,
    },
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
        .see = iommu_see,
        .check = check_no_remapping,
    },
};

}  // namespace

std::span<const Rule> iommu_rules() { return rules; }

}  // namespace nestprobe
