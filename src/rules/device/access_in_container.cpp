// SPDX-License-Identifier: MIT
// How a container is given /dev/kvm that no row of the table speaks of, and Docker Desktop's.
#include "remedy/steps.hpp"
#include "rules/device/access.hpp"

#include <fmt/format.h>

namespace nestprobe {

Remedy give_to_container() {
    return Step{
        .where = Where::container_host,
        .what =
            "Whoever starts this container has to pass the device in: character device 10:232, readable "
            "and writable, allowed in its device cgroup. With Docker or Podman:",
        .commands = these({"docker run --device /dev/kvm IMAGE",
                           "podman run --device /dev/kvm --group-add keep-groups IMAGE"}),
        .action = GiveDevice{}};
}

Remedy allow_in_container() {
    return Step{
        .where = Where::container_host,
        .what =
            "The node in this container is the host's, and its group counts by its number. With "
            "Docker, rootless Podman (or as root inside: --user 0):",
        .commands = these({"docker run --device /dev/kvm --group-add \"$(stat -c %g /dev/kvm)\" IMAGE",
                           "podman run --device /dev/kvm --group-add keep-groups IMAGE"}),
        .expect = "In the container, test -w /dev/kvm succeeds.",
        .action = GiveDevice{}};
}

/// Docker Desktop's own virtual machine has no KVM to pass in (Docker documentation, Desktop for Linux;
/// dockur/windows FAQ, 2026-11).  Where KVM was found on the system itself, that is a Linux.
Remedy leave_docker_desktop(const Facts& f) {
    const bool found = f.evidence && is(f.evidence->usable, true);
    const bool linux_host = found || vendor_module_is(f, Module::State::loaded);
    if (!linux_host) return fix_on_platform(f, "");
    Remedy remedy(Step{
        .where = Where::container_host,
        .what =
            in_docker_desktop(f)
                ? "This container runs in Docker Desktop's own virtual machine, which has no "
                  "/dev/kvm: let Docker Engine on the host itself run it."
                : fmt::format("This system has KVM, and {}: the daemon runs on another system, most "
                              "likely in Docker Desktop's virtual machine (desktop-linux in the "
                              "list). Let Docker Engine on this one run it.",
                              was_asked_for(f) == "given" ? "the container was given /dev/kvm and has none"
                                                          : "the daemon finds no /dev/kvm"),
        .commands = these({"docker context ls", "docker context use default"}),
        .expect = "docker info prints the host's own kernel behind Kernel Version.",
        .action = GiveDevice{}});
    remedy.then(Step{.where = Where::container_host,
                     .what = "Then create the container there with the device.",
                     .commands = these({"docker run --device /dev/kvm IMAGE"}),
                     .expect = "In the container, ls -l /dev/kvm shows the device."});
    return remedy;
}

bool in_docker_desktop(const Facts& f) {
    if (is(f.hypervisor.platform, Platform::docker_desktop)) return true;
    const std::string* release = f.kernel.release.if_known();
    return in_container(f) && release && release->ends_with("-linuxkit");
}

std::string_view was_asked_for(const Facts& f) {
    const std::string* asked = f.evidence ? f.evidence->device_asked.if_known() : nullptr;
    return asked ? std::string_view(*asked) : std::string_view{};
}

}  // namespace nestprobe
