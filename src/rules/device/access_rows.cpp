// SPDX-License-Identifier: MIT
// The table of containers and CI jobs.  State of 2026-11.  Sources: docker-run(1) (--device, --group-add),
// Compose file reference (devices, group_add); podman-run(1) (--group-add keep-groups); Kubernetes
// documentation, "Device Plugins" and "Configure a Security Context"; lxc.container.conf(5); LXD and Incus
// documentation, "Type: unix-char"; Proxmox VE administration guide, pct(1), dev[n] (since 8.1);
// systemd.nspawn(5), systemd.resource- control(5), DeviceAllow; Flatpak documentation, sandbox permissions;
// Apptainer user guide, bind mounts; GitHub changelog of 2024-04-02 and workflow syntax, container.options;
// GitLab Runner documentation, [runners.docker]; vzctl(8), --devnodes;
// CircleCI documentation, "Android images with the machine executor"; firejail(1), private-dev, noroot,
// nogroups (netblue30/firejail#3008); Development Containers specification, runArgs.
#include "rules/device/access_rows.hpp"

namespace nestprobe {
namespace {

constexpr std::string_view opens = "In the container, ls -l /dev/kvm shows the device.";

constexpr std::string_view opens_on_host = "ls -l /dev/kvm shows the device; then start the container again.";

constexpr std::string_view opens_inside = "In the sandbox, ls -l /dev/kvm shows the device.";

constexpr AccessStep see_host = {
    .what =
        "See that the host itself has it; if not, the host is to be put right first (run nestprobe there).",
    .commands = {"ls -l /dev/kvm"},
    .of_host = true,
};

constexpr AccessStep udev_in_job = {
    .where = Where::ci_job,
    .what =
        "In a step before the one that needs it: let everybody in this machine, which is thrown away, open "
        "it. (A new group would count from the next login on, which a job has not.)",
    .commands = {"echo 'KERNEL==\"kvm\", MODE=\"0666\"' | sudo tee /etc/udev/rules.d/99-open-kvm.rules",
                 "sudo udevadm control --reload", "sudo udevadm trigger --settle --name-match=kvm"},
    .expect = "test -w /dev/kvm succeeds. Do it after installing packages: those can restart udev.",
};

constexpr AccessStep any_other_ci = {
    .where = Where::ci_job,
    .what =
        "On a machine of the CI's own, no setting of yours changes it: take one that has it. GitHub's x64 "
        "Linux runners do, and CircleCI's machine executor (as of 2026-11).",
};

constexpr AccessRow access_table[] = {
    {"docker",
     "a container of Docker",
     {see_host,
      {.what = "Create the container again with the device; a container that runs cannot be given it. (Under "
               "Docker "
               "Desktop the host is its own virtual machine.)",
       .commands = {"docker run --device /dev/kvm IMAGE"},
       .expect = opens},
      {.what = "The same in Compose:",
       .file = "compose.yaml, the service",
       .lines = {"devices:", "  - /dev/kvm"}}},
     {{.what = "Create the container again with the group of the host's node, by its number: the names "
               "inside are the "
               "image's own. (Or run as root inside: --user 0.)",
       .commands = {"docker run --device /dev/kvm --group-add \"$(stat -c %g /dev/kvm)\" IMAGE"},
       .expect = "In the container, test -w /dev/kvm succeeds."},
      {.what = "The same in Compose, with the number that this prints on the host:",
       .commands = {"stat -c %g /dev/kvm"},
       .file = "compose.yaml, the service",
       .lines = {"devices:", "  - /dev/kvm", "group_add:", "  - \"GID\""}}}},
    {"docker-rootless",
     "a container of rootless Docker",
     {see_host,
      {.what = "Create the container again with the device.",
       .commands = {"docker run --device /dev/kvm IMAGE"},
       .expect = opens}},
     {{.what =
           "Rootless Docker hands none of your groups into its containers, so the group kvm does not count "
           "there, by its number neither. On the host let the user whose daemon it is open the node by "
           "name; until the next start.",
       .commands = {"sudo setfacl -m \"u:$USER:rw\" /dev/kvm"},
       .expect = "test -w /dev/kvm succeeds on the host."},
      {.what = "Run the container as root inside, which is that user on the host.",
       .commands = {"docker run --user 0 --device /dev/kvm IMAGE"},
       .expect = "In the container, test -w /dev/kvm succeeds."},
      {.what = "To make it last, and for other users inside, where every user of the host may run guests:",
       .commands = {"echo 'KERNEL==\"kvm\", MODE=\"0666\"' | sudo tee /etc/udev/rules.d/65-kvm.rules",
                    "sudo udevadm control --reload", "sudo udevadm trigger --settle --name-match=kvm"}}}},
    {"unraid",
     "a server with Unraid",
     {{.where = Where::here,
       .what = "Unraid loads KVM's module with its own virtual machines: in its web interface, Settings, VM "
               "Manager, set Enable VMs to Yes, and apply. (As of 2026-11, by reports.)"},
      {.where = Where::here,
       .what = "Where that page says that there is no hardware virtualization: firmware has it off, or this "
               "Unraid is a guest itself.",
       .commands = {"ls -l /dev/kvm", "grep -c -w -E 'vmx|svm' /proc/cpuinfo"},
       .expect = opens_on_host}},
     {}},
    {"podman",
     "a container of Podman",
     {see_host,
      {.what = "Create the container again with the device; rootless, the user who runs it has to be able to "
               "open it "
               "on the host, and keeps that group:",
       .commands = {"podman run --device /dev/kvm --group-add keep-groups IMAGE"},
       .expect = opens}},
     {{.what = "On the host let the user who runs podman open it, and log in again.",
       .commands = {"sudo usermod -aG \"$(stat -c %G /dev/kvm)\" \"$USER\""},
       .expect = "test -w /dev/kvm succeeds on the host."},
      {.what = "Create the container again, keeping that user's groups (they show as nogroup inside, and "
               "count; needs "
               "crun).",
       .commands = {"podman run --device /dev/kvm --group-add keep-groups IMAGE"},
       .expect = "In the container, test -w /dev/kvm succeeds."}}},
    {"kubernetes",
     "a pod of Kubernetes",
     {{.what = "See which nodes offer the device. (KubeVirt brings devices.kubevirt.io/kvm; without it any "
               "device "
               "plugin for /dev/kvm does, under its own name.)",
       .commands = {"kubectl get nodes -o custom-columns='NODE:.metadata.name,KVM:.status.allocatable."
                    "devices\\.kubevirt\\.io/kvm'"},
       .expect = "a number for a node"},
      {.what = "Ask for it in the pod, and create the pod again. (A hostPath volume of /dev/kvm alone is not "
               "enough: "
               "the device cgroup forbids it unless the container is privileged.)",
       .file = "the pod's manifest, the container",
       .lines = {"resources:", "  limits:", "    devices.kubevirt.io/kvm: \"1\""},
       .expect = opens},
      {.what = "A pod of Kata Containers (see below which runtime class it has) is a virtual machine with a "
               "kernel of its own, which Kata builds without KVM (as of 2026-07): no device is passed into "
               "that. Take another runtime class for the pod, or a guest kernel with CONFIG_KVM.",
       .commands = {"kubectl get pod POD -o jsonpath='{.spec.runtimeClassName}'"},
       .expect = "Nothing, or a name without kata: this step does not apply."}},
     {{.what = "See the number of the node's group, on that node.", .commands = {"stat -c %g /dev/kvm"}},
      {.what = "Give the pod that group, and create it again.",
       .file = "the pod's manifest, spec",
       .lines = {"securityContext:", "  supplementalGroups: [GID]"},
       .expect = "In the pod, test -w /dev/kvm succeeds."}}},
    {"lxc",
     "a container of LXC",
     {see_host,
      {.what = "Allow the device and mount it.",
       .file = "/var/lib/lxc/CONTAINER/config",
       .lines = {"lxc.cgroup2.devices.allow = c 10:232 rwm",
                 "lxc.mount.entry = /dev/kvm dev/kvm none bind,optional,create=file"}},
      {.what = "Stop the container and start it.",
       .commands = {"sudo lxc-stop -n CONTAINER", "sudo lxc-start -n CONTAINER"},
       .expect = opens}},
     {{.what = "In an unprivileged container the host's group is mapped to nobody. Let the container's root "
               "in, whose "
               "number on the host is the first of lxc.idmap (100000 here).",
       .commands = {"sudo setfacl -m u:100000:rw /dev/kvm"},
       .expect = "In the container, root opens /dev/kvm. The entry is gone after a restart of the host: a "
                 "udev rule "
                 "makes it last."}}},
    {"lxd",
     "a container of LXD",
     {see_host,
      {.what = "Give it the device; it counts at once. GID: what getent group kvm prints in the container.",
       .commands =
           {"lxc config device add CONTAINER kvm unix-char source=/dev/kvm path=/dev/kvm gid=GID mode=0660"},
       .expect = opens}},
     {{.what = "Set the device's group to the container's own (GID: what getent group kvm prints in the "
               "container). If "
               "a profile has the device, override it: lxc config device override.",
       .commands = {"lxc config device set CONTAINER kvm gid=GID mode=0660"},
       .expect = "In the container, a member of that group opens /dev/kvm."}}},
    {"incus",
     "a container of Incus",
     {see_host,
      {.what = "Give it the device; it counts at once. GID: what getent group kvm prints in the container.",
       .commands = {"incus config device add CONTAINER kvm unix-char source=/dev/kvm path=/dev/kvm gid=GID "
                    "mode=0660"},
       .expect = opens}},
     {{.what = "Set the device's group to the container's own (GID: what getent group kvm prints in the "
               "container). If "
               "a profile has the device, override it: incus config device override.",
       .commands = {"incus config device set CONTAINER kvm gid=GID mode=0660"},
       .expect = "In the container, a member of that group opens /dev/kvm."}}},
    {"proxmox-ct",
     "a container (CT) of Proxmox VE",
     {see_host,
      {.what = "On the node, pass the device, and restart the container. GID: what getent group kvm prints "
               "in the "
               "container.",
       .commands = {"pct set CTID --dev0 /dev/kvm,gid=GID,mode=0660", "pct reboot CTID"},
       .expect = opens},
      {.what = "Only before Proxmox VE 8.1, which has no dev0: these lines, and restart the container.",
       .file = "/etc/pve/lxc/CTID.conf",
       .lines = {"lxc.cgroup2.devices.allow: c 10:232 rwm",
                 "lxc.mount.entry: /dev/kvm dev/kvm none bind,optional,create=file"}}},
     {{.what = "On the node, set the device's group to the container's own, and restart it. GID: what getent "
               "group kvm "
               "prints in the container. (A lxc.mount.entry of /dev/kvm in its file has to go.)",
       .commands = {"pct set CTID --dev0 /dev/kvm,gid=GID,mode=0660", "pct reboot CTID"},
       .expect = "In the container, a member of that group opens /dev/kvm."}}},
    {"openvz",
     "a container of OpenVZ or Virtuozzo, which many a cheap VPS is",
     {{.where = Where::provider,
       .what =
           "If you rent it: the node's owner decides, and no module can be loaded in a container. Ask, or "
           "take a server that is a virtual machine with nested virtualization, or hardware."},
      {.what = "On the node, give the container the device for good.",
       .commands = {"sudo vzctl set CTID --devnodes kvm:rw --save"},
       .expect = opens}},
     {{.what = "On the node, give the container the device again, to read and to write.",
       .commands = {"sudo vzctl set CTID --devnodes kvm:rw --save"},
       .expect = opens}}},
    {"systemd-nspawn",
     "a container of systemd-nspawn",
     {see_host,
      {.what = "Bind the device into it.",
       .file = "/etc/systemd/nspawn/CONTAINER.nspawn",
       .lines = {"[Files]", "Bind=/dev/kvm"}},
      {.what = "Allow it, and start the container again.",
       .commands = {"sudo systemctl set-property systemd-nspawn@CONTAINER.service DeviceAllow='/dev/kvm rw'",
                    "sudo machinectl reboot CONTAINER"},
       .expect = opens}},
     {{.what = "Start it without mapped users, or let its root in: the first number of its user range on the "
               "host.",
       .commands = {"sudo setfacl -m u:FIRST_UID:rw /dev/kvm"},
       .expect = "In the container, root opens /dev/kvm."}}},
    {"gvisor",
     "a sandbox of gVisor, whose kernel gives no /dev/kvm to what runs in it (google/gvisor#11959, 2025-07)",
     {see_host,
      {.what = "Start the container by another runtime, and give it the device. In Kubernetes: a pod without "
               "runtimeClassName: gvisor, on a node pool without sandboxes.",
       .commands = {"docker run --runtime runc --device /dev/kvm IMAGE"},
       .expect = opens},
      {.where = Where::provider,
       .what =
           "Where a provider runs the sandbox (functions, hosted shells), nothing in it changes that: take "
           "a virtual machine with nested virtualization, or emulation (QEMU without -accel kvm)."}},
     {}},
    {"flatpak",
     "an application's sandbox (Flatpak)",
     {{.what = "Give the application the device, and start it again.",
       .commands = {"flatpak override --user --device=kvm APPLICATION"},
       .expect = "flatpak info --show-permissions APPLICATION lists kvm among the devices."}},
     {}},
    {"firejail",
     "a sandbox of Firejail",
     {{.where = Where::here,
       .what = "Firejail's private-dev gives the sandbox a /dev of its own, without KVM. Start the program "
               "without that.",
       .commands = {"firejail --ignore=private-dev PROGRAM"},
       .expect = opens_inside}},
     {{.where = Where::here,
       .what = "Firejail's noroot maps no user but yours into the sandbox, so that root and the node's group "
               "show as nobody and nogroup, and nogroups takes your groups away. Start the program without "
               "both.",
       .commands = {"firejail --ignore=noroot --ignore=nogroups PROGRAM"},
       .expect = "In the sandbox, ls -l /dev/kvm shows the node's own group, and test -w /dev/kvm succeeds."},
      {.where = Where::here,
       .what = "To make that last: the same words in a file of that program's name, which its profile reads.",
       .file = "~/.config/firejail/PROGRAM.local",
       .lines = {"ignore noroot", "ignore nogroups"}},
      {.where = Where::here,
       .what = "Or let this user open the node by name, which the sandbox cannot take away; until the next "
               "start of this machine.",
       .commands = {"sudo setfacl -m \"u:$USER:rw\" /dev/kvm"}}}},
    {"apptainer",
     "a container of Apptainer",
     {see_host,
      {.what = "Start it with the host's /dev (the default, where the administrator has not said otherwise), "
               "or with "
               "that node:",
       .commands = {"apptainer exec --bind /dev/kvm IMAGE COMMAND"},
       .expect = opens}},
     {{.what = "Inside one is the same user as outside: let that user open it on the host, and log in again.",
       .commands = {"sudo usermod -aG \"$(stat -c %G /dev/kvm)\" \"$USER\""}}}},
    {"devcontainer",
     "a development container",
     {{.what =
           "Give it the device in its own file, then rebuild the container (in the editor: Rebuild "
           "Container). In a "
           "hosted one (Codespaces) the machine below has to have KVM, which its provider does not promise.",
       .file = ".devcontainer/devcontainer.json",
       .lines = {"\"runArgs\": [\"--device=/dev/kvm\"],"},
       .expect = opens}},
     {{.what = "See the number of the device's group in the container.", .commands = {"stat -c %g /dev/kvm"}},
      {.what = "Give the container that group in its own file (GID: the number), then rebuild it.",
       .file = ".devcontainer/devcontainer.json",
       .lines = {"\"runArgs\": [\"--device=/dev/kvm\", \"--group-add=GID\"],"},
       .expect = "In the container, test -w /dev/kvm succeeds."},
      {.what =
           "Where the node is root's alone, or the group is lost at the next start (Codespaces): set it at "
           "each start.",
       .file = ".devcontainer/devcontainer.json",
       .lines = {"\"postStartCommand\": \"sudo chmod 666 /dev/kvm\","}}}},
    {"toolbox",
     "a container of Toolbx or Distrobox",
     {see_host,
      {.what = "Both give their containers the host's /dev: once it is there, enter the container again.",
       .expect = opens}},
     {{.what = "Inside, groups of the host do not count: let this user alone in, on the host, until its next "
               "start.",
       .commands = {"sudo setfacl -m \"u:$USER:rw\" /dev/kvm"},
       .expect = "In the container, test -w /dev/kvm succeeds."},
      {.what = "To make that last, where every user of the host may run guests:",
       .commands = {"echo 'KERNEL==\"kvm\", MODE=\"0666\"' | sudo tee /etc/udev/rules.d/65-kvm.rules",
                    "sudo udevadm control --reload", "sudo udevadm trigger --settle --name-match=kvm"}}}},
    {"user-namespace",
     "a user namespace (a sandbox such as bubblewrap, or a rootless container)",
     {see_host,
      {.what = "Whoever starts it has to bind the device; of bubblewrap:",
       .commands = {"bwrap --dev-bind / / --dev-bind /dev/kvm /dev/kvm COMMAND"},
       .expect = "Inside, ls -l /dev/kvm shows the device."}},
     {{.what =
           "Inside, groups of the host do not count: outside, let the user who starts it open the device.",
       .commands = {"sudo setfacl -m \"u:$USER:rw\" /dev/kvm"},
       .expect = "Inside, test -w /dev/kvm succeeds. The entry is gone after a restart: a udev rule makes it "
                 "last."}}},
    // jobs: where no container's row is nearer
    {"github-hosted",
     "a job on a runner of GitHub's own",
     {{.where = Where::ci_job,
       .what = "Take a runner that has it: the x64 Linux ones do, the arm64 and macOS ones do not (as of "
               "2026-11).",
       .file = "the workflow, the job",
       .lines = {"runs-on: ubuntu-latest"},
       .expect = "ls -l /dev/kvm in a step shows the device."}},
     {udev_in_job}},
    {"github",
     "a job on a self-hosted runner of GitHub's",
     {{.what = "See whether the runner's machine itself has it; if not, run nestprobe there: that is where "
               "it is put right.",
       .commands = {"ls -l /dev/kvm"}},
      {.where = Where::ci_job,
       .what =
           "Or take a runner of GitHub's own: the x64 Linux ones have it, the arm64 and macOS ones do not "
           "(as of 2026-11).",
       .file = "the workflow, the job",
       .lines = {"runs-on: ubuntu-latest"},
       .expect = "ls -l /dev/kvm in a step shows the device."}},
     {{.what =
           "On the runner's machine: let the user of the runner's service open it, and restart that service.",
       .commands = {"sudo usermod -aG \"$(stat -c %G /dev/kvm)\" RUNNER_USER", "sudo ./svc.sh stop",
                    "sudo ./svc.sh start"},
       .expect = "test -w /dev/kvm succeeds in a step."}}},
    {"gitlab-hosted",
     "a job on a runner of GitLab.com's own",
     {{.where = Where::ci_job,
       .what = "GitLab.com's hosted runners give their jobs no /dev/kvm (as of 2026-11, by reports): "
               "register a runner "
               "of your own on a machine that has KVM, and name it by its tag.",
       .file = ".gitlab-ci.yml, the job",
       .lines = {"tags: [kvm]"}}},
     {}},
    {"gitlab",
     "a job on a self-managed runner of GitLab's",
     {see_host,
      {.what = "With the Docker executor: pass the device to every job, and restart the runner.",
       .file = "/etc/gitlab-runner/config.toml, section [runners.docker]",
       .lines = {"devices = [\"/dev/kvm\"]"}},
      {.what = "Restart the runner.", .commands = {"sudo gitlab-runner restart"}}},
     {{.what = "With the shell executor: let the runner's user open it, and restart the runner.",
       .commands = {"sudo usermod -aG \"$(stat -c %G /dev/kvm)\" gitlab-runner",
                    "sudo gitlab-runner restart"}},
      {.what = "With the Docker executor: run the job's image as root, or set the group in the image to the "
               "number "
               "that this prints on the runner's machine.",
       .commands = {"stat -c %g /dev/kvm"}}}},
    {"circleci",
     "a job of CircleCI's",
     {{.where = Where::ci_job,
       .what =
           "CircleCI's Docker executor gives a job no /dev/kvm. Take its Linux machine executor with the "
           "Android image, which has nested virtualization (CircleCI documentation, \"Android images with "
           "the machine executor\", 2026-10). The tag is one of 2025-10: take a newer one.",
       .file = ".circleci/config.yml, the job",
       .lines = {"machine:", "  image: android:2025.10.1", "resource_class: large"},
       .expect = "ls -l /dev/kvm in a step shows the device."}},
     {udev_in_job}},
    {"travis",
     "a job of Travis CI's",
     {{.where = Where::ci_job,
       .what =
           "See whether this job's machine has it. No setting of a job's gives it to one that has not, and "
           "which of Travis CI's do, no text of theirs of 2026 was found to say.",
       .commands = {"ls -l /dev/kvm", "grep -c -w -E 'vmx|svm' /proc/cpuinfo"}},
      any_other_ci},
     {udev_in_job}},
    {"ci",
     "a job of a CI",
     {{.where = Where::ci_job,
       .what = "See in a step what the job runs in.",
       .commands = {"systemd-detect-virt --container", "systemd-detect-virt --vm",
                    "grep -c -w -E 'vmx|svm' /proc/cpuinfo"},
       .expect = "A container: its agent's machine has to have the device, and to pass it in. A machine, and "
                 "0: what runs that machine shows it neither VMX nor SVM."},
      {.what = "On an agent of your own: run nestprobe on its machine, that is where it is put right."},
      any_other_ci},
     {udev_in_job,
      {.what = "On an agent of your own, which stays, instead: let the user of the agent's service open it, "
               "and restart "
               "that service.",
       .commands = {"sudo usermod -aG \"$(stat -c %G /dev/kvm)\" AGENT_USER",
                    "sudo systemctl restart AGENT_SERVICE"}}}},
};

constexpr PackedTable<AccessRow, std::size(access_table), packed_bytes(access_table)> packed_access(
    access_table);

}  // namespace

PackedRows<AccessRow> access_rows() { return packed_access.view(); }

}  // namespace nestprobe
