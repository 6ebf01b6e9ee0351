// SPDX-License-Identifier: MIT
// Definitions of guests that are not read here, which people have all the same: told by words that only they
// have, so that the answer can be where nesting is switched on in them.  Sources: VMware Cloud Foundation
// documentation, "Expose VMware Hardware Assisted Virtualization"; VirtualBox manual, "Nested
// Virtualization"; vagrant-libvirt documentation, "Domain Specific Options"; virt-install(1); KubeVirt user
// guide, "Virtual hardware"; Incus and LXD documentation, instance options; state 2026-11.
#include "base/text.hpp"
#include "guest/definition.hpp"

namespace nestprobe {
namespace {

struct OtherDefinition {
    std::string_view signs[2];  ///< all of them, on a line of their own or in one
    std::string_view what;
};
constexpr OtherDefinition other_definitions[] = {
    {{"virtualHW.version", "config.version"},
     "VMware's definition, of a guest that KVM does not run. In it, vhv.enable = \"TRUE\" shows the guest "
     "VMX or "
     "SVM; given to --from, nestprobe answers for that guest"},
    {{"<VirtualBox", "<Machine"},
     "VirtualBox's definition, of a guest that KVM does not run. VBoxManage modifyvm NAME --nested-hw-virt "
     "on "
     "shows it VMX or SVM; given to --from, nestprobe answers for that guest"},
    {{"Nested VT-x/AMD-V:", ""}, "VBoxManage showvminfo; given to --from, nestprobe answers for that guest"},
    {{"VirtualBox VM ", "release log"},
     "a VirtualBox log; given to --from, nestprobe answers for that guest"},
    {{"\"NanaBox\"", "ExposeVirtualizationExtensions"},
     "NanaBox's definition, of a guest that Hyper-V runs. In it, \"ExposeVirtualizationExtensions\": true "
     "shows the guest VMX or SVM; on AMD the guest starts with it on Windows 11 or Server 2022 and later "
     "alone"},
    {{"ExposeVirtualizationExtensions", ""},
     "Get-VMProcessor's output; given to --from, nestprobe answers for that guest"},
    {{"nestedhvm", "="}, "a definition of xl's; given to --from, nestprobe answers for that guest"},
    {{"nested-hvm", ":"}, "xe's output; given to --from, nestprobe answers for that guest"},
    {{"vmType:", "vz"}, "Lima's definition; given to --from, nestprobe answers for that guest"},
    {{"cloud-hypervisor ", "--cpus"},
     "Cloud Hypervisor's command line; given to --from, nestprobe answers for that guest"},
    {{"\"cpu_template\"", "vcpu_count"},
     "Firecracker's configuration; given to --from, nestprobe answers for that guest"},
    {{"cpu_passthrough:", "config {"}, "acli's output; given to --from, nestprobe answers for that guest"},
    {{"<domainCapabilities>", ""},
     "what libvirt can give guests here, no guest's definition; nestprobe reads it by --from"},
    {{"<capabilities>", "<host>"},
     "what libvirt says of its host, no guest's definition; nestprobe reads it by --from"},
    {{"provider \"hyper-v\"", "config.vm"},
     "a Vagrantfile with a provider \"hyper-v\", which Vagrant has not: its name is hyperv, and what stands "
     "in "
     "that block is passed over, enable_virtualization_extensions too. Write config.vm.provider \"hyperv\", "
     "then vagrant reload"},
    {{"provider 'hyper-v'", "config.vm"},
     "a Vagrantfile with a provider 'hyper-v', which Vagrant has not: its name is hyperv, and what stands in "
     "that block is passed over, enable_virtualization_extensions too. Write config.vm.provider 'hyperv', "
     "then vagrant reload"},
    {{"Vagrant.configure", "config.vm"},
     "a Vagrantfile for another provider than libvirt, or for any: given to --from, nestprobe answers for "
     "its "
     "guest where it names one; else what the provider made is needed (VBoxManage showvminfo NAME, virsh "
     "dumpxml "
     "NAME)"},
    {{"architecture:", "ephemeral:"},
     "LXD's or Incus's, without its config: section; lxc config show NAME --expanded prints it whole"},
    {{"kubevirt.io/", "VirtualMachine"},
     "KubeVirt's, without spec.template.spec.domain, where the CPU's model stands; kubectl get vm NAME -o "
     "yaml "
     "prints it whole"},
    {{"openstack flavor", "properties"},
     "a flavor, which has no say in the CPU: [libvirt] cpu_mode of nova.conf on the compute host has; "
     "nestprobe "
     "reads that file, and what virsh dumpxml prints there"},
    {{"source \"qemu\"", "{"},
     "a Packer template for QEMU, whose guest has the host's CPU where qemuargs has [\"-cpu\", \"host\"]; "
     "nestprobe reads the command line that PACKER_LOG=1 packer build prints"},
    {{"multipass ", "Driver"},
     "Multipass, which has no switch for nesting of its own: on Linux its driver gives the host's CPU; "
     "nestprobe in the instance tells"},
    {{"<plist", "QEMU"},
     "UTM's definition, for QEMU on a Mac, where KVM is not: nestprobe says in the guest what it has"},
};

}  // namespace

std::string what_else_it_is(std::string_view text) {
    if (contains(text, "<domain")) return {};
    for (const OtherDefinition& other : other_definitions)
        if (contains(text, other.signs[0]) && contains(text, other.signs[1])) return std::string(other.what);
    return {};
}

}  // namespace nestprobe
