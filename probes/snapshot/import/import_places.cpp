// SPDX-License-Identifier: MIT
// Commands by which somebody goes into a container, or runs something in one: what follows in the paste is of
// there. Sources: docker-exec(1), podman-exec(1), pct(1), lxc-attach(1); LXD and Incus documentation, exec
// and shell; kubectl exec; machinectl(1), shell; toolbox(1), distrobox-enter(1).
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

namespace nestprobe {
namespace {

/// As systemd-detect-virt and container.cpp name it.  LXD's and Incus's exec goes into virtual machines too.
struct EntranceRow {
    std::string_view program, verb, place;
};
constexpr EntranceRow entrances[] = {
    {"docker", "exec", "docker"},
    {"podman", "exec", "podman"},
    {"pct", "enter", "lxc"},
    {"pct", "exec", "lxc"},
    {"lxc-attach", "", "lxc"},
    {"machinectl", "shell", "systemd-nspawn"},
    {"machinectl", "login", "systemd-nspawn"},
    {"toolbox", "enter", "toolbox"},
    {"kubectl", "exec", "kubernetes"},
    {"oc", "rsh", "kubernetes"},
    {"oc", "exec", "kubernetes"},
};

}  // namespace

void read_entrance(const Command& command, Evidence& evidence) {
    for (const EntranceRow& row : entrances)
        if (command.program == row.program && (row.verb.empty() || command.names(row.verb))) {
            evidence.file("/run/systemd/container", fmt::format("{}\n", row.place));
            evidence.taken(fmt::format("{} {}", row.program, row.verb));
        }
}

bool read_container_file(std::string_view path, std::string_view text, Evidence& evidence) {
    if (path != "/run/.containerenv" || contains(text, "No such file")) return false;
    evidence.file(contains(text, "toolbox") ? "/run/.toolboxenv" : std::string(path), "");
    evidence.taken(path);
    return true;
}

}  // namespace nestprobe
