// SPDX-License-Identifier: MIT
// Sources: oVirt administration guide, "Nested Virtualization"; nova.conf(5), [libvirt]; CloudStack
// documentation, "Configure CPU model for KVM guest"; Terraform providers dmacvicar/libvirt, libvirt_domain,
// bpg/proxmox and Telmate/proxmox; Packer plugin proxmox; qemus/qemu src/proc.sh; winboat-org/winboat#880
// (2026-09); KubeVirt user guide, "Virtual hardware"; Incus and LXD documentation, instance options,
// raw.qemu; state 2026-11.
#include "rules/guest/managers.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

constexpr Manager managers[] = {
    {"oVirt",
     {{Where::hypervisor_host,
       "In the Administration Portal: the host's Edit, Kernel, Nested Virtualization; then reinstall the "
       "host.",
       "", "", ""},
      {Where::hypervisor_host,
       "In the Administration Portal: the VM's Edit, Host, Pass-Through Host CPU. Then shut the VM down and "
       "start it.",
       "", "", ""}},
     Platform::ovirt},
    {"OpenStack",
     {{Where::hypervisor_host, "Give the guests of this compute host the host's CPU.", "",
       "nova.conf, section [libvirt]", "cpu_mode = host-passthrough"},
      {Where::hypervisor_host, "Restart the compute service. (Red Hat's is called openstack-nova-compute.)",
       "sudo systemctl restart nova-compute", "", ""},
      {Where::provider, "Stop the instance.", "openstack server stop INSTANCE", "", ""},
      {Where::provider, "When it is off (SHUTOFF), start it.", "openstack server start INSTANCE", "", ""}},
     Platform::openstack},
    {"CloudStack",
     {{Where::hypervisor_host,
       "Give the guests of this host the host's CPU, in the place of its other lines.", "",
       "/etc/cloudstack/agent/agent.properties", "guest.cpu.mode=host-passthrough"},
      {Where::hypervisor_host, "Restart the agent.", "sudo systemctl restart cloudstack-agent", "", ""},
      {Where::provider, "Stop the instance.", "cmk stop virtualmachine id=ID", "", ""},
      {Where::provider, "Start it.", "cmk start virtualmachine id=ID", "", ""}},
     Platform::cloudstack},
    {"Terraform",
     {{Where::guest_definition, "Give the guest the host's CPU.", "", "the resource libvirt_domain",
       "cpu { mode = \"host-passthrough\" }"},
      {Where::hypervisor_host,
       "Apply it, with the guest shut down; the plan says whether the guest is replaced.", "terraform apply",
       "", ""}},
     Platform::kvm},
    {"Terraform for Proxmox VE",
     {{Where::guest_definition, "Give the guest the host's CPU.", "",
       "the resource, in its block cpu (older Telmate providers: cpu = \"host\", without a block)",
       "type = \"host\""},
      {Where::hypervisor_host,
       "Apply it; then shut the guest down and start it: a reboot inside it is not enough.",
       "terraform apply", "", ""}},
     Platform::proxmox},
    {"Packer for Proxmox VE",
     {{Where::guest_definition, "Give the guest the host's CPU.", "", "the template's source block",
       "cpu_type = \"host\""},
      {Where::hypervisor_host,
       "Build it again: guests that are cloned from it have its CPU. Of one that is there already, set it "
       "on the Proxmox host; then stop it and start it.",
       "qm set VMID --cpu host", "", ""}},
     Platform::proxmox},
    {"dockur",
     {{Where::here,
       "Let the guest have the host's CPU with vmx, which the image takes away from Windows where nothing "
       "is said; leave CPU_MODEL out.",
       "", "the container's environment (of docker run: -e VMX=Y)", "VMX: \"Y\""},
      {Where::here,
       "Copy the folder that is mounted at /storage first: some Windows did not boot any more once Hyper-V "
       "or WSL was switched on in it. Then make the container again; that folder stays.",
       "docker compose up -d", "", ""}},
     Platform::kvm,
     "ARGUMENTS"},
    {"KubeVirt",
     {{Where::hypervisor_host, "Give the VirtualMachine the node's CPU.", "",
       "the VirtualMachine, spec.template.spec.domain.cpu", "model: host-passthrough"},
      {Where::hypervisor_host, "Restart it.", "virtctl restart VM", "", ""}},
     Platform::kubevirt},
    {"LXD",
     {{Where::hypervisor_host, "Remove what raw.qemu of the instance says of -cpu.",
       "lxc config edit INSTANCE", "", ""},
      {Where::hypervisor_host, "Restart it.", "lxc restart INSTANCE", "", ""}},
     Platform::lxd},
    {"Incus",
     {{Where::hypervisor_host, "Remove what raw.qemu of the instance says of -cpu.",
       "incus config edit INSTANCE", "", ""},
      {Where::hypervisor_host, "Restart it.", "incus restart INSTANCE", "", ""}},
     Platform::incus},
    {"Vagrant",
     {{Where::here, "Give the guest its host's CPU.", "",
       "the Vagrantfile, in the block of config.vm.provider :libvirt",
       "libvirt.cpu_mode = \"host-passthrough\""},
      {Where::here, "Let Vagrant define it again.", "vagrant reload", "", ""}},
     Platform::kvm,
     "libvirt.qemuargs"},
    {"quickemu",
     {{Where::here, "Remove what extra_args says of -cpu: quickemu gives the host's CPU by itself.", "", "",
       ""},
      {Where::here, "Shut the guest down and start it.", "quickemu --vm FILE.conf", "", ""}},
     Platform::kvm,
     "extra_args"},
};

}  // namespace

const std::string& manager_of(const Facts& f) {
    static const std::string nobody;
    const std::string* manager = f.guest->manager.if_known();
    return manager ? *manager : nobody;
}

const Manager* find_manager(const Facts& f) {
    for (const Manager& manager : managers)
        if (manager.name == manager_of(f)) return &manager;
    return nullptr;
}

std::string lost_edit(const Manager& manager) {
    return fmt::format("{} writes this definition before every start: an edit of it is lost.", manager.name);
}

Remedy manager_steps(const Manager& manager) {
    Remedy remedy;
    for (const ManagerStep& row : manager.steps) {
        if (row.what.empty()) continue;
        Step step{.where = row.where, .what = std::string(row.what), .file = std::string(row.file)};
        if (!row.command.empty()) step.commands.push_back(ShellCommand::of_row(row.command));
        if (!row.line.empty()) step.lines.emplace_back(row.line);
        remedy.then(std::move(step));
    }
    remedy.intro = lost_edit(manager);
    return remedy;
}

}  // namespace nestprobe
