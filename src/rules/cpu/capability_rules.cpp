// SPDX-License-Identifier: MIT
// Rules about the MSRs by which VMX says what it can do (NP103 to NP105): alike on all CPUs, whole, and
// there.
#include "registers/all.hpp"
#include "rules/common.hpp"

#include "machine/readings.hpp"

#include <fmt/format.h>

#include <optional>

namespace nestprobe {
namespace {

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

constexpr Rule capability_rule_rows[] = {
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

std::span<const Rule> capability_rules() { return capability_rule_rows; }

}  // namespace nestprobe
