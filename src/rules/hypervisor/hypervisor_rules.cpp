// SPDX-License-Identifier: MIT
// Rules about the hypervisor above this system (NP3xx).  None of them names firmware: whatever a guest reads,
// the hypervisor gave it, or the guest's own earlier software.
#include "machine/platform_signs.hpp"
#include "rules/common.hpp"
#include "rules/hypervisor/platforms.hpp"

#include <fmt/format.h>

#include <optional>

namespace nestprobe {
namespace {

/// For rules that speak in guests only.
template <class F>
Outcome in_guests_only(const Facts& f, F&& check) {
    if (f.hypervisor.level.if_absent()) return carry(f.hypervisor.level.absence());
    if (!in_guest(f)) return cite(skip("there is no hypervisor above this system"), f.hypervisor.level);
    return check();
}

/// kvm-ok looks at the register, too: "INFO: KVM (vmx) is disabled by your BIOS".
std::optional<Outcome> told_by_tool(const Facts& f, std::string_view flag) {
    if (!f.evidence || !f.evidence->firmware_off.if_known()) return std::nullopt;
    const std::string& said = *f.evidence->firmware_off.if_known();
    if (!f.evidence->firmware_off_flags[flag]) return std::nullopt;
    return cite(
        fail(fmt::format("{} says \"{}\", which in a guest is this virtual machine's own register: its "
                         "hypervisor, or a kernel that ran in it before, switched it off",
                         f.evidence->firmware_off.from().front().where, said)),
        f.evidence->firmware_off);
}

Outcome check_svm_disabled_in_guest(const Facts& f) {
    return in_guests_only(f, [&] {
        Outcome outcome = judge_each(
            [](const VmCr& cr) {
                return cr.svm_disabled
                           ? fail(fmt::format(
                                 "VM_CR.SVMDIS is set in this guest (VM_CR, 0xc0010114, is 0x{:x}): {}",
                                 cr.raw,
                                 "its hypervisor, or software that ran in it before, switched SVM off"))
                           : pass("VM_CR allows SVM");
            },
            f.firmware.vm_cr);
        if (outcome.status == Status::unknown && vendor_module_is(f, Module::State::loaded))
            return cite(pass(fmt::format("{} is loaded, so SVM is allowed", vendor_module_name(f))),
                        f.module.vendor);
        if (outcome.status == Status::unknown)
            if (auto told = told_by_tool(f, "svm")) return *std::move(told);
        return outcome;
    });
}

Outcome check_vmx_locked_in_guest(const Facts& f) {
    return in_guests_only(f, [&] {
        const bool kernel_locks = is(f.kernel.config_vendor, Tristate::no);
        Outcome outcome = judge_each(
            [&](const FeatureControl& fc) {
                if (!fc.locked)
                    return pass("IA32_FEATURE_CONTROL is not locked: the kernel may switch VMX on");
                if (fc.vmx_outside_smx) return pass("IA32_FEATURE_CONTROL allows VMX");
                if (kernel_locks)
                    return skip(
                        "IA32_FEATURE_CONTROL is locked with VMX off, but this kernel would have done that "
                        "itself (NP402)");
                return fail(fmt::format(
                    "IA32_FEATURE_CONTROL (0x3a) is locked with VMX off in this guest (it is 0x{:x}): its "
                    "hypervisor, its own firmware or a kernel that ran in it before did that",
                    fc.raw));
            },
            f.firmware.feature_control);
        if (outcome.status == Status::unknown && vendor_module_is(f, Module::State::loaded))
            return cite(pass(fmt::format("{} is loaded, so VMX is allowed", vendor_module_name(f))),
                        f.module.vendor);
        if (outcome.status == Status::unknown)
            if (auto told = told_by_tool(f, "vmx")) return *std::move(told);
        return outcome;
    });
}

Outcome check_vmx_msrs(const Facts& f) {
    if (!f.cpu.vmx.any_known()) return carry(f.cpu.vmx.first_absent());
    if (!f.cpu.vmx.any(yes)) return cite(skip("CPUID shows no VMX"), f.cpu.vmx);
    if (const std::string why = owned_by_others(f); !why.empty()) return cite(skip(why), f.hypervisor.level);
    for (const auto& g : f.vmx.capabilities.groups())
        if (const Absent* absent = g.answer.if_absent(); absent && absent->why == Why::not_implemented)
            return cite(
                fail(fmt::format("CPUID shows VMX, but reading IA32_VMX_BASIC (0x480) faults ({}): the VMX "
                                 "that is shown is not there",
                                 absent->detail),
                     in_guest(f) ? "Update the hypervisor above, or remove VMX from this guest's definition."
                                 : "Update the firmware; if this is a guest after all, its hypervisor shows "
                                   "VMX without having it."),
                f.cpu.vmx);
    return judge_each([](bool) { return pass("the VMX capability MSRs can be read"); }, f.vmx.capabilities);
}

constexpr std::string_view guest_lock_see[] = {
    "Linux arch/x86/kernel/cpu/feat_ctl.c, init_ia32_feat_ctl()",
    "QEMU hw/i386/fw_cfg.c, fw_cfg_build_feature_control()",
};
constexpr std::string_view guest_vm_cr_see[] = {"AMD APM Vol. 2, \"Enabling SVM\"",
                                                "Linux arch/x86/kernel/cpu/amd.c, init_amd()"};
constexpr std::string_view capability_see[] = {
    "Intel SDM Vol. 3D, App. A, \"VMX Capability Reporting Facility\""};

constexpr Rule hypervisor_rule_rows[] = {
    {
        .id = "NP303",
        .name = "svm-disabled-in-guest",
        .layer = Layer::hypervisor,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "SVM is switched off in this guest's VM_CR",
        .explain =
            "The guest has its own VM_CR. When SVMDIS is set there, the guest's kernel treats SVM as\n"
            "disabled, and its message says \"by BIOS\": that is this virtual machine's, not the host's.",
        .fix = "Power-cycle the guest (a reset may keep the register). If it comes back, the hypervisor "
               "above sets it: look there.",
        .see = guest_vm_cr_see,
        .check = check_svm_disabled_in_guest,
        .worked =
            "svm is among the flags of /proc/cpuinfo in this guest (Linux 6.7 and later), and kvm_amd loads.",
        .also =
            "The host's kvm_amd without nested shows no SVM at all: that is hypervisor-hides-svm (NP301).",
    },
    {
        .id = "NP304",
        .name = "vmx-locked-off-in-guest",
        .layer = Layer::hypervisor,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "VMX is locked off in this guest's IA32_FEATURE_CONTROL",
        .explain =
            "The guest has its own IA32_FEATURE_CONTROL. QEMU tells the guest's firmware what to write\n"
            "(fw_cfg etc/msr_feature_control), and a Linux that finds it open writes it itself. Locked\n"
            "with VMX off, it stays so until the virtual machine is reset. The kernel's message blames a\n"
            "BIOS all the same.",
        .fix = "Power-cycle the guest, booting straight into a kernel with KVM_INTEL. If the lock comes "
               "back, its virtual firmware or the hypervisor above writes it: update them.",
        .see = guest_lock_see,
        .check = check_vmx_locked_in_guest,
        .worked = "kvm_intel loads in this guest.",
        .also =
            "A kernel of this guest without KVM for Intel, which locks the register at each start (NP402).",
    },
    {
        .id = "NP305",
        .name = "vmx-msrs-missing",
        .layer = Layer::hypervisor,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "CPUID shows VMX, but its capability MSRs fault",
        .explain =
            "A processor with VMX has IA32_VMX_BASIC (0x480). Where reading it faults, a hypervisor has\n"
            "set the CPUID bit without the rest, and kvm_intel cannot load.",
        .fix = "Update the hypervisor above, or remove VMX from this guest's definition.",
        .see = capability_see,
        .check = check_vmx_msrs,
        .worked = "modprobe kvm_intel succeeds in this guest, and /dev/kvm is there.",
        .also = "The msr driver in a container, which refuses with EPERM instead: then nothing is known of "
                "the register.",
    },
};

}  // namespace

std::span<const Rule> hypervisor_rules() { return hypervisor_rule_rows; }

}  // namespace nestprobe
