#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What nestprobe asks somebody to run, it understands when it comes back.

    round_trip_check.py NESTPROBE TABLE

Each row of TABLE is a command that reads a machine, what it usually prints, and what must be heard. The command at a prompt with its
output, another prompt behind it, is given to --from, alone. steps_check.py makes sure that every command of every step stands in the
table, or is one that changes something.
"""
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import run

# Whole commands that change something, or print nothing of the machine. What a step says of names and numbers is any word.
CHANGES = re.compile(
    r"(sudo |doas )?(modprobe|tee|sed|cp|mv|mkdir|mknod|rmmod|depmod|udevadm|usermod|gpasswd|groupadd|setfacl|setsebool|restorecon|chmod|chown"
    r"|driverctl|systemctl|apt|yum|dnf|zypper|pacman|mokutil|crudini|update-\S+|grub2?-mkconfig|grubby|kernel-install|proxmox-boot-tool refresh"
    r"|rpm-ostree (kargs|initramfs-etc) --|kernelstub|transactional-update|sdbootutil|dracut\S*|mkinitcpio|mkinitfs|reinstall-kernels|clr-boot-manager"
    r"|nixos-rebuild|guix|talosctl|lxc-st\w+|machinectl reboot|gitlab-runner|snap connect |cpupower|racadm|jailhouse|/usr/lib/booster/\S+"
    r"|/etc/init\.d/vmware|\./svc\.sh|/usr/share/vboot/\S+|sudoedit)\b.*"
    r"|sudo grep -srlw -e .*\| sudo xargs -r sed .*|echo .*\| sudo tee .*|printf .*>> .*|getent group .*\|\| .*|grep -q .*\|\| .*tee .*"
    r"|(sudo)?edit .*|nano .*|(docker|podman) (run|context use|compose up) .*|terraform apply|quickemu .*|firejail .*|bwrap .*|flatpak override .*"
    r"|virsh (edit|shutdown|start|destroy|undefine|define|autostart) .*|virt-xml .*|virtctl .*|kubectl .* patch .*"
    r"|qm (set|shutdown|start|stop|reboot) .*|pct (set|reboot|stop|start) .*|(lxc|incus) (stop|start|restart|config (set|unset|device|edit)|network) .*"
    r"|sudo lxc-\S+ .*|gcloud compute instances (stop|start|create|export|set-\S+|update-\S+) .*|az vm (create|deallocate|start|resize|update) .*"
    r"|aws ec2 (stop|start|run|modify|wait)\S* .*|oci compute instance (update|launch|action) .*|openstack .*(set|resize|reboot|create) .*"
    r"|openstack server (resize|reboot|create|stop|start).*|govc vm\.(power|change) .*|VBoxManage (modifyvm|controlvm|startvm) .*|prlctl (stop|start|set) .*"
    r"|acli vm\.(shutdown|update|on|off) .*|cmk .*|xe vm-(shutdown|start|param-set) .*|sudo xl (shutdown|create|destroy) .*"
    r"|(Stop|Start|Set|New|Update|Enable|Disable)-\S+ .*|Get-VMNetworkAdapter .*\| Set-.*|bcdedit .*|wsl --(shutdown|update|set-version|install).*"
    r"|midclt call system\.advanced\.update .*|(sudo )?nestprobe.*|ethtool .*|dism.*|vagrant .*|minikube .*|multipass .*|crc .*|colima .*|limactl .*")
# Words that stand for a name, and names that a machine gave: any word fits.
NAMES = re.compile(r"\b(GUEST|VMID|INSTANCE\w*|ZONE|GROUP|VM|NAMESPACE|POD|CTID|CONTAINER|UUID|NAME|TYPE|COMPARTMENT_OCID|SNAP|PROJECT|DEVICE)\b"
                   r"|\b[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]\b|\b\d+\b|\b[a-z]\d[a-z]{0,2}\.\d*\w+\b|\b(vmx|svm)\b|\bkvm_(intel|amd)\b")


def shape(command):
    return NAMES.sub("~", command)


def rows(path):
    """(command, output or None, expectations or the reason)"""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            command, output, wanted = line.split("\t")
            yield command, None if output == "-" else output.replace("\\n", "\n").replace("\\t", "\t"), wanted


def commands_without_a_row(path, commands):
    """Of these commands, those that read a machine and stand nowhere in the table."""
    known = {shape(command) for command, _, _ in rows(path)}
    return sorted(command for command in commands if shape(command) not in known and not CHANGES.fullmatch(command))


def faults(nestprobe, command, output, wanted):
    paste = f"$ {command}\n{output}\n$ \n" if output else f"$ {command}\n$ \n"
    texts = [nestprobe.text("--from", "-", *options, input=paste) for options in ((), ("--explain", "--all"))]
    if texts[0].returncode not in (0, 1, 2):
        return [f"exit status {texts[0].returncode}: {texts[0].stderr.strip()}"]
    said = " ".join(" ".join(done.stdout.split()) for done in texts)
    found, facts = [], None
    for each in wanted.split(" ; "):
        word, _, text = each.partition(" ")
        if word == "says" and text not in said or word == "never" and text in said:
            found.append(each)
        elif word in ("kvm-here", "kvm-in-guests", "device-assignment") and not re.search(rf"^{word} +{text}\b", texts[0].stdout, re.MULTILINE):
            found.append(f"{each}, but {re.search(rf'^{word} .*', texts[0].stdout, re.MULTILINE)}")
        elif word == "fact":
            facts = facts or json.loads(nestprobe.text("--from", "-", "--json", input=paste).stdout)["facts"]
            name, _, value = text.partition(" ")
            if value not in json.dumps(facts.get(name)):
                found.append(f"{each}, but {facts.get(name)}")
        elif word not in ("says", "never", "kvm-here", "kvm-in-guests", "device-assignment"):
            found.append(f"{each}: no such expectation")
    return found


def main():
    nestprobe, table = run.shipped(sys.argv[1]), list(rows(Path(sys.argv[2])))
    tried = [row for row in table if row[1] is not None]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda row: faults(nestprobe, *row), tried))
    failed = 0
    for (command, _, _), found in zip(tried, results):
        failed += bool(found)
        for fault in found:
            print(f"FAIL {command}: {fault}")
    print(f"{len(tried)} commands with their output, {len(table) - len(tried)} with a reason why not; {failed} failed")
    return 1 if failed or len(tried) < 60 else 0


if __name__ == "__main__":
    sys.exit(main())
