// SPDX-License-Identifier: MIT
// Everything nestprobe knows about a machine: the one value that flows from probes/ to src/.
// A field of a group is a Fact or a PerCpu, nothing else; for_each() lists each with the line that documents
// it.
#pragma once

#include "base/fact.hpp"
#include "base/per_cpu.hpp"
#include "facts/evidence_facts.hpp"
#include "facts/feature_facts.hpp"
#include "facts/guest_facts.hpp"
#include "facts/iommu_facts.hpp"
#include "machine/modprobe.hpp"
#include "registers/all.hpp"
#include "registers/register_values.hpp"
#include "sources.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nestprobe {

// --- processor ---------------------------------------------------------------------------------------------

enum class Vendor : std::uint8_t { intel, amd, hygon, centaur, zhaoxin, other };
/// Which of the two instruction sets a machine can have.
enum class Technology : std::uint8_t { vmx, svm };
/// Family and model as Linux prints them (extended parts added).
struct CpuModel {
    unsigned family = 0, model = 0, stepping = 0;
    friend bool operator==(const CpuModel&, const CpuModel&) = default;
};

struct CpuFacts {
    Fact<CpuSet> online{};
    Fact<std::string> vendor_id{};
    Fact<Vendor> vendor{};
    Fact<std::string> brand{};
    Fact<CpuModel> model{};
    PerCpu<bool> vmx{};
    PerCpu<bool> svm{};
    PerCpu<bool> hypervisor{};
    Fact<Technology> technology{};
};
template <class V>
constexpr void for_each(const CpuFacts& f, V&& visit) {
    visit("cpu.online", f.online, "the CPUs that are online");
    visit("cpu.vendor_id", f.vendor_id,
          "CPUID.0, the twelve letters, blanks kept; else vendor_id of /proc/cpuinfo");
    visit("cpu.vendor", f.vendor, "the processor's maker");
    visit("cpu.brand", f.brand, "CPUID.80000002H-4H, blanks trimmed; else model name of /proc/cpuinfo");
    visit("cpu.model", f.model, "family, model, stepping from CPUID.1:EAX");
    visit("cpu.vmx", f.vmx, "CPUID.1:ECX.VMX[bit 5], which firmware and kernel settings do not change");
    visit("cpu.svm", f.svm, "CPUID Fn8000_0001_ECX[SVM], which firmware and kernel settings do not change");
    visit("cpu.hypervisor", f.hypervisor, "CPUID.1:ECX.HYPERVISOR[bit 31]: this system is a guest");
    visit("cpu.technology", f.technology,
          "VMX or SVM, from CPUID, else the vendor, else the kernel's flags and modules");
}

// --- firmware ----------------------------------------------------------------------------------------------

struct FeatureControl {
    std::uint64_t raw = 0;
    bool locked = false, vmx_inside_smx = false, vmx_outside_smx = false;
    friend bool operator==(const FeatureControl&, const FeatureControl&) = default;
};
struct VmCr {
    std::uint64_t raw = 0;
    bool locked = false, svm_disabled = false;
    friend bool operator==(const VmCr&, const VmCr&) = default;
};

struct FirmwareFacts {
    PerCpu<FeatureControl> feature_control{};
    PerCpu<VmCr> vm_cr{};
    Fact<std::string> version{};
};
template <class V>
constexpr void for_each(const FirmwareFacts& f, V&& visit) {
    visit("firmware.feature_control", f.feature_control, "IA32_FEATURE_CONTROL: may VMX be switched on?");
    visit("firmware.vm_cr", f.vm_cr, "VM_CR: may SVM be switched on?");
    visit("firmware.version", f.version, "firmware vendor, version and date from DMI");
}

// --- the hypervisor above ----------------------------------------------------------------------------------

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
    aws,
    gcp,
    azure,
    firecracker,
    nutanix,
    hyperv,
    wsl2,
    vmware,
    virtualbox,
    xen,
    tcg,
    parallels,
    apple,
    bhyve,
    acrn,
    other,
};

/// What the processor's brand string gives away about the guest's CPU definition.
enum class BrandKind : std::uint8_t {
    processor,      ///< a real processor's: the definition passes the host's processor through
    named_model,    ///< "Intel Core Processor (Haswell)": a model that QEMU knows by name
    generic_model,  ///< "QEMU Virtual CPU version 2.5+", "Common KVM processor"
    normalized,     ///< "AMD EPYC", "Intel(R) Xeon(R) Processor @ 2.60GHz": what Firecracker writes
};

struct HypervisorFacts {
    Fact<Level> level{};
    Fact<std::vector<Signature>> signatures{};
    Fact<Platform> platform{};
    Fact<BrandKind> brand_kind{};
    Fact<std::string> dmi_vendor{};
    Fact<std::string> dmi_product{};
    PerCpu<bool> vmx_by_kvm{};
    Fact<std::string> xen_role{};
    Fact<bool> hyperv_root{};
    Fact<std::string> confidential{};
};
template <class V>
constexpr void for_each(const HypervisorFacts& f, V&& visit) {
    visit("hypervisor.level", f.level, "guest or bare metal, from CPUID, else /proc/cpuinfo, DMI, VMX_BASIC");
    visit("hypervisor.signatures", f.signatures,
          "every signature from CPUID leaf 0x40000000 on, steps of 0x100");
    visit("hypervisor.platform", f.platform, "the product that runs this guest");
    visit("hypervisor.brand_kind", f.brand_kind, "what the brand string says about the guest's CPU model");
    visit("hypervisor.dmi_vendor", f.dmi_vendor, "/sys/class/dmi/id/sys_vendor");
    visit("hypervisor.dmi_product", f.dmi_product, "/sys/class/dmi/id/product_name");
    visit("hypervisor.vmx_by_kvm", f.vmx_by_kvm,
          "IA32_VMX_BASIC shows KVM's VMCS revision: VMX is KVM's emulation");
    visit("hypervisor.xen_role", f.xen_role, "control domain, PV, PVH or HVM, where Xen says so");
    visit("hypervisor.hyperv_root", f.hyperv_root,
          "Hyper-V root partition (CPUID.40000003H:EBX.CpuManagement)");
    visit("hypervisor.confidential", f.confidential, "TDX or SEV guest");
}

// --- the kernel --------------------------------------------------------------------------------------------

struct KernelVersion {
    unsigned major = 0, minor = 0;
    friend bool operator==(const KernelVersion&, const KernelVersion&) = default;
    friend bool operator>=(const KernelVersion& a, const KernelVersion& b) {
        return a.major != b.major ? a.major > b.major : a.minor >= b.minor;
    }
};

struct KernelFacts {
    Fact<std::string> release{};
    Fact<KernelVersion> version{};
    Fact<Tristate> config_vendor{};
    PerCpu<bool> flag_vmx{};
    PerCpu<bool> flag_svm{};
    PerCpu<bool> flag_hypervisor{};
    PerCpu<bool> flag_usable{};
    PerCpu<bool> flag_ept{};
    PerCpu<std::vector<std::string>> vmx_flags{};
    PerCpu<std::vector<std::string>> svm_flags{};
    Fact<std::vector<std::string>> command_line{};
    Fact<std::string> lockdown{};
    Fact<bool> modules_disabled{};
    Fact<std::vector<std::string>> vulnerabilities{};
    Fact<std::vector<std::string>> log{};
    Fact<std::vector<std::string>> capabilities{};
    Fact<std::vector<unsigned>> groups{};
    Fact<unsigned> uid{};
    Fact<std::string> container{};
};
template <class V>
constexpr void for_each(const KernelFacts& f, V&& visit) {
    visit("kernel.release", f.release, "/proc/sys/kernel/osrelease");
    visit("kernel.version", f.version, "its first two numbers");
    visit("kernel.config_vendor", f.config_vendor,
          "CONFIG_KVM_INTEL or CONFIG_KVM_AMD, where its module is not in the kernel");
    visit("kernel.flag_vmx", f.flag_vmx, "vmx in /proc/cpuinfo: since 5.6, that the kernel found VMX usable");
    visit("kernel.flag_svm", f.flag_svm, "svm in /proc/cpuinfo: since 6.7, that the kernel found SVM usable");
    visit("kernel.flag_hypervisor", f.flag_hypervisor, "hypervisor in /proc/cpuinfo");
    visit("kernel.flag_usable", f.flag_usable, "flag_vmx or flag_svm, whichever this processor has");
    visit("kernel.flag_ept", f.flag_ept, "ept in /proc/cpuinfo");
    visit("kernel.vmx_flags", f.vmx_flags, "the words of /proc/cpuinfo's vmx flags line (5.6 and later)");
    visit("kernel.svm_flags", f.svm_flags,
          "the words of /proc/cpuinfo's flags line that stand for bits of CPUID Fn8000_000A_EDX");
    visit("kernel.command_line", f.command_line, "/proc/cmdline, the words that bear on virtualization");
    visit("kernel.lockdown", f.lockdown, "/sys/kernel/security/lockdown, the word in brackets");
    visit("kernel.modules_disabled", f.modules_disabled,
          "kernel.modules_disabled, or nomodule on the command line");
    visit("kernel.vulnerabilities", f.vulnerabilities,
          "/sys/devices/system/cpu/vulnerabilities: those that speak of VMX");
    visit("kernel.log", f.log, "the kernel's lines about virtualization since boot");
    visit("process.capabilities", f.capabilities, "capabilities of nestprobe itself that matter here");
    visit("process.groups", f.groups, "its supplementary groups, by number");
    visit("process.uid", f.uid, "its effective user id");
    visit("process.container", f.container,
          "the container that it runs in, \"none\" where there is no sign of one");
}

// --- KVM's modules -----------------------------------------------------------------------------------------

struct Module {
    enum class State : std::uint8_t {
        absent,
        loaded,    ///< a module, live
        built_in,  ///< part of the kernel; its init may have refused this machine all the same
        present,   ///< one of the two; the evidence does not say which
    };
    State state = State::absent;
    int users = -1;  ///< reference count; -1 unknown
    friend bool operator==(const Module&, const Module&) = default;
};

struct ModuleFacts {
    Fact<std::string> name{};
    Fact<Module> kvm{};
    Fact<Module> vendor{};
    Fact<Module> other_vendor{};
    Fact<std::string> software{};
    Fact<std::vector<std::string>> rivals{};
    Fact<bool> files{};
    Fact<std::vector<ModuleOption>> options{};
    Fact<std::vector<ModuleBlock>> blocks{};
    Fact<bool> nested{};
    Fact<bool> ept{};
    Fact<bool> npt{};
    Fact<bool> vpid{};
    Fact<bool> unrestricted_guest{};
    Fact<bool> enable_shadow_vmcs{};
    Fact<bool> enable_apicv{};
    Fact<bool> enlightened_vmcs{};
    Fact<bool> eptad{};
    Fact<bool> pml{};
    Fact<bool> flexpriority{};
    Fact<bool> virtual_nmis{};
    Fact<bool> preemption_timer{};
    Fact<bool> enable_ipiv{};
    Fact<bool> nrips{};
    Fact<bool> vls{};
    Fact<bool> vgif{};
    Fact<bool> lbrv{};
    Fact<bool> tsc_scaling{};
    Fact<bool> vnmi{};
    Fact<bool> avic{};
};
template <class V>
constexpr void for_each(const ModuleFacts& f, V&& visit) {
    visit("module.name", f.name, "the module that this processor needs: kvm_intel or kvm_amd");
    visit("module.kvm", f.kvm, "kvm, the common part");
    visit("module.vendor", f.vendor, "the module that this processor needs");
    visit("module.other_vendor", f.other_vendor, "the module for the other vendor's processors");
    visit("module.software", f.software,
          "a module that runs guests without VMX and SVM, such as kvm_pvm; empty: none");
    visit("module.rivals", f.rivals, "other hypervisors' modules: vboxdrv, vmmon");
    visit("module.files", f.files, "the vendor module's file lies in /lib/modules for this kernel");
    visit("module.options", f.options,
          "KVM options from modprobe.d and the kernel command line, in the order they apply");
    visit("module.blocks", f.blocks, "blacklist, install and module_blacklist lines that keep KVM out");
    visit("module.nested", f.nested, "the vendor module's parameter nested, as it is in force");
    visit("module.ept", f.ept, "kvm_intel.ept in force");
    visit("module.npt", f.npt, "kvm_amd.npt in force");
    visit("module.vpid", f.vpid, "kvm_intel.vpid in force");
    visit("module.unrestricted_guest", f.unrestricted_guest, "kvm_intel.unrestricted_guest in force");
    visit("module.enable_shadow_vmcs", f.enable_shadow_vmcs, "kvm_intel.enable_shadow_vmcs in force");
    visit("module.enable_apicv", f.enable_apicv, "kvm_intel.enable_apicv in force");
    visit("module.enlightened_vmcs", f.enlightened_vmcs,
          "kvm_intel.enlightened_vmcs: KVM itself runs on Hyper-V, in its way");
    visit("module.eptad", f.eptad, "kvm_intel.eptad in force: accessed and dirty bits of EPT");
    visit("module.pml", f.pml, "kvm_intel.pml in force: page-modification logging");
    visit("module.flexpriority", f.flexpriority, "kvm_intel.flexpriority in force");
    visit("module.virtual_nmis", f.virtual_nmis, "kvm_intel.vnmi in force");
    visit("module.preemption_timer", f.preemption_timer, "kvm_intel.preemption_timer in force");
    visit("module.enable_ipiv", f.enable_ipiv, "kvm_intel.enable_ipiv in force: IPI virtualization");
    visit("module.nrips", f.nrips, "kvm_amd.nrips in force: next RIP saved on VM exit");
    visit("module.vls", f.vls, "kvm_amd.vls in force: virtual VMLOAD and VMSAVE");
    visit("module.vgif", f.vgif, "kvm_amd.vgif in force: virtual global interrupt flag");
    visit("module.lbrv", f.lbrv, "kvm_amd.lbrv in force: LBR virtualization");
    visit("module.tsc_scaling", f.tsc_scaling, "kvm_amd.tsc_scaling in force");
    visit("module.vnmi", f.vnmi, "kvm_amd.vnmi in force: NMI virtualization");
    visit("module.avic", f.avic, "kvm_amd.avic in force");
}

// --- /dev/kvm ----------------------------------------------------------------------------------------------

struct DeviceFacts {
    Fact<bool> registered{};
    Fact<bool> open{};
    Fact<int> api_version{};
    Fact<bool> offers_vmx{};
    Fact<bool> offers_svm{};
    Fact<int> nested_state{};
};
template <class V>
constexpr void for_each(const DeviceFacts& f, V&& visit) {
    visit("device.registered", f.registered, "KVM has registered its device: /sys/class/misc/kvm");
    visit("device.open", f.open, "open(\"/dev/kvm\", O_RDWR) worked");
    visit("device.api_version", f.api_version, "KVM_GET_API_VERSION; always 12");
    visit("device.offers_vmx", f.offers_vmx, "KVM_GET_SUPPORTED_CPUID offers VMX to guests");
    visit("device.offers_svm", f.offers_svm, "KVM_GET_SUPPORTED_CPUID offers SVM to guests");
    visit("device.nested_state", f.nested_state,
          "KVM_CAP_NESTED_STATE, bytes; not 0 on 5.10-6.16 whatever nested is");
}

// --- all ---------------------------------------------------------------------------------------------------

struct Facts {
    RegisterReadings registers{};
    /// What KVM here says that a guest finds in each register: KVM_GET_SUPPORTED_CPUID, and KVM_GET_MSRS of
    /// its feature MSRs.  not_applicable: KVM lists no such leaf, or says nothing of this register
    /// (Register::guests_unknown); not_implemented: KVM gives guests no such MSR.
    RegisterValues guest_registers{};
    CpuFacts cpu{};
    FirmwareFacts firmware{};
    HypervisorFacts hypervisor{};
    VmxFacts vmx{};
    SvmFacts svm{};
    KernelFacts kernel{};
    ModuleFacts module{};
    DeviceFacts device{};
    IommuFacts iommu{};
    /// Where --from got the outputs of other tools, or several inputs: what they say beyond files.
    std::optional<EvidenceFacts> evidence{};
    /// A guest of this system, where one was asked about: what its definition says.
    std::optional<GuestFacts> guest{};
};

/// Call visit(id, fact, doc) for every fact.  JSON, `--format facts` and the manual page all come from here,
/// so a fact is documented on the line that lists it.
template <class V>
constexpr void for_each(const Facts& f, V&& visit) {
    for_each(f.cpu, visit);
    for_each(f.firmware, visit);
    for_each(f.hypervisor, visit);
    for_each(f.vmx, visit);
    for_each(f.svm, visit);
    for_each(f.kernel, visit);
    for_each(f.module, visit);
    for_each(f.device, visit);
    for_each(f.iommu, visit);
    if (f.evidence) for_each(*f.evidence, visit);
    if (f.guest) for_each(*f.guest, visit);
}

/// A field left out of for_each makes these sizes differ.  Used by tests/facts_test.cpp.
template <class S>
std::size_t listed_size(const S& s) {
    std::size_t sum = 0;
    for_each(s, [&](auto, const auto& fact, auto) { sum += sizeof fact; });
    return sum;
}

std::string_view to_string(Vendor vendor);
std::string_view to_string(Technology technology);  ///< "VMX", "SVM"
std::string_view to_string(Level level);
std::string_view to_string(Platform platform);
std::string_view to_string(BrandKind kind);
std::string_view to_string(Module::State state);

/// Which registers to read.  Every one costs some microseconds per CPU, so a report reads only those that it
/// is made of.  What is not wanted is absent, not_probed.
struct Wanted {
    RegisterList here = registers::deciding;
    RegisterList guests = registers::offered;
};
inline constexpr Wanted every_register{registers::all, registers::all};

/// Look at the machine.  Reads each leaf, MSR, file and ioctl at most once; throws nothing of its own.
Facts probe(const Sources& machine, const Wanted& wanted = {});

}  // namespace nestprobe
