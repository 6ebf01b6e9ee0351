// SPDX-License-Identifier: MIT
// What the definition of a guest says, be it libvirt's XML, a QEMU command line or a Proxmox configuration.
// Every reading says where: "vm.xml:12".  There are such facts only where a definition was given.
#pragma once

#include "base/fact.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nestprobe {

/// In whose words a guest is defined.
enum class DefinitionKind : std::uint8_t { libvirt, qemu, proxmox };

/// What runs the guest's instructions.
enum class Accelerator : std::uint8_t { kvm, tcg, hvf, whpx, nvmm, hax, xen, other };

/// Where the guest's processor comes from; the words are libvirt's (formatdomain, "CPU model and topology").
enum class CpuMode : std::uint8_t {
    none,              ///< nothing is said: QEMU's default model
    custom,            ///< a named model
    host_model,        ///< libvirt looks for the model nearest to the host's when the guest starts
    host_passthrough,  ///< the host's processor, as far as KVM offers it
    maximum,           ///< all that QEMU can do: with KVM as host_passthrough
};

/// What is said of one feature.
enum class FeaturePolicy : std::uint8_t { unset, force, require, optional, disable, forbid };

/// A switch that can be left to its default.
enum class Setting : std::uint8_t { unset, on, off };

/// The guest's IOMMU.
enum class IommuModel : std::uint8_t { none, intel, amd, virtio, other };

/// Where the guest's I/O APIC is: in KVM, or in QEMU ("split irqchip").
enum class IoApic : std::uint8_t { unset, kernel, split };

struct GuestFacts {
    GuestFacts();
    GuestFacts(const GuestFacts& other);
    GuestFacts(GuestFacts&& other) noexcept;
    GuestFacts& operator=(const GuestFacts& other);
    GuestFacts& operator=(GuestFacts&& other) noexcept;
    ~GuestFacts();

    Fact<DefinitionKind> definition{};
    Fact<std::string> name{};
    Fact<unsigned> vmid{};
    Fact<Accelerator> accelerator{};
    Fact<std::string> arch{};
    Fact<std::string> machine{};
    Fact<bool> q35{};
    Fact<bool> acpi{};
    Fact<unsigned> vcpus{};
    Fact<bool> windows{};
    Fact<CpuMode> cpu_mode{};
    Fact<std::string> cpu_model{};
    Fact<std::string> cpu_vendor{};
    Fact<std::string> cpu_check{};
    Fact<std::string> cpu_match{};
    Fact<std::vector<std::string>> cpu_properties{};
    Fact<std::vector<std::string>> repeated_features{};
    Fact<Setting> migratable{};
    Fact<FeaturePolicy> vmx{};
    Fact<FeaturePolicy> svm{};
    Fact<Setting> evmcs{};
    Fact<Setting> vapic{};
    Fact<Setting> hyperv_passthrough{};
    Fact<std::vector<std::string>> required{};
    Fact<bool> passed_cpu{};
    Fact<std::string> cpu_option{};
    Fact<FeaturePolicy> host_model{};
    Fact<std::string> cpu_global{};
    Fact<std::string> cpu_line_dropped{};
    Fact<bool> commandline_dropped{};
    Fact<std::vector<std::string>> refused_options{};
    Fact<std::vector<std::string>> refused_values{};
    Fact<bool> accelerators_clash{};
    Fact<std::string> manager{};
    Fact<std::string> launch_security{};
    Fact<unsigned> assigned_devices{};
    Fact<bool> fixed_addresses{};
    Fact<IommuModel> iommu{};
    Fact<unsigned> iommus{};
    Fact<unsigned> iommu_bus{};
    Fact<Setting> intremap{};
    Fact<Setting> caching_mode{};
    Fact<Setting> eim{};
    Fact<Setting> iotlb{};
    Fact<unsigned> aw_bits{};
    Fact<bool> iommu_first{};
    Fact<IoApic> ioapic{};
    Fact<Setting> vmport{};
    Fact<bool> runs{};
    Fact<std::vector<std::string>> not_in_force{};
    Fact<std::vector<std::string>> log{};
};
template <ConstOrNot<GuestFacts> F, class V>
constexpr void for_each(F& f, V&& visit) {
    visit("guest.definition", f.definition, "libvirt, qemu or proxmox: in whose words the guest is defined");
    visit("guest.name", f.name, "its name");
    visit("guest.vmid", f.vmid, "its number, of a guest of Proxmox VE");
    visit("guest.accelerator", f.accelerator,
          "kvm; tcg: emulated by QEMU; hvf, whpx, nvmm, hax, xen: QEMU's other accelerators; other: not "
          "QEMU's");
    visit("guest.arch", f.arch, "the architecture that it emulates, x86_64 where nothing is said");
    visit("guest.machine", f.machine, "machine type");
    visit("guest.q35", f.q35, "the machine type is a q35");
    visit("guest.acpi", f.acpi, "it has ACPI, in whose tables an IOMMU is announced");
    visit("guest.vcpus", f.vcpus, "the most virtual CPUs that it can have");
    visit("guest.windows", f.windows, "the definition says that Windows runs in it");
    visit("guest.cpu_mode", f.cpu_mode,
          "custom, host-model, host-passthrough, maximum; none: QEMU's default");
    visit("guest.cpu_model", f.cpu_model, "the named model of a custom CPU");
    visit("guest.cpu_vendor", f.cpu_vendor, "the vendor that the CPU must have");
    visit("guest.cpu_check", f.cpu_check, "what libvirt compares before it starts the guest");
    visit("guest.cpu_match", f.cpu_match,
          "exact, minimum or strict: what libvirt makes of what the host has more");
    visit("guest.cpu_properties", f.cpu_properties,
          "what is said of the CPU beside its model, as it is written: \"+vmx\", \"svm=on\"");
    visit("guest.repeated_features", f.repeated_features, "features that <cpu> names more than once");
    visit("guest.migratable", f.migratable, "features that cannot be migrated are left out");
    visit("guest.vmx", f.vmx, "policy of the feature vmx");
    visit("guest.svm", f.svm, "policy of the feature svm");
    visit("guest.evmcs", f.evmcs, "Hyper-V enlightenment evmcs, the enlightened VMCS");
    visit("guest.vapic", f.vapic, "Hyper-V enlightenment vapic, which evmcs needs");
    visit("guest.hyperv_passthrough", f.hyperv_passthrough,
          "all Hyper-V enlightenments that KVM knows, evmcs among them on Intel");
    visit("guest.required", f.required, "features without which the guest is not to start");
    visit("guest.passed_cpu", f.passed_cpu,
          "a -cpu that is passed behind libvirt's or Proxmox's own decides, not their words");
    visit("guest.cpu_option", f.cpu_option,
          "the value of the -cpu that decides, or of Proxmox's cpu:, as it is written");
    visit("guest.host_model", f.host_model,
          "what libvirt says of vmx or svm in host-model (virsh domcapabilities)");
    visit("guest.cpu_global", f.cpu_global, "the -global that decides on vmx or svm; empty: none does");
    visit("guest.cpu_line_dropped", f.cpu_line_dropped,
          "what Proxmox VE does not take in its line cpu:, so that it drops the line; empty: nothing");
    visit("guest.commandline_dropped", f.commandline_dropped,
          "<qemu:commandline> is not bound to libvirt's namespace, so that libvirt drops it");
    visit("guest.refused_options", f.refused_options, "words that QEMU takes for no option of its own");
    visit("guest.refused_values", f.refused_values, "values that QEMU does not take");
    visit("guest.accelerators_clash", f.accelerators_clash,
          "-accel stands beside -enable-kvm or accel= in -machine, which QEMU refuses");
    visit(
        "guest.manager", f.manager,
        "oVirt, OpenStack, KubeVirt, and of a command line libvirt, Proxmox VE, LXD, Incus: writes it before "
        "every start; empty: nobody");
    visit("guest.launch_security", f.launch_security, "sev, sev-snp, tdx; empty: the guest is not encrypted");
    visit("guest.assigned_devices", f.assigned_devices, "PCI devices of the host that it is given");
    visit("guest.fixed_addresses", f.fixed_addresses,
          "devices stand at addresses of this machine type's buses: another type takes more than its name");
    visit("guest.iommu", f.iommu, "its IOMMU: intel, amd, virtio, none; the first of several");
    visit("guest.iommus", f.iommus, "how many IOMMUs it has");
    visit("guest.iommu_bus", f.iommu_bus, "the PCI bus that the IOMMU is put on");
    visit("guest.intremap", f.intremap, "the IOMMU remaps interrupts");
    visit("guest.caching_mode", f.caching_mode, "the IOMMU's caching mode");
    visit("guest.eim", f.eim, "the IOMMU's extended interrupt mode, for APIC ids beyond 255");
    visit("guest.iotlb", f.iotlb, "the IOMMU's device IOTLB");
    visit("guest.aw_bits", f.aw_bits, "the IOMMU's address width, bits");
    visit("guest.iommu_first", f.iommu_first, "QEMU makes the IOMMU before the devices that are behind it");
    visit("guest.ioapic", f.ioapic, "the I/O APIC: kernel (KVM's), split (QEMU's)");
    visit("guest.vmport", f.vmport, "VMware's backdoor port, which has no part in nesting");
    visit("guest.runs", f.runs, "it runs, or did when libvirt wrote that definition down");
    visit("guest.not_in_force", f.not_in_force,
          "what the running guest still has otherwise, because it was not restarted");
    visit("guest.log", f.log, "what QEMU complained of, in the log that holds the command line");
}

std::string_view to_string(DefinitionKind kind);
std::string_view to_string(Accelerator accelerator);
/// By QEMU's or libvirt's word, "hvf"; other where it is none of theirs.
Accelerator accelerator_of(std::string_view word);
/// QEMU's words for on and off, lower case alone (QEMU 6.0 and later, qapi/qapi-util.c, qapi_bool_parse);
/// nothing for any other word, which it refuses.
std::optional<bool> qemu_switch(std::string_view word);
std::string_view to_string(CpuMode mode);  ///< as libvirt spells it: "host-passthrough"
std::string_view to_string(FeaturePolicy policy);
std::string_view to_string(Setting setting);
std::string_view to_string(IommuModel model);
std::string_view to_string(IoApic ioapic);

}  // namespace nestprobe
