// SPDX-License-Identifier: MIT
// The definition of a guest in a line, and the edit that mends it.
#include "render/text.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

std::string_view accelerator_word(Accelerator accelerator) {
    switch (accelerator) {
        case Accelerator::kvm: return "KVM";
        case Accelerator::tcg: return "QEMU without KVM";
        case Accelerator::other: return "of another hypervisor";
    }
    return "";
}

std::string cpu_words(const GuestFacts& guest) {
    const CpuMode* mode = guest.cpu_mode.if_known();
    const std::string* model = guest.cpu_model.if_known();
    if (!mode || *mode == CpuMode::none) return "QEMU's default CPU";
    return fmt::format("CPU {}", model ? *model : std::string(to_string(*mode)));
}

}  // namespace

std::string describe_guest(const GuestFacts& guest) {
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
    return printable(text);
}

std::string render_edit(const GuestEdit& edit) {
    std::string text;
    if (!edit.diff.empty()) text += "\nThe edit, for patch(1):\n\n" + edit.diff;
    if (!edit.commands.empty()) {
        text += edit.diff.empty() ? "\nThe edit:\n\n" : "\nThe same by command:\n\n";
        for (const std::string& command : edit.commands) text += "  " + printable(command) + "\n";
    }
    if (!edit.arguments.empty())
        text += fmt::format("\nIn QEMU's words:\n\n  {}\n", printable(edit.arguments));
    if (!edit.notes.empty()) text += "\n";
    for (const std::string& note : edit.notes) text += wrap(note, 0) + "\n";
    return text;
}

}  // namespace nestprobe
