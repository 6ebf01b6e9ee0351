// SPDX-License-Identifier: MIT
// Who is in the node's group already, or may be, and was refused: to join it once more changes nothing.
// Sources: credentials(7), supplementary groups; newgrp(1), loginctl(1), ps(1) supgrp; state 2026-11.
#include "rules/device/access.hpp"

namespace nestprobe {

Remedy look_at_program() {
    Remedy remedy(Step{
        .what = "id shows this user in the node's group, so to join it changes nothing. The program that "
                "was refused may run as another user (libvirt, a service, another session), or in a "
                "session that is older than the membership. See as whom, and with which groups, it runs; "
                "here QEMU.",
        .commands = these({"ps -C qemu-system-x86_64 -o user,group,supgrp,args"}),
        .expect = "Its user's groups have kvm among them. Where they have not: let that user join the "
                  "group, or log out and in."});
    remedy.then(Step{.what =
                         "If it runs as this user: an ACL of the node, a device cgroup (a service, a "
                         "container) or a security module (SELinux, AppArmor, a snap) refuses. See the ACL.",
                     .commands = these({"getfacl /dev/kvm"})});
    remedy.then(Step{
        .what = "See what a security module refused just now.",
        .commands = these({"sudo ausearch -m AVC -ts recent", "sudo journalctl -k --grep apparmor=.DENIED"}),
        .action = GiveDevice{}});
    return remedy;
}

Remedy look_at_session() {
    return Step{
        .what =
            "The line of group kvm in /etc/group names a member. If that is this user, the session may "
            "be older than that: groups are given at login, and lingering services keep the old "
            "ones. See what this session has.",
        .commands = these({"id -nG"}),
        .cost = Cost::restart_session,
        .expect =
            "kvm among them: then something else refuses. Not among them: log out and in (in WSL, "
            "wsl --shutdown on Windows); the steps that follow are for who is not in the group."};
}

}  // namespace nestprobe
