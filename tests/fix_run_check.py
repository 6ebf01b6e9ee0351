#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The scripts of --fix, run: each golden machine's in a root of its own, made of what was recorded of that machine.

    fix_run_check.py NESTPROBE MACHINES_DIR

There the script finds the machine's modprobe.d, kernel command line and parameters, its boot loader and no other, and a modprobe that loads
modules as kmod would; nothing of the machine that this runs on is touched. It runs twice (the second run must change
nothing), once more after a reboot where it asks for one, and then nestprobe is asked again: what the script was for must
be fixed. All of it with busybox; with dash and mawk one script of those that differ in their quoted words alone, or with
NESTPROBE_FULL=1 each. Exit status 77, which Meson calls skipped, without root or busybox.
"""
import functools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import recorded
import run

APPLETS = "awk cat cmp cp cut echo env false grep head id ls mkdir mktemp mv printf readlink rm sed sh sort tail touch tr true".split()
SHELLS = ("busybox", "dash")
FIXED = ("NP401", "NP501", "NP502", "NP503", "NP507", "NP508", "NP543")
FOLDERS = ("/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d")
MODPROBE = r"""#!/bin/sh
# As kmod does it: files by name, those of earlier folders first; then the kernel command line.
if [ "$1" = -r ]; then mv "/sys/module/$2" "/away/$2"; exit; fi
for folder in FOLDERS; do
    for file in "$folder"/*.conf; do
        [ ! -f "$file" ] || echo "${file##*/} $file"
    done
done | awk '!seen[$1]++' | sort | while read -r _ file; do cat "$file"; done > /tmp/config
awk '{ name = $2; gsub(/-/, "_", name) } name == module && $1 == "install" { found = 1 } name == module && $1 == "softdep" { soft = 1 }
    END { exit !(found && !soft) }' \
    module="$1" /tmp/config && exit 1
case " $(cat /proc/cmdline) " in *" module_blacklist=$1 "*) exit 1 ;; esac
mkdir -p /sys/module
[ -d "/sys/module/$1" ] || mv "/away/$1" "/sys/module/$1" 2> /dev/null || mkdir -p "/sys/module/$1/parameters"
case $1 in
kvm_*) [ -e "/sys/module/$1/parameters/nested" ] || { mkdir -p "/sys/module/$1/parameters"; echo 1 > "/sys/module/$1/parameters/nested"; } ;;
esac
for file in "/sys/module/$1/parameters"/*; do
    [ ! -f "$file" ] || case $(cat "$file") in 0 | 1) echo 1 > "$file" ;; Y | N) echo Y > "$file" ;; esac
done
{
    awk '{ name = $2; gsub(/-/, "_", name) } $1 == "options" && name == module { for (i = 3; i <= NF; i++) print $i }' \
        module="$1" /tmp/config
    tr ' ' '\n' < /proc/cmdline | sed -n "s/^$1\.//p; s/^$(echo "$1" | tr _ -)\.//p"
} | while IFS== read -r name value; do
    file=/sys/module/$1/parameters/$(echo "$name" | tr - _)
    [ ! -f "$file" ] || echo "${value:-Y}" > "$file"
done
touch /dev/kvm
"""
MKCONFIG = """#!/bin/sh
# As grub-mkconfig does: the files are shell code; the folder is Debian's.
. /etc/default/grub
for file in FILES; do
    [ ! -f "$file" ] || . "$file"
done
echo "linux /vmlinuz ro $GRUB_CMDLINE_LINUX $GRUB_CMDLINE_LINUX_DEFAULT" > CONFIG
"""
LOG = "#!/bin/sh\necho \"${0##*/} $*\" >> /tmp/log\n"
COPIES, COPYING, COPIES_FOLDER = {}, threading.Lock(), tempfile.TemporaryDirectory()
# busybox has these of its own, which it prefers to any program
OWN = 'modprobe() { /bin/modprobe "$@"; }\nid() { /bin/id "$@"; }\n'
FROM_EXTLINUX = LOG + "sed -n 's/^default_kernel_opts=\"\\(.*\\)\"$/\\1/p' /etc/update-extlinux.conf > /boot/entry\n"
FROM_CMDLINE = LOG + "head -n 1 /etc/kernel/cmdline > /boot/entry\n"
DROP = 'grep -vxF -e "$word" /boot/words > /boot/words.new || true; mv /boot/words.new /boot/words'
GRUBBY = f"""#!/bin/sh
for argument; do
    word=${{argument#*=}}
    case $argument in
    --info=ALL) printf 'args="%s"\\n' "$(tr '\\n' ' ' < /boot/words)" ;;
    --args=*) echo "$word" >> /boot/words ;;
    --remove-args=*) {DROP} ;;
    esac
done
"""
RPM_OSTREE = f"""#!/bin/sh
[ "$1" = kargs ] || exit 1
word=${{2#*=}}
case ${{2:-}} in
'') tr '\\n' ' ' < /boot/words ;;
--append-if-missing=*) grep -qxF -e "$word" /boot/words || echo "$word" >> /boot/words ;;
--delete-if-present=*) {DROP} ;;
*) exit 1 ;;
esac
"""
KERNELSTUB = f"""#!/bin/sh
word=$2
case $1 in
-a) echo "$word" >> /boot/words ;;
-d) {DROP} ;;
*) exit 1 ;;
esac
awk '{{ printf "%s\\"%s\\"", (NR > 1 ? ", " : ""), $0 }}' /boot/words > /etc/kernelstub/configuration
"""
GRUB_D = "/etc/default/grub.d/*.cfg"
LOADERS = {  # what changes its words -> program, and where they are then
    "grub-debian": ({"update-grub": MKCONFIG.replace("FILES", GRUB_D).replace("CONFIG", "/boot/grub/grub.cfg")}, "/boot/grub/grub.cfg"),
    "grub": ({"grub-mkconfig": MKCONFIG.replace("FILES", "").replace("CONFIG", "/boot/grub/grub.cfg")}, "/boot/grub/grub.cfg"),
    "grub-suse": ({"grub2-mkconfig": MKCONFIG.replace("FILES", "").replace("CONFIG", "/boot/grub2/grub.cfg")}, "/boot/grub2/grub.cfg"),
    "grubby": ({"grubby": GRUBBY}, "/boot/words"), "ostree": ({"rpm-ostree": RPM_OSTREE}, "/boot/words"),
    "kernelstub": ({"kernelstub": KERNELSTUB}, "/boot/words"),
    "systemd-boot": ({"kernel-install": FROM_CMDLINE}, "/boot/entry"), "proxmox": ({"proxmox-boot-tool": FROM_CMDLINE}, "/boot/entry"),
    "uki": ({"mkinitcpio": FROM_CMDLINE, "dracut": FROM_CMDLINE}, "/boot/entry"),
    "sdbootutil": ({"sdbootutil": FROM_CMDLINE}, "/boot/entry"), "extlinux": ({"update-extlinux": FROM_EXTLINUX}, "/boot/entry"),
    "transactional-update": ({"transactional-update": MKCONFIG.replace("FILES", "").replace("CONFIG", "/boot/grub2/grub.cfg")},
                             "/boot/grub2/grub.cfg"),
}
# Who joins a group, and udev: a group is a file with its members, a rule gives the node to a group.
HELPERS = {
    "usermod": '#!/bin/sh\n[ "$1" = -aG ] || exit 1\necho "$3" >> "/groups/$2"\n',
    "groupadd": '#!/bin/sh\ntouch "/groups/$2"\n', "getent": '#!/bin/sh\n[ -f "/groups/$2" ]\n',
    "udevadm": '#!/bin/sh\n[ "$1" != trigger ] || touch /dev/kvm\n',
    "id": '#!/bin/sh\nif [ "$1" = -u ]; then echo 0; else grep -lx "$2" /groups/* 2> /dev/null | sed "s:.*/::"; fi\n',
}
INITRAMFS = {"update-initramfs", "dracut", "mkinitcpio", "mkinitfs", "dracut-rebuild", "regenerate_images"}
CALLS = (r"^(?:\[ .* \] \|\| )?(set_option|drop_line|want_option|load_at_boot|drop_word|add_word|renew_boot_loader|renew_initramfs(?:_by)?"
         r"|reload|load|join_group|give_node_to_kvm|make_node)\b")
NOT_OURS = re.compile("BOOT_IMAGE=|root=|initrd=|ro$|rw$")


def outline(script):
    """Its commands, without comments and without the words in quotes: what a shell has to understand."""
    return re.sub(r"'[^']*'", "''", re.sub("^#.*\n", "", script, flags=re.MULTILINE))


class Outlines:
    """Those of which dash has run one."""

    def __init__(self):
        self.known, self.looking = set(), threading.Lock()

    def is_new(self, script):
        with self.looking:
            before = len(self.known)
            self.known.add(outline(script))
            return len(self.known) > before or bool(os.environ.get("NESTPROBE_FULL"))


def text_of(entry):
    return entry if isinstance(entry, str) else None


def put(path, target):
    """A program, or a library of one. One copy serves all roots: they are on the same file system."""
    with COPYING:
        if path not in COPIES:
            COPIES[path] = Path(COPIES_FOLDER.name) / str(len(COPIES))
            shutil.copy(path, COPIES[path])
    if not target.exists():
        os.link(COPIES[path], target)


@functools.lru_cache
def libraries_of(program):
    said = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    return re.findall(r"(/\S+) \(0x", said)


class Root:
    """A folder to chroot into."""

    def __init__(self, folder, snapshot, shell, loader="grub-debian", initramfs="update-initramfs"):
        self.folder, self.snapshot = folder, snapshot
        programs, self.told = LOADERS.get(loader, ({}, ""))
        for name in ("bin", "tmp", "dev", "proc", "boot/grub", "boot/grub2", "etc/default", "etc/kernel", "etc/kernelstub",
                     "etc/modprobe.d", "away", "sys/module"):
            (folder / name).mkdir(parents=True)
        (folder / "dev/null").touch()
        put(shutil.which("busybox"), folder / "bin/busybox")
        for applet in APPLETS:
            (folder / "bin" / applet).symlink_to("busybox")
        if shell == "dash":
            self.bring("dash", "sh")
            self.bring("mawk", "awk")
        self.program("modprobe", MODPROBE.replace("FOLDERS", " ".join(FOLDERS)))
        if initramfs == "booster":
            self.path("/usr/lib/booster").mkdir(parents=True)
            self.program("../usr/lib/booster/regenerate_images", LOG)
        elif initramfs in INITRAMFS:
            self.program(initramfs, LOG)
        self.path("/groups").mkdir()
        for name, text in HELPERS.items():
            (folder / "bin" / name).unlink(missing_ok=True)
            self.program(name, text)
        for name, text in programs.items():
            self.program(name, text)
        self.lay_out()
        if self.told.startswith("/boot/grub"):
            self.run(*programs)

    def bring(self, program, name):
        """Another machine's program, with the libraries that it needs."""
        target = self.folder / "bin" / name
        target.unlink()
        put(shutil.which(program), target)
        for library in libraries_of(shutil.which(program)):
            (self.folder / library.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
            put(library, self.folder / library.lstrip("/"))

    def program(self, name, text):
        path = self.folder / "bin" / name
        path.write_text(text)
        path.chmod(0o755)

    def path(self, name):
        return self.folder / name.lstrip("/")

    def lay_out(self):
        for name, entry in self.snapshot["files"].items():
            text = text_of(entry)
            if text is None or not (name.startswith((*FOLDERS, "/etc/kernel")) or re.match(r"/sys/module/[^/]+/parameters/", name)):
                continue
            self.path(name).parent.mkdir(parents=True, exist_ok=True)
            self.path(name).write_text(text)
        for name, entry in self.snapshot["files"].items():  # a module without parameters, and one that is built in
            module = re.match(r"/sys/module/([^/]+)/", name)
            if module and text_of(entry) is not None:
                self.path(f"/sys/module/{module[1]}").mkdir(exist_ok=True)
        line = text_of(self.snapshot["files"].get("/proc/cmdline")) or ""
        self.path("/proc/cmdline").write_text(line.strip() + "\n")
        words = [word for word in line.split() if not NOT_OURS.match(word)]
        words = [word for word in words if word != "quiet"]
        self.path("/etc/default/grub").write_text('GRUB_TIMEOUT=5\n# GRUB_CMDLINE_LINUX="no"\nGRUB_CMDLINE_LINUX="'
                                                  + " ".join(words) + '"\nGRUB_CMDLINE_LINUX_DEFAULT="quiet"\n')
        if self.told == "/boot/entry" and not self.path("/etc/kernel/cmdline").exists():
            self.path("/etc/kernel/cmdline").write_text(line.strip() + "\n")
        self.path("/etc/update-extlinux.conf").write_text('default_kernel_opts="quiet ' + " ".join(words) + '"\n')
        refused = self.snapshot.get("kvm", {}).get("open")  # a node that does not open is there
        if isinstance(refused, dict) and refused.get("absent") not in ("no_device", "not_recorded") or "No such device" in str(refused):
            self.path("/dev/kvm").touch()
        self.path("/boot/words").write_text("".join(f"{word}\n" for word in words))

    def run(self, *command):
        for _ in range(20):
            done = subprocess.run([shutil.which("chroot"), self.folder, *command], capture_output=True, text=True, timeout=60,
                                  check=False, env={"PATH": "/bin", "SUDO_USER": "alice"}, stdin=subprocess.DEVNULL)
            # Another thread's child, not yet become its program, still has the copy open that this one is to run.
            if "Text file busy" not in done.stderr:
                break
            time.sleep(0.05)
        return done

    def reboot(self, module_of_processor):
        """udev loads that, unless it is kept out; the log is a new one."""
        line = " ".join(self.path(self.told).read_text().split())
        grub = line.startswith("linux ") or "BOOT_IMAGE=" in self.path("/proc/cmdline").read_text()
        self.path("/proc/cmdline").write_text(("BOOT_IMAGE=/vmlinuz " if grub else "") + line.removeprefix("linux /vmlinuz ") + "\n")
        for module in {*os.listdir(self.path("/sys/module")), *module_of_processor}:
            self.run("modprobe", module)
        self.snapshot = {**self.snapshot, "kernel_log": []}

    def state(self):
        """Every file but logs."""
        return {str(path.relative_to(self.folder)): path.read_text() for part in ("etc", "boot", "sys", "proc", "groups")
                for path in sorted((self.folder / part).rglob("*")) if path.is_file()}

    def recorded(self):
        """The machine as it is now."""
        snapshot = json.loads(json.dumps(self.snapshot))
        files = {name: entry for name, entry in snapshot["files"].items() if not name.startswith("/etc/modprobe.d")}
        for name, text in self.state().items():
            if name.startswith(("etc/modprobe.d", "sys/module", "proc/cmdline")) and name.endswith((".conf", "cmdline")) \
                    or "/parameters/" in name:
                files[f"/{name}"] = text
        for module in os.listdir(self.path("/sys/module")):
            if module.startswith("kvm"):
                files.setdefault(f"/sys/module/{module}/initstate", "live\n")
                if module not in (text_of(files.get("/proc/modules")) or ""):
                    files["/proc/modules"] = (text_of(files.get("/proc/modules")) or "") + f"{module} 1 0 - Live 0x0\n"
        snapshot["files"] = files
        for name in ("/etc/modprobe.d", "/sys/module"):
            snapshot.get("directories", {}).pop(name, None)
        return snapshot


def failing(nestprobe, snapshot, *options):
    done = nestprobe.text("--from", "-", "--json", *options, input=json.dumps(snapshot))
    return {finding["id"] for finding in json.loads(done.stdout)["findings"] if finding["status"] == "fail"}


class Case:
    """A machine's script, for the questions about KVM or for that one."""

    def __init__(self, folder, question=""):
        self.folder = folder
        self.snapshot = recorded.on_debian(json.loads((folder / "snapshot.json").read_text()))
        self.options = ["--question", question] if question else []
        self.name = f"{folder.name} {question}".strip()
        self.fixed = set() if question else set(FIXED)
        self.words, self.loader, self.initramfs, self.module, self.shells = set(), "", "", [], ()

    def ask(self, nestprobe, *options):
        return nestprobe.text("--from", "-", *options, *self.options, input=json.dumps(self.snapshot)).stdout

    def run(self, nestprobe, outlines):
        """What is wrong, a line for each shell."""
        script = self.ask(nestprobe, "--fix")
        self.words = set(re.findall(CALLS, script, re.MULTILINE))
        if not self.words:
            return []
        report = json.loads(self.ask(nestprobe, "--json"))
        self.loader, self.initramfs = (report["facts"][f"system.{name}"].get("value", "") for name in ("boot_loader", "initramfs"))
        self.module = [name for name in [report["facts"]["module.name"].get("value")] if name]
        before = {finding["id"] for finding in report["findings"] if finding["status"] == "fail"}
        self.shells = SHELLS if outlines.is_new(script) else SHELLS[:1]
        return [said for shell in self.shells for said in [self.run_in(shell, nestprobe, script, before)] if said]

    def run_in(self, shell, nestprobe, script, before):
        with tempfile.TemporaryDirectory() as name:
            root = Root(Path(name), self.snapshot, shell, self.loader, self.initramfs or "update-initramfs")
            root.path("/tmp/fix.sh").write_text(script.replace("set -eu\n", "set -eu\n" + OWN, 1))
            try:
                self.check(nestprobe, root, before)
            except AssertionError as error:
                return f"{self.name}, {shell}: {error}"
        return ""

    def check(self, nestprobe, root, before):
        first = root.run("sh", "/tmp/fix.sh")
        after_first = root.state()
        left = "left to do by hand" in first.stderr
        assert first.returncode == 0 or left, f"first run: {first.returncode}: {first.stderr}"
        second = root.run("sh", "/tmp/fix.sh")
        assert second.returncode == first.returncode, f"second run: {second.returncode}: {second.stderr}"
        assert root.state() == after_first, f"the second run changed something: {second.stderr}"
        assert not re.search("^nestprobe: (changed|added|loaded|reloaded|removed|copied|made|alice)", second.stderr, re.MULTILINE), f"the second run says: {second.stderr}"
        log = root.path("/tmp/log")
        made = log.read_text().split() if log.exists() else []
        renewed = sum(made.count(tool) for tool in INITRAMFS)
        touched = re.search(r"(changed|added to) \S*modprobe\.d", first.stderr) is not None
        wanted = (touched or "reloaded" in first.stderr or "in use" in first.stderr) and any(word.startswith("renew_initramfs") for word in self.words)
        assert renewed == wanted or self.loader == "uki", f"the initramfs was renewed {renewed} times: {first.stderr}"
        if "reboot, then" in first.stderr:
            root.reboot(self.module)
            third = root.run("sh", "/tmp/fix.sh")
            assert "reboot, then" not in third.stderr, f"after the reboot: {third.stderr}"
        now = failing(nestprobe, root.recorded(), *self.options)
        if not left:
            still = sorted((before & now).intersection(self.fixed))
            assert not still, f"still failing: {still}; before: {sorted(before)}\n{first.stderr}"


def check_encrypted(nestprobe, machines, shell):
    """No script lets an encrypted guest run KVM: nothing is done, what is left is said, and it ends with 1."""
    guests = machines.parent / "guests"
    for path in sorted(guests.glob("*/guest.*")):
        if "\nrule NP708 fail" not in (path.parent / "expect").read_text():
            continue
        host = re.search(r"^host (\S+)", (path.parent / "expect").read_text(), re.MULTILINE)[1]
        script = nestprobe.text("--from", recorded.snapshot_path(machines, host), "--domain", path, "--fix", "--question", "kvm-in-guests")
        with tempfile.TemporaryDirectory() as name:
            root = Root(Path(name), recorded.snapshot(machines, host), shell)
            root.path("/tmp/fix.sh").write_text(script.stdout)
            before = root.state()
            done = root.run("sh", "/tmp/fix.sh")
            if done.returncode != 1 or "by hand: NP708" not in done.stderr or "done" in done.stderr or root.state() != before:
                yield f"{path.parent.name}, {shell}: {done.returncode}, {done.stderr}"


def main():
    nestprobe, machines = run.shipped(sys.argv[1]), Path(sys.argv[2]).resolve()
    missing = [program for program in ("busybox", "dash", "mawk", "chroot") if not shutil.which(program)]
    if os.geteuid() != 0 or missing:
        print(f"needs root, to chroot{', and ' + ', '.join(missing) if missing else ''}")
        return 77
    folders = [path.parent for path in recorded.snapshots(machines)]
    cases = [Case(folder, question) for folder in folders for question in ("", "device-assignment")]
    outlines = Outlines()
    with ThreadPoolExecutor(2) as pool:
        wrong = [said for all_said in pool.map(lambda case: case.run(nestprobe, outlines), cases) for said in all_said]
    wrong += [said for shell in SHELLS for said in check_encrypted(nestprobe, machines, shell)]
    for said in wrong:
        print(f"FAIL {said}")
    ran = [case for case in cases if case.words]
    kinds = sorted({word for case in ran for word in case.words})
    untried = [f"{word} was in no script" for word in ("set_option", "drop_line", "want_option", "load_at_boot", "drop_word", "add_word",
                                                       "renew_boot_loader", "reload", "load", "join_group", "give_node_to_kvm", "make_node") if word not in kinds]
    untried += [f"no script for {loader}" for loader in LOADERS if loader not in {case.loader for case in ran if "drop_word" in case.words}]
    for said in untried:
        print(f"FAIL {said}")
    in_dash = sum("dash" in case.shells for case in ran)
    print(f"{len(ran)} scripts run in busybox, {in_dash} of them in dash too, with {', '.join(kinds)}; {len(wrong) + len(untried)} failed")
    return 1 if wrong or untried else 0


if __name__ == "__main__":
    sys.exit(main())
