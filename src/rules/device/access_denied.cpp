// SPDX-License-Identifier: MIT
// /dev/kvm is there and may not be opened: who lets this user in, by the place.
#include "remedy/steps.hpp"
#include "rules/device/access.hpp"
#include "rules/device/access_places.hpp"

#include <fmt/format.h>

#include <cerrno>

namespace nestprobe {
namespace {

/// The number of the node's group is the host's; root needs none.
Remedy allow_in_job_container() {
    return Step{.where = Where::ci_job,
                .what = "Have the job's container run as root, which needs no group.",
                .file = "the workflow, the job",
                .lines = texts({"container:", "  image: IMAGE", "  options: --device /dev/kvm --user 0"}),
                .expect = "test -w /dev/kvm succeeds in a step.",
                .action = GiveDevice{}};
}

/// Whose container it is does not show: each one's way.
Remedy allow_in_unmapped(const Facts& f) {
    Remedy remedy(Step{.what = "See whose container it is.",
                       .commands = these({"systemd-detect-virt --container"}),
                       .expect =
                           "lxc: LXD, Incus or Proxmox VE, which its host's administrator knows; podman. A "
                           "program's sandbox (Firejail) prints another word, or none."});
    for (const std::string_view place : {"firejail", "lxd", "incus", "proxmox-ct", "podman"}) {
        const AccessRow row = *row_named(place);
        remedy.then_only(fmt::format("Only if it is {}:", row.words), steps_of(f, row.allow));
    }
    return remedy;
}

/// The bits let everybody in, and still it is refused (container-selinux, container_use_devices;
/// podman-run(1)).
Remedy ask_the_policy(const Facts& f) {
    const bool contained = in_container(f), named = f.device.opener == Opener::policy;
    Remedy remedy(Step{.where = contained ? Where::container_host : Where::here,
                       .what = fmt::format("{}, SELinux as a rule. See what it refused just now.",
                                           named ? "A security module refuses, whatever the node's mode says"
                                                 : "The node's mode lets everybody in, so something else "
                                                   "refuses: a security module"),
                       .commands = these({"sudo ausearch -m AVC -ts recent"})});
    if (!contained) return remedy;
    remedy.then(Step{.where = Where::container_host,
                     .what = "If it was SELinux: let containers use devices that are passed in.",
                     .commands = these({"sudo setsebool -P container_use_devices on"}),
                     .expect = "In the container, /dev/kvm opens.",
                     .action = GiveDevice{}});
    remedy.then(
        Step{.where = Where::container_host,
             .what = "Or create this container without SELinux' label (Docker takes the same option).",
             .commands = these({"podman run --security-opt label=disable --device /dev/kvm IMAGE"})});
    return remedy;
}

/// A rented server may be a container, whose device cgroup is its provider's.
Remedy allow_where_it_is_unknown(const Facts& f) {
    Remedy remedy = allow_unit();
    if (f.kernel.container.if_absent())
        remedy.then(Step{.what = "In a container (lxc, openvz; many a cheap VPS is one) its host decides: "
                                 "whoever runs it allows character device 10:232 in its device cgroup.",
                         .commands = these({"systemd-detect-virt --container"}),
                         .expect = "none: it is no container, and this step does not apply."});
    return remedy;
}

}  // namespace

Remedy fix_denied_device(const Facts& f) {
    if (!f.device.open.if_absent()) return {};
    const DeviceNode node = f.device.node.if_known() ? *f.device.node.if_known() : DeviceNode{};
    const bool forbidden = open_error(f) == EPERM;
    constexpr unsigned everybody = 06;
    // Who refused is named: neither a group nor a job's or a container's definition lets in.
    if (f.device.opener == Opener::policy && in_container(f)) return ask_the_policy(f);
    if (f.device.opener >= Opener::snap) return allow_on_host(f, node);
    if (!forbidden && (node.mode & everybody) == everybody) return ask_the_policy(f);
    if (in_job(f) && !in_container(f) && !forbidden)
        if (const auto job = row_of_job(f); job && !job->allow[0].empty()) return steps_of(f, job->allow);
    if (in_container(f) && in_github_job(f)) return allow_in_job_container();
    const bool elsewhere = in_container(f) || in_job(f);
    if (const auto row = elsewhere ? row_of_container(f) : row_here(f)) {
        const auto& steps = forbidden || row->allow[0].empty() ? row->give : row->allow;
        return steps_of(f, steps);
    }
    if (in_container(f)) return forbidden ? give_to_container() : allow_in_container();
    if (is_unmapped(f)) return allow_in_unmapped(f);
    return forbidden ? allow_where_it_is_unknown(f) : allow_on_host(f, node);
}

Remedy fix_closed_node(const Facts& f) {
    if (const auto row = row_here(f); row && !row->allow[0].empty()) return steps_of(f, row->allow);
    const std::string* named = f.evidence ? f.evidence->named_place.if_known() : nullptr;
    Remedy remedy;
    if (const auto row = named ? row_named(*named) : std::nullopt; row && !row->allow[0].empty()) {
        Remedy there = steps_of(f, row->allow);
        // Of a development container: the step for a node that no group opens stands last.
        if (*named == "devcontainer") there.steps.erase(there.steps.begin(), there.steps.end() - 1);
        remedy.then_only(fmt::format("Only if this is {}:", row->words), std::move(there));
        return remedy.then_only("Only if it is none:", allow_on_host(f, *f.device.node.if_known()));
    }
    return allow_on_host(f, *f.device.node.if_known());
}

}  // namespace nestprobe
