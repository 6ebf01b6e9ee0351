// SPDX-License-Identifier: MIT
// What the kernel log says of guests that ran on this KVM: MSRs that it does not emulate, entries that failed
// (NP620, NP621); and what QEMU says of one (NP623).
#include "rules/common.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

Outcome check_msr(const Facts& f) {
    constexpr LogLine kinds[] = {LogLine::unhandled_msr, LogLine::unhandled_msr_named};
    if (const Absent* absent = f.kernel.log.if_absent()) return carry(*absent);
    const LoggedLine* line = heard_last(f, kinds);
    if (const LoggedLine* set = heard(f, LogLine::ignore_msrs_unsupported))
        return cite_log(pass(fmt::format("the kernel log says \"{}\": kvm.ignore_msrs is on", set->text)),
                        *set);
    if (!line) return pass("the kernel log names no MSR that a guest asked for and did not get");
    if (asked_value(f, "kvm", "ignore_msrs") == 1)
        return cite_log(
            pass(fmt::format("the kernel log says \"{}\", and kvm.ignore_msrs is set since", line->text)),
            *line);
    return cite_log(fail(fmt::format(
                        "the kernel log says \"{}\": a guest asked for a register that KVM does not emulate, "
                        "and was given a fault (#GP)",
                        line->text)),
                    *line);
}

Outcome check_entry(const Facts& f) {
    constexpr LogLine kinds[] = {LogLine::dump_vmcs_hint,       LogLine::dump_vmcb_hint,
                                 LogLine::last_attempted_entry, LogLine::vmwrite_failed,
                                 LogLine::vmread_failed,        LogLine::vmwrite_error,
                                 LogLine::vmptrld_failed};
    if (const Absent* absent = f.kernel.log.if_absent()) return carry(*absent);
    const LoggedLine* line = heard_last(f, kinds);
    if (!line) return pass("the kernel log tells of no guest that could not be entered");
    return cite_log(
        fail(fmt::format("the kernel log says \"{}\": the processor{} refused to enter a guest of this KVM",
                         line->text, in_guest(f) ? ", as the hypervisor above makes it up," : ""),
             in_guest(f)
                 ? "Update the hypervisor above, whose VMX or SVM is at fault as a rule; stop this guest and "
                   "start it "
                   "where it was moved from another host."
                 : "Update microcode and kernel; look whether another hypervisor (VirtualBox, VMware) was in "
                   "use at that time."),
        *line);
}

/// Basic exit reasons 33 and 34: the state that the guest itself, or its firmware, asked for.
bool is_of_guests_state(std::string_view line) {
    return line.ends_with(" 0x80000021") || line.ends_with(" 0x80000022");
}

Outcome check_entry_told(const Facts& f) {
    const std::string* line = f.evidence ? f.evidence->entry_failed.if_known() : nullptr;
    if (!line) return skip("no program said that a guest could not be entered");
    if (is_of_guests_state(*line) && !in_guest(f))
        return cite(pass(fmt::format("QEMU said \"{}\": that was the state of one guest", *line)),
                    f.evidence->entry_failed);
    return cite(
        fail(fmt::format("QEMU said \"{}\": KVM is up, and a guest that was started did not run. {}", *line,
                         in_guest(f) ? "The hypervisor above shows more than it can do, as a rule"
                                     : "Whether all guests fail is not known")),
        f.evidence->entry_failed);
}

constexpr std::string_view msr_see[] = {
    "Linux arch/x86/kvm/x86.c, kvm_msr_ignored_check(); Documentation/admin-guide/kernel-parameters.txt, "
    "kvm.ignore_msrs"};
constexpr std::string_view told_see[] = {"QEMU target/i386/kvm/kvm.c, kvm_arch_handle_exit()"};
constexpr std::string_view entry_see[] = {
    "Linux arch/x86/kvm/vmx/vmx.c, dump_vmcs(), vmx_instruction_error handlers; svm/svm.c, dump_vmcb()"};

constexpr Rule guest_trouble_rows[] = {
    {
        .id = "NP620",
        .name = "guest-msr-not-emulated",
        .layer = Layer::device,
        .question = Question::kvm_in_guests,
        .role = Role::advice,
        .title = "a guest asked for a model-specific register that KVM does not emulate",
        .explain =
            "KVM answers a read or write of an MSR that it does not know with a fault. Linux guests cope\n"
            "with that, so most such lines mean nothing. macOS, some versions of Windows and VMware\n"
            "ESXi as guests stop there: for these there is kvm.ignore_msrs, which lets the access pass. "
            "QEMU's\n"
            "\"failed to set MSR\" is another matter: there KVM refused a value that QEMU gave, as with a "
            "CPU\n"
            "model of another processor, and ignore_msrs does not help.",
        .fix = "Where that guest stops at it, let the access pass.\n"
               "    echo 1 | sudo tee /sys/module/kvm/parameters/ignore_msrs",
        .see = msr_see,
        .check = check_msr,
        .worked = "The guest gets past that point.",
        .also = "Linux guests log such lines without harm; a guest that hangs elsewhere has another reason.",
    },
    {
        .id = "NP621",
        .name = "guest-entry-refused",
        .layer = Layer::device,
        .question = Question::kvm_here,
        .role = Role::advice,
        .title = "the processor refused to enter a guest of this KVM",
        .explain =
            "VM entry checks a guest's state. That it was refused (QEMU: \"KVM: entry failed, hardware "
            "error\")\n"
            "shows that not all that is advertised works: a hypervisor above that shows controls which "
            "it\n"
            "then refuses, another hypervisor on this system, or a fault of KVM's. It may be long ago; only\n"
            "starting a guest tells whether it is still so.",
        .fix = "Update the hypervisor above, or microcode and kernel.",
        .see = entry_see,
        .check = check_entry,
        .worked = "A guest starts, and no new line appears.",
        .also =
            "A guest whose own definition is at fault (its firmware, a CPU flag): another guest starts then.",
    },
    {
        .id = "NP623",
        .name = "guest-entry-failed",
        .layer = Layer::device,
        .question = Question::kvm_here,
        .role = Role::degraded,
        .title = "a guest was started, and the processor did not enter it",
        .explain =
            "/dev/kvm opened, or KVM's module is loaded, and QEMU still said that a guest could not be\n"
            "entered. In a guest that shows a hypervisor above which offers VMX or SVM and does not carry\n"
            "all of it out; on hardware, microcode, the kernel, or another hypervisor that is in use. So "
            "the\n"
            "answer is no plain yes. (0x80000021 and 0x80000022 on hardware are about the state of that one\n"
            "guest.)",
        .fix =
            "See what the number means, and whether the smallest guest runs.\n"
            "    nestprobe --explain='KVM: entry failed'\n"
            "    sudo nestprobe --prove\n"
            "In a guest: update the hypervisor above, or ask whoever runs it. On hardware: update microcode "
            "and kernel, and stop other hypervisors (VirtualBox, VMware).",
        .see = told_see,
        .check = check_entry_told,
        .worked = "The guest starts.",
        .also = "A definition that asks for more than is there: a guest without -cpu options starts then.",
    },
};

}  // namespace

std::span<const Rule> guest_trouble_rules() { return guest_trouble_rows; }

}  // namespace nestprobe
