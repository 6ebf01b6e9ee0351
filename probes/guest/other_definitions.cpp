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
    {{"ExposeVirtualizationExtensions", ""},
     "Get-VMProcessor's output; given to --from, nestprobe answers for that guest"},
    {{"nestedhvm", "="}, "a definition of xl's; given to --from, nestprobe answers for that guest"},
    {{"nested-hvm", ":"}, "xe's output; given to --from, nestprobe answers for that guest"},
    {{"vmType:", "vz"}, "Lima's definition; given to --from, nestprobe answers for that guest"},
    {{"cloud-hypervisor ", "--cpus"},
     "Cloud Hypervisor's command line; given to --from, nestprobe answers for that guest"},
    {{"cpu_passthrough:", "config {"}, "acli's output; given to --from, nestprobe answers for that guest"},
    {{"<domainCapabilities>", ""},
     "what libvirt can give guests here, no guest's definition; nestprobe reads it by --from"},
    {{"<capabilities>", "<host>"},
     "what libvirt says of its host, no guest's definition; nestprobe reads it by --from"},
    {{"Vagrant.configure", "config.vm"},
     "a Vagrantfile, from which a provider makes the definition. For libvirt, nested = true and cpu_mode = "
     "\"host-passthrough\" show the guest VMX or SVM; nestprobe reads what virsh dumpxml NAME prints"},
    {{"virt-install ", "--"},
     "virt-install's options, from which it makes the definition: --cpu host-passthrough shows the guest VMX "
     "or "
     "SVM; nestprobe reads what --print-xml prints"},
    {{"kubevirt.io/", "VirtualMachine"},
     "a VirtualMachine of KubeVirt's: model: host-passthrough in spec.template.spec.domain.cpu shows it VMX "
     "or "
     "SVM; nestprobe reads what virsh dumpxml prints in its virt-launcher pod"},
    {{"type: virtual-machine", "config:"},
     "an instance of LXD's or Incus's, which has the host's CPU unless its raw.qemu says otherwise; "
     "nestprobe "
     "reads its process: --domain pid:NUMBER"},
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
