// SPDX-License-Identifier: MIT
// The words by which QEMU, VFIO, libvirt, Proxmox VE and Xen say that they lack an IOMMU, or refuse a device.
// Sources: QEMU 10.0 hw/vfio/container.c and pci.c, hw/vfio/common.c; DPDK lib/eal/linux/eal_vfio.c; libvirt
// tools/virt-host-validate-common.c; Proxmox VE's web interface, "Add: PCI Device"; xl(1), info.
#include "base/text.hpp"
#include "snapshot/import/iommu_lines.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

struct IommuVerdict {
    std::string_view words;
    std::string_view verdict;  ///< of an IOMMU that is used: "yes", "no"
};
constexpr IommuVerdict iommu_verdicts[] = {
    {"no iommu_group found", "no"},
    {"No IOMMU detected", "no"},
    {"No IOMMU groups found", "no"},
    {"IOMMU appears to be disabled in kernel", "no"},
    {"No ACPI DMAR table found", "no"},
    {"No ACPI IVRS table found", "no"},
    {"Checking if IOMMU is enabled by kernel", ""},
    {"<iommu support='no'/>", "no"},
    {"<iommu support='yes'", "yes"},
    {"IOMMU not present", "no"},
    // A fault is of an IOMMU that translates: Linux drivers/iommu/intel/dmar.c, dmar_fault(); amd/iommu.c,
    // iommu_print_event().
    {"DMAR: DRHD: handling fault status", "yes"},
    {"DMAR: [DMA Read", "yes"},
    {"DMAR: [DMA Write", "yes"},
    {"AMD-Vi: Event logged [", "yes"},
    // Only where VT-d, or AMD-Vi, is driven: drivers/iommu/intel/iommu.c, intel_iommu_init(); amd/init.c,
    // iommu_init_pci(); arch/x86/events/amd/iommu.c, amd_iommu_pc_init().
    {"DMAR: Initialization failed", "no"},
    {"DMAR: No ATSR found", "yes"},
    {"DMAR: No SATC found", "yes"},
    {"AMD-Vi: IOMMU performance counters supported", "yes"},
    {"perf/amd_iommu: Detected AMD IOMMU #", "yes"},
};

/// "vfio 0000:01:00.0: group 1 is not viable", "0000:44:00.3 VFIO group is not viable!", "0000:05:00.0: IOMMU
/// group 15 has devices not bound to vfio-pci".
bool read_not_viable(std::string_view line, Evidence& evidence) {
    auto at = line.find("is not viable");
    if (at == std::string_view::npos) at = line.find(" has devices not bound to vfio-pci");
    if (at == std::string_view::npos) return false;
    const std::string_view before = line.substr(0, at);
    const auto group_at = before.rfind("group ");
    if (group_at == std::string_view::npos) return false;
    const std::string_view group = leading_number(before.substr(group_at + 6));
    const std::string device = address_in(before);
    if (!group.empty()) add_group_member(group, device, evidence);
    evidence.hear(hearsay::group_refused, fmt::format("{} {}", group.empty() ? "?" : group, device),
                  trim(line).substr(0, 160));
    evidence.taken("a refusal of VFIO's");
    return true;
}

/// PCILeechFWGenerator: "Wrong driver devices: [('0000:04:00.0', 'pcieport')]".  Its check counts bridges,
/// which VFIO leaves where they are: then VFIO has refused nothing.
bool read_wrong_drivers(std::string_view line, Evidence& evidence) {
    std::string_view rest = after(line, "Wrong driver devices: [");
    if (rest.empty()) return false;
    bool bridges = true;
    for (auto at = rest.find("('"); at != std::string_view::npos; at = rest.find("('")) {
        rest.remove_prefix(at + 2);
        const std::string_view driver = after(rest, "', '");
        bridges = bridges && driver.starts_with("pcieport'");
    }
    if (bridges) evidence.forget(hearsay::group_refused);
    evidence.taken("a program's check of a group");
    return true;
}

/// QEMU: "vfio DEVICE: failed to setup container for group 1: Failed to set iommu for container: ERRNO".
bool read_container_refusal(std::string_view line, Evidence& evidence) {
    const std::string_view why = after(line, "ailed to set iommu for container: ");
    if (why.empty()) return false;
    const std::string_view number = leading_number(after(line, "for group "));
    if (!number.empty()) add_group_member(number, address_in(line), evidence);
    evidence.hear(hearsay::container_refused, trim(why), trim(line).substr(0, 200));
    evidence.taken("a refusal of VFIO's");
    return true;
}

/// virt-host-validate counts the kernel's groups, which a container sees as its host does; the tables below
/// /sys/firmware are hidden from containers (runc and podman mask that folder): then no table says nothing.
bool groups_were_counted(const Evidence& evidence) {
    return evidence.says(hearsay::iommu, "yes", "enabled by kernel");
}

bool read_iommu_words(std::string_view line, Evidence& evidence) {
    const bool no_table =
        contains(line, "No ACPI DMAR table found") || contains(line, "No ACPI IVRS table found");
    if (no_table && groups_were_counted(evidence)) return false;
    if (contains(line, "No ACPI DMAR table found") || contains(line, "No ACPI IVRS table found"))
        evidence.hear(hearsay::iommu_table, "none", trim(line).substr(0, 160));
    // virt-host-validate says that of Intel's processors alone, behind what it says of the table.
    else if (contains(line, "IOMMU appears to be disabled in kernel. Add intel_iommu=on"))
        evidence.hear(hearsay::iommu_table, "DMAR", trim(line).substr(0, 160));
    for (const IommuVerdict& row : iommu_verdicts) {
        if (!contains(line, row.words)) continue;
        const std::string_view verdict = !row.verdict.empty()       ? row.verdict
                                         : contains(line, ": PASS") ? std::string_view("yes")
                                                                    : std::string_view{};
        if (verdict.empty()) return false;
        evidence.hear(hearsay::iommu, verdict, trim(line).substr(0, 160));
        if (row.verdict.empty()) evidence.forget(hearsay::iommu_table);
        evidence.taken("words about an IOMMU");
        return true;
    }
    return false;
}

/// Who is in a group that VFIO refused, by the kernel's log: "pci 0000:00:02.0: Adding to iommu group 1",
/// before 5.0 "iommu: Adding device 0000:00:02.0 to group 1" (Linux drivers/iommu/iommu.c,
/// iommu_group_add_device()).
bool read_group_of_log(std::string_view line, Evidence& evidence) {
    if (!evidence.has_file(hearsay::group_refused)) return false;  // else the log itself is cited
    const bool today = contains(line, ": Adding to iommu group ");
    if (!today && !(contains(line, "Adding device ") && contains(line, " to group "))) return false;
    const std::string_view group = leading_number(after(line, today ? "to iommu group " : " to group "));
    const std::string device = address_in(today ? line : after(line, "Adding device "));
    if (group.empty() || device.empty()) return false;
    add_group_member(group, device, evidence);
    return true;
}

/// xl info's "virt_caps : pv hvm hvm_directio ...": the last where Xen can give devices away.
bool read_xl_info(std::string_view line, bool cut, Evidence& evidence) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || trim(line.substr(0, colon)) != "virt_caps") return false;
    const std::string_view value = trim(line.substr(colon + 1));
    evidence.hear(hearsay::hypervisor, "Xen", "xl info");
    evidence.hear(hearsay::guest, "yes", "xl info");
    evidence.hear(hearsay::xen_role, "control domain", "xl info, which only Xen's control domain has");
    if (contains(value, "directio") || !cut)
        evidence.hear(hearsay::xen_directio, contains(value, "directio") ? "yes" : "no",
                      fmt::format("xl info, virt_caps: {}", value));
    evidence.taken("xl info");
    return true;
}

/// Xen's own log, which its control domain alone is shown (xl dmesg): xen/drivers/passthrough/iommu.c,
/// iommu_setup(); vtd/dmar.c, acpi_dmar_init(); amd/iommu_init.c; arch/x86/hvm/hvm.c, hvm_enable();
/// vmx/vmcs.c and svm/svm.c, start_vmx() and start_svm().
bool read_xen_log(std::string_view line, Evidence& evidence) {
    struct XenLine {
        std::string_view words, topic, value;
    };
    constexpr XenLine rows[] = {
        {"I/O virtualisation disabled", hearsay::xen_directio, "no"},
        {"I/O virtualisation enabled", hearsay::xen_directio, "yes"},
        {"Failed to parse ACPI DMAR", hearsay::xen_directio, "no"},
        {"AMD-Vi: Error initialization", hearsay::xen_directio, "no"},
        {"HVM: VMX enabled", hearsay::cpuid_vmx, "yes"},
        {"VMX: Supported advanced features", hearsay::cpuid_vmx, "yes"},
        {"HVM: SVM enabled", hearsay::cpuid_svm, "yes"},
        {"SVM: Supported advanced features", hearsay::cpuid_svm, "yes"},
    };
    const std::string_view message = after(line, "(XEN) ");
    if (message.empty()) return false;
    for (const XenLine& row : rows) {
        if (!contains(message, row.words)) continue;
        evidence.hear(hearsay::hypervisor, "Xen", "xl dmesg");
        evidence.hear(hearsay::guest, "yes", "xl dmesg");
        evidence.hear(hearsay::xen_role, "control domain", "xl dmesg, which only Xen's control domain has");
        evidence.hear(row.topic, row.value, fmt::format("xl dmesg: {}", trim(message).substr(0, 160)));
        evidence.taken("xl dmesg");
        return true;
    }
    return false;
}

}  // namespace

bool read_iommu_refusal(std::string_view line, bool cut, Evidence& evidence) {
    return read_group_of_log(line, evidence) || read_not_viable(line, evidence) ||
           read_wrong_drivers(line, evidence) || read_container_refusal(line, evidence) ||
           read_xen_log(line, evidence) || read_iommu_words(line, evidence) ||
           read_xl_info(line, cut, evidence);
}

}  // namespace nestprobe
