// SPDX-License-Identifier: MIT
// Sources: systemd src/basic/virt.c; virt-what(1); cloud-init tools/ds-identify (sys_vendor, asset tags);
// Linux 6.12 arch/x86/kernel/cpu/{vmware,mshyperv}.c, kvm.c; Xen public/arch-x86/cpuid.h; boot logs of
// guests of each (2026-11).  Rows are tried from the top.
#include "machine/platform_signs.hpp"

#include "base/text.hpp"
#include "machine/platform.hpp"

namespace nestprobe {
namespace {

constexpr SignatureSign signatures[] = {
    {"KVMKVMKVM", "KVM", Platform::kvm},
    {"Linux KVM Hv", "KVM with Hyper-V emulation", Platform::kvm},
    {"Microsoft Hv", "Hyper-V", Platform::hyperv},
    {"VMwareVMware", "VMware", Platform::vmware},
    {"XenVMMXenVMM", "Xen", Platform::xen},
    {"VBoxVBoxVBox", "VirtualBox", Platform::virtualbox},
    {"TCGTCGTCGTCG", "QEMU TCG", Platform::tcg},
    {"bhyve bhyve ", "bhyve", Platform::bhyve},
    {"BHyVE BHyVE ", "bhyve", Platform::bhyve},
    {" lrpepyh  vr", "Parallels", Platform::parallels},
    {"lrpepyh vr", "Parallels", Platform::parallels},
    {" prl hyperv ", "Parallels", Platform::parallels},
    {"prl hyperv", "Parallels", Platform::parallels},
    {"ACRNACRNACRN", "ACRN", Platform::acrn},
    {"Apple VZ", "Apple Virtualization", Platform::apple},
    {"Jailhouse", "Jailhouse", Platform::jailhouse},
    {"UnisysSpar64", "Unisys s-Par", Platform::other},
    {"SRESRESRESRE", "LMHS", Platform::other},
    {"___ NVMM ___", "NVMM", Platform::nvmm},
    {"OpenBSDVMM58", "OpenBSD vmm", Platform::openbsd_vmm},
    {"HAXMHAXMHAXM", "Intel HAXM", Platform::haxm},
    {"EVMMEVMMEVMM", "Intel eVMM", Platform::other},
    {"QNXQVMBSQG", "QNX", Platform::qnx},
    {" QNXQVMBSQG ", "QNX", Platform::qnx},
    {"QXNQSBMV", "QNX", Platform::qnx},
};

constexpr std::string_view azures_tag = "7783-7084-3265-9085-8269-3286-77";

constexpr DmiSign dmi_signs[] = {
    // clouds and hosters
    {Platform::aws, {.vendor = "Amazon EC2"}},
    {Platform::aws, {.bios_vendor = "Amazon EC2"}, true},
    {Platform::gcp, {.product = "Google Compute Engine"}},
    {Platform::gcp, {.vendor = "Google", .bios_vendor = "Google"}, true},
    {Platform::gcp, {.vendor = "Google"}, true},
    {Platform::azure,
     {.vendor = "Microsoft Corporation", .product = "Virtual Machine", .chassis_tag = azures_tag}},
    {Platform::azure, {.chassis_tag = azures_tag}, true},
    {Platform::oci, {.chassis_tag = "OracleCloud.com"}, true},
    {Platform::alibaba, {.product = "Alibaba Cloud ECS"}},
    {Platform::alibaba, {.vendor = "Alibaba Cloud"}, true},
    {Platform::tencent, {.vendor = "Tencent Cloud", .product = "CVM"}},
    {Platform::tencent, {.vendor = "Tencent Cloud"}, true},
    {Platform::tencent, {.vendor = "Smdbmds"}, true},
    {Platform::hetzner, {.vendor = "Hetzner"}},
    {Platform::digitalocean, {.vendor = "DigitalOcean"}},
    {Platform::linode, {.vendor = "Linode"}},
    {Platform::linode, {.vendor = "Akamai"}},
    {Platform::vultr, {.vendor = "Vultr", .product = "VC2"}},
    {Platform::vultr, {.vendor = "Vultr", .product = "VHF"}},
    {Platform::vultr, {.vendor = "Vultr", .product = "VHP"}},
    {Platform::vultr, {.vendor = "Vultr"}, true},
    {Platform::scaleway, {.vendor = "Scaleway", .product = "SCW-"}},
    {Platform::scaleway, {.vendor = "Scaleway"}, true},
    // hosters that give this name to virtual servers alone (cloud-init's ds-identify; boot logs)
    {Platform::hoster, {.vendor = "UpCloud"}},
    {Platform::hoster, {.vendor = "netcup", .product = "KVM Server"}},
    {Platform::hoster, {.vendor = "Exoscale"}},
    {Platform::hoster, {.product = "CloudSigma"}},
    {Platform::hoster, {.vendor = "e24cloud"}},
    // clouds of one's own
    {Platform::openstack, {.vendor = "OpenStack"}},
    {Platform::openstack, {.product = "OpenStack"}},
    {Platform::openstack, {.chassis_tag = "OpenStack"}, true},
    {Platform::openstack, {.chassis_tag = "HUAWEICLOUD"}, true},
    {Platform::openstack, {.chassis_tag = "OpenTelekomCloud"}, true},
    {Platform::kubevirt, {.vendor = "KubeVirt"}},
    {Platform::kubevirt, {.product = "KubeVirt"}},
    {Platform::kubevirt, {.vendor = "Red Hat", .product = "OpenShift Virtualization"}},
    {Platform::kubevirt, {.vendor = "Red Hat", .product = "Container-native virtualization"}},
    {Platform::nutanix, {.vendor = "Nutanix", .product = "AHV"}},
    {Platform::nutanix, {.vendor = "Nutanix"}, true},
    {Platform::cloudstack, {.product = "CloudStack"}},
    {Platform::cloudstack, {.vendor = "Apache Software Foundation"}},
    {Platform::ovirt, {.vendor = "oVirt"}},
    {Platform::ovirt, {.product = "oVirt"}},
    {Platform::ovirt, {.vendor = "Red Hat", .product = "RHEV"}},
    {Platform::ovirt, {.vendor = "Red Hat", .product = "RHV"}},
    {Platform::proxmox, {.vendor = "QEMU", .bios = "Proxmox"}},
    {Platform::proxmox, {.bios_vendor = "Proxmox"}, true},
    {Platform::incus, {.vendor = "QEMU", .board = "Incus"}},
    {Platform::incus, {.board_vendor = "LinuxContainers"}},
    {Platform::lxd, {.board_vendor = "Canonical Ltd.", .board = "LXD"}},
    {Platform::lxd, {.vendor = "QEMU", .board = "LXD"}},
    {Platform::cloud_hypervisor, {.vendor = "Cloud Hypervisor"}},
    {Platform::cloud_hypervisor, {.product = "cloud-hypervisor"}},
    {Platform::crosvm, {.product = "crosvm"}},
    // products that are not KVM
    {Platform::hyperv, {.vendor = "Microsoft Corporation", .product = "Virtual Machine"}},
    {Platform::vmware, {.vendor = "VMware"}},
    {Platform::vmware, {.vendor = "VMW"}},
    {Platform::vmware, {.product = "VMware"}},
    {Platform::virtualbox, {.vendor = "innotek GmbH"}},
    {Platform::virtualbox, {.product = "VirtualBox"}},
    {Platform::virtualbox, {.board_vendor = "Oracle Corporation", .board = "VirtualBox"}},
    {Platform::xen, {.vendor = "Xen"}},
    {Platform::xen, {.product = "HVM domU"}},
    {Platform::parallels, {.vendor = "Parallels"}},
    {Platform::bhyve, {.vendor = "BHYVE"}},
    {Platform::bhyve, {.product = "BHYVE"}},
    {Platform::bhyve, {.product = "SmartDC HVM"}},
    {Platform::openbsd_vmm, {.vendor = "OpenBSD"}},
    {Platform::apple, {.product = "Apple Virtualization"}},
    // KVM, and nobody says who manages it
    {Platform::kvm, {.vendor = "QEMU"}},
    {Platform::kvm, {.vendor = "KVM"}},
    {Platform::kvm, {.product = "KVM"}},
    {Platform::kvm, {.product = "Standard PC ("}},
};

struct KernelSign {
    std::string_view part;
    Platform platform;
};
constexpr KernelSign kernel_signs[] = {
    {"-aws", Platform::aws},
    {".amzn", Platform::aws},
    {"-gcp", Platform::gcp},
    {"-azure", Platform::azure},
    {"-oracle", Platform::oci},
    {"-linode", Platform::linode},
    {"-linuxkit", Platform::docker_desktop},
    {".al8.", Platform::alibaba},
    {".tl4.", Platform::tencent},
    {".tl3.", Platform::tencent},
};

bool fits(const Dmi& dmi, const Dmi& begins) {
    return dmi.vendor.starts_with(begins.vendor) && dmi.product.starts_with(begins.product) &&
           dmi.bios_vendor.starts_with(begins.bios_vendor) &&
           dmi.board_vendor.starts_with(begins.board_vendor) && dmi.board.starts_with(begins.board) &&
           dmi.chassis_tag.starts_with(begins.chassis_tag) && dmi.bios.starts_with(begins.bios);
}

/// "m8i.2xlarge": as EC2 alone names a product.
bool is_type_of_ec2(std::string_view product) {
    const auto dot = product.find('.');
    if (dot == std::string_view::npos || dot < 2 || dot > 10) return false;
    const std::string_view size = product.substr(dot + 1);
    return product.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == std::string_view::npos &&
           product.find_first_of("0123456789") < dot &&
           (size == "nano" || size == "micro" || size == "small" || size == "medium" ||
            size.ends_with("large"));
}
constexpr DmiSign by_board_of_virtualbox = {Platform::virtualbox, {.board_vendor = "Oracle Corporation"}};
constexpr DmiSign by_type_of_ec2 = {Platform::aws, {.product = " "}};

}  // namespace

const SignatureSign* find_signature(std::string_view text) {
    for (const SignatureSign& row : signatures)
        if (row.text == text) return &row;
    return nullptr;
}

const DmiSign* find_dmi(const Dmi& dmi) {
    if (contains(dmi.product, ".metal")) return nullptr;
    // VirtualBox can give a guest the host's names, and writes its own maker on the board all the same; on
    // Oracle's servers the system is Oracle's or Sun's, too.
    if (dmi.board_vendor == "Oracle Corporation" && !dmi.vendor.empty() &&
        !dmi.vendor.starts_with("Oracle") && !dmi.vendor.starts_with("Sun ") &&
        !dmi.vendor.starts_with("SUN "))
        return &by_board_of_virtualbox;
    for (const DmiSign& row : dmi_signs)
        if (fits(dmi, row.begins)) return &row;
    return dmi.vendor.empty() && is_type_of_ec2(dmi.product) ? &by_type_of_ec2 : nullptr;
}

Platform cloud_of_kernel(std::string_view release) {
    for (const KernelSign& row : kernel_signs)
        if (contains(release, row.part)) return row.platform;
    return Platform::other;
}

bool is_clouds_own_kernel(std::string_view release) {
    for (const std::string_view part : {"-aws", ".amzn", "-gcp", "-azure"})
        if (contains(release, part)) return true;
    return false;
}

// Names of processors as guests of these clouds show them, by lscpu outputs in public reports (state
// 2026-11). Compute Engine takes the number off its older Intel processors: "Intel(R) Xeon(R) CPU @ 2.20GHz".
Platform cloud_of_brand(std::string_view brand) {
    constexpr KernelSign brand_signs[] = {
        {"Intel(R) Xeon(R) CPU @ ", Platform::gcp}, {"AMD EPYC 7B12", Platform::gcp},
        {"AMD EPYC 7B13", Platform::gcp},           {"AMD EPYC 9B14", Platform::gcp},
        {"Platinum 8481C", Platform::gcp},          {"PLATINUM 8581C", Platform::gcp},
        {"Platinum 8124M", Platform::aws},          {"Platinum 8175M", Platform::aws},
        {"Platinum 8259CL", Platform::aws},         {"Platinum 8275CL", Platform::aws},
        {"Platinum 8375C", Platform::aws},          {"Platinum 8488C", Platform::aws},
        {"AMD EPYC 7R13", Platform::aws},           {"AMD EPYC 7R32", Platform::aws},
        {"AMD EPYC 9R14", Platform::aws},           {"Platinum 8171M", Platform::azure},
        {"Platinum 8272CL", Platform::azure},       {"Platinum 8370C", Platform::azure},
        {"Platinum 8473C", Platform::azure},        {"DO-Regular", Platform::digitalocean},
        {"DO-Premium-", Platform::digitalocean},
    };
    for (const KernelSign& row : brand_signs)
        if (contains(brand, row.part)) return row.platform;
    return Platform::other;
}

bool is_kernel_of_wsl2(std::string_view release) { return contains(release, "microsoft-standard"); }

bool is_kernel_of_chromeos(std::string_view release) {
    const auto commit = release.rfind("-g");
    return commit != std::string_view::npos && release.size() - commit >= 14 &&
           release.find_first_not_of("0123456789abcdef", commit + 2) == std::string_view::npos;
}

bool runs_kvm(Platform platform) {
    return platform <= Platform::crosvm || platform == Platform::aws ||
           (platform >= Platform::gcp && platform <= Platform::hoster && platform != Platform::azure);
}

std::string_view to_string(Platform platform) {
    switch (platform) {
        case Platform::kvm: return "KVM";
        case Platform::proxmox: return "Proxmox VE";
        case Platform::openstack: return "OpenStack";
        case Platform::kubevirt: return "KubeVirt";
        case Platform::nutanix: return "Nutanix AHV";
        case Platform::cloudstack: return "Apache CloudStack";
        case Platform::ovirt: return "oVirt";
        case Platform::incus: return "Incus";
        case Platform::lxd: return "LXD";
        case Platform::multipass: return "Multipass";
        case Platform::cloud_hypervisor: return "Cloud Hypervisor";
        case Platform::firecracker: return "Firecracker";
        case Platform::fly: return "Fly.io";
        case Platform::crostini: return "Crostini (ChromeOS)";
        case Platform::crosvm: return "crosvm";
        case Platform::tcg: return "QEMU TCG";
        case Platform::aws: return "Amazon EC2";
        case Platform::aws_xen: return "Amazon EC2";
        case Platform::gcp: return "Google Compute Engine";
        case Platform::azure: return "Microsoft Azure";
        case Platform::oci: return "Oracle Cloud Infrastructure";
        case Platform::alibaba: return "Alibaba Cloud ECS";
        case Platform::tencent: return "Tencent Cloud";
        case Platform::hetzner: return "Hetzner Cloud";
        case Platform::digitalocean: return "DigitalOcean";
        case Platform::linode: return "Akamai (Linode)";
        case Platform::vultr: return "Vultr";
        case Platform::scaleway: return "Scaleway";
        case Platform::hoster: return "a provider's KVM";
        case Platform::hyperv: return "Hyper-V";
        case Platform::hyperv_root: return "Hyper-V";
        case Platform::wsl1: return "WSL1";
        case Platform::wsl2: return "WSL2";
        case Platform::vmware: return "VMware";
        case Platform::virtualbox: return "VirtualBox";
        case Platform::parallels: return "Parallels";
        case Platform::apple: return "Apple Virtualization";
        case Platform::docker_desktop: return "Docker Desktop";
        case Platform::xen: return "Xen";
        case Platform::xen_control_domain: return "Xen";
        case Platform::xen_pv: return "Xen";
        case Platform::xen_pvh: return "Xen";
        case Platform::qubes: return "Qubes OS";
        case Platform::acrn: return "ACRN";
        case Platform::bhyve: return "bhyve";
        case Platform::openbsd_vmm: return "OpenBSD vmm";
        case Platform::nvmm: return "NVMM";
        case Platform::haxm: return "Intel HAXM";
        case Platform::qnx: return "QNX Hypervisor";
        case Platform::jailhouse: return "Jailhouse";
        case Platform::pvm: return "PVM";
        case Platform::other: break;
    }
    return "another hypervisor";
}

}  // namespace nestprobe
