// SPDX-License-Identifier: MIT
// The hypervisor above this system, where there is one.
#pragma once

#include "base/per_cpu.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

enum class Level : std::uint8_t { bare_metal, guest };

/// A hypervisor that presents itself in CPUID.
struct Signature {
    std::uint32_t leaf = 0;     ///< the base leaf, 0x40000000 and every 0x100 on
    std::uint32_t highest = 0;  ///< the highest leaf of its block, as it says itself; old KVMs say 0
    std::string text;           ///< twelve bytes, NULs at the end cut
    std::string name;           ///< "KVM"; the text itself where it is not known
    friend bool operator==(const Signature&, const Signature&) = default;
};

/// Whose product the hypervisor above is, as far as it decides what to change there.
enum class Platform : std::uint8_t {
    kvm,
    proxmox,
    openstack,
    kubevirt,
    nutanix,
    cloudstack,
    ovirt,
    incus,
    lxd,
    multipass,
    cloud_hypervisor,
    firecracker,
    fly,
    crostini,
    crosvm,
    tcg,
    // clouds and hosters
    aws,
    aws_xen,
    gcp,
    azure,
    oci,
    alibaba,
    tencent,
    hetzner,
    digitalocean,
    linode,
    vultr,
    scaleway,
    hoster,  ///< a provider that DMI names, and no row of its own
    // Windows
    hyperv,
    hyperv_root,
    wsl1,
    wsl2,
    // others
    vmware,
    virtualbox,
    parallels,
    apple,
    docker_desktop,
    xen,
    xen_control_domain,
    xen_pv,
    xen_pvh,
    qubes,
    acrn,
    bhyve,
    openbsd_vmm,
    nvmm,
    haxm,
    qnx,
    jailhouse,
    pvm,
    other,
};

/// What the processor's brand string gives away about the guest's CPU definition.
enum class BrandKind : std::uint8_t {
    processor,      ///< a real processor's: the definition passes the host's processor through
    named_model,    ///< "Intel Core Processor (Haswell)": a model that QEMU knows by name
    generic_model,  ///< "QEMU Virtual CPU version 2.5+", "Common KVM processor"
    normalized,     ///< "AMD EPYC", "Intel(R) Xeon(R) Processor @ 2.60GHz": what Firecracker writes
};

/// What this system is to Xen.
enum class XenRole : std::uint8_t { control_domain, pv, pvh, hvm };

/// The way in which a guest's memory is kept from its host.
enum class Confidential : std::uint8_t {
    none,
    sev,
    sev_es,
    sev_snp,
    tdx,
    hyperv_vbs,
    hyperv_snp,
    hyperv_tdx
};

struct HypervisorFacts {
    Fact<Level> level{};
    Fact<std::vector<Signature>> signatures{};
    Fact<Platform> platform{};
    std::optional<Platform> below{};  ///< what runs Docker Desktop's virtual machine, where it showed
    Fact<BrandKind> brand_kind{};
    Fact<std::string> dmi_vendor{};
    Fact<std::string> dmi_product{};
    Fact<std::string> dmi_version{};
    Fact<std::string> dmi_family{};
    Fact<std::string> dmi_board_vendor{};
    Fact<std::string> dmi_board{};
    Fact<std::string> dmi_chassis_tag{};
    Fact<std::string> dmi_bios_vendor{};
    PerCpu<bool> vmx_by_kvm{};
    Fact<XenRole> xen_role{};
    Fact<bool> hyperv_root{};
    Fact<bool> definition_shows{};
    Fact<std::string> instance_type{};
    Fact<std::string> heard{};
    std::string heard_by{};  ///< who calls it so: "lscpu"
    Fact<Confidential> confidential{};
};
template <ConstOrNot<HypervisorFacts> F, class V>
constexpr void for_each(F& f, V&& visit) {
    visit("hypervisor.level", f.level, "guest or bare metal, from CPUID, else /proc/cpuinfo, DMI, VMX_BASIC");
    visit("hypervisor.signatures", f.signatures,
          "every signature from CPUID leaf 0x40000000 on, steps of 0x100");
    visit("hypervisor.platform", f.platform, "the product that runs this guest");
    visit("hypervisor.brand_kind", f.brand_kind, "what the brand string says about the guest's CPU model");
    visit("hypervisor.dmi_vendor", f.dmi_vendor, "/sys/class/dmi/id/sys_vendor");
    visit("hypervisor.dmi_product", f.dmi_product, "/sys/class/dmi/id/product_name");
    visit("hypervisor.dmi_version", f.dmi_version, "/sys/class/dmi/id/product_version");
    visit("hypervisor.dmi_family", f.dmi_family, "/sys/class/dmi/id/product_family");
    visit("hypervisor.dmi_board_vendor", f.dmi_board_vendor, "/sys/class/dmi/id/board_vendor");
    visit("hypervisor.dmi_board", f.dmi_board, "/sys/class/dmi/id/board_name");
    visit("hypervisor.dmi_chassis_tag", f.dmi_chassis_tag, "/sys/class/dmi/id/chassis_asset_tag");
    visit("hypervisor.dmi_bios_vendor", f.dmi_bios_vendor, "/sys/class/dmi/id/bios_vendor");
    visit("hypervisor.vmx_by_kvm", f.vmx_by_kvm,
          "IA32_VMX_BASIC shows KVM's VMCS revision: VMX is KVM's emulation");
    visit("hypervisor.xen_role", f.xen_role, "control domain, PV, PVH or HVM, where Xen says so");
    visit("hypervisor.definition_shows", f.definition_shows,
          "the guest's definition, of another hypervisor than QEMU, shows it VMX or SVM");
    visit("hypervisor.instance_type", f.instance_type,
          "the cloud's name of this type of machine: DMI on EC2, else what its tools or metadata said");
    visit("hypervisor.heard", f.heard, "what a tool or the kernel's log calls the hypervisor above");
    visit("hypervisor.hyperv_root", f.hyperv_root,
          "Hyper-V root partition (CPUID.40000003H:EBX.CpuManagement)");
    visit("hypervisor.confidential", f.confidential, "TDX or SEV guest");
}

}  // namespace nestprobe
