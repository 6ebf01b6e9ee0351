// SPDX-License-Identifier: MIT
// The order of a paste: commands between two outputs that change what the second one shows, headings that
// name another place, and programs that run at last.
#include "base/text.hpp"
#include "base/whole_words.hpp"
#include "snapshot/import/readers.hpp"
#include "snapshot/import/sides.hpp"

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

/// A command after which /dev/kvm, or who may open it, is another.
struct ChangeRow {
    std::string_view program;
    std::string_view words[4] = {};  ///< one of them has to be in the line
};
constexpr ChangeRow changes[] = {
    {"modprobe", {"kvm", "vbox", "vmmon"}},
    {"insmod", {"kvm"}},
    {"rmmod", {"kvm", "vbox", "vmmon"}},
    {"mknod", {"kvm"}},
    {"chmod", {"/dev/kvm"}},
    {"chown", {"/dev/kvm"}},
    {"chgrp", {"/dev/kvm"}},
    {"setfacl", {"/dev/kvm"}},
    {"usermod", {"usermod"}},
    {"gpasswd", {"gpasswd"}},
    {"adduser", {"adduser"}},
    {"newgrp", {"newgrp"}},
    {"sg", {"sg"}},
    {"su", {"su"}},
    {"login", {"login"}},
    {"udevadm", {"trigger"}},
    {"reboot", {"reboot"}},
    {"shutdown", {"shutdown"}},
    {"poweroff", {"poweroff"}},
    {"systemctl", {"start", "stop", "reboot", "poweroff"}},
    {"service", {"start", "stop"}},
    {"snap", {"connect"}},
};

bool changes_kvm(const Command& command) {
    return std::any_of(std::begin(changes), std::end(changes), [&](const ChangeRow& row) {
        return row.program == command.program &&
               std::any_of(std::begin(row.words), std::end(row.words), [&](std::string_view word) {
                   return !word.empty() && contains(command.line, word);
               });
    });
}

/// QEMU and nothing but KVM: "-accel kvm:tcg" goes on without.
bool wants_kvm(const Command& command) {
    const bool qemu = command.program.starts_with("qemu-system-") || command.program == "qemu-kvm";
    if (contains(command.line, "tcg")) return false;
    if (command.program == "kvm") return true;  // Debian's, which adds -enable-kvm
    if (!qemu) return false;
    for (std::size_t i = 0; i < command.words.size(); ++i) {
        const std::string_view word = command.words[i];
        if (word == "-enable-kvm" || word == "--enable-kvm") return true;
        if ((word == "-accel" || word == "--accel") && i + 1 < command.words.size() &&
            (command.words[i + 1] == "kvm" || command.words[i + 1].starts_with("kvm,")))
            return true;
        if (contains(word, "accel=kvm") && !contains(word, "accel=kvm:")) return true;
    }
    return false;
}

/// QEMU opens its screen, and the guest's firmware speaks, once KVM has made the virtual machine (QEMU
/// system/vl.c, qemu_init(), configure_accelerators() before qemu_init_displays()).
void read_running_guest(const Section& section, Evidence& evidence) {
    if (!wants_kvm(section.command)) return;
    if (!contains(section.body, "VNC server running on") && !contains(section.body, "SeaBIOS (version "))
        return;
    evidence.runs_kvm();
    evidence.taken("a guest that QEMU runs by KVM");
}

}  // namespace

void begin_section(const Section& section, Evidence& evidence) {
    const Command& command = section.command;
    evidence.begin({.line = command.line,
                    .program = command.program,
                    .host = section.host,
                    .changes = changes_kvm(command) ? 1U : 0U,
                    .inside = leads_to(command) != LeadsTo::nowhere});
    read_running_guest(section, evidence);
}

void end_section(const Section& section, Evidence& evidence) {
    unsigned places = 0;
    bool sandbox = false;
    for_each_line(section.body, [&](std::string_view line) {
        const Heading heading = heading_of(line);
        places += heading.place ? 1U : 0U;
        sandbox = sandbox || heading.sandbox;
    });
    if (places > 0) evidence.move_on();
    if (sandbox) evidence.names_sandbox();
}

}  // namespace nestprobe
