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

namespace {

/// What they print is a container's own output, but for what the daemon itself says.
constexpr EntranceRow outputs[] = {
    {"docker", "run", "docker"},       {"docker", "logs", "docker"}, {"docker-compose", "logs", "docker"},
    {"podman", "run", "podman"},       {"podman", "logs", "podman"}, {"nerdctl", "run", "docker"},
    {"kubectl", "logs", "kubernetes"},
};

/// Containers and virtual machines alike: no reading of what it is.
constexpr EntranceRow instances[] = {
    {"lxc", "exec", "lxd"},
    {"lxc", "shell", "lxd"},
    {"incus", "exec", "incus"},
    {"incus", "shell", "incus"},
};

bool fits(const EntranceRow& row, const Command& command) {
    return command.program == row.program && (row.verb.empty() || command.names(row.verb));
}

void place(std::string_view name, std::string_view by, Evidence& evidence) {
    evidence.file("/run/systemd/container", fmt::format("{}\n", name));
    evidence.taken(by);
}

/// cat prints nothing of Docker's file, which is empty; ls prints its name.
void read_sign(const Section& section, Evidence& evidence) {
    const Command& command = section.command;
    const bool looks = command.program == "cat" || command.program == "ls" || command.program == "stat" ||
                       command.program == "file";
    if (!looks || !command.names("/.dockerenv") || section.cut() || contains(section.body, "o such file") ||
        contains(section.body, "cannot"))
        return;
    evidence.file("/.dockerenv", "");
    evidence.taken("/.dockerenv");
}

}  // namespace

void read_entrance(const Section& section, Evidence& evidence) {
    const Command& command = section.command;
    for (const EntranceRow& row : entrances)
        if (fits(row, command)) place(row.place, fmt::format("{} {}", row.program, row.verb), evidence);
    for (const EntranceRow& row : instances)
        if (fits(row, command))
            evidence.hear(hearsay::named_place, row.place, fmt::format("{} {}", row.program, row.verb));
    const bool of_kvm =
        contains(section.body, "kvm") || contains(section.body, "KVM") || contains(section.body, "Kvm");
    const bool of_daemon = contains(section.body, "rror response from daemon") ||
                           contains(section.body, "docker: Error") || contains(section.body, "Error: ");
    for (const EntranceRow& row : outputs)
        if (fits(row, command) && of_kvm && !of_daemon)
            place(row.place, fmt::format("{} {}", row.program, row.verb), evidence);
    read_sign(section, evidence);
}

bool read_container_file(std::string_view path, std::string_view text, Evidence& evidence) {
    if (path != "/run/.containerenv" || contains(text, "No such file")) return false;
    evidence.file(contains(text, "toolbox") ? "/run/.toolboxenv" : std::string(path), "");
    evidence.taken(path);
    return true;
}

}  // namespace nestprobe
