// SPDX-License-Identifier: MIT
#include "remedy/writers/guest_commands.hpp"

#include "base/text.hpp"
#include "remedy/shell.hpp"
#include "remedy/writers/guest_edit.hpp"

#include <fmt/format.h>

namespace nestprobe {

std::optional<std::string> patch_guest(const GuestEdit& edit) {
    const bool from_libvirt = edit.file.empty();
    const std::optional<std::string> source = from_libvirt ? shell_word(edit.guest) : shell_path(edit.file);
    if (!source) return std::nullopt;
    std::string commands =
        from_libvirt
            ? fmt::format("xml=$(mktemp)\nvirsh dumpxml --inactive --domain {} > \"$xml\"\n", *source)
            : fmt::format("xml={}\n", *source);
    commands += "if patch_file \"$xml\" << 'NESTPROBE_PATCH'; then\n" + edit.diff + "NESTPROBE_PATCH\n";
    commands += "    if command -v virsh > /dev/null; then virsh define \"$xml\"; fi\n";
    commands += fmt::format(
        "    say \"shut the guest\" {0} \"down and start it: a reboot inside it keeps the old one\"\n"
        "else\n    say \"the guest\" {0} \"is defined as it should be\"\nfi\n",
        shell_text(edit.guest));
    if (from_libvirt) commands += "rm \"$xml\"\n";
    return commands;
}

std::optional<std::string> set_guest(const GuestEdit& edit) {
    std::string commands =
        "command -v qm > /dev/null || stop \"qm is missing: run this on the Proxmox VE host\"\n";
    for (const std::string& command : edit.commands) commands += command + "\n";
    return commands += fmt::format(
               "say \"stop the guest\" {} \"and start it (qm stop, qm start): a reboot keeps the old one\"\n",
               shell_text(edit.guest));
}

}  // namespace nestprobe
