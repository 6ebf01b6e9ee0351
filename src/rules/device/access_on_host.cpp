// SPDX-License-Identifier: MIT
// How a user of this system itself is let in to /dev/kvm: groups, udev's rules, what else may refuse.
#include "remedy/shell.hpp"
#include "remedy/steps.hpp"
#include "rules/device/access.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace nestprobe {
namespace {

/// NixOS makes /etc/group and udev's rules of its configuration.
Remedy by_configuration(std::vector<std::string> lines, std::string expect) {
    Remedy remedy(Step{.what = "Say so in the system's configuration. NAME is the user.",
                       .file = "/etc/nixos/configuration.nix",
                       .lines = std::move(lines)});
    remedy.then(Step{.what = "Then bring it into force.",
                     .commands = these({"sudo nixos-rebuild switch"}),
                     .cost = Cost::restart_session,
                     .expect = std::move(expect),
                     .action = GiveDevice{}});
    return remedy;
}

/// On ostree systems groups of the image stand in /usr/lib/group alone, where usermod does not look (Fedora
/// documentation, Silverblue, FAQ).
Remedy join_group(const Facts& f, const std::string& group) {
    const std::string expect = fmt::format("id -nG prints {} among the groups, after the next login", group);
    if (is(f.system.boot_loader, BootLoader::nixos))
        return by_configuration({fmt::format("users.users.NAME.extraGroups = [ \"{}\" ];", group)}, expect);
    const bool ostree = is(f.system.boot_loader, BootLoader::ostree);
    Step step{.what = "Join the group that may open it.",
              .cost = Cost::restart_session,
              .expect = expect,
              .action = ostree ? Action(GiveDevice{}) : Action(JoinGroup{group})};
    if (ostree)
        add_command(step, "grep -q '^{}:' /etc/group || getent group {} | sudo tee -a /etc/group",
                    {group, group});
    add_command(step, "sudo usermod -aG {} \"$USER\"", {group});
    Remedy remedy(std::move(step));
    remedy.then(Step{.what = "Or, at once and until the next start of this machine: let this user alone in.",
                     .commands = these({"sudo setfacl -m \"u:$USER:rw\" /dev/kvm"})});
    return remedy;
}

/// udev(7); systemd's own 50-udev-default.rules gives the node to group kvm.
Remedy give_group_by_udev(const Facts& f) {
    if (is(f.system.boot_loader, BootLoader::nixos))
        return by_configuration(
            texts({"services.udev.extraRules = ''KERNEL==\"kvm\", GROUP=\"kvm\", MODE=\"0660\"'';",
                   "users.users.NAME.extraGroups = [ \"kvm\" ];"}),
            "ls -l /dev/kvm shows root kvm, and id -nG prints kvm");
    Remedy remedy(
        Step{.what = "Its group is not one to join. Give the node to group kvm, as udev's own rules do.",
             .commands =
                 these({"getent group kvm || sudo groupadd --system kvm",
                        "echo 'KERNEL==\"kvm\", GROUP=\"kvm\", MODE=\"0660\"' | sudo tee "
                        "/etc/udev/rules.d/65-kvm.rules",
                        "sudo udevadm control --reload", "sudo udevadm trigger --settle --name-match=kvm"}),
             .expect = "ls -l /dev/kvm shows root kvm",
             .action = WriteUdevRule{}});
    remedy.then(Step{.what = "Then join that group.",
                     .commands = these({"sudo gpasswd -a \"$USER\" kvm"}),
                     .cost = Cost::restart_session,
                     .expect = "id -nG prints kvm among the groups, after the next login",
                     .action = JoinGroup{"kvm"}});
    return remedy;
}

/// The bits allow it, and still it is refused.
Remedy look_for_policy(bool root = false) {
    Remedy remedy(Step{
        .what =
            root ? "This is root, whom no mode of a node keeps out: a security module does (SELinux, "
                   "AppArmor), "
                   "or, in a container, its list of devices. See whether the node is labelled."
                 : "This process is in that group already, so something else refuses: an ACL of the node, or "
                   "a security module (SELinux, AppArmor). See the ACL.",
        .commands = root ? these({"ls -lZ /dev/kvm"}) : these({"getfacl /dev/kvm"})});
    remedy.then(Step{.what = "See what a security module refused just now.",
                     .commands = these(
                         {"sudo ausearch -m AVC -ts recent", "sudo journalctl -k --grep apparmor=.DENIED"})});
    if (root)
        remedy.then(Step{.what = "Allow there what it names; in a container, by what starts that.",
                         .expect = "test -w /dev/kvm succeeds.",
                         .action = GiveDevice{}});
    return remedy;
}

bool is_wsl(const Facts& f) {
    return is(f.system.boot_loader, BootLoader::wsl2) || is(f.hypervisor.platform, Platform::wsl2);
}

/// WSL 2 makes the node for root alone where no udev runs in the distribution.
Remedy let_in_wsl() {
    Remedy remedy(Step{
        .what = "WSL makes the node for root, and gives no group at the next start either: let WSL set it "
                "whenever it starts.",
        .file = "/etc/wsl.conf",
        .lines = texts({"[boot]", "command = chown root:kvm /dev/kvm; chmod 660 /dev/kvm"})});
    remedy.then(Step{.what = "Join the group.",
                     .commands = these({"getent group kvm || sudo groupadd --system kvm",
                                        "sudo gpasswd -a \"$USER\" kvm"})});
    remedy.then(Step{.where = Where::windows_host,
                     .what = "Stop WSL; everything that runs in it ends. It starts with the next terminal.",
                     .commands = these({"wsl --shutdown"}),
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

/// Whose the node is was not seen: udev's own rules give it to group kvm.
Remedy see_whose_it_is(const Facts& f) {
    Remedy remedy(Step{.what = "See whose it is: the group is the word behind root.",
                       .commands = these({"ls -l /dev/kvm"}),
                       .expect = "crw-rw---- ... root kvm"});
    remedy.then(Step{.what = "Join that group, which is kvm as a rule; it counts from the next login on.",
                     .commands = these({"sudo usermod -aG kvm \"$USER\""}),
                     .cost = Cost::restart_session,
                     .expect = "id -nG prints kvm among the groups, after the next login",
                     .action = JoinGroup{"kvm"}});
    remedy.then(Step{.what = "Or, at once and until the next start of this machine: let this user alone in.",
                     .commands = these({"sudo setfacl -m \"u:$USER:rw\" /dev/kvm"})});
    // WSL's node is root's alone unless udev runs in it; to be in the group changes nothing there.
    if (f.evidence && is(f.evidence->named_platform, Platform::wsl2))
        remedy.then_only("Only if this is WSL 2, and it shows root root:", let_in_wsl());
    return remedy;
}

/// The Android emulator found no group kvm in /etc/group: an image of a container, or a system on which
/// nothing that needs KVM was installed.
Remedy without_group(const Facts& f) {
    if (is(f.system.boot_loader, BootLoader::ostree)) return join_group(f, "kvm");
    Remedy remedy(
        Step{.what = "This /etc/group has no group kvm, so there is none to join. See whether this is a "
                     "container, and the number of the node's group.",
             .commands = these({"systemd-detect-virt --container", "stat -c %g /dev/kvm"})});
    Remedy container = allow_in_container();
    remedy.then_only("Only if it is a container:", std::move(container));
    Remedy host = give_group_by_udev(f);
    host.steps.front().what = "make the group, and give the node to it, as udev's own rules do.";
    return remedy.then_only("Only if it is none:", std::move(host));
}

/// Behind "qemu:///system" it is libvirt's own user that opens the node (libvirt qemu.conf, user and group).
Remedy let_libvirt_in(const Facts& f, const DeviceNode& node) {
    // Void's node is of wheel, others' of qemu or libvirt: to join another group changes nothing.
    const bool joinable = !node.group.empty() && !is_nobodys(node) && ConfigWord::make(node.group);
    const std::string group = joinable ? node.group : "kvm";
    Remedy remedy(
        Step{.what = "Refused is the user that libvirt runs QEMU as, not yours (but with "
                     "qemu:///session, which runs it as you). See whose the node is, and who that "
                     "user is: libvirt-qemu on Debian and Ubuntu, qemu on Fedora, SUSE and Arch, if "
                     "nothing is printed.",
             .commands = {"ls -l /dev/kvm", "sudo grep -E '^ *(user|group) *=' /etc/libvirt/qemu.conf"},
             .expect = fmt::format("crw-rw---- ... root {}", group)});
    if (node.group.empty() || is_nobodys(node)) {
        Remedy rest = give_group_by_udev(f);
        rest.steps.front().what = "If its group is root: give the node to group kvm, as udev's own rules do.";
        rest.steps.resize(1);
        remedy.then(std::move(rest));
    }
    Step join{.what = "Let that user join the group, if id does not show it there; then restart libvirt.",
              .expect = "The machine starts.",
              .action = GiveDevice{}};
    join.commands.push_back(ShellCommand::of_row("id libvirt-qemu || id qemu"));
    add_command(join, "sudo usermod -aG {} libvirt-qemu || sudo usermod -aG {} qemu", {group, group});
    join.commands.push_back(
        ShellCommand::of_row("sudo systemctl restart libvirtd || sudo systemctl restart virtqemud"));
    remedy.then(std::move(join));
    remedy.then(
        Step{.what = "If it is there already, a security module refuses, or, in a container, the list of its "
                     "devices.",
             .commands = {"sudo journalctl -k --grep apparmor=.DENIED", "sudo ausearch -m AVC -ts recent"}});
    return remedy;
}

/// snapd documentation, "The kvm interface" (state of 2026-11).
Remedy connect_snap() {
    return Step{.what =
                    "A snap's confinement refused it, whatever the node's mode says: its interface kvm is "
                    "not connected. SNAP is the name behind \"snap.\" in that profile.",
                .commands = these({"snap connections SNAP", "sudo snap connect SNAP:kvm"}),
                .expect =
                    "snap connections SNAP shows SNAP:kvm beside :kvm, and the program opens /dev/kvm. "
                    "A snap without that interface cannot be given it: take the program from another "
                    "source.",
                .action = GiveDevice{}};
}

/// The log names the profile or the label.
Remedy change_policy() {
    Remedy remedy(Step{
        .what = "A security module refused it, whatever the node's mode says. See what it refused, to which "
                "profile or label, and allow that there; AppArmor's profiles stand in /etc/apparmor.d.",
        .commands =
            these({"sudo journalctl -k --grep 'apparmor=.DENIED.*kvm'", "sudo ausearch -m AVC -ts boot"}),
        .expect = "The program opens /dev/kvm.",
        .action = GiveDevice{}});
    return remedy.then(Step{.what = "With SELinux, see whether the node has lost its label.",
                            .commands = these({"ls -lZ /dev/kvm", "sudo restorecon -v /dev/kvm"}),
                            .expect = "ls -lZ shows kvm_device_t."});
}

/// A build runs as a user of Nix' daemon, which drops the other groups of that user before it starts the
/// builder (NixOS/nixpkgs#124371; state of 2026-11).
Remedy let_nix_in(const Facts& f) {
    constexpr std::string_view why =
        "Refused is a builder of Nix' daemon, not you: builders have no group but their own, so neither "
        "yours nor theirs helps. Every user of the system has to be able to open the node.";
    if (is(f.system.boot_loader, BootLoader::nixos)) {
        Remedy remedy =
            by_configuration(texts({"services.udev.extraRules = ''KERNEL==\"kvm\", MODE=\"0666\"'';"}),
                             "ls -l /dev/kvm shows crw-rw-rw-, and the build starts its machine.");
        remedy.steps.front().what = why;
        return remedy;
    }
    return Step{.what = std::string(why),
                .commands = these({"echo 'KERNEL==\"kvm\", MODE=\"0666\"' | sudo tee "
                                   "/etc/udev/rules.d/99-open-kvm.rules",
                                   "sudo udevadm control --reload",
                                   "sudo udevadm trigger --settle --name-match=kvm"}),
                .expect = "ls -l /dev/kvm shows crw-rw-rw-, and the build starts its machine.",
                .action = GiveDevice{}};
}

}  // namespace

Remedy allow_unit() {
    Remedy remedy(
        Step{.what = "A device cgroup or a security module forbids it, whatever the node's mode says. In a "
                     "service of systemd: allow the device.",
             .commands = these({"sudo systemctl edit UNIT"}),
             .file = "the file that opens",
             .lines = texts({"[Service]", "DeviceAllow=/dev/kvm rw"}),
             .action = GiveDevice{}});
    remedy.then(Step{.what = "Restart that service.", .commands = these({"sudo systemctl restart UNIT"})});
    remedy.then(Step{.what =
                         "In a snap (Multipass, Docker, sosumi): see whether its interface kvm has a slot, "
                         "and connect it. SNAP is its name.",
                     .commands = these({"snap connections SNAP", "sudo snap connect SNAP:kvm"}),
                     .action = GiveDevice{}});
    remedy.then(Step{.what = "Elsewhere: see whether a security module refused it.",
                     .commands = these({"sudo ausearch -m AVC -ts recent"})});
    return remedy;
}

Remedy allow_on_host(const Facts& f, const DeviceNode& node) {
    if (f.device.open.if_absent() && f.device.opener == Opener::libvirt) return let_libvirt_in(f, node);
    if (f.device.open.if_absent() && f.device.opener == Opener::nix) return let_nix_in(f);
    if (f.device.open.if_absent() && f.device.opener == Opener::snap) return connect_snap();
    if (f.device.open.if_absent() && f.device.opener == Opener::policy) return change_policy();
    if (is(f.kernel.uid, 0u)) return look_for_policy(true);
    if (f.device.open.if_absent() && f.device.opener == Opener::member) return look_at_program();
    if (f.device.node.if_absent() && f.evidence && is(f.evidence->no_group, true)) return without_group(f);
    if (f.device.node.if_absent() && node.group.empty() && !is_wsl(f) &&
        !is(f.system.boot_loader, BootLoader::nixos)) {
        const bool named = f.evidence && is(f.evidence->no_group, false);
        return named ? look_at_session().then(see_whose_it_is(f)) : see_whose_it_is(f);
    }
    if (in_group_already(f, node)) return look_for_policy();
    const bool joinable = !is_nobodys(node) && (node.mode & 060) != 0 && ConfigWord::make(node.group);
    if (is_wsl(f) && !joinable) return let_in_wsl();
    if (!joinable) return give_group_by_udev(f);
    const bool named = f.evidence && is(f.evidence->no_group, false) && node.group == "kvm";
    return named ? look_at_session().then(join_group(f, node.group)) : join_group(f, node.group);
}

}  // namespace nestprobe
