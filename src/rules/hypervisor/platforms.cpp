// SPDX-License-Identifier: MIT
// Cloud and desktop products change; their rows are data for that reason.  Sources: the vendors'
// documentation of nested virtualization, proxmox/qemu-server CPUConfig.pm, nova.conf(5), xl.cfg(5),
// VBoxManage(1).
#include "rules/hypervisor/platforms.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

struct PlatformRow {
    Platform platform;
    std::string_view fix;  ///< {0}: vmx or svm; {1}: kvm_intel or kvm_amd
};

constexpr PlatformRow rows[] = {
    {Platform::kvm,
     "On the host: (1) cat /sys/module/{1}/parameters/nested must say Y or 1. (2) libvirt: virsh edit GUEST, "
     "<cpu mode='host-passthrough'/>, or <feature policy='require' name='{0}'/> in the CPU that it has; "
     "plain QEMU: -cpu host, or -cpu MODEL,+{0}. Then shut the guest down and start it again: a reboot "
     "inside keeps the old CPU."},
    {Platform::proxmox,
     "On the Proxmox node: qm set VMID --cpu host, with /sys/module/{1}/parameters/nested saying Y or 1; "
     "then stop and start the VM (a reboot keeps the old CPU)."},
    {Platform::openstack,
     "On the compute node, in nova.conf: [libvirt] cpu_mode = host-passthrough (or cpu_model_extra_flags = "
     "{0}), with /sys/module/{1}/parameters/nested on; restart nova-compute and hard-reboot the instance."},
    {Platform::kubevirt,
     "In the VirtualMachine: spec.template.spec.domain.cpu.model: host-passthrough (or features: [{{name: "
     "{0}, policy: require}}]), on a node with {1}.nested on; then restart the VM."},
    {Platform::aws,
     "EC2: ordinary instances do not show {0}. Take a .metal type, or one with nested virtualization (C8i, "
     "M8i, R8i) launched with --cpu-options NestedVirtualization=enabled."},
    {Platform::gcp,
     "Compute Engine: stop the VM and set advancedMachineFeatures.enableNestedVirtualization=true on an "
     "Intel machine series that allows it (N1, N2, C2, C3; not E2, not AMD or Arm), if the organization "
     "policy compute.disableNestedVirtualization allows it."},
    {Platform::azure,
     "Azure: resize to a size that supports nested virtualization (Dv3/Ev3 and later) with security type "
     "Standard; Trusted Launch and confidential sizes do not show {0}."},
    {Platform::firecracker,
     "Firecracker does not offer nested virtualization: its CPU templates take {0} away. Run this on bare "
     "metal, or on a KVM host that passes {0} through."},
    {Platform::nutanix,
     "Nutanix AHV: ask the administrator to pass the CPU through (acli vm.update VM cpu_passthrough=true), "
     "then power-cycle the VM."},
    {Platform::hyperv,
     "On the Hyper-V host, VM off, in an administrator's PowerShell: Set-VMProcessor -VMName VM "
     "-ExposeVirtualizationExtensions $true (Intel: Windows 10 or Server 2016 and later; AMD: Windows 11 or "
     "Server 2022 and later)."},
    {Platform::wsl2,
     "WSL2 needs Windows 11 for this: in %USERPROFILE%\\.wslconfig, section [wsl2], "
     "nestedVirtualization=true; then wsl --shutdown. Windows 10 does not offer it."},
    {Platform::vmware,
     "VMware, VM off: \"Expose hardware assisted virtualization to the guest OS\" (vhv.enable = \"TRUE\" in "
     "the .vmx). On a Windows host with Hyper-V or memory integrity on, VMware cannot offer it."},
    {Platform::virtualbox,
     "VirtualBox, VM off: VBoxManage modifyvm VM --nested-hw-virt on, with nested paging on. It is greyed "
     "out while the Windows host runs Hyper-V."},
    {Platform::xen,
     "Xen, in the domain's configuration: nestedhvm=1 and hap=1 (XCP-ng: xe vm-param-set uuid=UUID "
     "platform:nested-virt=true). Xen calls this experimental; a domain can crash."},
    {Platform::tcg,
     "QEMU runs this guest by emulation (TCG), which never offers VMX, and SVM only with -cpu max or a model "
     "with +svm. Use KVM on the host: -accel kvm -cpu host, <domain type='kvm'>."},
    {Platform::parallels,
     "Parallels Desktop (Intel Macs): Hardware, CPU & Memory, \"Enable nested virtualization\"."},
    {Platform::apple,
     "Apple's Virtualization framework does not offer {0} to x86 guests. Use another machine."},
    {Platform::bhyve, "bhyve has no nested virtualization. Use another hypervisor above this guest."},
    {Platform::acrn, "ACRN: only a post-launched VM of a build with nested virtualization gets {0}."},
    {Platform::other,
     "Ask whoever runs the hypervisor above to offer {0} to this guest (\"nested virtualization\"), and "
     "power-cycle the guest."},
};

}  // namespace

std::string fix_on_platform(const Fact<Platform>& platform, const Fact<std::string>& product,
                            std::string_view flag) {
    const Platform known = platform.if_known() ? *platform.if_known() : Platform::other;
    std::string text;
    for (const PlatformRow& row : rows)
        if (row.platform == known)
            text = fmt::format(fmt::runtime(row.fix), flag, flag == "svm" ? "kvm_amd" : "kvm_intel");
    if (known == Platform::aws && product.if_known())
        text += fmt::format(" (This one is {}.)", *product.if_known());
    return text;
}

}  // namespace nestprobe
