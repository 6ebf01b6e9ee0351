// SPDX-License-Identifier: MIT
// Rules about features of VMX that a parameter of kvm_intel switches (NP5xx): what makes guests slow.
#include "rules/module/feature.hpp"

namespace nestprobe {
namespace {

constexpr Feature ept{
    .technology = Technology::vmx,
    .parameter = "ept",
    .cost = "guests run on shadow page tables, and guests of guests on shadows of shadows",
    .value = &ModuleFacts::ept,
    .hardware = [](const Facts& f) -> const PerCpu<bool>& { return f.vmx.ept; },
    .flag = "ept",
};
constexpr Feature vpid{
    .technology = Technology::vmx,
    .parameter = "vpid",
    .cost = "the TLB is flushed at every entry to and exit from a guest, twice as often with nesting",
    .value = &ModuleFacts::vpid,
    .hardware = [](const Facts& f) -> const PerCpu<bool>& { return f.vmx.vpid; },
    .flag = "vpid",
    .came_with_ept = true,
};
constexpr Feature unrestricted_guest{
    .technology = Technology::vmx,
    .parameter = "unrestricted_guest",
    .cost = "KVM emulates real-mode code, so that firmware and boot loaders of guests are slow",
    .value = &ModuleFacts::unrestricted_guest,
    .hardware = [](const Facts& f) -> const PerCpu<bool>& { return f.vmx.unrestricted_guest; },
    .flag = "unrestricted_guest",
    .depends_on = &ModuleFacts::ept,
    .depends_name = "kvm_intel.ept",
    .came_with_ept = true,
};
constexpr Feature shadow_vmcs{
    .technology = Technology::vmx,
    .parameter = "enable_shadow_vmcs",
    .cost = "each VMREAD and VMWRITE of a guest hypervisor exits to this KVM",
    .value = &ModuleFacts::enable_shadow_vmcs,
    .hardware = [](const Facts& f) -> const PerCpu<bool>& { return f.vmx.shadow_vmcs; },
    .flag = "shadow_vmcs",
    .for_nesting = true,
};
constexpr Feature apicv{
    .technology = Technology::vmx,
    .parameter = "enable_apicv",
    .cost = "interrupts for guests cost exits, and guest hypervisors get no posted interrupts",
    .value = &ModuleFacts::enable_apicv,
    .hardware = [](const Facts& f) -> const PerCpu<bool>& { return f.vmx.apicv; },
    .flag = "apicv",
    .for_nesting = true,
};
constexpr Feature ept_ad{
    .technology = Technology::vmx,
    .parameter = "eptad",
    .cost =
        "pages that a guest writes are found by write faults, and guest hypervisors get neither the bits "
        "nor page-modification logging: migrating a guest's guest is slow twice over",
    .value = &ModuleFacts::eptad,
    .hardware = [](const Facts& f) -> const PerCpu<bool>& { return f.vmx.ept_ad; },
    .flag = "ept_ad",
    .depends_on = &ModuleFacts::ept,
    .depends_name = "kvm_intel.ept",
    .for_nesting = true,
    .told_by_np106 = true,
};
constexpr Feature pml{
    .technology = Technology::vmx,
    .parameter = "pml",
    .cost =
        "pages that a guest writes while it is migrated are found by write faults, those of its own guests "
        "included",
    .value = &ModuleFacts::pml,
    .hardware = [](const Facts& f) -> const PerCpu<bool>& { return f.vmx.pml; },
    .flag = "pml",
    .depends_on = &ModuleFacts::eptad,
    .depends_name = "kvm_intel.eptad",
    .for_nesting = true,
    .told_by_np106 = true,
};
constexpr Feature flexpriority{
    .technology = Technology::vmx,
    .parameter = "flexpriority",
    .cost = "accesses to the APIC page exit, in a guest's guest to the guest hypervisor by way of this KVM",
    .value = &ModuleFacts::flexpriority,
    .hardware = [](const Facts& f) -> const PerCpu<bool>& { return f.vmx.flexpriority; },
    .flag = "flexpriority",
    .for_nesting = true,
    .told_by_np106 = true,
};
constexpr Feature virtual_nmis{
    .technology = Technology::vmx,
    .parameter = "vnmi",
    .cost = "each NMI for a guest costs further exits, and guest hypervisors pay the same for their guests",
    .value = &ModuleFacts::virtual_nmis,
    .hardware = [](const Facts& f) -> const PerCpu<bool>& { return f.vmx.virtual_nmis; },
    .flag = "vnmi",
    .for_nesting = true,
    .told_by_np106 = true,
};
constexpr Feature preemption_timer{
    .technology = Technology::vmx,
    .parameter = "preemption_timer",
    .cost =
        "deadlines of guests are kept by timers of the kernel, whose interrupts are exits; a guest's guest "
        "loses nothing, as the timer that guest hypervisors get is emulated in any case",
    .value = &ModuleFacts::preemption_timer,
    .hardware = [](const Facts& f) -> const PerCpu<bool>& { return f.vmx.preemption_timer; },
    .flag = "preemption_timer",
    .for_nesting = true,
    .told_by_np106 = true,
};
constexpr Feature ipi_virtualization{
    .technology = Technology::vmx,
    .parameter = "enable_ipiv",
    .cost =
        "interrupts between the virtual CPUs of a guest exit; a guest's guest loses nothing, as guest "
        "hypervisors are never offered it",
    .value = &ModuleFacts::enable_ipiv,
    .hardware = [](const Facts& f) -> const PerCpu<bool>& { return f.vmx.ipi_virtualization; },
    .flag = {},  // ipi_virt was there from 5.16 to 6.1 alone
    .depends_on = &ModuleFacts::enable_apicv,
    .depends_name = "kvm_intel.enable_apicv",
    .for_nesting = true,
    .told_by_np106 = true,
};

constexpr const Feature* all_of_vmx[] = {
    &ept,          &vpid,         &unrestricted_guest, &shadow_vmcs,       &apicv, &ept_ad, &pml,
    &flexpriority, &virtual_nmis, &preemption_timer,   &ipi_virtualization};

constexpr std::string_view paging_see[] = {"Linux arch/x86/kvm/vmx/vmx.c, hardware_setup()"};
constexpr std::string_view shadow_see[] = {"Linux arch/x86/kvm/vmx/nested.c, nested_vmx_hardware_setup()"};
constexpr std::string_view apicv_see[] = {
    "Linux arch/x86/kvm/vmx/vmx.c, hardware_setup(); nested.c, nested_vmx_setup_ctls_msrs()"};

constexpr Rule features_vmx_rows[] = {
    {
        .id = "NP509",
        .name = "ept-off",
        .layer = Layer::module,
        .question = Question::kvm_here,
        .role = Role::degraded,
        .title = "EPT is not used",
        .explain =
            "Without EPT, KVM keeps shadow page tables; unrestricted guest, A/D bits and PML go with it.\n"
            "nested stays on, but guests get VMX without EPT, which Hyper-V, ESXi and VirtualBox refuse.",
        .fix = "Remove ept=0 from modprobe.d and the kernel command line and reload the module.",
        .see = paging_see,
        .check = check<ept>,
        .worked = "cat /sys/module/kvm_intel/parameters/ept prints Y.",
        .also = "A hypervisor above that has no EPT to give; then the option here changes nothing.",
    },
    {
        .id = "NP513",
        .name = "vpid-off",
        .layer = Layer::module,
        .question = Question::kvm_here,
        .role = Role::degraded,
        .title = "VPID is not used",
        .explain = "VPID keeps the TLB across entries and exits. Without it every transition flushes it.",
        .fix = "Remove vpid=0 from modprobe.d and the kernel command line and reload the module.",
        .see = paging_see,
        .check = check<vpid>,
        .worked = "cat /sys/module/kvm_intel/parameters/vpid prints Y.",
        .also = "A processor, or a hypervisor above, that does not have it: then the module forces the "
                "parameter off, and no option changes that.",
    },
    {
        .id = "NP514",
        .name = "unrestricted-guest-off",
        .layer = Layer::module,
        .question = Question::kvm_here,
        .role = Role::degraded,
        .title = "unrestricted guest is not used",
        .explain =
            "Without it KVM must emulate real mode, which is slow and now and then wrong: firmware and\n"
            "boot loaders suffer, and guests of guests twice.",
        .fix = "Remove unrestricted_guest=0 and ept=0 from modprobe.d and the kernel command line and reload "
               "the module.",
        .see = paging_see,
        .check = check<unrestricted_guest>,
        .worked = "cat /sys/module/kvm_intel/parameters/unrestricted_guest prints Y.",
        .also = "ept is off, on which it depends (NP509). A processor, or a hypervisor above, that does not "
                "have it: then the module forces the parameter off, and no option changes that.",
    },
    {
        .id = "NP511",
        .name = "shadow-vmcs-off",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::degraded,
        .title = "shadow VMCS is not used",
        .explain =
            "With VMCS shadowing most VMREADs and VMWRITEs of a guest hypervisor need no exit. Without it\n"
            "each one does; guests see the capability all the same, because KVM emulates it.",
        .fix =
            "Remove enable_shadow_vmcs=0 from modprobe.d and the kernel command line and reload the module.",
        .see = shadow_see,
        .check = check<shadow_vmcs>,
        .worked = "cat /sys/module/kvm_intel/parameters/enable_shadow_vmcs prints Y.",
        .also = "Hyper-V's enlightened VMCS, which takes its place and is about as fast.",
    },
    {
        .id = "NP512",
        .name = "apicv-off",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::degraded,
        .title = "APICv is not used",
        .explain =
            "APICv (APIC-register virtualization, virtual-interrupt delivery, posted interrupts) delivers\n"
            "interrupts without exits. Without it guest hypervisors get none of the three either.",
        .fix = "Remove enable_apicv=0 from modprobe.d and the kernel command line and reload the module.",
        .see = paging_see,
        .check = check<apicv>,
        .worked = "cat /sys/module/kvm_intel/parameters/enable_apicv prints Y.",
        .also =
            "Hyper-V's enlightened VMCS, which has no field for it. A processor, or a hypervisor above, that "
            "does not have it: then the module forces the parameter off, and no option changes that.",
    },
    {
        .id = "NP519",
        .name = "ept-ad-off",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::degraded,
        .title = "accessed and dirty bits of EPT are not used",
        .explain = "With eptad off, KVM learns by write faults which pages a guest has written, and guests "
                   "get VMX with\n"
                   "neither the accessed and dirty bits nor page-modification logging. Linux keeps them off "
                   "where a\n"
                   "processor lacks them or has an erratum.",
        .fix = "Remove eptad=0 (or N) from modprobe.d and the kernel command line and reload the module.",
        .see = paging_see,
        .check = check<ept_ad>,
        .worked = "cat /sys/module/kvm_intel/parameters/eptad prints Y.",
        .also = "ept is off, on which it depends (NP509). A processor, or a hypervisor above, that does not "
                "have it: then the module forces the parameter off, and no option changes that.",
    },
    {
        .id = "NP520",
        .name = "pml-off",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::degraded,
        .title = "page-modification logging is not used",
        .explain = "With page-modification logging (PML) the processor writes down which pages a guest has "
                   "written;\n"
                   "without it each first write faults. It matters while a guest is migrated or saved, and "
                   "more so when\n"
                   "its own guests run. Guest hypervisors are offered PML all the same: KVM emulates it.",
        .fix = "Remove pml=0 (or N) from modprobe.d and the kernel command line and reload the module.",
        .see = paging_see,
        .check = check<pml>,
        .worked = "cat /sys/module/kvm_intel/parameters/pml prints Y.",
        .also =
            "eptad or ept is off, on which it depends (NP519, NP509). A processor, or a hypervisor above, "
            "that does not have it: then the module forces the parameter off, and no option changes that.",
    },
    {
        .id = "NP521",
        .name = "flexpriority-off",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::degraded,
        .title = "FlexPriority is not used",
        .explain = "FlexPriority is the TPR shadow together with virtualized APIC accesses. Without it each "
                   "access of a\n"
                   "guest to its APIC page exits, and guest hypervisors do not get the control for their own "
                   "guests.",
        .fix =
            "Remove flexpriority=0 (or N) from modprobe.d and the kernel command line and reload the module.",
        .see = paging_see,
        .check = check<flexpriority>,
        .worked = "cat /sys/module/kvm_intel/parameters/flexpriority prints Y.",
        .also = "A processor, or a hypervisor above, that does not have it: then the module forces the "
                "parameter off, and no option changes that.",
    },
    {
        .id = "NP522",
        .name = "virtual-nmis-off",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::degraded,
        .title = "virtual NMIs are not used",
        .explain = "With virtual NMIs the processor itself knows when a guest can take an NMI. Without them "
                   "KVM keeps\n"
                   "track of it, at the cost of further exits, and guest hypervisors do not get the control "
                   "either.",
        .fix = "Remove vnmi=0 (or N) from modprobe.d and the kernel command line and reload the module.",
        .see = paging_see,
        .check = check<virtual_nmis>,
        .worked = "cat /sys/module/kvm_intel/parameters/vnmi prints Y.",
        .also = "A processor, or a hypervisor above, that does not have it: then the module forces the "
                "parameter off, and no option changes that.",
    },
    {
        .id = "NP523",
        .name = "preemption-timer-off",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "the VMX-preemption timer is not used for deadlines of guests",
        .explain = "KVM uses the VMX-preemption timer for the deadline timers of its guests; without it, "
                   "timers of the\n"
                   "kernel, whose interrupts are exits. Guest hypervisors are offered an emulated one in "
                   "either case.\n"
                   "Linux keeps it off on processors with an erratum and where the TSC is very fast.",
        .fix = "Remove preemption_timer=0 (or N) from modprobe.d and the kernel command line and reload the "
               "module.",
        .see = paging_see,
        .check = check<preemption_timer>,
        .worked = "cat /sys/module/kvm_intel/parameters/preemption_timer prints Y.",
        .also = "An erratum, or a very fast TSC, for which Linux keeps it off. A processor, or a hypervisor "
                "above, that does not have it: then the module forces the parameter off, and no option "
                "changes that.",
    },
    {
        .id = "NP524",
        .name = "ipi-virtualization-off",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "IPI virtualization is not used",
        .explain =
            "With IPI virtualization (Sapphire Rapids and later) interrupts that one virtual CPU sends "
            "another\n"
            "need no exit. It is never offered to guest hypervisors; their guests pay for it as before.",
        .fix =
            "Remove enable_ipiv=0 (or N) from modprobe.d and the kernel command line and reload the module.",
        .see = apicv_see,
        .check = check<ipi_virtualization>,
        .worked = "cat /sys/module/kvm_intel/parameters/enable_ipiv prints Y.",
        .also = "enable_apicv is off, on which it depends (NP512). A processor, or a hypervisor above, that "
                "does not have it: then the module forces the parameter off, and no option changes that.",
    },
};

}  // namespace

std::span<const Feature* const> vmx_features() { return all_of_vmx; }
std::span<const Rule> vmx_feature_rules() { return features_vmx_rows; }

}  // namespace nestprobe
