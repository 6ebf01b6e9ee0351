// SPDX-License-Identifier: MIT
// Rules about features of SVM that a parameter of kvm_amd switches (NP5xx): what makes guests slow.
#include "rules/module/feature.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

constexpr Feature npt{
    .technology = Technology::svm,
    .parameter = "npt",
    .cost = "guests run on shadow page tables, and guests of guests on shadows of shadows",
    .value = &ModuleFacts::npt,
    .hardware = [](const Facts& f) -> const PerCpu<bool>& { return f.svm.npt; },
    .flag = "npt",
};
constexpr Feature nrips{
    .technology = Technology::svm,
    .parameter = "nrips",
    .cost =
        "each exit that is emulated costs decoding, and guest hypervisors decode once more for their guests",
    .value = &ModuleFacts::nrips,
    .hardware = [](const Facts& f) -> const PerCpu<bool>& { return f.svm.nrips; },
    .flag = "nrip_save",
    .for_nesting = true,
    .told_by_np106 = true,
};
constexpr Feature vls{
    .technology = Technology::svm,
    .parameter = "vls",
    .cost =
        "each VMLOAD and VMSAVE of a guest hypervisor exits, several for every entry to a guest of its own",
    .value = &ModuleFacts::vls,
    .hardware = [](const Facts& f) -> const PerCpu<bool>& { return f.svm.vls; },
    .flag = "v_vmsave_vmload",
    .depends_on = &ModuleFacts::npt,
    .depends_name = "kvm_amd.npt",
    .for_nesting = true,
    .told_by_np106 = true,
};
constexpr Feature vgif{
    .technology = Technology::svm,
    .parameter = "vgif",
    .cost = "each STGI and CLGI of a guest hypervisor exits, two for every entry to a guest of its own",
    .value = &ModuleFacts::vgif,
    .hardware = [](const Facts& f) -> const PerCpu<bool>& { return f.svm.vgif; },
    .flag = "vgif",
    .for_nesting = true,
    .told_by_np106 = true,
};
constexpr Feature lbrv{
    .technology = Technology::svm,
    .parameter = "lbrv",
    .cost = "guest hypervisors cannot give last-branch records to their guests at the processor's speed",
    .value = &ModuleFacts::lbrv,
    .hardware = [](const Facts& f) -> const PerCpu<bool>& { return f.svm.lbrv; },
    .flag = "lbrv",
    .for_nesting = true,
    .told_by_np106 = true,
};
constexpr Feature tsc_scaling{
    .technology = Technology::svm,
    .parameter = "tsc_scaling",
    .cost = "a guest's guest whose TSC has another frequency reads a wrong clock, or exits to read it",
    .value = &ModuleFacts::tsc_scaling,
    .hardware = [](const Facts& f) -> const PerCpu<bool>& { return f.svm.tsc_rate; },
    .flag = "tsc_scale",
    .for_nesting = true,
    .told_by_np106 = true,
};
constexpr Feature vnmi{
    .technology = Technology::svm,
    .parameter = "vnmi",
    .cost = "each NMI costs further exits, and guest hypervisors pay the same for their guests",
    .value = &ModuleFacts::vnmi,
    .hardware = [](const Facts& f) -> const PerCpu<bool>& { return f.svm.vnmi; },
    .flag = "vnmi",
    .depends_on = &ModuleFacts::vgif,
    .depends_name = "kvm_amd.vgif",
    .for_nesting = true,
    .told_by_np106 = true,
};

constexpr const Feature* all_of_svm[] = {&npt, &nrips, &vls, &vgif, &lbrv, &tsc_scaling, &vnmi};

/// APICV_INHIBIT_REASON_NESTED of Linux 5.15, arch/x86/kvm/svm/svm.c, svm_vcpu_after_set_cpuid(); of 6.1,
/// avic.c: while a guest of the guest runs.
Outcome check_avic(const Facts& f) {
    if (f.cpu.technology.if_known() && !has(f, Technology::svm))
        return cite(skip("kvm_amd is not this processor's module"), f.cpu.technology);
    if (vendor_module_absent(f)) return cite(skip("kvm_amd is not loaded"), f.module.vendor);
    if (is(f.module.nested, false)) return cite(skip("nested is off"), f.module.nested);
    return judge(
        [&](bool avic, bool, const KernelVersion&) {
            if (!avic) return pass("AVIC is not asked for");
            if (kernel_at_least(f, 6, 1))
                return pass("AVIC is off only while a guest of a guest runs, as in every kernel from 6.1 on");
            return fail(
                "kvm_amd.avic is on, but this kernel keeps AVIC off for good in every guest that is "
                "offered SVM");
        },
        f.module.avic, f.module.nested, f.kernel.version);
}

constexpr std::string_view svm_see[] = {
    "Linux arch/x86/kvm/svm/svm.c, svm_hardware_setup(), svm_set_cpu_caps()",
    "AMD APM Vol. 3, \"CPUID Fn8000_000A_EDX SVM Feature Identification\"",
};
constexpr std::string_view avic_see[] = {
    "Linux 5.15 arch/x86/kvm/svm/svm.c; 6.1 arch/x86/kvm/svm/avic.c, avic_vcpu_get_apicv_inhibit_reasons()"};

constexpr Rule features_svm_rows[] = {
    {
        .id = "NP510",
        .name = "npt-off",
        .layer = Layer::module,
        .question = Question::kvm_here,
        .role = Role::degraded,
        .title = "nested paging (NPT) is not used",
        .explain =
            "Without NPT, KVM keeps shadow page tables, and virtual VMLOAD/VMSAVE goes with it. nested\n"
            "stays on, but guests get SVM without NPT, which Hyper-V refuses.",
        .fix = "Remove npt=0 from modprobe.d and the kernel command line and reload the module.",
        .see = svm_see,
        .check = check<npt>,
        .worked = "cat /sys/module/kvm_amd/parameters/npt prints Y or 1.",
        .also = "A hypervisor above that has no NPT to give; then the option here changes nothing.",
    },
    {
        .id = "NP525",
        .name = "nrip-save-off",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::degraded,
        .title = "the next RIP that the processor saves is not used",
        .explain = "On an exit the processor tells where the next instruction begins. With nrips=0 KVM finds "
                   "out by\n"
                   "decoding the instruction, and guest hypervisors, which are not offered it either, do so "
                   "again for\n"
                   "their own guests.",
        .fix = "Remove nrips=0 (or N) from modprobe.d and the kernel command line and reload the module.",
        .see = svm_see,
        .check = check<nrips>,
        .worked = "cat /sys/module/kvm_amd/parameters/nrips prints 1.",
        .also = "A processor, or a hypervisor above, that does not have it: then the module forces the "
                "parameter off, and no option changes that.",
    },
    {
        .id = "NP526",
        .name = "virtual-vmload-vmsave-off",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::degraded,
        .title = "VMLOAD and VMSAVE of guest hypervisors exit",
        .explain =
            "A guest hypervisor runs VMLOAD and VMSAVE around every entry to its guests. With virtual "
            "VMLOAD\n"
            "and VMSAVE (kvm_amd.vls, which needs NPT) they need no exit; without it each of them is one.",
        .fix = "Remove vls=0 (or N) from modprobe.d and the kernel command line and reload the module.",
        .see = svm_see,
        .check = check<vls>,
        .worked = "cat /sys/module/kvm_amd/parameters/vls prints 1.",
        .also = "npt is off, on which it depends (NP510). A processor, or a hypervisor above, that does not "
                "have it: then the module forces the parameter off, and no option changes that.",
    },
    {
        .id = "NP527",
        .name = "virtual-gif-off",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::degraded,
        .title = "STGI and CLGI of guest hypervisors exit",
        .explain = "A guest hypervisor runs CLGI and STGI around every entry to its guests. With the virtual "
                   "global\n"
                   "interrupt flag they need no exit; without it each of them is one.",
        .fix = "Remove vgif=0 (or N) from modprobe.d and the kernel command line and reload the module.",
        .see = svm_see,
        .check = check<vgif>,
        .worked = "cat /sys/module/kvm_amd/parameters/vgif prints 1.",
        .also = "A processor, or a hypervisor above, that does not have it: then the module forces the "
                "parameter off, and no option changes that.",
    },
    {
        .id = "NP528",
        .name = "lbr-virtualization-off",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::degraded,
        .title = "LBR virtualization is not used",
        .explain = "With LBR virtualization the processor switches the last-branch records when it enters "
                   "and leaves a\n"
                   "guest. With lbrv=0 guest hypervisors are not offered it, and last-branch records in "
                   "their guests\n"
                   "are slow or missing. Kernels up to 5.15 do not have the parameter, 6.1 has it.",
        .fix = "Remove lbrv=0 (or N) from modprobe.d and the kernel command line and reload the module.",
        .see = svm_see,
        .check = check<lbrv>,
        .worked = "cat /sys/module/kvm_amd/parameters/lbrv prints 1.",
        .also = "A processor, or a hypervisor above, that does not have it: then the module forces the "
                "parameter off, and no option changes that.",
    },
    {
        .id = "NP529",
        .name = "tsc-scaling-off",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::degraded,
        .title = "TSC scaling is not used",
        .explain = "With TSC scaling a guest can have a TSC of another frequency than the host: it is what "
                   "lets a guest\n"
                   "move between hosts. With tsc_scaling=0 guest hypervisors are not offered it, and a guest "
                   "of theirs\n"
                   "that needs another frequency reads a wrong clock or pays for each reading.",
        .fix =
            "Remove tsc_scaling=0 (or N) from modprobe.d and the kernel command line and reload the module.",
        .see = svm_see,
        .check = check<tsc_scaling>,
        .worked = "cat /sys/module/kvm_amd/parameters/tsc_scaling prints 1.",
        .also = "A processor, or a hypervisor above, that does not have it: then the module forces the "
                "parameter off, and no option changes that.",
    },
    {
        .id = "NP530",
        .name = "vnmi-off",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::degraded,
        .title = "NMI virtualization (vNMI) is not used",
        .explain = "With vNMI the processor knows when a guest can take an NMI; without it KVM watches for "
                   "the end of\n"
                   "the last one, with further exits, and guest hypervisors are not offered it. Kernels up "
                   "to 6.1 do\n"
                   "not have the parameter, 6.6 has it.",
        .fix = "Remove vnmi=0 (or N) from modprobe.d and the kernel command line and reload the module.",
        .see = svm_see,
        .check = check<vnmi>,
        .worked = "cat /sys/module/kvm_amd/parameters/vnmi prints Y.",
        .also = "A processor, or a hypervisor above, that does not have it: then the module forces the "
                "parameter off, and no option changes that.",
    },
    {
        .id = "NP531",
        .name = "avic-kept-off-by-nesting",
        .layer = Layer::module,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "AVIC is asked for, and nested keeps it off",
        .explain = "Before 6.1, KVM switches AVIC off for good in every guest whose definition has svm; from "
                   "6.1 on only\n"
                   "while a guest of it runs. AVIC itself is never offered to guest hypervisors.",
        .fix = "Update the kernel to 6.1 or later, or disable svm in the guests that do not nest (libvirt: "
               "<feature policy='disable' name='svm'/>).",
        .see = avic_see,
        .check = check_avic,
        .worked = "uname -r is 6.1 or later, or the guest's /proc/cpuinfo has no svm; then interrupts of "
                  "that guest go by AVIC again.",
        .also = "AVIC is off for another reason: x2APIC in the guest before Zen 4, a guest with a PIT in "
                "reinjection mode, or avic=0.",
    },
};

}  // namespace

std::span<const Feature* const> svm_features() { return all_of_svm; }
std::span<const Rule> svm_feature_rules() { return features_svm_rows; }

}  // namespace nestprobe
