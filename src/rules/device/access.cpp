// SPDX-License-Identifier: MIT
#include "rules/device/access.hpp"

#include "base/text.hpp"
#include "remedy/steps.hpp"
#include "rules/device/access_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace nestprobe {
namespace {

/// (A vector made of literals in place makes g++ 12 warn of array bounds.)
std::vector<std::string> texts(std::initializer_list<std::string_view> list) {
    return std::vector<std::string>(list.begin(), list.end());
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

const AccessRow* row_named(const Fact<std::string>& place) {
    if (const std::string* name = place.if_known())
        for (const AccessRow& row : access_rows())
            if (row.place == *name) return &row;
    return nullptr;
}

std::vector<std::string> kept(std::span<const std::string_view> lines) {
    std::vector<std::string> out;
    for (const std::string_view line : lines)
        if (!line.empty()) out.emplace_back(line);
    return out;
}

Remedy steps_of(const Facts& f, std::span<const AccessStep> rows) {
    Remedy remedy;
    for (const AccessStep& row : rows) {
        if (row.empty() || (row.of_host && is(f.device.registered, true))) continue;
        Step step{.where = row.where,
                  .what = std::string(row.what),
                  .commands = kept(row.commands),
                  .file = std::string(row.file),
                  .lines = kept(row.lines),
                  .expect = std::string(row.expect)};
        if (!row.expect.empty()) step.action = GiveDevice{};
        remedy.then(std::move(step));
    }
    return remedy;
}

/// A job's container is given the device by the job, not by docker run.
Remedy device_for_job_container() {
    return Step{.where = Where::ci_job,
                .what = "Give the job's container the device.",
                .file = "the workflow, the job",
                .lines = texts({"container:", "  image: IMAGE", "  options: --device /dev/kvm"}),
                .expect = "ls -l /dev/kvm in a step shows the device.",
                .action = GiveDevice{}};
}

bool in_github_job(const Facts& f) { return is(f.kernel.job, "github-hosted") || is(f.kernel.job, "github"); }

bool in_job(const Facts& f) { return f.kernel.job.if_known() && !is(f.kernel.job, "none"); }

/// A container that no row speaks of.
Remedy give_to_container() {
    return Step{
        .where = Where::container_host,
        .what =
            "Whoever starts this container has to pass the device in: character device 10:232, readable "
            "and writable, allowed in its device cgroup. With Docker or Podman that is --device /dev/kvm.",
        .action = GiveDevice{}};
}

/// The row that says how this place is given the device; null: a host, or a place without a row.
const AccessRow* row_here(const Facts& f) {
    if (const AccessRow* container = row_named(f.kernel.container)) return container;
    return in_container(f) ? nullptr : row_named(f.kernel.job);
}

/// A node that udev or devtmpfs would have made.
Remedy make_node() {
    Remedy remedy(
        Step{.what = "KVM is loaded and only the node is missing (a chroot, a /dev without devtmpfs): let "
                     "udev make it.",
             .commands = texts({"sudo udevadm trigger --settle --name-match=kvm"}),
             .expect = "ls -l /dev/kvm shows 10, 232",
             .action = GiveDevice{}});
    remedy.then(Step{.what = "Only where no udev runs: by hand, until the next start.",
                     .commands = texts({"sudo mknod -m 660 /dev/kvm c 10 232"})});
    return remedy;
}

// --- on a host ---

Remedy join_group(const std::string& group) {
    Remedy remedy(
        Step{.what = "Join the group that may open it.",
             .commands = texts({fmt::format("sudo usermod -aG {} \"$USER\"", group)}),
             .cost = Cost::restart_session,
             .expect = fmt::format("id -nG prints {} among the groups, after the next login", group),
             .action = GiveDevice{}});
    remedy.then(Step{.what = "Or, at once and until the next start of this machine: let this user alone in.",
                     .commands = texts({"sudo setfacl -m \"u:$USER:rw\" /dev/kvm"})});
    return remedy;
}

/// udev(7); systemd's own 50-udev-default.rules gives the node to group kvm.
Remedy give_group_by_udev() {
    Remedy remedy(
        Step{.what = "Its group is not one to join. Give the node to group kvm, as udev's own rules do.",
             .commands =
                 texts({"getent group kvm || sudo groupadd --system kvm",
                        "echo 'KERNEL==\"kvm\", GROUP=\"kvm\", MODE=\"0660\"' | sudo tee "
                        "/etc/udev/rules.d/65-kvm.rules",
                        "sudo udevadm control --reload", "sudo udevadm trigger --settle --name-match=kvm"}),
             .expect = "ls -l /dev/kvm shows root kvm"});
    remedy.then(Step{.what = "Then join that group.",
                     .commands = texts({"sudo gpasswd -a \"$USER\" kvm"}),
                     .cost = Cost::restart_session,
                     .expect = "id -nG prints kvm among the groups, after the next login",
                     .action = GiveDevice{}});
    return remedy;
}

/// The bits allow it, and still it is refused.
Remedy look_for_policy() {
    Remedy remedy(Step{
        .what = "This process is in that group already, so something else refuses: an ACL of the node, or "
                "a security module (SELinux, AppArmor). See the ACL.",
        .commands = texts({"getfacl /dev/kvm"})});
    remedy.then(Step{.what = "See what a security module refused just now.",
                     .commands = texts(
                         {"sudo ausearch -m AVC -ts recent", "sudo journalctl -k --grep apparmor=.DENIED"})});
    return remedy;
}

Remedy allow_unit() {
    Remedy remedy(
        Step{.what = "A device cgroup or a security module forbids it, whatever the node's mode says. In a "
                     "service of systemd: allow the device.",
             .commands = texts({"sudo systemctl edit UNIT"}),
             .file = "the file that opens",
             .lines = texts({"[Service]", "DeviceAllow=/dev/kvm rw"}),
             .action = GiveDevice{}});
    remedy.then(Step{.what = "Restart that service.", .commands = texts({"sudo systemctl restart UNIT"})});
    remedy.then(Step{.what = "Elsewhere: see whether a security module refused it.",
                     .commands = texts({"sudo ausearch -m AVC -ts recent"})});
    return remedy;
}

/// WSL 2 makes the node for root alone where no udev runs in the distribution.
Remedy let_in_wsl() {
    Remedy remedy(Step{
        .what = "WSL makes the node for root, and gives no group at the next start either: let WSL set it "
                "whenever it starts.",
        .file = "/etc/wsl.conf",
        .lines = texts({"[boot]", "command = chown root:kvm /dev/kvm; chmod 660 /dev/kvm"})});
    remedy.then(Step{.what = "Join the group.",
                     .commands = texts({"getent group kvm || sudo groupadd --system kvm",
                                        "sudo gpasswd -a \"$USER\" kvm"})});
    remedy.then(Step{.where = Where::windows_host,
                     .what = "Stop WSL; everything that runs in it ends. It starts with the next terminal.",
                     .commands = texts({"wsl --shutdown"}),
                     .expect = "ls -l /dev/kvm shows root kvm, and id -nG prints kvm",
                     .action = GiveDevice{}});
    return remedy;
}

bool in_group_already(const Facts& f, const DeviceNode& node) {
    const auto* groups = f.kernel.groups.if_known();
    if (!groups || node.gid.empty() || (node.mode & 060) != 060) return false;
    return std::any_of(groups->begin(), groups->end(),
                       [&](unsigned group) { return std::to_string(group) == node.gid; });
}

Remedy allow_on_host(const Facts& f, const DeviceNode& node) {
    if (in_group_already(f, node)) return look_for_policy();
    const bool joinable = !is_nobodys(node) && !node.group.empty() && (node.mode & 060) != 0;
    if (is(f.system.boot_loader, BootLoader::wsl2) && !joinable) return let_in_wsl();
    return joinable ? join_group(node.group) : give_group_by_udev();
}

}  // namespace

bool is_nobodys(const DeviceNode& node) {
    for (const std::string_view name : {"root", "0", "nogroup", "nobody", "65534"})
        if (node.group == name) return true;
    return is_number(node.group);
}

std::string_view place_words(const Facts& f) {
    if (const AccessRow* row = row_named(f.kernel.container)) return row->words;
    if (in_container(f)) return "a container";
    const AccessRow* row = row_named(f.kernel.job);
    return row ? row->words : std::string_view{};
}

Remedy fix_missing_device(const Facts& f) {
    if (in_container(f) && in_github_job(f)) return device_for_job_container();
    if (in_container(f) && (is(f.kernel.job, "gitlab") || is(f.kernel.job, "gitlab-hosted")))
        return steps_of(f, row_named(f.kernel.job)->give);
    if (const AccessRow* row = row_here(f); row && !row->give[0].empty()) return steps_of(f, row->give);
    if (in_container(f)) return give_to_container();
    if (is(f.device.registered, true) || vendor_module_is(f, Module::State::loaded)) return make_node();
    return {};
}

Remedy fix_no_driver(const Facts& f) {
    Step step = load_module(f.module.name.if_known() ? *f.module.name.if_known() : "kvm_intel");
    if (!f.module.name.if_known()) step.what += " (On AMD kvm_amd.)";
    if (in_container(f)) {
        step.where = Where::container_host;
        step.what = "The device was passed in, and KVM is not loaded on the host: load it there.";
        step.action = ByHand{};
    }
    return step;
}

Remedy fix_denied_device(const Facts& f) {
    if (!f.device.open.if_absent()) return {};
    const DeviceNode node = f.device.node.if_known() ? *f.device.node.if_known() : DeviceNode{};
    const bool forbidden = open_error(f) == EPERM;
    if (in_job(f) && !in_container(f) && !forbidden)
        if (const AccessRow* job = row_named(f.kernel.job); job && !job->allow[0].empty())
            return steps_of(f, job->allow);
    if (const AccessRow* row = row_named(f.kernel.container)) {
        const auto& steps = forbidden || row->allow[0].empty() ? row->give : row->allow;
        return steps_of(f, steps);
    }
    if (in_container(f)) return give_to_container();
    return forbidden ? allow_unit() : allow_on_host(f, node);
}

}  // namespace nestprobe
