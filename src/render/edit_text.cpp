// SPDX-License-Identifier: MIT
// The definition of a guest in a line, and the edit that fixes it.
#include "definition/guest_questions.hpp"
#include "render/layout.hpp"
#include "report/guest_start.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

std::string_view accelerator_word(Accelerator accelerator) {
    switch (accelerator) {
        case Accelerator::kvm: return "KVM";
        case Accelerator::tcg: return "QEMU without KVM";
        case Accelerator::hvf: return "QEMU with Apple's hvf";
        case Accelerator::whpx: return "QEMU with Windows' whpx";
        case Accelerator::nvmm: return "QEMU with NetBSD's nvmm";
        case Accelerator::hax: return "QEMU with Intel's hax";
        case Accelerator::xen: return "Xen";
        case Accelerator::other: return "of another hypervisor";
    }
    return "";
}

std::string cpu_words(const GuestFacts& guest) {
    const CpuMode* mode = guest.cpu_mode.if_known();
    const std::string* model = guest.cpu_model.if_known();
    if (!mode) return {};
    if (*mode == CpuMode::none) return "QEMU's default CPU";
    return fmt::format("CPU {}", model ? *model : std::string(to_string(*mode)));
}

/// What everybody looks at first.  An encrypted guest may well see the flag, and cannot use it.
std::string forecast(const Report& report) {
    const Verdict& verdict = report.verdict(Question::kvm_in_guests);
    const bool emulated = is_emulated(*report.facts.guest);
    const std::string flag = emulated ? "svm" : feature_of_guest(report.facts);
    const Finding* cause = verdict.cause();
    if (verdict.answer == Answer::yes) return fmt::format("Its /proc/cpuinfo will show {}.\n", flag);
    if (verdict.answer == Answer::unknown)
        return fmt::format("Whether its /proc/cpuinfo will show {} is unknown.\n", flag);
    if (cause && cause->rule->name == "guest-encrypted") return {};
    return fmt::format("Its /proc/cpuinfo will not show {}.\n", flag);
}

/// What the definition says of the other vendor's flag means nothing here, and everything on its own host.
std::string of_other_vendor(const Report& report) {
    const Technology* here = report.facts.cpu.technology.if_known();
    if (!here || is_emulated(*report.facts.guest)) return {};
    const bool vmx = *here == Technology::svm;
    const FeaturePolicy* policy = (vmx ? report.facts.guest->vmx : report.facts.guest->svm).if_known();
    if (!policy || (*policy != FeaturePolicy::disable && *policy != FeaturePolicy::forbid)) return {};
    const std::string_view flag = vmx ? "vmx" : "svm";
    return wrap(fmt::format(
                    "It takes {0} away, which means nothing on this processor; on {1}'s that is what keeps "
                    "{0} from it: delete that feature there.",
                    flag, vmx ? "Intel" : "AMD"),
                0) +
           "\n";
}

}  // namespace

std::string describe_guest(const Report& report) {
    const GuestFacts& guest = *report.facts.guest;
    std::string text = "the guest";
    if (const std::string* name = guest.name.if_known()) text += " " + *name;
    std::string separator = ": ";
    const auto add = [&](std::string_view part) {
        if (part.empty()) return;
        text += separator;
        text += part;
        separator = ", ";
    };
    if (const auto* accelerator = guest.accelerator.if_known()) add(accelerator_word(*accelerator));
    if (const auto* machine = guest.machine.if_known()) add(*machine);
    if (const auto* vcpus = guest.vcpus.if_known())
        add(fmt::format("{} CPU{}", *vcpus, *vcpus == 1 ? "" : "s"));
    add(cpu_words(guest));
    return wrap(text, 0) + "\n" + wrap(forecast_of_start(report), 0) + "\n" + forecast(report) +
           of_other_vendor(report);
}

std::string render_edit(const GuestEdit& edit) {
    std::string text;
    if (!edit.diff.empty()) text += "\nThe edit, for patch(1):\n\n" + edit.diff;
    if (!edit.commands.empty()) {
        text += edit.diff.empty() ? "\nThe edit:\n\n" : "\nThe same by command:\n\n";
        for (const std::string& command : edit.commands) text += "  " + command + "\n";
    }
    if (!edit.arguments.empty())
        text += fmt::format("\nIn QEMU's words:\n\n  {}\n", printable(edit.arguments));
    if (!edit.notes.empty()) text += "\n";
    for (const std::string& note : edit.notes) text += wrap(note, 0) + "\n";
    return text;
}

}  // namespace nestprobe
