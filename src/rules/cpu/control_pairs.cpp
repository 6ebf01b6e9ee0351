// SPDX-License-Identifier: MIT
// Pairs of VM-entry and VM-exit controls of which KVM wants both or none (NP110).
#include "registers/all.hpp"
#include "rules/common.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

using registers::ia32_vmx_entry_ctls;
using registers::ia32_vmx_exit_ctls;

struct Pair {
    Field entry, exit;
    KernelVersion since;  ///< the first of the kernels looked at that wants it
};
// Linux 6.1, 6.12 and 7.2 arch/x86/kvm/vmx/vmx.c, setup_vmcs_config(), vmcs_entry_exit_pairs.
constexpr Pair pairs[] = {
    {ia32_vmx_entry_ctls["LOAD_IA32_PERF_GLOBAL_CTRL"],
     ia32_vmx_exit_ctls["LOAD_IA32_PERF_GLOBAL_CTRL"],
     {6, 1}},
    {ia32_vmx_entry_ctls["LOAD_IA32_PAT"], ia32_vmx_exit_ctls["LOAD_IA32_PAT"], {6, 1}},
    {ia32_vmx_entry_ctls["LOAD_IA32_EFER"], ia32_vmx_exit_ctls["LOAD_IA32_EFER"], {6, 1}},
    {ia32_vmx_entry_ctls["LOAD_BNDCFGS"], ia32_vmx_exit_ctls["CLEAR_BNDCFGS"], {6, 1}},
    {ia32_vmx_entry_ctls["LOAD_IA32_RTIT_CTL"], ia32_vmx_exit_ctls["CLEAR_IA32_RTIT_CTL"], {6, 1}},
    {ia32_vmx_entry_ctls["LOAD_CET_STATE"], ia32_vmx_exit_ctls["LOAD_CET_STATE"], {7, 2}},
};

/// The first pair of which only one half is offered, with the CPUs; null when there is none.
struct Broken {
    const Pair* pair = nullptr;
    CpuSet cpus{};
    bool entry = false;  ///< it is this half that is offered
};

struct Looked {
    Broken broken{};
    bool any = false;  ///< both registers were read somewhere
};

Looked look(const Facts& f) {
    Looked looked;
    for (const auto& group : f.registers.groups()) {
        const std::uint64_t* entry = group[ia32_vmx_entry_ctls].if_known();
        const std::uint64_t* exit = group[ia32_vmx_exit_ctls].if_known();
        if (!entry || !exit) continue;
        looked.any = true;
        for (const Pair& pair : pairs) {
            if (!kernel_at_least(f, pair.since.major, pair.since.minor)) continue;
            if (pair.entry.is_set(*entry) == pair.exit.is_set(*exit)) continue;
            if (!looked.broken.pair) looked.broken = {&pair, group.cpus, pair.entry.is_set(*entry)};
        }
    }
    return looked;
}

Step fix_pairs(const Facts& f) {
    return {.what = fmt::format("{} As a workaround:",
                                in_guest(f) ? "The hypervisor above has to offer both or none: update it."
                                            : "Update microcode and firmware."),
            .commands = {"sudo modprobe kvm_intel error_on_inconsistent_vmcs_config=0"}};
}

Outcome check_pairs(const Facts& f) {
    if (!f.cpu.vmx.any_known() && has(f, Technology::svm))
        return cite(skip("the processor's technology is SVM"), f.cpu.technology);
    if (!f.cpu.vmx.any_known()) return carry(f.cpu.vmx.first_absent());
    if (!f.cpu.vmx.any([](bool on) { return on; })) return cite(skip("CPUID shows no VMX"), f.cpu.vmx);
    if (vendor_module_is(f, Module::State::loaded))
        return cite(pass("kvm_intel is loaded, which settles it"), f.module.vendor);
    if (const Absent* absent = f.kernel.version.if_absent()) return carry(*absent);
    if (!kernel_at_least(f, 6, 1))
        return cite(skip("kernels before 6.1 are not known to compare them"), f.kernel.version);
    if (asked_value(f, "kvm_intel", "error_on_inconsistent_vmcs_config") == 0)
        return skip("kvm_intel is told to load all the same (error_on_inconsistent_vmcs_config=0)");
    const Looked looked = look(f);
    if (!looked.any) return skip("the capability MSRs for VM entry and VM exit were not read");
    if (!looked.broken.pair)
        return cite(pass("of every pair of entry and exit controls, both are offered or none"),
                    f.vmx.capabilities);
    const Pair& pair = *looked.broken.pair;
    Outcome outcome = fail(
        fmt::format("on {}, the {} control {} is offered without the {} control {}: KVM does not load then",
                    name_cpus(looked.broken.cpus), looked.broken.entry ? "VM-entry" : "VM-exit",
                    looked.broken.entry ? pair.entry.name : pair.exit.name,
                    looked.broken.entry ? "VM-exit" : "VM-entry",
                    looked.broken.entry ? pair.exit.name : pair.entry.name),
        fix_pairs(f));
    return cite(std::move(outcome), f.vmx.capabilities);
}

constexpr std::string_view pair_see[] = {
    "Linux arch/x86/kvm/vmx/vmx.c, setup_vmcs_config(), vmcs_entry_exit_pairs (6.1 and later)"};

constexpr Rule control_pairs_rows[] = {
    {
        .id = "NP110",
        .name = "vmx-control-pair-broken",
        .layer = Layer::cpu,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "a VM-entry control is offered without its VM-exit control, or the reverse",
        .explain =
            "What is loaded at VM entry must be loaded or cleared at VM exit. Since 6.1 KVM compares such\n"
            "pairs and does not load where only one half is offered (\"Inconsistent VM-Entry/VM-Exit "
            "pair\").\n"
            "Processors offer both; a hypervisor above may take one away and forget the other.",
        .fix = "Use a hypervisor that offers both halves, or newer microcode.",
        .see = pair_see,
        .check = check_pairs,
        .worked = "modprobe kvm_intel succeeds, and /dev/kvm is there.",
        .also = "The same refusal for another reason says so in other words: see kvm-module-refused (NP515).",
    },
};

}  // namespace

std::span<const Rule> control_pair_rules() { return control_pairs_rows; }

}  // namespace nestprobe
