// SPDX-License-Identifier: MIT
// How a confidential guest becomes an ordinary one, by platform; most have to be created again.  State of
// 2026-11. Sources: Microsoft Learn, "Azure confidential VM options" and az vm create; Google Cloud
// documentation, "Create a Confidential VM instance"; Amazon EC2 User Guide, "AMD SEV-SNP"
// (CpuOptions.AmdSevSnp); libvirt, "Domain XML format", Launch Security; QEMU documentation, "Confidential
// guest support"; Microsoft Learn, New-VM, -GuestStateIsolationType; Proxmox VE, qm(1), amd-sev.
#include "rules/hypervisor/platforms.hpp"

namespace nestprobe {
namespace {

struct ConfidentialRow {
    Platform platform;
    Where where;
    std::string_view what;
    std::string_view command;
    std::string_view line;
};
constexpr ConfidentialRow confidential_rows[] = {
    {Platform::azure, Where::provider,
     "A confidential VM stays one: create another, of a size with nested virtualization (DC and EC sizes "
     "have none) "
     "and of the security type TrustedLaunch or Standard.",
     "az vm create --resource-group GROUP --name VM --image IMAGE --size Standard_D4s_v5 --security-type "
     "TrustedLaunch",
     ""},
    {Platform::gcp, Where::provider,
     "The type is fixed when the instance is created: create another without --confidential-compute-type, "
     "with "
     "nested virtualization.",
     "gcloud compute instances create INSTANCE --zone=ZONE --machine-type=n2-standard-4 "
     "--enable-nested-virtualization",
     ""},
    {Platform::aws, Where::provider,
     "AMD SEV-SNP is fixed at launch, and AMD's types have no nested virtualization: launch an Intel type "
     "with it.",
     "aws ec2 run-instances --image-id IMAGE --instance-type m8i.xlarge --cpu-options "
     "NestedVirtualization=enabled",
     ""},
    {Platform::proxmox, Where::guest_definition,
     "Remove the machine's amd-sev option, then shut it down and start it.", "qm set VMID --delete amd-sev",
     ""},
    {Platform::hyperv, Where::windows_host,
     "Isolation is fixed when the machine is created: create another without -GuestStateIsolationType, and "
     "attach "
     "the disk.",
     "New-VM -Name GUEST -Generation 2 -VHDPath DISK.vhdx", ""},
    {Platform::kvm, Where::guest_definition,
     "Remove this element with all that is in it, then shut the guest down and start it.", "virsh edit GUEST",
     "<launchSecurity type='...'>"},
};

}  // namespace

Remedy fix_confidential(const Facts& f) {
    const Platform* platform = f.hypervisor.platform.if_known();
    for (const ConfidentialRow& row : confidential_rows)
        if (platform && row.platform == *platform) {
            Step step{.where = row.where,
                      .what = std::string(row.what) + " (As of 2026-11.)",
                      .cost = row.where == Where::guest_definition ? Cost::restart_guest : Cost::none};
            step.commands.push_back(ShellCommand::of_row(row.command));
            if (!row.line.empty()) {
                step.file = "the domain's XML";
                step.lines.emplace_back(row.line);
            }
            Remedy remedy(std::move(step));
            remedy.never = row.where != Where::guest_definition;  // another machine takes its place
            return remedy;
        }
    return Remedy::instead();
}

}  // namespace nestprobe
