// SPDX-License-Identifier: MIT
// Rules about definitions that libvirt or QEMU refuses (NP714 to NP717): will the guest start?
#include "base/text.hpp"
#include "definition/guest_questions.hpp"
#include "definition/machine_types.hpp"
#include "rules/common.hpp"
#include "rules/guest/definition_words.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

bool run_by_kvm_or_tcg(const GuestFacts& guest) {
    return is(guest.accelerator, Accelerator::kvm) || is(guest.accelerator, Accelerator::tcg);
}

Outcome check_machine_type(const Facts& f) {
    return judge(
        [&](const std::string& machine, Accelerator, const std::string& arch) {
            if (!run_by_kvm_or_tcg(*f.guest)) return skip("the guest is not for this QEMU (NP701)");
            if (arch != "x86_64" && arch != "i686" && arch != "i386") return skip("no x86 guest (NP701)");
            if (machine.empty()) return pass("QEMU's default machine type");
            const Step fix = set_guest_machine(f, contains(machine, "35") ? "q35" : "pc");
            switch (judge_machine_name(machine)) {
                case MachineName::known: return pass(fmt::format("{} is a machine type of QEMU's", machine));
                case MachineName::newer:
                    return unknown(fmt::format(
                        "{} is of a QEMU behind 11.1 (August 2026), the last that nestprobe knows", machine));
                case MachineName::never_released:
                    return refused(
                        fmt::format("QEMU has no machine type {}: there was no such version of QEMU "
                                    "(\"unsupported machine type\")",
                                    machine),
                        fix);
                case MachineName::other_arch:
                    return refused(
                        fmt::format("{} is a machine type of another architecture's QEMU, not of {}'s "
                                    "(\"unsupported machine type\")",
                                    machine, arch),
                        fix);
                case MachineName::unheard: break;
            }
            return refused(
                fmt::format("{} is no machine type of QEMU's up to 11.1: unless a distribution added one of "
                            "that name, QEMU refuses it (\"unsupported machine type\")",
                            machine),
                fix);
        },
        f.guest->machine, f.guest->accelerator, f.guest->arch);
}

Remedy fewer_cpus_or_q35(const Facts& f, unsigned most) {
    Step step = set_guest_machine(f, "q35");
    step.what =
        fmt::format("{} CPUs or fewer; or another type: q35 of QEMU 8.1 has 1024, of 9.0 4096.", most);
    return step;
}

Outcome check_most_cpus(const Facts& f) {
    return judge(
        [&](const std::string& machine, unsigned vcpus, Accelerator) {
            if (!run_by_kvm_or_tcg(*f.guest)) return skip("the guest is not for this QEMU (NP701)");
            constexpr unsigned least = 255;  // no machine type for guests with VMX or SVM has fewer
            if (vcpus <= least) return pass(fmt::format("{} of 255 CPUs or more", vcpus));
            const std::string name = machine.empty() ? "pc" : machine;
            const std::optional<unsigned> most = most_cpus(name);
            if (!most)
                return unknown(
                    fmt::format("how many CPUs {} may have depends on QEMU's version: {} are "
                                "asked for (q35: 288 up to QEMU 8.0, 1024 up to 8.2, then 4096)",
                                name, vcpus));
            if (vcpus <= *most) return pass(fmt::format("{} of {} CPUs", vcpus, *most));
            return refused(
                fmt::format(
                    "{} CPUs, but machine type {} has {} at most (QEMU: \"Invalid SMP CPUs {}. The max "
                    "CPUs supported by machine '{}' is {}\"; libvirt: \"Maximum CPUs greater than "
                    "specified machine type limit {}\")",
                    vcpus, name, *most, vcpus, name, *most, *most),
                fewer_cpus_or_q35(f, *most));
        },
        f.guest->machine, f.guest->vcpus, f.guest->accelerator);
}

/// libvirt 9.0 to 11.3 src/qemu/qemu_validate.c, qemuValidateDomainVCpuTopology.  QEMU itself starts with
/// more (hw/i386/x86-common.c, x86_cpus_init: it asks for KVM's X2APIC API alone, Linux 4.7 and later).
Outcome check_cpu_count(const Facts& f) {
    return judge(
        [&](unsigned vcpus, bool q35, IommuModel iommu, Accelerator) {
            if (!run_by_kvm_or_tcg(*f.guest)) return skip("the guest is not for this QEMU (NP701)");
            if (vcpus <= 255) return pass("255 CPUs or fewer");
            if (!of_libvirt(f)) return pass("QEMU starts guests with more than 255 CPUs without an IOMMU");
            if (!q35)
                return refused(
                    "libvirt refuses it: \"more than 255 vCPUs are only supported on q35-based "
                    "machine types\"",
                    set_guest_machine(f, "q35"));
            const Setting* eim = f.guest->eim.if_known();
            if (iommu != IommuModel::none && eim && *eim == Setting::on)
                return pass("an IOMMU with extended interrupt mode");
            if (iommu != IommuModel::none && eim && *eim == Setting::off)
                return refused(
                    "libvirt refuses it: \"more than 255 vCPUs require extended interrupt mode "
                    "enabled on the iommu device\"",
                    fix_guest_iommu(f));
            return unknown(
                "more than 255 CPUs and no IOMMU with eim='on': libvirt before 10.10 refuses that (\"more "
                "than "
                "255 vCPUs require extended interrupt mode enabled on the iommu device\"), 10.10 and later "
                "adds it");
        },
        f.guest->vcpus, f.guest->q35, f.guest->iommu, f.guest->accelerator);
}

Step fix_vapic(const Facts& f) {
    const bool proxmox = words_of(f) == DefinitionKind::proxmox;
    const std::string* option = f.guest->cpu_option.if_known();
    return change_guest(f,
                        proxmox
                            ? "If Windows runs in the guest, say so; else delete +hv-evmcs from cpu: in its "
                              "configuration."
                            : "Ask for vapic too, or for neither.",
                        {"<hyperv>", "<vapic state='on'/>",
                         fmt::format("-cpu {},hv-vapic", option ? *option : "host"), "--ostype win11"});
}

Outcome check_vapic(const Facts& f) {
    if (is_emulated(*f.guest)) return skip("QEMU emulates this guest");
    return judge(
        [&](Setting evmcs, Setting all, Setting vapic) {
            if (all == Setting::on) return pass("all enlightenments that KVM knows, vapic among them");
            if (evmcs != Setting::on) return pass("the enlightened VMCS is not asked for");
            if (vapic == Setting::on) return pass("the enlightened VMCS, with vapic");
            return refused(
                "the enlightened VMCS without vapic: QEMU 4.1 and later refuses it (\"Hyper-V enlightened "
                "VMCS "
                "(hv-evmcs) requires Hyper-V virtual APIC (hv-vapic)\")",
                fix_vapic(f));
        },
        f.guest->evmcs, f.guest->hyperv_passthrough, f.guest->vapic);
}

constexpr std::string_view machine_see[] = {
    "QEMU hw/i386/pc_q35.c, pc_piix.c; docs/about/removed-features.rst", "qemu-system-x86_64 -machine help"};
constexpr std::string_view cpus_see[] = {
    "QEMU hw/i386/pc_q35.c, max_cpus; hw/core/machine-smp.c, machine_parse_smp_config",
    "libvirt src/qemu/qemu_validate.c, qemuValidateDomainVCpuTopology; NEWS, 10.10.0"};
constexpr std::string_view vapic_see[] = {"QEMU target/i386/kvm/kvm.c, kvm_hyperv_properties",
                                          "QEMU docs/system/i386/hyperv.rst"};

constexpr Rule guest_refused_rows[] = {
    {
        .id = "NP714",
        .name = "guest-machine-unknown",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "QEMU has no such machine type",
        .explain = "A machine type is a name that QEMU knows: an alias (pc, q35), a family and a version\n"
                   "(pc-q35-9.2), or one that a distribution added (pc-q35-rhel9.4.0). Any other is refused, "
                   "and so\n"
                   "is a version newer than the QEMU that is installed.",
        .fix = "Write q35, or one of those that qemu-system-x86_64 -machine help lists.",
        .see = machine_see,
        .check = check_machine_type,
        .worked = "The guest starts.",
        .also = "A machine type that a distribution took away in a newer version: its release notes say what "
                "takes its place.",
    },
    {
        .id = "NP715",
        .name = "guest-with-more-cpus-than-machine",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "the guest has more CPUs than its machine type allows",
        .explain =
            "Each machine type has a most: 255 (pc, i440fx), for q35 288 up to pc-q35-8.0, 1024 up to\n"
            "pc-q35-8.2, 4096 from pc-q35-9.0 on. QEMU and libvirt refuse more.",
        .fix = "Fewer CPUs, or a newer machine type.",
        .see = cpus_see,
        .check = check_most_cpus,
        .worked = "The guest starts.",
        .also = "More CPUs than the host has: that is slow and not refused.",
    },
    {
        .id = "NP716",
        .name = "guest-with-many-cpus-refused",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "libvirt wants an IOMMU with eim for more than 255 CPUs",
        .explain =
            "Interrupts reach APIC ids beyond 255 through an IOMMU with extended interrupt mode. libvirt\n"
            "refuses a guest with more CPUs and without one; 10.10 and later adds it to q35 guests.",
        .fix = "An <iommu model='intel'> with intremap='on' and eim='on'; or 255 CPUs.",
        .see = cpus_see,
        .check = check_cpu_count,
        .worked = "The guest starts.",
        .also = "The machine type's own limit (NP715).",
    },
    {
        .id = "NP717",
        .name = "guest-evmcs-without-vapic",
        .layer = Layer::guest,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "the enlightened VMCS is asked for without vapic",
        .explain = "QEMU compares Hyper-V enlightenments with those that they build on: hv-evmcs wants "
                   "hv-vapic, else\nthe guest does not start.",
        .fix = "vapic beside evmcs, or neither: <vapic state='on'/> in <hyperv>, hv-vapic in -cpu, an "
               "--ostype of Windows on Proxmox VE.",
        .see = vapic_see,
        .check = check_vapic,
        .worked = "The guest starts.",
        .also = "Linux in the guest: it has no use for evmcs at all (NP711).",
    },
};

}  // namespace

std::span<const Rule> guest_refused_rules() { return guest_refused_rows; }

}  // namespace nestprobe
