// SPDX-License-Identifier: MIT
// What tools, the kernel's log and clouds call the product that runs a guest, and what its provider calls it.
#include "machine/platform_signs.hpp"

#include <algorithm>
#include <iterator>
#include <string>

namespace nestprobe {
namespace {

struct HeardRow {
    std::string_view name;  ///< how it begins, in lower case
    Platform platform;
};
// util-linux sys-utils/lscpu.c, hv_vendors; systemd src/basic/virt.c, virtualization_table; virt-what(1); the
// names in Linux 6.12 arch/x86/kernel/cpu/hypervisor.c's "Hypervisor detected".
constexpr HeardRow heard_rows[] = {
    {"kvm", Platform::kvm},
    {"linux kvm", Platform::kvm},
    {"amazon", Platform::aws},
    {"aws", Platform::aws},
    {"google", Platform::gcp},
    {"xen", Platform::xen},
    {"microsoft", Platform::hyperv},
    {"hyperv", Platform::hyperv},
    {"hyper-v", Platform::hyperv},
    {"windows subsystem", Platform::wsl2},
    {"wsl1", Platform::wsl1},
    {"wsl", Platform::wsl2},
    {"vmware", Platform::vmware},
    {"vbox", Platform::virtualbox},
    {"oracle", Platform::virtualbox},
    {"innotek", Platform::virtualbox},
    {"virtualbox", Platform::virtualbox},
    {"qemu", Platform::tcg},
    {"tcg", Platform::tcg},
    {"bochs", Platform::other},
    {"parallels", Platform::parallels},
    {"bhyve", Platform::bhyve},
    {"acrn", Platform::acrn},
    {"apple", Platform::apple},
    {"utm", Platform::apple},
    {"orbstack", Platform::apple},
    {"docker desktop on a mac", Platform::apple},
    {"docker desktop", Platform::docker_desktop},
    {"nutanix", Platform::nutanix},
    {"alibaba", Platform::alibaba},
    {"azure", Platform::azure},
    {"ovirt", Platform::ovirt},
    {"rhev", Platform::ovirt},
    {"kubevirt", Platform::kubevirt},
    {"harvester", Platform::kubevirt},
    {"openstack", Platform::openstack},
    {"cloud-hypervisor", Platform::cloud_hypervisor},
    {"cloudstack", Platform::cloudstack},
    {"oci", Platform::oci},
    {"tencent", Platform::tencent},
    {"hetzner", Platform::hetzner},
    {"digitalocean", Platform::digitalocean},
    {"linode", Platform::linode},
    {"vultr", Platform::vultr},
    {"scaleway", Platform::scaleway},
    {"proxmox", Platform::proxmox},
    {"vps", Platform::hoster},
    {"crostini", Platform::crostini},
    {"qubes", Platform::qubes},
    {"contabo", Platform::hoster},  // whose row names the two
    {"ovh", Platform::hoster},
    {"unraid", Platform::kvm},
    {"firecracker", Platform::firecracker},
    {"incus", Platform::incus},
    {"lxd", Platform::lxd},
    {"multipass", Platform::multipass},
};

}  // namespace

Platform platform_called(std::string_view name) {
    std::string lower;
    for (const char c : name) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    for (const HeardRow& row : heard_rows)
        if (lower.starts_with(row.name)) return row.platform;
    return Platform::other;
}

/// KVM's guests are called after QEMU or its packager, or after the hardware (smbios mode host), or after who
/// rents them out.
bool names_a_provider(std::string_view vendor) {
    constexpr std::string_view others[] = {
        // QEMU, its packagers, and what stands for nobody
        "QEMU", "KVM", "Red Hat", "Fedora", "Bochs", "SeaBIOS", "EDK", "Default", "System", "To Be", "To be",
        "Not ", "None", "Unknown", "Virtuozzo", "Parallels", "Microsoft", "innotek", "VMware", "Xen", "OVMF",
        "(none)", "OEM",
        // makers of hardware
        "Intel", "AMD", "Dell", "HP", "Hewlett", "LENOVO", "Lenovo", "Supermicro", "ASUS", "ASRock",
        "Gigabyte", "GIGABYTE", "Micro-Star", "MSI", "Inspur", "FUJITSU", "Fujitsu", "Cisco", "Quanta", "ZTE",
        "H3C", "New H3C", "xFusion", "Apple", "Acer", "TOSHIBA", "SAMSUNG", "Samsung", "Sony", "Oracle",
        "Sun ", "IBM", "HUAWEI", "Huawei Technologies", "NEC", "Bull", "Tyan", "TYAN", "Wiwynn", "Foxconn",
        "MEDION", "BIOSTAR", "ECS", "coreboot", "Google", "Facebook", "Shuttle"};
    if (vendor == "IBM:1.0") return true;  // IBM Cloud's virtual servers
    return vendor.size() >= 3 &&
           std::none_of(std::begin(others), std::end(others),
                        [&](std::string_view begin) { return vendor.starts_with(begin); });
}

}  // namespace nestprobe
