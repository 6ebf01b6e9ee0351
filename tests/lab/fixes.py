"""Machines where one word of the kernel command line keeps guests from running KVM, one for each way to boot.

What each has is what the boot loader's own system has: its files, and its program, which does to them what the real one
does and writes its calls down. The script of --fix runs there twice; then the machine is as it were booted again: the
words that the loader has now are /proc/cmdline's, and modprobe reads them. Sources: the manual of each program
(src/remedy/boot_loaders.cpp names them).
"""
# SPDX-License-Identifier: MIT
from __future__ import annotations

from dataclasses import dataclass, field

WORD = "kvm_amd.nested=0"
LOG = 'echo "${0##*/} $*" >> /tmp/calls\n'
DROP = LOG + 'grep -vxF -e "$word" /boot/words > /boot/words.new; mv /boot/words.new /boot/words\n'


@dataclass(frozen=True)
class Way:
    distribution: str  # ID of os-release
    files: dict[str, str]
    calls: tuple[str, ...]  # what the script has to call, and nothing else
    booted: str  # the file that has the words of the next boot
    programs: dict[str, str] = field(default_factory=dict)  # name -> shell code, with LOG where it changes something
    before: str = ""  # what only a machine that runs can have
    by_grub: bool = False  # which tells the kernel the name of its file


def mkconfig(target: str, more: str = "") -> str:
    """grub-mkconfig: its files are shell code."""
    return (f"{LOG}. /etc/default/grub\n{more}mkdir -p {target.rsplit('/', 1)[0]}\n"
            f'echo "$GRUB_CMDLINE_LINUX $GRUB_CMDLINE_LINUX_DEFAULT" > {target}\n')


def default_grub(words: str = WORD) -> dict[str, str]:
    return {"/etc/default/grub": f'GRUB_TIMEOUT=5\nGRUB_CMDLINE_LINUX=""\nGRUB_CMDLINE_LINUX_DEFAULT="quiet {words}"\n'}


CMDLINE = {"/etc/kernel/cmdline": f"root=/dev/sda2 quiet {WORD}\n"}
WORDS = {"/boot/words": f"quiet\n{WORD}\n"}
FROM_CMDLINE = LOG + "mkdir -p /boot; head -n 1 /etc/kernel/cmdline > /boot/entry\n"
# /sys/firmware as it is, and with the variable by which the stub of a unified kernel image names itself.
STUB_INFO = """mkdir -p /run/firmware/efi/efivars /run/firmware/acpi /run/firmware/dmi
for part in acpi dmi; do mount --bind /sys/firmware/$part /run/firmware/$part; done
printf '\\6\\0\\0\\0s\\0y\\0s\\0t\\0e\\0m\\0d\\0-\\0s\\0t\\0u\\0b\\0 \\0002\\0005\\0004\\0\\0\\0' \\
    > /run/firmware/efi/efivars/StubInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f
mount --rbind /run/firmware /sys/firmware
"""

WAYS = {
    "grub-debian": Way("debian", default_grub(), ("update-grub",), "/boot/grub/grub.cfg", {"update-grub": mkconfig(
        "/boot/grub/grub.cfg", 'for file in /etc/default/grub.d/*.cfg; do [ ! -f "$file" ] || . "$file"; done\n')}, by_grub=True),
    "grub-arch": Way("arch", default_grub(), ("grub-mkconfig -o /boot/grub/grub.cfg",), "/boot/grub/grub.cfg",
                     {"grub-mkconfig": mkconfig("/boot/grub/grub.cfg")}, by_grub=True),
    "grub-suse": Way("opensuse-leap", default_grub(), ("grub2-mkconfig -o /boot/grub2/grub.cfg",), "/boot/grub2/grub.cfg",
                     {"grub2-mkconfig": mkconfig("/boot/grub2/grub.cfg")}, by_grub=True),
    "grubby": Way("fedora", WORDS, (f"grubby --update-kernel=ALL --remove-args={WORD}",), "/boot/words", {"grubby": f"""
        word=${{2#*=}}
        case "$*" in
        --info=ALL) printf 'index=0\\nargs="%s"\\n' "$(tr '\\n' ' ' < /boot/words)" ;;
        --update-kernel=ALL\\ --remove-args=*) {DROP} ;;
        *) exit 1 ;;
        esac"""}, by_grub=True),
    "systemd-boot": Way("debian", CMDLINE, ("kernel-install add-all",), "/boot/entry", {"kernel-install": FROM_CMDLINE}),
    "proxmox": Way("debian", {**CMDLINE, "/etc/kernel/proxmox-boot-uuids": "4A6B-0001\n"}, ("proxmox-boot-tool refresh",),
                   "/boot/entry", {"proxmox-boot-tool": FROM_CMDLINE}),
    "uki-dracut": Way("fedora", CMDLINE, ("dracut -f --regenerate-all",), "/boot/entry", {"dracut": FROM_CMDLINE}, STUB_INFO),
    "uki-mkinitcpio": Way("arch", CMDLINE, ("mkinitcpio -P",), "/boot/entry", {"mkinitcpio": FROM_CMDLINE}, STUB_INFO),
    "ostree": Way("fedora", WORDS, (f"rpm-ostree kargs --delete-if-present={WORD}",), "/boot/words", {"rpm-ostree": f"""
        [ "$1" = kargs ] || exit 1
        word=${{2#*=}}
        case ${{2:-}} in
        '') tr '\\n' ' ' < /boot/words ;;
        --delete-if-present=*) {DROP} ;;
        *) exit 1 ;;
        esac"""}, "touch /run/ostree-booted", by_grub=True),
    "kernelstub": Way("ubuntu", {**WORDS, "/etc/kernelstub/configuration": f'{{"kernel_options": ["quiet", "{WORD}"]}}\n'},
                      (f"kernelstub -d {WORD}",), "/boot/words", {"kernelstub": f"""
        [ "$1" = -d ] || exit 1
        word=$2
        {DROP}
        printf '{{"kernel_options": ["%s"]}}\\n' "$(cat /boot/words)" > /etc/kernelstub/configuration"""}),
}

# Where no script can do it: the place is named, nothing is called, nothing changes.
BY_HAND = {
    "nixos": ("nixos", {"/etc/NIXOS": ""}, "boot.kernelParams of /etc/nixos/configuration.nix", "nixos-rebuild boot"),
    "talos": ("talos", {}, "extraKernelArgs:", ""),
    "unraid": ("slackware", {"/etc/unraid-version": 'version="7.1.4"\n'}, "/boot/syslinux/syslinux.cfg", ""),
}

STATE = "find /etc /boot -type f ! -name '*.nestprobe-backup' -exec md5sum {} + | sort\n"
READY = f"""state() {{ {STATE} }}
chmod 0755 /lab/programs/*
: > /tmp/calls
PATH=/lab/programs:$PATH
nestprobe --fix > /tmp/fix.sh
"""


def programs(*ways: Way) -> dict[str, str]:
    """The path of each program -> its text. Those of other ways are there too: none of them may be called."""
    texts = {name: LOG for other in WAYS.values() for name in other.programs}
    for way in ways:
        texts |= way.programs
    return {f"/lab/programs/{name}": f"#!/bin/sh\n{text}\n" for name, text in texts.items()}


def fix_by(way: Way) -> str:
    calls = "\\n".join(way.calls)
    return f"""{way.before}
{READY}sh /tmp/fix.sh 2> /tmp/said || {{ cat /tmp/said >&2; exit 1; }}
cat /tmp/fix.sh /tmp/said /tmp/calls
grep -q 'reboot, then ask nestprobe again' /tmp/said || {{ echo "no word of a reboot" >&2; exit 1; }}
state > /tmp/once
sh /tmp/fix.sh 2> /tmp/said || exit 1
state > /tmp/twice
cmp /tmp/once /tmp/twice || exit 1
printf '{calls}\\n' > /tmp/wanted
sort -u /tmp/calls > /tmp/called
sed -i 's/ *$//' /tmp/called
cmp /tmp/wanted /tmp/called || {{ cat /tmp/called >&2; exit 1; }}
! grep -q -F '{WORD}' {way.booted} || {{ echo "it is still in {way.booted}" >&2; exit 1; }}
echo "{'BOOT_IMAGE=/vmlinuz ' if way.by_grub else ''}$(tr '\\n' ' ' < {way.booted})" > /tmp/cmdline
mount --bind /tmp/cmdline /proc/cmdline
modprobe -r kvm_amd
modprobe kvm_amd
"""


def leave_by_hand(place: str, command: str) -> str:
    return f"""{READY}state > /tmp/once
sh /tmp/fix.sh 2> /tmp/said && {{ echo "it says that it is done" >&2; exit 1; }}
cat /tmp/fix.sh /tmp/said
state > /tmp/twice
cmp /tmp/once /tmp/twice || exit 1
for part in 'left to do by hand' '{WORD}' '{place}' '{command}'; do
    grep -q -F -e "$part" /tmp/said || {{ echo "nothing of $part" >&2; exit 1; }}
done
[ ! -s /tmp/calls ]
"""
