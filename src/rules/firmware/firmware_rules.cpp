// SPDX-License-Identifier: MIT
// Rules about what the firmware left behind (NP2xx).
//
// The same two registers can be closed by firmware, by an earlier kernel, or by the hypervisor above.
// Firmware is named only on bare metal: in a guest NP303 and NP304 speak, and NP402 where this kernel locks
// VMX off itself. Where the register cannot be read, other evidence is weighed, the strongest first:
// a loaded module (KVM checked it), the kernel's log, the flag in /proc/cpuinfo on kernels that clear it.
#include "remedy/steps.hpp"
#include "rules/common.hpp"
#include "rules/firmware/firmware_evidence.hpp"
#include "rules/firmware/firmware_makers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace nestprobe {
namespace {

/// Why a register may not be blamed on firmware here; nothing when it may.
std::optional<Outcome> not_firmware(const Facts& f, Technology technology) {
    if (const std::string name = software_kvm(f); !name.empty())
        return cite(skip(fmt::format("{} serves, which needs neither VMX nor SVM", name)), f.module.software);
    if (f.cpu.technology.if_known() && !has(f, technology))
        return cite(skip(fmt::format("the processor's technology is {}", hardware_word(f))),
                    f.cpu.technology);
    if (in_guest(f))
        return cite(skip("in a guest, firmware of the real machine does not decide (NP303, NP304)"),
                    f.hypervisor.level);
    return std::nullopt;
}

/// Where only some CPUs are closed, the setup's switch is not what is wrong.
template <class T, class P>
Outcome name_odd_cpus(Outcome outcome, const PerCpu<T>& registers, P&& closed) {
    CpuSet odd;
    bool open = false;
    for (const auto& g : registers.groups()) {
        if (!g.answer.if_known()) continue;
        if (closed(*g.answer.if_known()))
            odd.add(g.cpus);
        else
            open = true;
    }
    if (outcome.status != Status::fail || !open || odd.empty()) return outcome;
    outcome.remedy = Step{
        .what = fmt::format("The firmware treats {} unlike the others, which is its fault: update it and "
                            "switch the machine off and on. As a workaround, take them offline before KVM is "
                            "loaded, each by its number:",
                            name_cpus(odd)),
        .commands = {take_offline(odd.first())}};
    return outcome;
}

constexpr std::string_view feature_control_see[] = {
    "Intel SDM Vol. 3C, \"Enabling and Entering VMX Operation\"",
    "Linux arch/x86/kernel/cpu/feat_ctl.c, init_ia32_feat_ctl() (5.6 and later)",
    "Linux arch/x86/kvm/vmx/vmx.c, vmx_disabled_by_bios() (before 5.6)",
};

Outcome check_vmx_disabled(const Facts& f) {
    if (auto other = not_firmware(f, Technology::vmx)) return *std::move(other);
    if (hardware_absent(f)) return cite(skip("the processor has no VMX"), f.cpu.vmx);
    const std::string blame = f.hypervisor.level.if_known() ? "" : std::string(unknown_level);
    const bool kernel_locks = is(f.kernel.config_vendor, Tristate::no);
    Outcome outcome = judge_each(
        [&](const FeatureControl& fc) {
            if (!fc.locked) return pass("IA32_FEATURE_CONTROL is not locked: the kernel may switch VMX on");
            if (fc.vmx_outside_smx) return pass("IA32_FEATURE_CONTROL allows VMX");
            if (fc.vmx_inside_smx)
                return skip("IA32_FEATURE_CONTROL allows VMX in a TXT measured launch only (NP203)");
            if (kernel_locks)
                return skip(
                    "IA32_FEATURE_CONTROL is locked with VMX off, but this kernel would have done that "
                    "itself (NP402)");
            return fail(fmt::format("IA32_FEATURE_CONTROL (0x3a) is locked with VMX off: it is 0x{:x}{}",
                                    fc.raw, blame));
        },
        f.firmware.feature_control);
    outcome = name_odd_cpus(std::move(outcome), f.firmware.feature_control,
                            [](const FeatureControl& fc) { return fc.locked && !fc.vmx_outside_smx; });
    if (outcome.status == Status::unknown && !f.firmware.feature_control.any_known())
        return from_evidence(f, outcome, 5, 6, f.kernel.flag_vmx);
    return outcome;
}

/// Windows, asked without a hypervisor, has looked at the register itself (systeminfo leaves the line out in
/// a guest; HypervisorPresent is False).
bool is_likely_hardware(const Facts& f) {
    return is_most_likely_hardware(f) || (f.evidence && is(f.evidence->windows, true));
}

/// Nobody said whether this is a guest, where firmware is not to blame: that is to be seen first.
Remedy if_no_guest(Remedy setup) {
    Remedy remedy(Step{.what = "See whether this is a virtual machine.",
                       .commands = {"systemd-detect-virt"},
                       .expect = "The kind of virtual machine, or none."});
    if (!setup.empty())
        setup.steps.front().what = fmt::format("If it printed none: {}", setup.steps.front().what);
    for (Step& step : setup.steps) remedy.then(std::move(step));
    return remedy.then(
        Step{.where = Where::hypervisor_host,
             .what = "If it printed a kind: what runs this machine has it off. Ask there for nested "
                     "virtualization."});
}

/// Whose firmware it is, and of when, behind what blames it, and where its maker puts the switch.
template <Outcome (*check)(const Facts&), FirmwareSwitch which>
Outcome by_maker(const Facts& f) {
    Outcome outcome = check(f);
    if (outcome.status != Status::fail) return outcome;
    if (outcome.remedy.empty()) outcome.remedy = switch_on_in_firmware(f, which);
    if (f.hypervisor.level.if_absent()) {
        const bool svm = which == FirmwareSwitch::svm, hardware = is_likely_hardware(f);
        if (!hardware) outcome.remedy = if_no_guest(std::move(outcome.remedy));
        if (hardware)
            outcome.title = svm ? "SVM is switched off, most likely in the firmware"
                                : "VMX is locked off, most likely by the firmware";
        else if (outcome.title.empty())
            outcome.title = svm ? "SVM is switched off, by the firmware or by a hypervisor above"
                                : "VMX is locked off, by the firmware or by a hypervisor above";
    }
    return cite(std::move(outcome), f.firmware.version);
}

Outcome with_version(Outcome outcome, const Facts& f) {
    if (outcome.status != Status::fail) return outcome;
    if (f.hypervisor.level.if_absent()) {
        outcome.title = "VMX is allowed in the other SMX (Intel TXT) mode only";
        outcome.message += unknown_level;
        outcome.remedy = if_no_guest(
            "Switch Intel TXT off in the firmware setup, or boot through tboot; booted through tboot, allow "
            "VMX "
            "inside SMX.");
    }
    return cite(std::move(outcome), f.firmware.version);
}

Outcome check_vmx_inside_smx_only(const Facts& f) {
    if (auto other = not_firmware(f, Technology::vmx)) return *std::move(other);
    const bool tboot = heard(f, LogLine::tboot_found) != nullptr;
    return judge_each(
        [&](const FeatureControl& fc) {
            if (!fc.locked || fc.vmx_outside_smx == fc.vmx_inside_smx ||
                (tboot ? fc.vmx_inside_smx : fc.vmx_outside_smx))
                return pass("IA32_FEATURE_CONTROL does not tie VMX to the other SMX mode");
            return tboot ? fail("booted through tboot, and IA32_FEATURE_CONTROL allows VMX only outside SMX")
                         : fail(
                               "IA32_FEATURE_CONTROL allows VMX only inside SMX, that is, after a TXT "
                               "measured launch");
        },
        f.firmware.feature_control);
}

constexpr std::string_view either_see[] = {"Linux arch/x86/kvm/x86.c, kvm_arch_init() (to 6.0)"};

/// Whether it is a virtual machine decides whose switch it is.
Remedy either_switch(const Facts& f) {
    Step setup{.where = Where::firmware,
               .what =
                   "Switch virtualization on (Intel: VT-x, Intel Virtualization Technology; AMD: SVM Mode), "
                   "then switch the machine off and on.",
               .cost = Cost::power_off,
               .action = SwitchOnInFirmware{SwitchOnInFirmware::What::virtualization}};
    return is(f.hypervisor.level, Level::bare_metal) ? Remedy(std::move(setup))
                                                     : if_no_guest(std::move(setup));
}

/// "kvm: disabled by bios" (to 6.0) is printed by the module that found its maker's bit, and does not say
/// which.
Outcome check_either_disabled(const Facts& f) {
    if (f.cpu.technology.if_known())
        return cite(skip("the processor is known (NP201, NP202)"), f.cpu.technology);
    if (in_guest(f)) return skip("in a guest the hypervisor above decides (NP310)");
    if (!software_kvm(f).empty()) return skip("another KVM serves");
    if (f.kernel.log.if_absent()) return skip("the kernel log was not read");
    const LoggedLine* line = heard(f, LogLine::kvm_disabled_by_bios);
    if (!line) return pass("the kernel log says nothing of it");
    return cite_log(
        fail(fmt::format("{}{}", quoted(*line), f.hypervisor.level.if_known() ? "" : unknown_level),
             either_switch(f)),
        *line);
}

constexpr std::string_view vm_cr_see[] = {
    "AMD APM Vol. 2, \"Enabling SVM\"",
    "Linux arch/x86/kernel/cpu/amd.c, init_amd() (6.7 and later clear the svm flag)",
    "Linux arch/x86/kvm/svm/svm.c, kvm_is_svm_supported()",
};

Outcome check_svm_disabled(const Facts& f) {
    if (auto other = not_firmware(f, Technology::svm)) return *std::move(other);
    if (hardware_absent(f)) return cite(skip("the processor has no SVM"), f.cpu.svm);
    const std::string blame = f.hypervisor.level.if_known() ? "" : std::string(unknown_level);
    Outcome outcome = judge_each(
        [&](const VmCr& cr) {
            if (!cr.svm_disabled) return pass("VM_CR allows SVM");
            return fail(fmt::format("VM_CR.SVMDIS is set{}: VM_CR (0xc0010114) is 0x{:x}{}",
                                    cr.locked ? " and locked" : ", though not locked; Linux never clears it",
                                    cr.raw, blame));
        },
        f.firmware.vm_cr);
    outcome =
        name_odd_cpus(std::move(outcome), f.firmware.vm_cr, [](const VmCr& cr) { return cr.svm_disabled; });
    if (outcome.status == Status::unknown && !f.firmware.vm_cr.any_known())
        return from_evidence(f, outcome, 6, 7, f.kernel.flag_svm);
    return outcome;
}

constexpr Rule firmware_rule_rows[] = {
    {
        .id = "NP201",
        .name = "vmx-disabled-by-firmware",
        .layer = Layer::firmware,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "the firmware has locked VMX off",
        .explain =
            "IA32_FEATURE_CONTROL must have LOCK and VMX_ENABLED_OUTSIDE_SMX set before VMXON. Once LOCK\n"
            "is set the register cannot be written until the next reset, so no kernel option can undo the\n"
            "firmware's choice. All CPUs are checked; one that differs is named. A kernel that was\n"
            "kexec'ed from one without KVM_INTEL finds the same lock though the firmware did not set it.",
        .fix = "Enable \"Intel Virtualization Technology\" (VT-x) in the firmware setup, then switch the "
               "machine off and on: the lock survives a warm restart on some boards.",
        .see = feature_control_see,
        .check = by_maker<check_vmx_disabled, FirmwareSwitch::vmx>,
        .worked = "vmx is among the flags of /proc/cpuinfo (Linux 5.6 and later), and kvm_intel loads.",
        .also = "A kernel that was built without KVM for Intel and locked the register itself, or was "
                "started by kexec from such a one (NP402); Intel TXT (NP203). A register that keeps its lock "
                "over a warm restart: switch the power off.",
    },
    {
        .id = "NP202",
        .name = "svm-disabled-by-firmware",
        .layer = Layer::firmware,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "the firmware has switched SVM off",
        .explain =
            "While VM_CR.SVMDIS is set, EFER.SVME cannot be set, and SVM stays off. Linux never clears\n"
            "SVMDIS, locked or not. Since 6.7 the kernel also removes svm from /proc/cpuinfo then, and\n"
            "kvm_amd says \"SVM not supported by CPU\", as if the processor lacked it.",
        .fix = "Enable \"SVM Mode\" (AMD-V) in the firmware setup (CPU or AMD CBS menu), then switch the "
               "machine off and on. Firmware updates often reset it.",
        .see = vm_cr_see,
        .check = by_maker<check_svm_disabled, FirmwareSwitch::svm>,
        .worked = "svm is among the flags of /proc/cpuinfo (Linux 6.7 and later), and kvm_amd loads.",
        .also = "A firmware update that set all options back; a board where the switch comes back only after "
                "the power was off.",
    },
    {
        .id = "NP204",
        .name = "either-disabled-by-firmware",
        .layer = Layer::firmware,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "VMX or SVM is switched off, by the firmware or by a hypervisor above",
        .explain = "Up to Linux 6.0 both modules of KVM say \"disabled by bios\" and do not say which of "
                   "them it was.\n"
                   "Where nothing tells whose processor it is, that line alone still says what is wrong: the "
                   "module has\n"
                   "found the processor's bit, and the register that forbids it.",
        .fix = "See whether this is a virtual machine: this prints its kind, or none.\n"
               "    systemd-detect-virt\n"
               "If it prints none: switch virtualization on in the firmware setup (Intel: VT-x, Intel "
               "Virtualization Technology; AMD: SVM Mode), then switch the machine off and on.\n"
               "In a virtual machine what runs it has switched it off: ask there for nested virtualization.",
        .see = either_see,
        .check = check_either_disabled,
        .worked = "vmx or svm is among the flags of /proc/cpuinfo, and the module loads.",
        .also = "A virtual machine, in which the hypervisor above has it off.",
    },
    {
        .id = "NP203",
        .name = "vmx-tied-to-other-smx-mode",
        .layer = Layer::firmware,
        .question = Question::kvm_here,
        .role = Role::blocker,
        .title = "the firmware allows VMX only in the other SMX (Intel TXT) mode",
        .explain =
            "IA32_FEATURE_CONTROL has one enable bit for VMX inside SMX operation, after a measured launch\n"
            "with Intel TXT, and one for outside. When only the bit for the other mode is set and the\n"
            "register is locked, VMXON faults.",
        .fix = "Switch Intel TXT off in the firmware setup, or boot through tboot; booted through tboot, "
               "allow VMX inside SMX.",
        .see = feature_control_see,
        .check = [](const Facts& f) { return with_version(check_vmx_inside_smx_only(f), f); },
        .worked =
            "sudo rdmsr -p 0 0x3a prints 5 (VMX outside SMX) or, under tboot, 3 or 7; and kvm_intel loads.",
        .also = "VMX locked off in both modes: that is vmx-disabled-by-firmware (NP201).",
    },
};

}  // namespace

std::span<const Rule> firmware_rules() { return firmware_rule_rows; }

}  // namespace nestprobe
