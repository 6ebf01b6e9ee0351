// SPDX-License-Identifier: MIT
// Of an answer that is not known: the command whose output would settle it, to be run on the machine and
// given with the rest.
#include "report/known.hpp"

#include "rules/common.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace nestprobe {
namespace {

constexpr std::string_view processor = "lscpu", modules = "lsmod | grep kvm", node = "ls -l /dev/kvm; id",
                           log = "sudo dmesg | grep -i -E 'kvm|vmx|svm'",
                           rivals = "lsmod | grep -E '^(kvm|vbox|vmm)'",
                           groups = "find /sys/kernel/iommu_groups -type l",
                           iommu_log = "sudo dmesg | grep -i -e dmar -e amd-vi -e iommu";

/// A line of the log by which KVM, or its loader, found no VMX or SVM that it may use.
bool log_tells_of_refusal(const Facts& f) {
    constexpr LogLine telling[] = {LogLine::kvm_no_hardware,           LogLine::kvm_intel_vmx_not_supported,
                                   LogLine::kvm_amd_svm_not_supported, LogLine::kvm_intel_no_hardware,
                                   LogLine::kvm_amd_no_hardware,       LogLine::modprobe_not_supported};
    return heard_last(f, telling) || heard(f, LogEffect::off_by_firmware);
}

bool flags_known(const Facts& f) {
    return cpuid_bit(f).any_known() || (f.kernel.flag_vmx.any_known() && f.kernel.flag_svm.any_known()) ||
           f.kernel.flag_usable.any_known();
}

/// What was given are parts of a machine: the part that lacks most.
std::string_view part_that_lacks(const Facts& f) {
    if (const LoggedLine* line = failed_to_enable(f); line && line->id == LogLine::kvm_enabling_failed)
        return rivals;
    const Module* vendor = f.module.vendor.if_known();
    // What the hypervisor above shows comes first.
    if (in_guest(f) && !vendor && !flags_known(f) && !heard_start(f)) return processor;
    // A loaded module proves that the processor has what it needs; a refusal asks what the processor shows.
    const bool gone = f.module.kvm.if_known() || (f.evidence && f.evidence->missing.if_known());
    if (!vendor && (flags_known(f) || !(log_tells_of_refusal(f) || gone))) return modules;
    if (vendor && vendor->state == Module::State::present) return modules;
    if (!vendor || !flags_known(f)) return processor;
    if (!f.kernel.log.if_known()) return log;
    return node;
}

/// The same about the IOMMU: without groups nothing else counts.
std::string_view iommu_part_that_lacks(const Facts& f) {
    return f.iommu.groups.if_known() ? iommu_log : groups;
}

/// Does a rule that has no answer lack a reading for this reason?
bool lacks(const Verdict& verdict, Why why) {
    return std::any_of(verdict.because.begin(), verdict.because.end(),
                       [&](const Finding* finding) { return finding->outcome.lacking.why == why; });
}

/// A register's file that is not there: its driver is not loaded.
bool lacks_registers(const Verdict& verdict) {
    return std::any_of(verdict.because.begin(), verdict.because.end(),
                       [](const Finding* finding) { return finding->outcome.lacking.register_file; });
}

/// Windows alone spoke: its own commands tell the same, and no Linux is there to ask.
bool is_windows(const Facts& f) {
    return f.evidence && is(f.evidence->windows, true) && !f.kernel.release.if_known() &&
           !f.kernel.log.if_known() && !f.module.vendor.if_known() && open_error(f) == 0;
}

std::vector<std::string> what_windows_tells() {
    return {
        "Get-CimInstance Win32_Processor | Format-List "
        "Name,Manufacturer,VMMonitorModeExtensions,VirtualizationFirmwareEnabled",
        "Get-CimInstance Win32_ComputerSystem | Format-List Manufacturer,Model,HypervisorPresent"};
}

// The register's file is not there until msr is loaded; to open it takes root.
std::vector<std::string> what_would_tell(const Report& report, const Verdict& verdict) {
    const Facts& f = report.facts;
    if (is_foreign(f)) return {};
    const Absent* nested = f.module.nested.if_absent();
    const bool here = report.verdict(Question::kvm_here).answer == Answer::yes;
    if (is_windows(f) && !here && verdict.question != Question::device_assignment)
        return what_windows_tells();
    const bool partial = lacks(verdict, Why::not_recorded) || f.evidence;
    if (verdict.question == Question::kvm_in_guests && here && nested && nested->why == Why::not_recorded &&
        f.module.name.if_known())
        return {fmt::format("cat /sys/module/{}/parameters/nested", *f.module.name.if_known())};
    if (partial && verdict.question == Question::device_assignment && !f.guest)
        return {std::string(iommu_part_that_lacks(f)), "nestprobe --record machine.json"};
    if (partial && !here &&
        (!f.guest || (verdict.question == Question::kvm_here && !report.pasted.empty()))) {
        const bool nothing = what_is_known(f).empty() && !in_guest(f) && !f.kernel.log.if_known();
        std::vector<std::string> commands = {std::string(nothing ? processor : part_that_lacks(f))};
        // A loaded module says more than the flag.
        if (lists_svm_or_lock(f) && !f.module.vendor.if_known())
            commands.insert(commands.begin(), "grep -c -w svm /proc/cpuinfo");
        if ((in_guest(f) || nothing) && commands.front() == processor) commands.emplace_back(modules);
        commands.emplace_back("nestprobe --record machine.json");
        return commands;
    }
    if (partial) return {"nestprobe --record machine.json"};
    if (lacks_registers(verdict)) return {"sudo modprobe msr", "sudo nestprobe"};
    if (lacks(verdict, Why::permission_denied) && !is(f.kernel.uid, 0u)) return {"sudo nestprobe"};
    if (open_error(f) != 0 && !has_own_rule(open_error(f))) return {"sudo dmesg | grep -i kvm"};
    return {};
}

}  // namespace

std::vector<std::string> what_to_run(const Report& report) {
    std::vector<std::string> commands;
    // What is written for the next boot may be in force or not.
    if (report.facts.evidence && report.facts.evidence->boot_words.if_known() &&
        !report.facts.kernel.command_line.if_known())
        commands.emplace_back("cat /proc/cmdline");
    for (const Verdict& v : report.verdicts) {
        if (v.answer != Answer::unknown || !is_lack_told(report, v.question)) continue;
        for (std::string& command : what_would_tell(report, v))
            if (std::find(commands.begin(), commands.end(), command) == commands.end())
                commands.push_back(std::move(command));
    }
    return commands;
}

}  // namespace nestprobe
