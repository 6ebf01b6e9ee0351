// SPDX-License-Identifier: MIT
// Which of a machine's files bear on anything: in a paste by their whole paths, in a folder by where in it a
// copy of the machine's own tree begins.
#include "base/text.hpp"
#include "snapshot/import/readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace nestprobe {
namespace {

/// Files that a probe reads, by how their paths begin.
constexpr std::string_view wanted[] = {"/proc/cpuinfo",
                                       "/proc/modules",
                                       "/proc/cmdline",
                                       "/proc/sys/kernel/osrelease",
                                       "/proc/interrupts",
                                       "/proc/xen/capabilities",
                                       "/proc/self/status",
                                       "/proc/sys/kernel/modules_disabled",
                                       "/sys/module/kvm",
                                       "/sys/module/vfio",
                                       "/sys/module/vboxdrv/",
                                       "/sys/class/dmi/id/",
                                       "/sys/devices/virtual/dmi/id/",
                                       "/sys/hypervisor/",
                                       "/sys/kernel/security/lockdown",
                                       "/sys/devices/system/cpu/vulnerabilities/",
                                       "/sys/devices/system/cpu/online",
                                       "/sys/class/misc/kvm/",
                                       "/etc/modprobe.d/",
                                       "/run/modprobe.d/",
                                       "/usr/local/lib/modprobe.d/",
                                       "/usr/lib/modprobe.d/",
                                       "/lib/modprobe.d/",
                                       "/boot/config-",
                                       "/run/systemd/container",
                                       "/etc/os-release"};

/// Where in `path` this folder, or file, begins; npos: nowhere.
std::size_t begins_at(std::string_view path, std::string_view on_machine) {
    const auto at = path.find(on_machine.substr(1));
    return at == std::string_view::npos || at == 0 || path[at - 1] == '/' ? at : std::string_view::npos;
}

}  // namespace

bool is_wanted(std::string_view path) { return starts_with_any(path, wanted); }

std::string path_on_machine(std::string_view path) {
    std::size_t at = std::min(begins_at(path, "/proc/"), begins_at(path, "/sys/"));
    for (const std::string_view beginning : wanted)
        if (!beginning.starts_with("/proc/") && !beginning.starts_with("/sys/"))
            at = std::min(at, begins_at(path, beginning));
    return at == std::string_view::npos ? std::string() : fmt::format("/{}", path.substr(at));
}

}  // namespace nestprobe
