// SPDX-License-Identifier: MIT
// The table of platforms, each with its source and the month whose state it describes.
#include "rules/hypervisor/platform_rows.hpp"

#include <iterator>

namespace nestprobe {
namespace {

// --- sentences that several rows share ---

constexpr std::string_view hosts_nested_on = "cat /sys/module/{module}/parameters/nested prints Y or 1.";
constexpr std::string_view seen_in_guest =
    "In the guest, grep -c -w {flag} /proc/cpuinfo prints more than 0.";
// Where a step may change the vendor of the processor.
constexpr std::string_view seen_as_either =
    "In the guest, grep -c -w -E 'vmx|svm' /proc/cpuinfo prints more than 0.";
constexpr std::string_view ask_nesting =
    "Please switch on nested virtualization ({flag} in the guest's CPU) for this server, or tell me which of "
    "your products has it.";
constexpr std::string_view no_iommu_hoster =
    "A customer cannot add a virtual IOMMU; rent a dedicated server for that.";

// --- steps that several rows share: on a KVM host ---

constexpr PlatformStep host_nested_check = {
    .where = Where::hypervisor_host,
    .what = "See whether the host's KVM offers nesting.",
    .commands = {"cat /sys/module/{module}/parameters/nested"},
    .expect =
        "Y or 1. With N or 0, the next step comes first; it may be off on purpose (a security policy of "
        "summer 2026), so ask before changing it.",
    .host_nested = true,
};
constexpr PlatformStep host_nested_intel = {
    .where = Where::hypervisor_host,
    .when = "Only if it printed N",
    .what = "switch nesting on and reload the module.",
    .commands = {"echo 'options kvm_intel nested=1' | sudo tee /etc/modprobe.d/zz-kvm-nested.conf",
                 "sudo modprobe -r kvm_intel", "sudo modprobe kvm_intel"},
    .cost = Cost::stop_guests,
    .expect = hosts_nested_on,
    .technology = For::vmx,
    .host_nested = true,
};
constexpr PlatformStep host_nested_amd = {
    .where = Where::hypervisor_host,
    .when = "Only if it printed 0",
    .what = "switch nesting on and reload the module.",
    .commands = {"echo 'options kvm_amd nested=1' | sudo tee /etc/modprobe.d/zz-kvm-nested.conf",
                 "sudo modprobe -r kvm_amd", "sudo modprobe kvm_amd"},
    .cost = Cost::stop_guests,
    .expect = hosts_nested_on,
    .technology = For::svm,
    .host_nested = true,
};

/// Of Incus and of LXD, whose commands have the same words behind another name.
constexpr PlatformStep stateful_off(std::string_view stop, std::string_view set, std::string_view start) {
    return {.where = Where::guest_definition,
            .when = "If the machine has migration.stateful, it may get a common CPU without {flag}",
            .what = "take that off, with it stopped.",
            .commands = {stop, set, start},
            .cost = Cost::restart_guest,
            .expect = seen_in_guest};
}

constexpr PlatformStep stop_and_start(std::string_view stop, std::string_view start) {
    return {.where = Where::guest_definition,
            .what = "Otherwise stop it and start it: a reboot inside keeps the old CPU.",
            .commands = {stop, start},
            .cost = Cost::restart_guest,
            .expect = seen_in_guest};
}

constexpr PlatformRow platform_table[] = {
    {
        .id = Platform::wsl1,
        .nesting = Nesting::never,
        .intro = "This is WSL 1: Windows answers the system calls, and there is no Linux kernel that could "
                 "load KVM. "
                 "WSL 2 has one.",
        .steps = {{.where = Where::windows_host,
                   .what = "Convert the distribution to WSL 2 (wsl -l -v lists the names).",
                   .commands = {"wsl --set-version DISTRIBUTION 2"},
                   .cost = Cost::restart_guest,
                   .expect = "uname -r ends in microsoft-standard-WSL2. Then WSL 2's own conditions apply: "
                             "Windows 11."}},
        .query = {"wsl --list --verbose"},
        .iommu_none = "WSL 1 has no devices of its own.",
        .certainty = Certainty::remembered,
        .source = "Microsoft documentation, Comparing WSL versions; Basic commands for WSL",
        .date = "2026-11",
    },
    {
        .id = Platform::wsl2,
        .nesting = Nesting::yes_switch,
        .intro =
            "WSL 2 is a virtual machine of Windows. It offers nested virtualization on Windows 11 only, "
            "where it is on by default; Windows 10 refuses it whatever the processor can, and Windows on Arm "
            "has none (\"Nested virtualization is not supported on this machine\").",
        .steps =
            {{.where = Where::windows_host,
              .what = "On Windows 11: let .wslconfig say so (remove a line that says false). It is a file of "
                      "Windows: /etc/wsl.conf in the distribution does not take this word.",
              .file = "%USERPROFILE%\\.wslconfig",
              .lines = {"[wsl2]", "nestedVirtualization=true"}},
             {.where = Where::windows_host,
              .what =
                  "Stop WSL; the next start reads the file. Everything that runs in any distribution ends.",
              .commands = {"wsl --shutdown"},
              .cost = Cost::restart_guest,
              .expect = seen_in_guest},
             {.where = Where::windows_host,
              .when = "If Windows itself runs in a virtual machine",
              .what = "that machine needs nesting first. Under "
                      "KVM: the CPU is the host's own (libvirt: host-passthrough; Proxmox VE: host), and the "
                      "parameter nested is on there. VMware and VirtualBox have a switch of theirs. On a "
                      "Hyper-V host, with the machine off:",
              .commands = {"Set-VMProcessor -VMName WINDOWS_VM -ExposeVirtualizationExtensions $true"},
              .cost = Cost::restart_guest},
             {.where = Where::windows_host,
              .what = "On Windows 10 there is no way: use a virtual machine of Hyper-V with exposed "
                      "extensions, or "
                      "Windows 11.",
              .only_if = "the Windows is older than 11"}},
        .query = {"wsl --version"},
        .iommu_none = "WSL 2 has no virtual IOMMU.",
        .broken = "A kernel of one's own in .wslconfig (kernel=) may lack KVM: zcat /proc/config.gz tells.",
        .source = "Microsoft documentation, Advanced settings configuration in WSL; microsoft/WSL issues "
                  "11216, 9400, 13796 (Arm, 2025-12), 40735 (2026-06)",
        .date = "2026-11",
    },
    {
        .id = Platform::aws_xen,
        .nesting = Nesting::never,
        .intro =
            "This is an EC2 instance of the old Xen generation (T2, M4, C4, ...): those show neither VMX "
            "nor SVM, and "
            "no option changes that. Take another instance type.",
        .steps =
            {{.where = Where::provider,
              .what =
                  "Stop it, change the type to one with nested virtualization, and switch that on (see the "
                  "steps for EC2's Nitro types). The system needs drivers for ENA and NVMe first.",
              .commands =
                  {"aws ec2 stop-instances --instance-ids INSTANCE",
                   "aws ec2 modify-instance-attribute --instance-id INSTANCE --instance-type m8i.xlarge",
                   "aws ec2 modify-instance-cpu-options --instance-id INSTANCE --core-count 2 "
                   "--threads-per-core 2 --nested-virtualization enabled",
                   "aws ec2 start-instances --instance-ids INSTANCE"},
              .cost = Cost::restart_guest,
              .expect = seen_as_either}},
        .query = {"aws ec2 describe-instance-types --filters "
                  "Name=processor-info.supported-features,Values=nested-virtualization --query "
                  "'InstanceTypes[].InstanceType' --output text"},
        .iommu_none = "The Xen generation has no virtual IOMMU.",
        .source = "Amazon EC2 User Guide, Use nested virtualization",
        .date = "2026-10",
    },
    {
        .id = Platform::aws,
        .nesting = Nesting::yes_switch,
        .intro = "EC2 offers nested virtualization on some Intel types since February 2026, and it is off "
                 "unless the "
                 "instance asks for it: the right type without the option looks normal and has no vmx. As of "
                 "2026-10 "
                 "the types are C7i, C8i, M7i, M8i, R7i, R7iz, R8i, X8i, I7i and I7ie with their variants; "
                 "not AMD's, "
                 "not Graviton. The query below is what stays true.",
        .steps =
            {{.where = Where::provider,
              .what = "Ask whether this type has it (DMI product_name is the type).",
              .commands = {"aws ec2 describe-instance-types --instance-types TYPE --query "
                           "'InstanceTypes[].ProcessorInfo.SupportedFeatures' --output text"},
              .expect = "nested-virtualization is in the list. If not, the type has to change first."},
             {.where = Where::provider,
              .what = "Stop the instance and give it a type that has it.",
              .commands =
                  {"aws ec2 stop-instances --instance-ids INSTANCE",
                   "aws ec2 wait instance-stopped --instance-ids INSTANCE",
                   "aws ec2 modify-instance-attribute --instance-id INSTANCE --instance-type m8i.xlarge"},
              .cost = Cost::restart_guest,
              .only_if = "the type lacks nested-virtualization",
              .if_type = IfType::lacks},
             {.where = Where::provider,
              .what =
                  "Stop the instance, switch nested virtualization on, start it: a reboot is not enough. The "
                  "core count is half of the type's vCPUs; what is on its instance store disks is lost.",
              .commands = {"aws ec2 stop-instances --instance-ids INSTANCE",
                           "aws ec2 wait instance-stopped --instance-ids INSTANCE",
                           "aws ec2 modify-instance-cpu-options --instance-id INSTANCE --core-count CORES "
                           "--threads-per-core 2 --nested-virtualization enabled",
                           "aws ec2 start-instances --instance-ids INSTANCE"},
              .cost = Cost::restart_guest,
              .expect = seen_as_either},
             {.where = Where::provider,
              .what = "For new instances, and in launch templates (EKS, Auto Scaling): ask for it at launch.",
              .commands = {"aws ec2 run-instances --image-id IMAGE --instance-type m8i.xlarge --cpu-options "
                           "NestedVirtualization=enabled"},
              .only_if = "a new instance is as good"},
             {.where = Where::provider,
              .what = "A Spot instance: by one report it refuses the option; take On-Demand.",
              .only_if = "it is a Spot instance"}},
        .instead = "*.metal types of every generation run KVM without nesting",
        .query = {"aws ec2 describe-instance-types --filters "
                  "Name=processor-info.supported-features,Values=nested-virtualization --query "
                  "'InstanceTypes[].InstanceType' --output text",
                  "aws ec2 describe-instances --instance-ids INSTANCE --query "
                  "'Reservations[].Instances[].CpuOptions'"},
        .iommu_none = "EC2's virtual types show no IOMMU to the guest; bare metal types have a real one.",
        .broken = "On Windows, more than 192 CPUs and hibernation are not supported with it. AWS gives no "
                  "figure for "
                  "the loss of speed and advises metal for what is sensitive to latency. EKS' managed node "
                  "groups pass over the option in a launch template (aws/containers-roadmap issue 2784, "
                  "2026-03): use self-managed nodes.",
        .source =
            "Amazon EC2 User Guide, Use nested virtualization to run hypervisors in Amazon EC2 instances",
        .date = "2026-10",
    },
    {
        .id = Platform::gcp,
        .nesting = Nesting::yes_switch,
        .intro = "Compute Engine offers nested virtualization by a switch of the instance, for Linux with "
                 "KVM as the "
                 "hypervisor in it. As of 2026-10 most machine types have it, except E2, the "
                 "memory-optimized, Arm and "
                 "AMD ones (N4D is the AMD exception). On a type without it the switch has no effect, and "
                 "says nothing.",
        .steps =
            {{.where = Where::provider,
              .what = "Stop the instance and give it a machine type that has nesting.",
              .commands = {"gcloud compute instances stop INSTANCE --zone=ZONE",
                           "gcloud compute instances set-machine-type INSTANCE --zone=ZONE "
                           "--machine-type=n2-standard-4"},
              .cost = Cost::restart_guest,
              .only_if = "its machine type has none: E2, N2D, T2D, C3D, M1 to M4, Arm",
              .if_type = IfType::lacks},
             {.where = Where::provider,
              .what =
                  "Switch it on in the instance's own description; this restarts the instance. (If the file "
                  "has an advancedMachineFeatures block already, put the second line into that.)",
              .commands = {"gcloud compute instances export INSTANCE --zone=ZONE --destination=INSTANCE.yaml",
                           "printf 'advancedMachineFeatures:\\n  enableNestedVirtualization: true\\n' >> "
                           "INSTANCE.yaml",
                           "gcloud compute instances update-from-file INSTANCE --zone=ZONE "
                           "--source=INSTANCE.yaml --most-disruptive-allowed-action=RESTART"},
              .cost = Cost::restart_guest,
              .expect = seen_as_either},
             {.where = Where::provider,
              .what = "For a new instance: ask for it when creating it.",
              .commands =
                  {"gcloud compute instances create INSTANCE --zone=ZONE --machine-type=n2-standard-4 "
                   "--enable-nested-virtualization"},
              .only_if = "a new instance is as good"},
             {.where = Where::provider,
              .when = "If it is refused, the organization forbids it",
              .what = "see whether the constraint is "
                      "enforced, and "
                      "ask its administrator.",
              .commands =
                  {"gcloud resource-manager org-policies describe compute.disableNestedVirtualization "
                   "--effective --project=PROJECT"}}},
        .query = {"gcloud compute instances describe INSTANCE --zone=ZONE "
                  "--format='value(machineType,advancedMachineFeatures.enableNestedVirtualization)'"},
        .iommu_none = "Compute Engine's instances show no virtual IOMMU that serves for device assignment.",
        .source =
            "Google Cloud documentation, About nested virtualization (second-hand readings of 2026-09 and "
            "2026-10); Enable nested virtualization",
        .date = "2026-10",
    },
    {
        .id = Platform::azure,
        .nesting = Nesting::by_type,
        .intro = "Azure has no switch for nested virtualization: the size of the VM decides, and each size's "
                 "own page "
                 "says it under \"Nested Virtualization\". As of 2026 most Intel D and E sizes from v3 on "
                 "have it, of "
                 "AMD's the Dasv5 and Dasv6 (not Dasv4), not Bsv2, not Arm, not confidential ones. The "
                 "security type "
                 "Trusted Launch is no reason by itself: the advice to rebuild as Standard is out of date.",
        .steps =
            {{.where = Where::provider,
              .what = "See the size and the security type, and read that size's page.",
              .commands =
                  {"az vm show --resource-group GROUP --name VM --query \"{size: hardwareProfile.vmSize, "
                   "security: securityProfile.securityType}\""},
              .expect = "The size's page says \"Nested Virtualization: Supported\"; security is not "
                        "ConfidentialVM."},
             {.where = Where::provider,
              .what = "Deallocate the VM, change the size, start it. Temporary disks are lost, and a dynamic "
                      "public address may change.",
              .commands = {"az vm deallocate --resource-group GROUP --name VM",
                           "az vm list-vm-resize-options --resource-group GROUP --name VM --output table",
                           "az vm resize --resource-group GROUP --name VM --size Standard_D4s_v5",
                           "az vm start --resource-group GROUP --name VM"},
              .cost = Cost::restart_guest,
              .expect = seen_as_either,
              .only_if = "the size has not got it",
              .if_type = IfType::lacks}},
        .query = {"az vm list-vm-resize-options --resource-group GROUP --name VM --output table"},
        .iommu_none = "Azure's VMs have no virtual IOMMU for device assignment.",
        .broken = "In waves, nested guests failed at VM entry (hardware error 0x7 or 0x0) on Azure hosts "
                  "whose every "
                  "check passed; deallocate and start, to land on another host, or prove it with --prove.",
        .shows_and_fails = true,
        .certainty = Certainty::reported,
        .source = "Microsoft Learn, pages of the VM sizes; azure-docs pull request 90910 (Dasv4); Trusted "
                  "launch FAQ",
        .date = "2026-10",
    },
    {
        .id = Platform::oci,
        .nesting = Nesting::by_type,
        .intro =
            "Oracle's cloud has no switch for nested virtualization: the shape decides. As of 2026, by one "
            "report, "
            "Intel VM shapes (VM.Standard3.Flex, for example) show VMX and Arm shapes show nothing; about "
            "AMD's "
            "(VM.Standard.E4.Flex) reports disagree, and hosts of one shape may differ.",
        .steps =
            {{.where = Where::provider,
              .what = "See the shape.",
              .commands = {"oci compute instance get --instance-id INSTANCE_OCID --query data.shape"}},
             {.where = Where::provider,
              .what =
                  "Change it to an Intel one; the instance restarts. The image has to allow the new shape; "
                  "otherwise create a new instance from the boot volume.",
              .commands =
                  {"oci compute instance update --instance-id INSTANCE_OCID --shape VM.Standard3.Flex "
                   "--shape-config '{\"ocpus\": 2, \"memoryInGBs\": 16}'"},
              .cost = Cost::restart_guest,
              .expect = seen_as_either,
              .only_if = "it is none of Intel's",
              .if_type = IfType::lacks}},
        .ask = ask_nesting,
        .instead = "bare metal shapes (BM....) run KVM without nesting",
        .query = {"oci compute shape list --compartment-id COMPARTMENT_OCID --query 'data[].shape'"},
        .iommu_none = "No virtual IOMMU is known on VM shapes; bare metal shapes have a real one.",
        .certainty = Certainty::in_intro,
        .source = "a survey of 2026; cncf/automation#604 (2026-08); cloud-init's ds-identify (asset tag)",
        .date = "2026-09",
    },
    {
        .id = Platform::alibaba,
        .nesting = Nesting::provider_decides,
        .intro = "The provider decides. As of 2026, by one report, Alibaba's ordinary ECS instances show "
                 "neither VMX nor "
                 "SVM, and no option changes that.",
        .steps =
            {{.where = Where::provider,
              .what =
                  "Take an ECS Bare Metal instance (a type whose name begins with ecs.ebm), where KVM runs "
                  "without nesting, and move the disk's snapshot there."}},
        .ask = ask_nesting,
        .instead = "ECS Bare Metal instances (ecs.ebm...)",
        .query = {"aliyun ecs DescribeInstanceTypes --InstanceTypeFamily ecs.ebmg7"},
        .iommu_none = no_iommu_hoster,
        .certainty = Certainty::in_intro,
        .source = "a survey of 2026; cloud-init's ds-identify (product name)",
        .date = "2026-09",
    },
    {
        .id = Platform::tencent,
        .nesting = Nesting::provider_decides,
        .intro = "The provider decides, and no statement of Tencent's about nested virtualization was found "
                 "(2026-11). "
                 "No switch of a CVM is known.",
        .steps = {{.where = Where::provider,
                   .what = "Ask the support whether any CVM type shows {flag}; otherwise take a bare metal "
                           "type, where "
                           "KVM runs without nesting."}},
        .ask = ask_nesting,
        .instead = "Tencent's Cloud Bare Metal",
        .iommu_none = no_iommu_hoster,
        .certainty = Certainty::unknown,
        .source = "a boot log of a CVM (DMI); nothing about nesting",
        .date = "2026-11",
    },
    {
        .id = Platform::hetzner,
        .nesting = Nesting::provider_decides,
        .intro = "The provider decides. As of 2026, by reports of users, no plan of Hetzner Cloud shows VMX "
                 "or SVM, not "
                 "the ones with dedicated vCPUs (CCX) either.",
        .steps = {{.where = Where::provider,
                   .what =
                       "Move to a dedicated server of Hetzner's (Robot, or the Server Auction): that is real "
                       "hardware, and KVM runs there without nesting. Nothing in this server or its console "
                       "changes it."}},
        .ask = ask_nesting,
        .instead = "dedicated servers (Robot, Server Auction)",
        .iommu_none = no_iommu_hoster,
        .certainty = Certainty::in_intro,
        .source = "users' reports of 2026-05 and 2026-07; cloud-init's ds-identify (sys_vendor)",
        .date = "2026-07",
    },
    {
        .id = Platform::digitalocean,
        .nesting = Nesting::provider_decides,
        .intro =
            "The provider decides. As of 2026, by reports, Droplets show VMX or SVM although no document of "
            "DigitalOcean's promises it; so one without it is on a host that differs. There is no switch.",
        .steps =
            {{.where = Where::provider,
              .what =
                  "Take a snapshot and create a new Droplet from it, of another size (Premium Intel or AMD, "
                  "CPU-Optimized) or in another region, and look there.",
              .cost = Cost::restart_guest,
              .expect = seen_as_either},
             {.where = Where::provider, .what = "Or ask the support which sizes have it."}},
        .ask = ask_nesting,
        .instead = "none of its own that runs any Linux on bare metal without a GPU, as far as known",
        .iommu_none = no_iommu_hoster,
        .broken = "A user in DigitalOcean's forum calls the speed of nested guests often very poor.",
        .certainty = Certainty::in_intro,
        .source = "a survey of 2026; DigitalOcean community answer on nested virtualization",
        .date = "2026-09",
    },
    {
        .id = Platform::linode,
        .nesting = Nesting::provider_decides,
        .intro = "The provider decides. As of 2026, by one report, Linode's plans show neither VMX nor SVM, "
                 "and no "
                 "option changes that.",
        .steps =
            {{.where = Where::provider,
              .what =
                  "Ask the support; if the answer is no, move to a provider with nested virtualization or "
                  "bare metal."}},
        .ask = ask_nesting,
        .iommu_none = no_iommu_hoster,
        .certainty = Certainty::in_intro,
        .source = "a survey of 2026; cloud-init's ds-identify (sys_vendor)",
        .date = "2026-09",
    },
    {
        .id = Platform::vultr,
        .nesting = Nesting::provider_decides,
        .intro = "The provider decides. As of 2026, by one report, Vultr's Cloud Compute shows neither VMX "
                 "nor SVM; "
                 "other reports are undecided.",
        .steps = {{.where = Where::provider,
                   .what =
                       "Take Vultr Bare Metal, where KVM runs without nesting, or ask the support about this "
                       "plan."}},
        .ask = ask_nesting,
        .instead = "Vultr Bare Metal",
        .iommu_none = no_iommu_hoster,
        .certainty = Certainty::in_intro,
        .source = "a survey of 2026-09; cloud-init's ds-identify (sys_vendor)",
        .date = "2026-09",
    },
    {
        .id = Platform::scaleway,
        .nesting = Nesting::provider_decides,
        .intro = "The provider decides, and no statement of Scaleway's about nested virtualization in its "
                 "Instances was "
                 "found (2026-11). There is no switch.",
        .steps = {{.where = Where::provider,
                   .what =
                       "Take Elastic Metal, which is real hardware, or ask the support about this type."}},
        .ask = ask_nesting,
        .instead = "Scaleway Elastic Metal",
        .iommu_none = no_iommu_hoster,
        .certainty = Certainty::unknown,
        .source = "Scaleway price list, Elastic Metal (2026-07); cloud-init's ds-identify (sys_vendor)",
        .date = "2026-11",
    },
    {
        .id = Platform::hoster,
        .nesting = Nesting::provider_decides,
        .intro = "This is a guest of KVM that is named after somebody who makes no hardware: most likely "
                 "the provider that it "
                 "is rented from, of whom this table has no row. The provider decides; nothing inside this "
                 "machine changes it. (By one survey of 2026-09 OVH's VPS have it, and the plain VPS of "
                 "Contabo and Hostinger have not.) "
                 "(If the host is your own, see the steps for KVM: nestprobe --explain=NP302.)",
        .steps = {{.where = Where::provider,
                   .what = "Look for nested virtualization in the provider's documentation and control "
                           "panel: some have a switch "
                           "or a plan with it, and ask for a restart from the panel after it.",
                   .cost = Cost::restart_guest,
                   .expect = seen_in_guest}},
        .ask = ask_nesting,
        .instead = "a dedicated (bare metal) server, where KVM runs without nesting",
        .iommu_none = no_iommu_hoster,
        .certainty = Certainty::unknown,
        .source = "no statement of this provider's was looked for; of OVH, Contabo and Hostinger one survey",
        .date = "2026-11",
    },
    {
        .id = Platform::openstack,
        .nesting = Nesting::host_decides,
        .intro =
            "This is an instance of an OpenStack cloud. Whether it sees {flag} is a setting of the compute "
            "node "
            "(nova.conf, nesting on, a hard reboot of the instance); no flavor or image property switches it "
            "on. A user of the cloud asks its operator; "
            "many "
            "hosters (OVH, Huawei Cloud and others) are OpenStack clouds, and there the provider decides.",
        .steps =
            {host_nested_check,
             host_nested_intel,
             host_nested_amd,
             {.where = Where::hypervisor_host,
              .what =
                  "On each compute node, in nova.conf, section [libvirt], let guests see the host's CPU. "
                  "(With cpu_mode = custom: cpu_model_extra_flags = {flag} instead. Deployment tools such as "
                  "Kolla, TripleO or Juju have their own place for it.)",
              .commands = {"sudo crudini --set /etc/nova/nova.conf libvirt cpu_mode host-passthrough"},
              .file = "/etc/nova/nova.conf",
              .lines = {"[libvirt]", "cpu_mode = host-passthrough"}},
             {.where = Where::hypervisor_host,
              .what = "Restart the compute service (it is named openstack-nova-compute on Red Hat's).",
              .commands = {"sudo systemctl restart nova-compute"},
              .cost = Cost::none},
             {.where = Where::guest_definition,
              .what = "Reboot the instance hard, so that its definition is written again.",
              .commands = {"openstack server reboot --hard INSTANCE"},
              .cost = Cost::restart_guest,
              .expect = seen_in_guest}},
        .ask = "Please let your compute nodes pass {flag} to instances ([libvirt] cpu_mode = "
               "host-passthrough, or "
               "cpu_model_extra_flags = {flag}, with {module}.nested on), or name a flavor that has it.",
        .query = {"openstack server show INSTANCE -c flavor -c OS-EXT-SRV-ATTR:hypervisor_hostname"},
        .often_rented = true,
        .query_by_user = true,
        .iommu_steps =
            {{.where = Where::guest_definition,
              .what = "A virtual IOMMU is a property of the flavor (or image), with machine type q35; Nova "
                      "has it since 2023.1.",
              .commands = {"openstack image set IMAGE --property hw_machine_type=q35",
                           "openstack flavor set FLAVOR --property hw:viommu_model=intel"},
              .cost = Cost::none},
             {.where = Where::guest_definition,
              .what = "Create the instance from them, or resize it to that flavor.",
              .commands = {"openstack server resize --flavor FLAVOR INSTANCE",
                           "openstack server resize confirm INSTANCE"},
              .cost = Cost::restart_guest,
              .expect = "In the guest, ls /sys/class/iommu shows dmar0."}},
        .source = "Nova documentation, CPU models; Configuring PCI passthrough, Virtual IOMMU support",
        .date = "2026-11",
    },
    {
        .id = Platform::kubevirt,
        .nesting = Nesting::yes_switch,
        .intro =
            "This is a virtual machine of KubeVirt (OpenShift Virtualization too). Its CPU is part of the "
            "VirtualMachine object; the default, host-model, leaves svm out on AMD.",
        .steps =
            {{.where = Where::hypervisor_host,
              .what = "Look for nodes whose KVM offers {flag} to guests.",
              .commands = {"kubectl get nodes -L cpu-feature.node.kubevirt.io/{flag}"},
              .expect =
                  "true for a node. If for none: {module}.nested is off there; switch it on on the node "
                  "(on OpenShift by a MachineConfig), with its machines moved away."},
             {.where = Where::guest_definition,
              .what = "Pass the node's CPU through.",
              .commands = {"kubectl -n NAMESPACE patch vm GUEST --type merge -p "
                           "'{\"spec\":{\"template\":{\"spec\":{\"domain\":{\"cpu\":{\"model\":"
                           "\"host-passthrough\"}}}}}}'"}},
             {.where = Where::guest_definition,
              .what = "Or keep the model and require the feature (this replaces a list of features that is "
                      "there).",
              .commands = {"kubectl -n NAMESPACE patch vm GUEST --type merge -p "
                           "'{\"spec\":{\"template\":{\"spec\":{\"domain\":{\"cpu\":{\"features\":[{\"name\":"
                           "\"{flag}\",\"policy\":\"require\"}]}}}}}}'"},
              .only_if = "the machine has to stay migratable between unlike nodes"},
             {.where = Where::guest_definition,
              .what = "Restart the machine: a reboot inside keeps the old CPU.",
              .commands = {"virtctl -n NAMESPACE restart GUEST"},
              .cost = Cost::restart_guest,
              .expect = seen_in_guest}},
        .query = {"kubectl -n NAMESPACE get vmi GUEST -o jsonpath='{.spec.domain.cpu}'"},
        .iommu_none =
            "As of 2026 KubeVirt's API has no known field for a virtual IOMMU; a hook sidecar can add one to "
            "the domain.",
        .broken = "With a host of 2018 or 2019 above, KubeVirt's nested machines failed at VM entry "
                  "(hardware error "
                  "0x0).",
        .source = "KubeVirt user guide, Virtual hardware, CPU; kubevirt issues 10508, 2318",
        .date = "2026-11",
    },
    {
        .id = Platform::nutanix,
        .nesting = Nesting::yes_switch,
        .intro = "This is a virtual machine of Nutanix AHV, which is KVM. AHV gives it a baseline CPU "
                 "without {flag}, "
                 "unless its CPU is passed through; that is done from a controller VM (CVM) of the cluster.",
        .steps =
            {{.where = Where::hypervisor_host,
              .what =
                  "On a CVM: shut the machine down, pass the CPU through, start it. It cannot be migrated "
                  "live between unlike hosts then.",
              .commands = {"acli vm.shutdown GUEST", "acli vm.update GUEST cpu_passthrough=true",
                           "acli vm.on GUEST"},
              .cost = Cost::restart_guest,
              .expect = seen_in_guest}},
        .ask =
            "Please set cpu_passthrough=true for this virtual machine (acli vm.update), and power-cycle it.",
        .query = {"acli vm.get GUEST"},
        .iommu_none = "No switch of AHV's for a virtual IOMMU is known.",
        .certainty = Certainty::reported,
        .source =
            "public administration scripts and Cisco's CML notes for AHV; Nutanix's own page was not read",
        .date = "2026-11",
    },
    {
        .id = Platform::cloudstack,
        .nesting = Nesting::host_decides,
        .intro = "This is an instance of a CloudStack cloud on KVM. The CPU that instances see is set per "
                 "host, in the "
                 "agent's properties; without it they get QEMU's default, which has no {flag}.",
        .steps = {host_nested_check,
                  host_nested_intel,
                  host_nested_amd,
                  {.where = Where::hypervisor_host,
                   .what = "On each KVM host, look at what is set, and let guests see the host's CPU. (To "
                           "keep a named "
                           "model: guest.cpu.features={flag} instead.)",
                   .commands = {"grep -n '^guest.cpu' /etc/cloudstack/agent/agent.properties",
                                "echo 'guest.cpu.mode=host-passthrough' | sudo tee -a "
                                "/etc/cloudstack/agent/agent.properties",
                                "sudo systemctl restart cloudstack-agent"},
                   .cost = Cost::none},
                  {.where = Where::guest_definition,
                   .what = "Stop the instance and start it; a reboot keeps the old CPU.",
                   .commands = {"cmk stop virtualmachine id=INSTANCE",
                                "cmk start virtualmachine id=INSTANCE"},
                   .cost = Cost::restart_guest,
                   .expect = seen_in_guest}},
        .ask = "Please set guest.cpu.mode=host-passthrough (or guest.cpu.features={flag}) in the KVM agents' "
               "agent.properties, with {module}.nested on.",
        .often_rented = true,
        .iommu_none =
            "CloudStack has no switch for a virtual IOMMU; its operator can allow extra configuration of the "
            "domain (enable.additional.vm.configuration).",
        .broken = "By one report of 4.22 the mode did not reach new instances: look at lscpu in one before "
                  "trusting it.",
        .source =
            "CloudStack documentation, Host KVM installation, Configure CPU model; agent.properties; issues "
            "8596, 12988",
        .date = "2026-11",
    },
    {
        .id = Platform::ovirt,
        .nesting = Nesting::yes_switch,
        .intro = "This is a virtual machine of oVirt (or Red Hat Virtualization). Its CPU is the cluster's "
                 "CPU type, a "
                 "named model without {flag}, unless its host CPU is passed through.",
        .steps = {{.where = Where::hypervisor_host,
                   .what = "See whether nesting is on at the host.",
                   .commands = {"cat /sys/module/{module}/parameters/nested"},
                   .expect = "Y or 1",
                   .host_nested = true},
                  {.where = Where::hypervisor_host,
                   .when = "Only if it is off",
                   .what =
                       "put the host into maintenance; in the engine Compute, Hosts, Edit, "
                       "Kernel, tick \"Nested Virtualization\"; Installation, Reinstall; reboot the host.",
                   .cost = Cost::reboot,
                   .host_nested = true},
                  {.where = Where::guest_definition,
                   .what =
                       "With the machine down: Compute, Virtual Machines, Edit, Host, tick \"Pass-Through "
                       "Host CPU\" "
                       "(it asks for a specific host or no migration); then run it.",
                   .cost = Cost::restart_guest,
                   .expect = seen_in_guest},
                  {.where = Where::hypervisor_host,
                   .what = "On old hosts (vdsm before 4.20 or so) the hook does the same for every machine.",
                   .commands = {"sudo yum install vdsm-hook-nestedvt", "sudo systemctl restart vdsmd"},
                   .only_if = "the engine has no \"Nested Virtualization\" box"}},
        .ask = "Please enable \"Nested Virtualization\" on the host and \"Pass-Through Host CPU\" for this "
               "virtual "
               "machine.",
        .iommu_none =
            "oVirt has no switch for a virtual IOMMU in the machine's settings; a vdsm hook can add one.",
        .certainty = Certainty::remembered,
        .source = "oVirt administration guide, Hosts, Kernel settings; Virtual machine settings, Host",
        .date = "2026-11",
    },
    {
        .id = Platform::proxmox,
        .nesting = Nesting::yes_switch,
        .intro = "This is a virtual machine of Proxmox VE. Its default CPU types (x86-64-v2-AES, kvm64) have "
                 "no {flag}. "
                 "What to change is on the node, with the machine stopped after.",
        .steps = {host_nested_check,
                  host_nested_intel,
                  host_nested_amd,
                  {.where = Where::guest_definition,
                   .what = "Give the machine the node's CPU with nesting.",
                   .commands = {"qm set VMID --cpu host,flags=+nested-virt"}},
                  {.where = Where::guest_definition,
                   .what = "Or, where an older Proxmox VE does not know the flag nested-virt:",
                   .commands = {"qm set VMID --cpu host"},
                   .only_if = "Proxmox VE does not know the flag nested-virt"},
                  {.where = Where::guest_definition,
                   .what =
                       "Or take a model of the nodes' maker that resembles their processors (Skylake-Server, "
                       "EPYC-Rome; Proxmox advises against x86-64-v2 and -v3 with this flag).",
                   .commands = {"qm set VMID --cpu MODEL,flags=+nested-virt"},
                   .only_if = "it has to migrate between unlike nodes"},
                  {.where = Where::guest_definition,
                   .what = "Shut the machine down and start it: a reboot inside it keeps the old CPU.",
                   .commands = {"qm shutdown VMID", "qm start VMID"},
                   .cost = Cost::restart_guest,
                   .expect = seen_in_guest}},
        .ask = "Please set this VM's CPU to host with nested virtualization (qm set VMID --cpu "
               "host,flags=+nested-virt), then stop and start it.",
        .query = {"qm config VMID --current", "qm showcmd VMID --pretty"},
        .iommu_steps =
            {{.where = Where::guest_definition,
              .what = "Give the machine an Intel IOMMU (it serves on AMD nodes too), which needs q35; a "
                      "change from i440fx to q35 renames the network devices in the guest.",
              .commands = {"qm set VMID --machine q35,viommu=intel", "qm shutdown VMID", "qm start VMID"},
              .cost = Cost::restart_guest,
              .expect = "In the guest, with intel_iommu=on on its kernel command line, ls /sys/class/iommu "
                        "shows dmar0."},
             {.where = Where::guest_definition,
              .when = "If it does not start with \"aw-bits 48 > host aw-bits 39\"",
              .what = "make it narrower.",
              .commands = {"qm set VMID --machine q35,viommu=intel,aw-bits=39"},
              .cost = Cost::restart_guest}},
        .source = "Proxmox VE administration guide, qm(1), CPU type and machine; qemu-server CPUConfig.pm; "
                  "pve-devel "
                  "patch on aw-bits",
        .date = "2026-10",
    },
    {
        .id = Platform::incus,
        .nesting = Nesting::host_decides,
        .intro = "This is a virtual machine of Incus, which passes the host's CPU through; so {flag} follows "
                 "the host's "
                 "nested parameter. (security.nesting is for containers and does nothing here.)",
        .steps = {host_nested_check, host_nested_intel, host_nested_amd,
                  stateful_off("incus stop GUEST", "incus config set GUEST migration.stateful=false",
                               "incus start GUEST"),
                  stop_and_start("incus stop GUEST", "incus start GUEST")},
        .query = {"incus config show GUEST --expanded"},
        .iommu_steps =
            {{.where = Where::guest_definition,
              .what = "Incus has a switch for it in recent releases; it is set while the machine is off.",
              .commands = {"incus stop GUEST", "incus config set GUEST security.iommu=true",
                           "incus start GUEST"},
              .cost = Cost::restart_guest,
              .expect = "In the guest, ls /sys/class/iommu is not empty."}},
        .certainty = Certainty::remembered,
        .source = "Incus documentation, Instance options (security.iommu, migration.stateful)",
        .date = "2026-11",
    },
    {
        .id = Platform::lxd,
        .nesting = Nesting::host_decides,
        .intro = "This is a virtual machine of LXD, which passes the host's CPU through; so {flag} follows "
                 "the host's "
                 "nested parameter. (security.nesting is for containers and does nothing here.)",
        .steps = {host_nested_check, host_nested_intel, host_nested_amd,
                  stateful_off("lxc stop GUEST", "lxc config set GUEST migration.stateful=false",
                               "lxc start GUEST"),
                  stop_and_start("lxc stop GUEST", "lxc start GUEST")},
        .query = {"lxc config show GUEST --expanded"},
        .iommu_steps =
            {{.where = Where::guest_definition,
              .what = "LXD has no switch of its own for a virtual IOMMU; raw QEMU options can add one, "
                      "unsupported.",
              .commands = {"lxc config set GUEST raw.qemu='-device intel-iommu,caching-mode=on'"},
              .cost = Cost::restart_guest,
              .expect = "In the guest, ls /sys/class/iommu shows dmar0."}},
        .broken = "With a host of 2018 or 2019 above, QEMU failed with \"failed to set MSR 0x480 to 0x0\".",
        .source = "LXD source driver_qemu (smbios type 2); documentation, Instance options; lxd issue 6518",
        .date = "2026-11",
    },
    {
        .id = Platform::multipass,
        .nesting = Nesting::host_decides,
        .intro =
            "This is a virtual machine of Multipass. On Linux that starts QEMU with -cpu host and has no "
            "switch of its own: {flag} follows the host's nested parameter. On Windows it is a machine "
            "of Hyper-V or VirtualBox, whose switch counts; on a Mac there is none.",
        .steps = {host_nested_check,
                  host_nested_intel,
                  host_nested_amd,
                  stop_and_start("multipass stop NAME", "multipass start NAME"),
                  {.where = Where::windows_host,
                   .when = "Only if the host is Windows with Hyper-V",
                   .what = "with the machine stopped, in PowerShell as administrator:",
                   .commands = {"Set-VMProcessor -VMName NAME -ExposeVirtualizationExtensions $true"},
                   .cost = Cost::restart_guest}},
        .query = {"multipass get local.driver"},
        .iommu_none = "Multipass has no switch for a virtual IOMMU.",
        .source = "canonical/multipass, src/platform/backends/qemu/linux/qemu_platform_detail_linux.cpp, "
                  "vm_platform_args(); documentation, Driver",
        .date = "2026-11",
    },
    {
        .id = Platform::cloud_hypervisor,
        .nesting = Nesting::yes_switch,
        .intro = "This is a guest of Cloud Hypervisor, which passes nesting through by default; since v50.0 "
                 "(December "
                 "2025) --cpus nested=off takes it away.",
        .steps =
            {host_nested_check,
             host_nested_intel,
             host_nested_amd,
             {.where = Where::guest_definition,
              .what =
                  "In the command that starts the guest (or in the API's cpus object, \"nested\": true): say "
                  "it, and start the guest again.",
              .lines = {"--cpus boot=4,nested=on"},
              .cost = Cost::restart_guest,
              .expect = seen_in_guest}},
        .iommu_steps = {{.where = Where::guest_definition,
                         .what = "A virtio IOMMU is an option of each device (iommu=on).",
                         .lines = {"--device path=/sys/bus/pci/devices/ADDRESS,iommu=on"},
                         .cost = Cost::restart_guest,
                         .expect = "In the guest, ls /sys/class/iommu is not empty."}},
        .broken =
            "On AMD nested=off did nothing before v52.0, and on arm64 giving it was an error before v52.0.",
        .source = "Cloud Hypervisor release notes v50.0 and v52.0 (second-hand); docs/cpu.md; issue 8541",
        .date = "2026-09",
    },
    {
        .id = Platform::firecracker,
        .nesting = Nesting::host_decides,
        .intro = "This is a Firecracker microVM. Its static CPU templates (T2, T2S, T2CL, C3, T2A) take "
                 "{flag} away; "
                 "without a template the guest sees what the host's KVM offers. The project does not support "
                 "nesting: "
                 "it saves no nested state.",
        .steps =
            {host_nested_check,
             host_nested_intel,
             host_nested_amd,
             {.where = Where::guest_definition,
              .what =
                  "Start the microVM without cpu_template in its machine-config (or with \"None\"), if that "
                  "template can be done without.",
              .cost = Cost::restart_guest,
              .expect = seen_in_guest,
              .only_if = "a CPU template is in use"}},
        .instead = "another VMM on the same host (QEMU, Cloud Hypervisor), or the host itself",
        .iommu_none = "Firecracker has no virtual IOMMU.",
        .broken = "With a host of 2018 or 2019 above: KVM_EXIT_FAIL_ENTRY. Snapshots with nested guests are "
                  "not kept.",
        .source = "Firecracker source, static CPU templates; issues 668, 1721",
        .date = "2026-09",
    },
    {
        .id = Platform::fly,
        .nesting = Nesting::provider_decides,
        .intro = "This is a Machine of Fly.io, a Firecracker microVM on Fly's own servers. The provider "
                 "decides, and no statement of Fly's that its Machines show VMX or SVM was found (2026-11).",
        .steps = {{.where = Where::provider,
                   .what = "Run what needs KVM elsewhere: a bare metal server, or a cloud with nested "
                           "virtualization. What can do without uses emulation (QEMU without -accel kvm)."}},
        .ask = ask_nesting,
        .iommu_none = "Firecracker has no virtual IOMMU.",
        .certainty = Certainty::unknown,
        .source = "Fly.io blog, Fly Machines (Firecracker); nothing about nesting",
        .date = "2026-11",
    },
    {
        .id = Platform::crostini,
        .nesting = Nesting::host_decides,
        .intro = "This is Linux on a Chromebook (Crostini): a container in a virtual machine of crosvm. The "
                 "kernel that would have to offer nesting is Google's, in ChromeOS; no setting of ChromeOS "
                 "switches it on, and nothing in here does.",
        .steps =
            {{.where = Where::provider,
              .what =
                  "Update ChromeOS (Settings, About ChromeOS), and start Linux again: right-click its "
                  "Terminal, \"Shut down Linux\", open it. Whether a Chromebook's kernel offers it differs "
                  "by model.",
              .expect = "In the Terminal, ls /dev/kvm shows the device."},
             {.where = Where::here,
              .what = "Otherwise use another machine, a cloud with nested virtualization, or emulation (QEMU "
                      "without -accel kvm), which is slow."}},
        .iommu_none = "crosvm has a virtio IOMMU for assigned devices only, and ChromeOS gives none away.",
        .certainty = Certainty::unknown,
        .source = "DMI and kernel names in reports; how ChromeOS sets nesting was not found",
        .date = "2026-11",
    },
    {
        .id = Platform::crosvm,
        .nesting = Nesting::host_decides,
        .intro = "This is a guest of crosvm (Android's virtualization, ChromeOS). As far as "
                 "known crosvm "
                 "passes on what the host's KVM offers; on a Chromebook the kernel is Google's, and its user "
                 "cannot "
                 "change it.",
        .steps = {host_nested_check,
                  host_nested_intel,
                  host_nested_amd,
                  {.where = Where::guest_definition,
                   .what = "Stop the machine and start it.",
                   .cost = Cost::restart_guest,
                   .expect = seen_in_guest}},
        .iommu_none = "crosvm has a virtio IOMMU for assigned devices only (--vfio with iommu=viommu).",
        .certainty = Certainty::unknown,
        .source = "a boot log (DMI); crosvm's behaviour as known, not read for this row",
        .date = "2026-11",
    },
    {
        .id = Platform::apple,
        .nesting = Nesting::never,
        .intro =
            "Apple's Virtualization framework shows no VMX to x86 guests, on Intel Macs neither. Nesting "
            "exists "
            "there for arm64 guests with Linux only, on M3 or later with macOS 15: not on M1 and M2, not for "
            "guests with macOS or Windows. Docker Desktop, Lima, UTM, Tart and others are built on it.",
        .steps = {{.where = Where::guest_definition,
                   .what =
                       "For an arm64 guest with Linux on such a Mac. Lima: nestedVirtualization: true with "
                       "vmType: vz (limactl create --nested-virt). UTM 4.6 and later: a machine of Apple "
                       "Virtualization, not of QEMU. Tart: tart run --nested. QEMU 11.1 and later: -machine "
                       "virt,accel=hvf,virtualization=on,gic-version=3."},
                  {.where = Where::here,
                   .what = "For KVM with VMX or SVM use an x86 machine with Linux, or a cloud instance with "
                           "nesting."}},
        .iommu_none = "The framework has no virtual IOMMU.",
        .certainty = Certainty::remembered,
        .source = "Apple developer documentation, VZGenericPlatformConfiguration; utmapp/UTM#6700 (2024-11), "
                  "#6821; QEMU ChangeLog 11.1; lima-vm/lima#5443 (2026-08)",
        .date = "2026-11",
    },
    {
        .id = Platform::docker_desktop,
        .nesting = Nesting::none,
        .intro = "This is the virtual machine in which Docker Desktop runs its containers, on Windows, macOS "
                 "and Linux alike. Its kernel and its processor are Docker's own, and it has no switch for "
                 "KVM. What helps depends on the system that Docker Desktop runs on; one of these:",
        .steps = {{.where = Where::container_host,
                   .when = "If that is Linux",
                   .what = "let Docker Engine on the system itself run the container, "
                           "beside Docker Desktop.",
                   .commands = {"docker context use default", "docker run --device /dev/kvm IMAGE"}},
                  {.where = Where::windows_host,
                   .when = "If that is Windows 11",
                   .what = "Docker Desktop, Settings, General, \"Use the WSL 2 based "
                           "engine\". The kernel of WSL 2 has KVM, unless .wslconfig says "
                           "nestedVirtualization=false; then restart WSL and Docker Desktop. Windows 10 has "
                           "no way.",
                   .commands = {"wsl --update", "wsl --shutdown"}},
                  {.where = Where::here,
                   .when = "If that is a Mac, there is no way",
                   .what = "use an x86 machine with Linux, or a cloud "
                           "instance with nesting."}},
        .iommu_none = "Docker Desktop's virtual machine has no virtual IOMMU.",
        .certainty = Certainty::reported,
        .source = "Docker documentation, Desktop for Linux and WSL 2 backend; dockur/windows FAQ",
        .date = "2026-11",
    },
    {
        .id = Platform::vmware,
        .nesting = Nesting::yes_switch,
        .intro = "This is a virtual machine of VMware. Each machine has a switch for it, which is off by "
                 "default and is "
                 "changed with the machine powered off; a rented one (vCloud) has to be asked for. Where "
                 "VMware refuses it (\"not supported on this platform\"), the Windows below runs its own "
                 "hypervisor: the step on the Windows host is the one.",
        .steps =
            {{.where = Where::guest_definition,
              .what = "vSphere: power the machine off; Edit Settings, CPU, Hardware virtualization, \"Expose "
                      "hardware "
                      "assisted virtualization to the guest OS\" (virtual hardware 9 or later); power it on.",
              .cost = Cost::restart_guest,
              .expect = seen_in_guest},
             {.where = Where::guest_definition,
              .what = "The same by command.",
              .commands = {"govc vm.power -s=true GUEST", "govc vm.change -vm GUEST -nested-hv-enabled=true",
                           "govc vm.power -on=true GUEST"},
              .cost = Cost::restart_guest,
              .only_if = "you prefer govc"},
             {.where = Where::guest_definition,
              .what = "Or add this line to the machine's .vmx file, with it powered off.",
              .file = "GUEST.vmx",
              .lines = {"vhv.enable = \"TRUE\""},
              .cost = Cost::restart_guest,
              .only_if = "there is no vCenter"},
             {.where = Where::guest_definition,
              .what = "Workstation, Player and Fusion: power the machine off, and add this line to its .vmx "
                      "file, or "
                      "tick the first box under \"Virtualization engine\" in Settings, Processors (Fusion, "
                      "on Intel "
                      "Macs: Advanced options, \"Enable hypervisor applications in this virtual machine\").",
              .file = "GUEST.vmx",
              .lines = {"vhv.enable = \"TRUE\""},
              .cost = Cost::restart_guest,
              .only_if = "it runs on a workstation",
              .on_pc = true},
             {.where = Where::windows_host,
              .what =
                  "On a Windows host where Windows' own hypervisor runs (Hyper-V, WSL 2, memory integrity), "
                  "VMware cannot offer it: switch memory integrity off (Windows Security, Device security, "
                  "Core isolation), let Windows start without its hypervisor, and restart it. WSL 2, "
                  "Hyper-V and Docker Desktop stop working. Back: the same command with auto.",
              .commands = {"bcdedit /set hypervisorlaunchtype off"},
              .cost = Cost::reboot,
              .only_if = "the host is Windows and its hypervisor runs"}},
        .ask = "Please enable \"Expose hardware assisted virtualization to the guest OS\" for this virtual "
               "machine (vCloud "
               "Director: enableNestedHypervisor) and power-cycle it.",
        .query = {"govc vm.info -json GUEST"},
        .iommu_steps =
            {{.where = Where::guest_definition,
              .what =
                  "With the machine powered off: Edit Settings, CPU, I/O MMU, \"Expose IOMMU to the guest "
                  "OS\" (EFI firmware, virtual hardware 14 or later), which is this line in the .vmx.",
              .file = "GUEST.vmx",
              .lines = {"vvtd.enable = \"TRUE\""},
              .cost = Cost::restart_guest,
              .expect = "In the guest, with intel_iommu=on, ls /sys/class/iommu shows dmar0."}},
        .broken =
            "With side-channel mitigations on, nested guests are extremely slow although VMX is shown. Fault "
            "Tolerance excludes it. VMware supports other hypervisors inside for tests only.",
        .shows_and_fails = true,
        .certainty = Certainty::remembered,
        .source = "VMware vSphere documentation, Expose VMware hardware assisted virtualization; govc usage",
        .date = "2026-11",
    },
    {
        .id = Platform::hyperv_root,
        .nesting = Nesting::never,
        .intro = "This Linux is the root partition of Microsoft's hypervisor: that owns VMX and SVM, and KVM "
                 "does not "
                 "work in it. Its guests are run by /dev/mshv.",
        .steps = {{.where = Where::here,
                   .what =
                       "Use a VMM for /dev/mshv (Cloud Hypervisor), or boot this Linux without the Microsoft "
                       "hypervisor below it.",
                   .cost = Cost::reboot}},
        .iommu_none = "The Microsoft hypervisor drives the IOMMU.",
        .certainty = Certainty::remembered,
        .source = "Linux arch/x86/kernel/cpu/mshyperv.c",
        .date = "2026-11",
    },
    {
        .id = Platform::hyperv,
        .nesting = Nesting::yes_switch,
        .intro =
            "This is a virtual machine of Hyper-V. Each machine has a switch for it, off by default, which "
            "the "
            "host's administrator changes with the machine off. Intel: Windows 10 or Server 2016 and later, "
            "configuration version 8.0; AMD: Windows 11 or Server 2022 and later, version 9.3.",
        .steps =
            {{.where = Where::windows_host,
              .what =
                  "In an administrator's PowerShell on the host: turn the machine off and see its version.",
              .commands = {"Stop-VM -Name GUEST", "Get-VM -Name GUEST | Format-List Version"},
              .cost = Cost::restart_guest,
              .expect = "8.0 or more on Intel, 9.3 or more on AMD"},
             {.where = Where::windows_host,
              .when = "Only if it is lower",
              .what = "raise it; an older host cannot run the machine after that.",
              .commands = {"Update-VMVersion -Name GUEST"}},
             {.where = Where::windows_host,
              .what = "Show the extensions to the machine and start it. Its memory cannot change while "
                      "nested guests "
                      "run.",
              .commands = {"Set-VMProcessor -VMName GUEST -ExposeVirtualizationExtensions $true",
                           "Start-VM -Name GUEST"},
              .cost = Cost::restart_guest,
              .expect = seen_in_guest},
             {.where = Where::windows_host,
              .what = "For the network of nested guests that are bridged: allow their addresses.",
              .commands =
                  {"Get-VMNetworkAdapter -VMName GUEST | Set-VMNetworkAdapter -MacAddressSpoofing On"},
              .only_if = "nested guests need the outer network without NAT"}},
        .ask = "Please run Set-VMProcessor -VMName NAME -ExposeVirtualizationExtensions $true for this "
               "virtual machine, "
               "with it turned off.",
        .query = {"Get-VMProcessor -VMName GUEST | Format-List ExposeVirtualizationExtensions"},
        .iommu_none =
            "Hyper-V shows its guests no IOMMU that serves for device assignment; no switch adds one.",
        .broken = "On AMD hosts older than Windows 11 or Server 2022, or with a lower configuration version, "
                  "VMRUN faults. "
                  "On Intel KVM uses enlightened VMCS here and goes without some features (APICv, VMCS "
                  "shadowing, ...).",
        .source = "Microsoft Learn, Run Hyper-V in a virtual machine with nested virtualization",
        .date = "2026-11",
    },
    {
        .id = Platform::virtualbox,
        .nesting = Nesting::yes_switch,
        .intro =
            "This is a virtual machine of VirtualBox. It has a switch since 6.0 for AMD and since 6.1 for "
            "Intel; "
            "older ones have nothing. It is greyed out, or has no effect, while VirtualBox runs on a Windows "
            "host's "
            "own hypervisor (a green turtle in the window's status line), and in VirtualBox's KVM backend.",
        .steps =
            {{.where = Where::guest_definition,
              .what = "On the host: see the version, and turn the machine off.",
              .commands = {"VBoxManage --version", "VBoxManage controlvm GUEST acpipowerbutton"},
              .cost = Cost::restart_guest,
              .expect = "6.0 or later for AMD, 6.1 or later for Intel; otherwise upgrade VirtualBox first"},
             {.where = Where::guest_definition,
              .what = "Switch it on, with nested paging, and start the machine.",
              .commands = {"VBoxManage modifyvm GUEST --nested-hw-virt on --nested-paging on --hwvirtex on",
                           "VBoxManage startvm GUEST"},
              .cost = Cost::restart_guest,
              .expect = seen_in_guest},
             {.where = Where::windows_host,
              .what =
                  "On a Windows host where it stays without effect: switch memory integrity off, let Windows "
                  "start without its hypervisor, and restart it. WSL 2, Hyper-V and Docker Desktop stop "
                  "working. Back: the same command with auto.",
              .commands = {"bcdedit /set hypervisorlaunchtype off"},
              .cost = Cost::reboot,
              .only_if = "VBox.log says \"Attempting fall back to NEM\""}},
        .query = {"VBoxManage showvminfo GUEST --machinereadable"},
        .iommu_steps = {{.where = Where::guest_definition,
                         .what =
                             "Chipset ICH9 and an IOMMU (7.0 and later, experimental), with the machine off.",
                         .commands = {"VBoxManage modifyvm GUEST --chipset ich9 --iommu intel"},
                         .cost = Cost::restart_guest,
                         .only_if = "the host's processor is Intel; --iommu amd on AMD"}},
        .broken = "Nested guests of VirtualBox are slow or hang, often without nested paging inside (no ept "
                  "in the vmx "
                  "flags); 64-bit nested guests were seen to fail.",
        .shows_and_fails = true,
        .source = "VirtualBox manual, Nested virtualization; VBoxManage modifyvm; VirtualBox issues 586; "
                  "virtualbox-kvm issue 19",
        .date = "2026-11",
    },
    {
        .id = Platform::parallels,
        .nesting = Nesting::yes_switch,
        .intro =
            "Parallels Desktop has a switch per machine (Pro and Business editions). x86 guests with VMX "
            "exist on "
            "Intel Macs only; on Apple silicon guests are arm64, and reports about M3 and later disagree.",
        .steps = {{.where = Where::guest_definition,
                   .what = "On the Mac: stop the machine, switch it on (Hardware, CPU & Memory, Advanced, "
                           "\"Enable nested "
                           "virtualization\"), start it.",
                   .commands = {"prlctl stop GUEST", "prlctl set GUEST --nested-virt on",
                                "prlctl start GUEST"},
                   .cost = Cost::restart_guest,
                   .expect = seen_in_guest}},
        .query = {"prlctl list --info GUEST"},
        .iommu_none = "Parallels has no switch for a virtual IOMMU.",
        .certainty = Certainty::reported,
        .source = "public scripts that use prlctl --nested-virt; Parallels' own page was not read",
        .date = "2026-11",
    },
    {
        .id = Platform::bhyve,
        .nesting = Nesting::none,
        .intro = "bhyve has no nested virtualization: nobody can switch it on here. (FreeBSD, TrueNAS CORE, "
                 "SmartOS and "
                 "Triton use it.)",
        .steps = {{.where = Where::hypervisor_host,
                   .what = "Move this guest to a hypervisor that has it (KVM, Hyper-V, VMware), or run on "
                           "the hardware."}},
        .iommu_none = "bhyve shows its guests no IOMMU.",
        .certainty = Certainty::remembered,
        .source = "bhyve(8); virt-what and systemd name the signature",
        .date = "2026-11",
    },
    {
        .id = Platform::pvm,
        .nesting = Nesting::never,
        .intro =
            "This is a guest of PVM, a KVM that runs its guests without VMX and SVM (module kvm_pvm on the "
            "host). It has neither to show: nobody can switch it on here.",
        .steps = {{.where = Where::hypervisor_host,
                   .what =
                       "Run what needs KVM on a host whose KVM uses VMX or SVM, and shows it to guests, or "
                       "on the hardware. What can do without uses emulation (QEMU without -accel kvm)."}},
        .iommu_steps = {{.where = Where::hypervisor_host,
                         .what =
                             "PVM has no part in it: the program that runs the guest decides. QEMU and Cloud "
                             "Hypervisor can give it a virtual IOMMU, Firecracker cannot."}},
        .certainty = Certainty::reported,
        .source = "virt-pvm, Documentation/virt/kvm/x86/pvm-spec.rst (not merged into Linux)",
        .date = "2026-11",
    },
    {
        .id = Platform::openbsd_vmm,
        .nesting = Nesting::none,
        .intro = "OpenBSD's vmm has no nested virtualization: nobody can switch it on here.",
        .steps = {{.where = Where::hypervisor_host,
                   .what = "Move this guest to a hypervisor that has it (KVM, Hyper-V, VMware), or run on "
                           "the hardware."}},
        .iommu_none = "vmm shows its guests no IOMMU.",
        .certainty = Certainty::remembered,
        .source = "vmm(4), vmd(8)",
        .date = "2026-11",
    },
    {
        .id = Platform::nvmm,
        .nesting = Nesting::none,
        .intro = "NVMM has no nested virtualization: nobody can switch it on here.",
        .steps = {{.where = Where::hypervisor_host,
                   .what = "Move this guest to a hypervisor that has it (KVM, Hyper-V, VMware), or run on "
                           "the hardware."}},
        .iommu_none = "NVMM shows its guests no IOMMU by itself.",
        .certainty = Certainty::remembered,
        .source = "nvmm(4)",
        .date = "2026-11",
    },
    {
        .id = Platform::haxm,
        .nesting = Nesting::none,
        .intro =
            "HAXM has no nested virtualization, and Intel ended it in 2023: nobody can switch it on here.",
        .steps = {{.where = Where::hypervisor_host,
                   .what = "Run the guest by another accelerator (WHPX with nesting, KVM on Linux)."}},
        .iommu_none = "HAXM has no virtual IOMMU.",
        .broken = "It reports no VMX although the definition asks for it.",
        .shows_and_fails = true,
        .source = "intel/haxm issues 479, 306",
        .date = "2026-11",
    },
    {
        .id = Platform::qnx,
        .nesting = Nesting::none,
        .intro = "The QNX hypervisor has no nested virtualization, as far as known.",
        .steps = {{.where = Where::hypervisor_host,
                   .what = "Run on the hardware, or under another hypervisor."}},
        .iommu_none = "No virtual IOMMU is known.",
        .certainty = Certainty::unknown,
        .source = "systemd and virt-what name the signature",
        .date = "2026-11",
    },
    {
        .id = Platform::qubes,
        .nesting = Nesting::none,
        .intro =
            "Qubes OS does not support nested virtualization: its qubes are PVH or HVM guests of Xen without "
            "VMX or SVM, on purpose.",
        .steps = {{.where = Where::here,
                   .what = "Use another machine, or emulation (qemu without KVM), which is slow."}},
        .iommu_none = "Xen drives the IOMMU; qubes get devices by Qubes' own tools.",
        .certainty = Certainty::remembered,
        .source = "Qubes OS issues and documentation (nested virtualization is not supported)",
        .date = "2026-11",
    },
    {
        .id = Platform::xen_control_domain,
        .nesting = Nesting::never,
        .intro = "This is the control domain of Xen. Xen owns VMX and SVM and runs the guests; KVM cannot "
                 "work in it, "
                 "whatever the firmware says. Virtual machines are created by xl or libvirt's Xen driver.",
        .steps =
            {{.where = Where::here,
              .what = "To see what the processor has, ask Xen.",
              .commands = {"sudo xl info | grep virt_caps"},
              .expect = "hvm: Xen has VMX or SVM; hvm_directio: it has the IOMMU too"},
             {.where = Where::here,
              .what =
                  "To use KVM, boot this Linux without Xen: choose the boot menu's entry without \"with Xen "
                  "hypervisor\".",
              .cost = Cost::reboot,
              .expect = "ls /proc/xen is empty"}},
        .iommu_none =
            "Xen drives the IOMMU: xl dmesg says \"I/O virtualisation enabled\". iommu= is a word on Xen's "
            "command line, not on Linux's.",
        .source = "Xen documentation, xl(1), xen-command-line",
        .date = "2026-11",
    },
    {
        .id = Platform::xen_pv,
        .nesting = Nesting::never,
        .intro = "This is a paravirtualized guest of Xen: it has no VMX or SVM, and cannot have them. "
                 "Another type of "
                 "guest (HVM) can, experimentally.",
        .steps = {{.where = Where::guest_definition,
                   .what = "Change the domain's type, in its xl file, and start it with these lines; it "
                           "needs a boot disk "
                           "that an HVM guest can start from.",
                   .file = "/etc/xen/GUEST.cfg",
                   .lines = {"type = \"hvm\"", "hap = 1", "nestedhvm = 1"},
                   .cost = Cost::restart_guest,
                   .expect = seen_in_guest}},
        .iommu_none = "Xen drives the IOMMU.",
        .source = "Xen documentation, xl.cfg(5)",
        .date = "2026-11",
    },
    {
        .id = Platform::xen_pvh,
        .nesting = Nesting::never,
        .intro = "This is a PVH guest of Xen: it has no VMX or SVM. Another type of guest (HVM) can, "
                 "experimentally.",
        .steps = {{.where = Where::guest_definition,
                   .what = "Change the domain's type, in its xl file, and start it with these lines; it "
                           "needs a boot disk "
                           "that an HVM guest can start from.",
                   .file = "/etc/xen/GUEST.cfg",
                   .lines = {"type = \"hvm\"", "hap = 1", "nestedhvm = 1"},
                   .cost = Cost::restart_guest,
                   .expect = seen_in_guest}},
        .iommu_none = "Xen drives the IOMMU.",
        .source = "Xen documentation, xl.cfg(5)",
        .date = "2026-11",
    },
    {
        .id = Platform::xen,
        .nesting = Nesting::yes_switch,
        .intro = "This is an HVM guest of Xen: plain Xen, XCP-ng or XenServer, which look alike from inside. "
                 "Nesting is off by default, needs hardware-assisted paging, and is "
                 "experimental: use it for tests only.",
        .steps =
            {{.where = Where::guest_definition,
              .what = "On plain Xen: in the domain's xl file on the host.",
              .file = "/etc/xen/GUEST.cfg",
              .lines = {"hap = 1", "nestedhvm = 1"}},
             {.where = Where::hypervisor_host,
              .what = "On plain Xen: shut the domain down and create it again.",
              .commands = {"sudo xl shutdown -w GUEST", "sudo xl create /etc/xen/GUEST.cfg"},
              .cost = Cost::restart_guest,
              .expect = seen_in_guest},
             {.where = Where::hypervisor_host,
              .what = "On XCP-ng 8.3 and later instead: with the machine shut down, on its host.",
              .commands = {"xe vm-shutdown uuid=UUID", "xe vm-param-set uuid=UUID platform:nested-virt=true",
                           "xe vm-start uuid=UUID"},
              .cost = Cost::restart_guest,
              .only_if = "the host is XCP-ng 8.3 or later"},
             {.where = Where::hypervisor_host,
              .what = "On an older XCP-ng, or XenServer, the switch has another name.",
              .commands = {"xe vm-shutdown uuid=UUID",
                           "xe vm-param-set uuid=UUID platform:exp-nested-hvm=true", "xe vm-start uuid=UUID"},
              .cost = Cost::restart_guest,
              .only_if = "the host is XenServer or an XCP-ng before 8.3"}},
        .iommu_none = "Xen shows its guests no IOMMU.",
        .broken =
            "The domain can crash when the nested hypervisor starts; Xen calls the feature experimental.",
        .shows_and_fails = true,
        .source = "Xen documentation, xl.cfg(5), nestedhvm; xcp-ng/xcp issue 105",
        .date = "2026-11",
    },
    {
        .id = Platform::acrn,
        .nesting = Nesting::yes_switch,
        .intro = "ACRN offers nesting to its Service VM only, in a build that has it, and calls it "
                 "experimental; KVM is "
                 "the one hypervisor that it supports there. No other VM of ACRN's gets VMX.",
        .steps =
            {{.where = Where::guest_definition,
              .what =
                  "In the scenario's XML: NVMX_ENABLED y, SCHEDULER SCHED_NOOP; for the Service VM the flags "
                  "GUEST_FLAG_NVMX_ENABLED and GUEST_FLAG_LAPIC_PASSTHROUGH (newer files: "
                  "nested_virtualization_support y, lapic_passthrough y).",
              .lines = {"<NVMX_ENABLED>y</NVMX_ENABLED>", "<SCHEDULER>SCHED_NOOP</SCHEDULER>",
                        "<guest_flag>GUEST_FLAG_NVMX_ENABLED</guest_flag>",
                        "<guest_flag>GUEST_FLAG_LAPIC_PASSTHROUGH</guest_flag>"}},
             {.where = Where::hypervisor_host,
              .what = "Build the hypervisor from that, install it and reboot.",
              .cost = Cost::reboot,
              .expect = seen_in_guest}},
        .iommu_none = "ACRN drives VT-d itself and shows none to its VMs.",
        .broken = "Tested by the project on Tiger Lake and Kaby Lake only.",
        .source = "ACRN documentation, Enable Nested Virtualization",
        .date = "2026-11",
    },
    {
        .id = Platform::jailhouse,
        .nesting = Nesting::never,
        .intro =
            "Jailhouse partitions the machine and owns VMX or SVM; its cells, the root cell too, have none.",
        .steps = {{.where = Where::here,
                   .what = "In the root cell: switch Jailhouse off (its other cells end); then KVM can load.",
                   .commands = {"sudo jailhouse disable", "sudo modprobe {module}"},
                   .cost = Cost::stop_guests,
                   .expect = "ls /dev/kvm shows the device"}},
        .iommu_none = "Jailhouse drives the IOMMU itself.",
        .certainty = Certainty::remembered,
        .source = "Jailhouse documentation",
        .date = "2026-11",
    },
    {
        .id = Platform::tcg,
        .nesting = Nesting::yes_switch,
        .intro = "QEMU runs this guest by emulation, without KVM. That never offers VMX; it emulates SVM, "
                 "slowly, with "
                 "-cpu max or a model with +svm. Mostly the cause is that the host's QEMU could not use KVM.",
        .steps =
            {{.where = Where::hypervisor_host,
              .what = "See whether the host has KVM; if not, the host is to be repaired first (run nestprobe "
                      "there).",
              .commands = {"ls -l /dev/kvm"},
              .expect = "the device is there, and the user that runs QEMU may open it"},
             {.where = Where::guest_definition,
              .what =
                  "libvirt: make the domain a KVM one, with the host's CPU; then shut it down and start it.",
              .commands = {"virt-xml GUEST --edit --virt-type kvm",
                           "virt-xml GUEST --edit --cpu host-passthrough", "virsh shutdown GUEST",
                           "virsh start GUEST"},
              .cost = Cost::restart_guest,
              .expect = seen_in_guest},
             {.where = Where::guest_definition,
              .what = "QEMU by hand: in its command line, instead of the -accel, -machine accel= and -cpu "
                      "that are "
                      "there.",
              .lines = {"-accel kvm -cpu host"},
              .cost = Cost::restart_guest,
              .expect = seen_in_guest}},
        .iommu_steps = {{.where = Where::guest_definition,
                         .what = "Works under TCG too: q35 and, before all other devices, an IOMMU.",
                         .lines = {"-machine q35 -device intel-iommu,intremap=on"},
                         .cost = Cost::restart_guest}},
        .source =
            "QEMU 10.0 target/i386; QEMU documentation, Recommendations for KVM CPU model configuration",
        .date = "2026-11",
    },
    {
        .id = Platform::kvm,
        .nesting = Nesting::yes_switch,
        .intro =
            "This is a guest of KVM; who manages it does not show. (VirtualBox calls itself KVM to Linux "
            "guests, too: where dmidecode names VirtualBox, its own switch counts.) If you rent it, the "
            "provider decides, and "
            "asking is all that helps (by one survey of 2026-09 OVH's VPS have it, and the plain VPS of "
            "Contabo and Hostinger have not). If the host is yours: nesting on there, the CPU passed "
            "through, "
            "and this guest shut down and started.",
        .steps = {host_nested_check,
                  host_nested_intel,
                  host_nested_amd,
                  {.where = Where::guest_definition,
                   .what = "libvirt: pass the host's CPU through.",
                   .commands = {"virt-xml GUEST --edit --cpu host-passthrough"},
                   .expect = "virsh dumpxml GUEST shows <cpu mode='host-passthrough' ...>."},
                  {.where = Where::guest_definition,
                   .what = "Or keep the model that is there, and require the feature.",
                   .commands = {"virt-xml GUEST --edit --cpu require={flag}"},
                   .only_if = "it has to migrate between unlike hosts"},
                  {.where = Where::guest_definition,
                   .what = "Restart the guest from outside: a reboot inside it keeps the old CPU.",
                   .commands = {"virsh shutdown GUEST", "virsh start GUEST"},
                   .cost = Cost::restart_guest,
                   .expect = seen_in_guest},
                  {.where = Where::guest_definition,
                   .what =
                       "QEMU by hand: in its command line, instead of the -cpu that is there; then start it "
                       "again.",
                   .lines = {"-accel kvm -cpu host"},
                   .cost = Cost::restart_guest,
                   .only_if = "no libvirt runs it"},
                  {.where = Where::hypervisor_host,
                   .what = "Proxmox VE: give the machine the node's CPU, shut it down and start it.",
                   .commands = {"qm set VMID --cpu host", "qm shutdown VMID", "qm start VMID"},
                   .cost = Cost::restart_guest,
                   .only_if = "the host is Proxmox VE"}},
        .ask = ask_nesting,
        .instead = "a dedicated (bare metal) server, where KVM runs without nesting",
        .query = {"virsh dumpxml GUEST", "virsh domcapabilities --virttype kvm"},
        .often_rented = true,
        .iommu_steps =
            {{.where = Where::guest_definition,
              .what = "libvirt, machine type q35: an Intel IOMMU (on AMD hosts too) and the split interrupt "
                      "controller that it needs.",
              .commands = {"virt-xml GUEST --edit --features ioapic.driver=qemu",
                           "virt-xml GUEST --add-device --iommu "
                           "model=intel,driver.intremap=on,driver.caching_mode=on,driver.iotlb=on",
                           "virsh shutdown GUEST", "virsh start GUEST"},
              .cost = Cost::restart_guest,
              .expect = "In the guest, with intel_iommu=on, ls /sys/class/iommu shows dmar0."},
             {.where = Where::guest_definition,
              .what =
                  "The same by virsh edit GUEST: the first line into <features>, the others into <devices>.",
              .lines = {"<ioapic driver='qemu'/>", "<iommu model='intel'>",
                        "  <driver intremap='on' caching_mode='on' iotlb='on'/>", "</iommu>"},
              .cost = Cost::restart_guest,
              .only_if = "virt-xml is not installed"}},
        .broken = "With nested and a host of 2018 or 2019 above: error 0x0 at VM entry, \"failed to set MSR "
                  "0x480\".",
        .source = "libvirt formatdomain (CPU model, IOMMU); virt-xml(1); kernel documentation, Running "
                  "nested guests "
                  "with KVM; VirtualBox manual, Paravirtualization Providers",
        .date = "2026-11",
    },
    {
        .id = Platform::other,
        .nesting = Nesting::provider_decides,
        .intro = "The hypervisor above is not one that this table knows.",
        .steps = {{.where = Where::hypervisor_host,
                   .what = "Ask whoever runs it whether it offers nested virtualization, to switch it on for "
                           "this guest, "
                           "and to power-cycle the guest.",
                   .cost = Cost::restart_guest,
                   .expect = seen_in_guest}},
        .ask = ask_nesting,
        .certainty = Certainty::unknown,
        .source = "none",
        .date = "2026-11",
    },
};

static_assert(platform_table[std::size(platform_table) - 1].id == Platform::other);

constexpr PackedTable<PlatformRow, std::size(platform_table), packed_bytes(platform_table)> packed_platforms(
    platform_table);

}  // namespace

std::string_view shown_to_either() { return seen_as_either; }

bool shows_in_guest(std::string_view expect) { return expect == seen_in_guest || expect == seen_as_either; }

PackedRows<PlatformRow> platform_rows() { return packed_platforms.view(); }

}  // namespace nestprobe
