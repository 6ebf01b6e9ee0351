// SPDX-License-Identifier: MIT
// Rules about the processor itself (NP1xx).
#include "rules/common.hpp"

#include "readings.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

bool yes(bool value) { return value; }

constexpr std::string_view hardware_see[] = {
    "Intel SDM Vol. 3C, \"Discovering Support for VMX\"",
    "AMD APM Vol. 2, \"Enabling SVM\"",
};

Outcome check_no_hardware(const Facts& f) {
    if (const std::string name = software_kvm(f); !name.empty())
        return cite(skip(fmt::format("the processor shows neither VMX nor SVM; {} needs neither", name)),
                    f.module.software);
    if (in_guest(f))
        return skip("in a guest, the hypervisor above decides what the processor shows (NP301, NP302)");
    if (f.cpu.vmx.any(yes)) return cite(pass("the processor has VMX"), f.cpu.vmx);
    if (f.cpu.svm.any(yes)) return cite(pass("the processor has SVM"), f.cpu.svm);
    if (hardware_absent(f) && (f.kernel.flag_vmx.any(yes) || f.kernel.flag_svm.any(yes)))
        return cite(cite(unknown("CPUID shows neither VMX nor SVM, but /proc/cpuinfo lists one of them: "
                                 "CPUID as this process sees it is filtered (NP406)"),
                         f.kernel.flag_vmx),
                    f.kernel.flag_svm);
    if (hardware_absent(f))
        return cite(cite(fail("CPUID shows neither VMX nor SVM on any CPU"), f.cpu.vmx), f.cpu.svm);
    if (f.kernel.flag_vmx.any(yes)) return cite(pass("/proc/cpuinfo shows vmx"), f.kernel.flag_vmx);
    if (f.kernel.flag_svm.any(yes)) return cite(pass("/proc/cpuinfo shows svm"), f.kernel.flag_svm);
    const Fact<bool> vmx = f.cpu.vmx.first();
    return vmx.if_absent() ? carry(*vmx.if_absent()) : unknown("CPUID could be read on some CPUs only");
}

constexpr std::string_view disagree_see[] = {
    "Linux arch/x86/kvm/x86.c, kvm_x86_vendor_init(): every online CPU is checked",
};

Outcome check_cpus_disagree(const Facts& f) {
    const PerCpu<bool>& bit = cpuid_bit(f).any_known() ? cpuid_bit(f) : f.kernel.flag_usable;
    if (!bit.any_known()) return carry(bit.groups().empty() ? Absent{} : *bit.first().if_absent());
    CpuSet with, without;
    for (const auto& g : bit.groups()) {
        if (is(g.answer, true)) with.add(g.cpus);
        if (is(g.answer, false)) without.add(g.cpus);
    }
    if (with.empty() || without.empty())
        return cite(pass(fmt::format("all CPUs that were read agree about {}", hardware_word(f))), bit);
    return cite(fail(fmt::format("{} show {}, {} do not; KVM loads only when all do", name_cpus(with),
                                 hardware_word(f), name_cpus(without)),
                     fmt::format("Update firmware and microcode; in a guest, mend the definition of its "
                                 "CPUs. As a stop-gap take the odd ones offline before loading KVM: echo 0 | "
                                 "sudo tee /sys/devices/system/cpu/cpu{}/online.",
                                 without.first())),
                bit);
}

/// "0x47fff00000000 on CPU 0, 0x7ff00000000 on CPUs 1-4"
std::string values_of(const PerCpu<std::uint64_t>& values) {
    std::string text;
    for (const auto& g : values.groups())
        if (const std::uint64_t* raw = g.answer.if_known())
            text += fmt::format("{}0x{:x} on {}", text.empty() ? "" : ", ", *raw, name_cpus(g.cpus));
    return text;
}

Outcome check_capabilities_differ(const Facts& f) {
    if (!f.cpu.vmx.any_known())
        return carry(f.cpu.vmx.groups().empty() ? Absent{} : *f.cpu.vmx.first().if_absent());
    if (!f.cpu.vmx.any(yes)) return cite(skip("CPUID shows no VMX"), f.cpu.vmx);
    if (vendor_module_is(f, Module::State::loaded))
        return cite(pass("kvm_intel is loaded, and it compares them on every CPU"), f.module.vendor);
    if (const Register* reg = differing_register(f)) {
        const auto values = raw_values(f.registers, *reg);
        return cite(
            fail(fmt::format("{} is not the same on all CPUs: {}", name_register(*reg), values_of(values))),
            values);
    }
    return judge_each(
        [](bool) { return pass("the VMX capability MSRs that were read are the same on all CPUs"); },
        f.vmx.capabilities);
}

constexpr std::string_view differ_see[] = {"Linux arch/x86/kvm/vmx/vmx.c, vmx_check_processor_compat()"};

constexpr Rule rules[] = {
    {
        .id = "NP101",
        .name = "no-hardware-virtualization",
        .layer = Layer::cpu,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "the processor has neither VMX nor SVM",
        .explain =
            "KVM needs the processor's virtualization instructions: VMX (Intel, Zhaoxin, VIA) or SVM\n"
            "(AMD, Hygon). CPUID shows them even when firmware or kernel have switched them off, so a\n"
            "processor that does not show them does not have them. In a guest this rule stands back:\n"
            "there the hypervisor decides what CPUID shows.",
        .fix =
            "Another processor is needed; until then only emulation is left (qemu-system-x86_64 -accel tcg).",
        .see = hardware_see,
        .check = check_no_hardware,
    },
    {
        .id = "NP102",
        .name = "cpus-disagree",
        .layer = Layer::cpu,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "only some of the CPUs have VMX or SVM",
        .explain =
            "KVM checks every online CPU when its module loads, and refuses when one of them lacks what\n"
            "the others have. Mixed microcode, firmware faults and odd guest definitions do that.",
        .fix = "Update firmware and microcode; take the odd CPUs offline as a stop-gap.",
        .see = disagree_see,
        .check = check_cpus_disagree,
    },
    {
        .id = "NP103",
        .name = "vmx-capabilities-differ",
        .layer = Layer::cpu,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "the CPUs' VMX capabilities differ",
        .explain =
            "KVM builds one VMCS configuration for all CPUs and compares what each CPU offers, bit by bit,\n"
            "when its module loads. Hybrid processors, partial microcode updates and odd hypervisors make\n"
            "the capability MSRs differ; the module is refused then.",
        .fix = "Bring all cores to the same microcode (early loading) and update the firmware; as a stop-gap "
               "take the odd CPUs offline before loading KVM.",
        .see = differ_see,
        .check = check_capabilities_differ,
    },
};

}  // namespace

std::span<const Rule> cpu_rules() { return rules; }

}  // namespace nestprobe
