// SPDX-License-Identifier: MIT
// Sources: libvirt formatdomain; QEMU, qemu-system-x86_64(1), invocation; Proxmox VE, qm(1); oVirt
// administration guide; Nova documentation, CPU models, and PCI passthrough, Virtual IOMMU; KubeVirt user
// guide (state of 2026-11).
#include "rules/guest/guest_words.hpp"

#include "rules/guest/guest_questions.hpp"

#include <fmt/format.h>

#include <iterator>

namespace nestprobe {
namespace {

constexpr std::string_view then_cold_start =
    " Then shut the guest down and start it: a reboot inside it keeps the old one.";

struct WordsRow {
    GuestWords what;
    std::string_view libvirt, qemu, proxmox;
};
constexpr WordsRow guest_words_rows[] = {
    {GuestWords::cpu_feature, "Delete the {flag} <feature> from <cpu> (virsh edit).",
     "Delete ,-{flag} ({flag}=off) from -cpu.",
     "Give it the node's CPU without that flag: qm set VMID --cpu host."},
    {GuestWords::no_encryption, "Remove <launchSecurity> with all that is in it (virsh edit).",
     "Delete -object sev-guest (sev-snp-guest, tdx-guest) and confidential-guest-support= "
     "(memory-encryption=).",
     "Remove the option: qm set VMID --delete amd-sev."},
    {GuestWords::q35, "Use machine='q35' in <os><type>.", "Start QEMU with -machine q35.",
     "qm set VMID --machine q35."},
    {GuestWords::split_irqchip, "In <features>: <ioapic driver='qemu'/>.",
     "-machine q35,kernel-irqchip=split",
     "In args:, -machine q35,kernel-irqchip=split; viommu=intel in machine: brings it by itself."},
    {GuestWords::eim, "<driver intremap='on' eim='on'/>", "intel-iommu,intremap=on,eim=on",
     "In args:, -device intel-iommu,intremap=on,eim=on instead of viommu in machine:."},
    {GuestWords::acpi, "In <features>: <acpi/>.", "Remove -no-acpi, or acpi=off from -machine.",
     "qm set VMID --acpi 1."},
    {GuestWords::intel_model, "Use <iommu model='intel'>, which Linux drives on AMD processors too.",
     "Use -device intel-iommu, which Linux drives on AMD processors too.",
     "qm set VMID --machine q35,viommu=intel, which Linux drives on AMD processors too."},
    {GuestWords::first, "libvirt orders them itself.",
     "Put -device intel-iommu before every -device vfio-pci.",
     "Use viommu=intel in machine: instead of a device in args:."},
    {GuestWords::one_only, "Keep one <iommu>, the Intel one: it serves on every host.",
     "Keep one of them, intel-iommu: it serves on every host.",
     "Keep one of them: viommu= in machine:, or the device in args:."},
};

/// Managers write libvirt's definition before every start: an edit of it is lost.
struct ManagerRow {
    std::string_view manager, cpu, iommu;
};
constexpr ManagerRow manager_rows[] = {
    {"oVirt",
     "In the Administration Portal: the host's Edit, Kernel, Nested Virtualization (then reinstall it), and "
     "the "
     "VM's Edit, Host, Pass-Through Host CPU. oVirt writes this definition before every start: virsh edit is "
     "lost.",
     "oVirt has no switch for a virtual IOMMU; a hook of vdsm's can add one (as of 2026-11). It writes this "
     "definition "
     "before every start: virsh edit is lost."},
    {"OpenStack",
     "On the compute host, in nova.conf under [libvirt]: cpu_mode = host-passthrough (or "
     "cpu_model_extra_flags = "
     "vmx, svm on AMD), restart nova-compute, then stop and start the instance. Nova writes this definition "
     "before "
     "every start: virsh edit is lost.",
     "The flavor's property hw:viommu_model=intel, with hw_machine_type=q35 on the image (Nova 2023.1 and "
     "later); then "
     "resize the instance to it. Nova writes this definition before every start: virsh edit is lost."},
    {"KubeVirt",
     "In the VirtualMachine, spec.template.spec.domain.cpu: model: host-passthrough, and no feature there "
     "that takes it "
     "away; then restart the VM. KubeVirt writes this definition before every start: virsh edit is lost.",
     "KubeVirt's API has no field for a virtual IOMMU; a hook sidecar can add one (as of 2026-11). It writes "
     "this "
     "definition before every start: virsh edit is lost."},
};

const ManagerRow* manager_of(const Facts& f) {
    const std::string* name = f.guest->manager.if_known();
    for (const ManagerRow& row : manager_rows)
        if (name && row.manager == *name) return &row;
    return nullptr;
}

std::string fill_flag(std::string_view text, const std::string& flag) {
    constexpr std::string_view hole = "{flag}";
    std::string out(text);
    for (std::size_t at = out.find(hole); at != std::string::npos; at = out.find(hole, at + flag.size()))
        out.replace(at, hole.size(), flag);
    return out;
}

bool needs_cold_start(GuestWords what) {
    return what == GuestWords::cpu_feature || what == GuestWords::no_encryption;
}

}  // namespace

std::string guest_words(const Facts& f, GuestWords what) {
    if (const std::string words = what == GuestWords::cpu_feature ? managers_cpu_words(f)
                                  : needs_cold_start(what)        ? std::string()
                                                                  : managers_iommu_words(f);
        !words.empty())
        return words;
    for (const WordsRow& row : guest_words_rows) {
        if (row.what != what) continue;
        const std::string_view text = is(f.guest->definition, DefinitionKind::qemu)      ? row.qemu
                                      : is(f.guest->definition, DefinitionKind::proxmox) ? row.proxmox
                                                                                         : row.libvirt;
        return fill_flag(text, feature_of_guest(f)) +
               std::string(needs_cold_start(what) ? then_cold_start : "");
    }
    return {};
}

std::string guest_width_words(const Facts& f, unsigned bits) {
    if (const std::string words = managers_iommu_words(f); !words.empty()) return words;
    if (is(f.guest->definition, DefinitionKind::qemu))
        return fmt::format("aw-bits={} in -device intel-iommu, or leave it to QEMU.", bits);
    if (is(f.guest->definition, DefinitionKind::proxmox))
        return fmt::format("qm set VMID --machine q35,viommu=intel,aw-bits={}", bits);
    return fmt::format("<driver aw_bits='{}'/>, or leave it to QEMU.", bits);
}

std::string managers_cpu_words(const Facts& f) {
    const ManagerRow* row = manager_of(f);
    return row ? std::string(row->cpu) : std::string();
}

std::string managers_iommu_words(const Facts& f) {
    const ManagerRow* row = manager_of(f);
    return row ? std::string(row->iommu) : std::string();
}

}  // namespace nestprobe
