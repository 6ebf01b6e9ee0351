// SPDX-License-Identifier: MIT
// Rules about the processor itself (NP1xx).
#include "registers/all.hpp"
#include "remedy/steps.hpp"
#include "rules/common.hpp"
#include "rules/firmware/firmware_makers.hpp"

#include "machine/readings.hpp"

#include <fmt/format.h>

#include <optional>

namespace nestprobe {
namespace {

constexpr std::string_view hardware_see[] = {
    "Intel SDM Vol. 3C, \"Discovering Support for VMX\"",
    "AMD APM Vol. 2, \"Enabling SVM\"",
};

/// The sign that a processor has SVM though CPUID does not show it: what only such a one has.
std::string sign_of_hidden_svm(const Facts& f) {
    if (is(f.cpu.svm_leaf, true)) return "SVM's own leaf of CPUID answers (Fn8000_000A)";
    for (const auto& g : f.kernel.svm_flags.groups())
        if (const auto* words = g.answer.if_known(); words && !words->empty())
            return fmt::format("/proc/cpuinfo shows {}, which belongs to SVM", fmt::join(*words, ", "));
    for (const auto& g : f.registers.groups())
        if (const std::uint64_t* raw = g[registers::cpuid_80000001_ecx].if_known();
            raw && registers::cpuid_80000001_ecx["SKINIT"].is_set(*raw))
            return "CPUID shows SKINIT, which belongs to SVM";
    return {};
}

/// Knights Landing and Knights Mill, all of which have VMX (Intel ARK; Linux arch/x86/include/asm/
/// intel-family.h for the models).
bool is_xeon_phi(const Facts& f) {
    const CpuModel* model = f.cpu.model.if_known();
    return model && is(f.cpu.vendor, Vendor::intel) && model->family == 6 &&
           (model->model == 0x57 || model->model == 0x85);
}

/// Neither bit is shown, and the processor has it: firmware can hide the bit, not only lock the register.
std::optional<Outcome> hidden_by_firmware(const Facts& f) {
    const std::string sign = sign_of_hidden_svm(f);
    if (!sign.empty())
        return fail(
            fmt::format("CPUID shows neither VMX nor SVM on any CPU, but {}: most likely the firmware "
                        "hides SVM",
                        sign),
            switch_on_in_firmware(f, FirmwareSwitch::svm));
    if (is_xeon_phi(f))
        return fail(
            "CPUID shows neither VMX nor SVM on any CPU, but every Xeon Phi of this model has VMX: "
            "most likely the firmware hides it",
            switch_on_in_firmware(f, FirmwareSwitch::vmx));
    return std::nullopt;
}

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
    if (const Absent& list = f.kernel.flag_vmx.first_absent(); hardware_absent(f) && withheld(list))
        return cite(
            cite(unknown(fmt::format("CPUID shows neither VMX nor SVM, but what the kernel made of it "
                                     "could not be read, and CPUID may be filtered (NP406): {}",
                                     carry(list).message)),
                 f.cpu.vmx),
            f.cpu.svm);
    if (hardware_absent(f) && is(f.hypervisor.level, Level::bare_metal))
        if (auto outcome = hidden_by_firmware(f))
            return cite(cite(cite(*std::move(outcome), f.cpu.vmx), f.cpu.svm), f.cpu.svm_leaf);
    if (hardware_absent(f))
        return cite(cite(fail("CPUID shows neither VMX nor SVM on any CPU", Remedy::instead()), f.cpu.vmx),
                    f.cpu.svm);
    if (f.kernel.flag_vmx.any(yes)) return cite(pass("/proc/cpuinfo shows vmx"), f.kernel.flag_vmx);
    if (f.kernel.flag_svm.any(yes)) return cite(pass("/proc/cpuinfo shows svm"), f.kernel.flag_svm);
    for (const PerCpu<bool>* bit : {&f.cpu.vmx, &f.cpu.svm})
        for (const auto& g : bit->groups())
            if (const Absent* absent = g.answer.if_absent(); absent && absent->why != Why::not_applicable)
                return carry(*absent);
    return unknown("CPUID was not read");
}

constexpr std::string_view disagree_see[] = {
    "Linux arch/x86/kvm/x86.c, kvm_x86_vendor_init(): every online CPU is checked",
};

Outcome check_cpus_disagree(const Facts& f) {
    const PerCpu<bool>& bit = cpuid_bit(f).any_known() ? cpuid_bit(f) : f.kernel.flag_usable;
    if (!bit.any_known()) return carry(bit.first_absent());
    CpuSet with, without;
    for (const auto& g : bit.groups()) {
        if (is(g.answer, true)) with.add(g.cpus);
        if (is(g.answer, false)) without.add(g.cpus);
    }
    if (with.empty() || without.empty())
        return cite(pass(fmt::format("all CPUs that were read agree about {}", hardware_word(f))), bit);
    return cite(
        fail(fmt::format("{} show {}, {} do not; KVM loads only when all do", name_cpus(with),
                         hardware_word(f), name_cpus(without)),
             fmt::format("{}\nAs a workaround, take the odd ones offline before KVM is loaded, each by its "
                         "number:\n    {}",
                         in_guest(f) ? "Correct the definition of this guest's CPUs on the hypervisor's host."
                                     : "Update firmware and microcode.",
                         take_offline(without.first()))),
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

/// What a rule about VMX says where CPUID does not show it, or could not be read.
std::optional<Outcome> without_vmx(const Facts& f) {
    if (!f.cpu.vmx.any_known() && has(f, Technology::svm))
        return cite(skip("the processor's technology is SVM"), f.cpu.technology);
    if (!f.cpu.vmx.any_known()) return carry(f.cpu.vmx.first_absent());
    if (!f.cpu.vmx.any(yes)) return cite(skip("CPUID shows no VMX"), f.cpu.vmx);
    return std::nullopt;
}

Outcome check_capabilities_differ(const Facts& f) {
    const bool read = !f.cpu.vmx.any_known() && has(f, Technology::vmx) && differing_register(f);
    if (auto outcome = without_vmx(f); outcome && !read) return *std::move(outcome);
    constexpr LogLine kinds[] = {LogLine::vmcs_config_differs, LogLine::vmcs_config_differs_from_reference,
                                 LogLine::kvm_feature_inconsistency};
    const LoggedLine* line = heard_last(f, kinds);
    if (line && vendor_module_is(f, Module::State::loaded) && !holds_since_load(f))
        return cite_log(
            unknown(fmt::format("kvm_intel is loaded, but the kernel log says \"{}\": a CPU that was "
                                "not compared when it loaded is not like the others",
                                line->text)),
            *line);
    if (vendor_module_is(f, Module::State::loaded))
        return cite(pass("kvm_intel is loaded, and it compared them on every CPU that was online then"),
                    f.module.vendor);
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

Outcome check_required(const Facts& f) {
    if (auto outcome = without_vmx(f)) return *std::move(outcome);
    if (vendor_module_is(f, Module::State::loaded))
        return cite(pass("kvm_intel is loaded, and it does not load without them"), f.module.vendor);
    return judge_each(
        [&](const std::vector<std::string>& missing) {
            if (missing.empty())
                return pass("every VMX control that was read and that KVM demands is offered");
            return fail(fmt::format("KVM cannot do without {}, which {} not offer", fmt::join(missing, ", "),
                                    in_guest(f) ? "the hypervisor above does" : "the processor does"),
                        in_guest(f)
                            ? "The hypervisor above has to offer it: update it, or give this guest another "
                              "CPU model."
                            : Remedy::instead());
        },
        f.vmx.missing);
}

Outcome check_refused(const Facts& f) {
    if (auto outcome = without_vmx(f)) return *std::move(outcome);
    for (const auto& g : f.vmx.capabilities.groups())
        if (const Absent* absent = g.answer.if_absent(); absent && absent->why == Why::not_implemented)
            return cite(fail(fmt::format("CPUID shows VMX, but IA32_VMX_BASIC (0x480) raises #GP on {} ({}): "
                                         "whoever made this CPU's definition offers the flag without the "
                                         "registers",
                                         name_cpus(g.cpus), absent->detail)),
                        f.cpu.vmx);
    return judge_each(
        [](bool) { return pass("IA32_VMX_BASIC can be read, as it must where CPUID shows VMX"); },
        f.vmx.capabilities);
}

constexpr std::string_view required_see[] = {
    "Linux arch/x86/kvm/vmx/vmx.c, setup_vmcs_config(); vmx.h, KVM_REQUIRED_VMX_*",
    "Intel SDM Vol. 3D, App. A, \"VMX Capability Reporting Facility\"",
};
constexpr std::string_view true_controls_see[] = {"Intel SDM Vol. 3D, App. A.1, \"Basic VMX Information\""};

constexpr std::string_view differ_see[] = {"Linux arch/x86/kvm/vmx/vmx.c, vmx_check_processor_compat()"};

constexpr Rule cpu_rule_rows[] = {
    {
        .id = "NP101",
        .name = "no-hardware-virtualization",
        .layer = Layer::cpu,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "the processor shows neither VMX nor SVM",
        .explain =
            "KVM needs the processor's virtualization instructions: VMX (Intel, Zhaoxin, VIA) or SVM\n"
            "(AMD, Hygon). CPUID shows them even when firmware or kernel have switched them off; some\n"
            "firmware hides the bit as well, and then other parts of SVM tell. In a guest this rule stands "
            "back:\n"
            "there the hypervisor decides what CPUID shows.",
        .fix =
            "Another processor is needed; until then only emulation is left (qemu-system-x86_64 -accel tcg).",
        .see = hardware_see,
        .check = check_no_hardware,
        .worked = "lscpu says VT-x or AMD-V in its line Virtualization.",
        .also = "A firmware that hides the feature altogether (some do when it is switched off; AMD leaves "
                "npt or svm_lock in the flags then), or a guest whose hypervisor hides itself as well.",
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
        .fix = "Update firmware and microcode; take the odd CPUs offline as a workaround.",
        .see = disagree_see,
        .check = check_cpus_disagree,
        .worked = "nestprobe --format facts shows one value of cpu.vmx, or of cpu.svm, for all CPUs.",
        .also = "A guest whose virtual CPUs were defined one by one, or that was moved between unlike hosts.",
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
        .fix = "Bring all cores to the same microcode (early loading), update the firmware; as a workaround "
               "take the odd CPUs offline before loading KVM.",
        .see = differ_see,
        .check = check_capabilities_differ,
        .worked = "\"Inconsistent VMCS config\" is gone from the kernel log after modprobe kvm_intel.",
        .also = "Mixed microcode: grep microcode /proc/cpuinfo shows more than one number then.",
    },
    {
        .id = "NP104",
        .name = "vmx-lacks-required-control",
        .layer = Layer::cpu,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "a VMX control that KVM cannot do without is not offered",
        .explain =
            "KVM needs some twenty VMX controls, which every processor since the first with VMX has; its\n"
            "module does not load without them (Input/output error). Where one is missing, a hypervisor\n"
            "above has taken it away. \"Offered\" is the upper half of the capability MSR: the control may\n"
            "be 1. A register that cannot be read is not held against the processor.",
        .fix = "A hypervisor that offers all of VMX, or another processor, is needed.",
        .see = required_see,
        .check = check_required,
        .worked = "modprobe kvm_intel succeeds, and /dev/kvm is there.",
        .also = "A guest definition that takes vmx features away one by one (-vmx-...).",
    },
    {
        .id = "NP105",
        .name = "vmx-capability-msrs-refused",
        .layer = Layer::cpu,
        .question = Question::kvm_here,
        .role = Role::advice,
        .title = "CPUID shows VMX, but its capability MSRs fault",
        .explain =
            "Where CPUID shows VMX, IA32_VMX_BASIC and its like exist. A read of one that raises #GP (the\n"
            "msr driver's EIO) contradicts CPUID: a hypervisor that shows the flag and does not have the\n"
            "registers. KVM's module most likely fails to load then.",
        .fix = "The hypervisor above has to be updated, or to stop showing VMX.",
        .see = true_controls_see,
        .check = check_refused,
        .worked = "sudo rdmsr -p 0 0x480 prints a number (package msr-tools, module msr).",
        .also =
            "A read that lockdown or a sandbox refused: that is an EPERM, and no fault of the register's.",
    },
};

}  // namespace

std::span<const Rule> cpu_rules() { return cpu_rule_rows; }

}  // namespace nestprobe
