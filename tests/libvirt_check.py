#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a real libvirt says: of the edits that nestprobe prints, and of the definitions that it finds fault with.

    libvirt_check.py BINARY GUESTS_DIR MACHINES_DIR

Starts a libvirtd of its own (own sockets, stopped at the end; no guest is started) and asks it: it must define what an
edit made, refuse with the words that the rules quote, take the virt-xml commands, serve --domain NAME, and make of
GUESTS_DIR/libvirt-argv/source.xml the arguments beside it. Exit status 77, which Meson calls skipped, where libvirt is
not installed or does not start.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAMS = ("libvirtd", "virsh", "virt-xml", "patch", "qemu-system-x86_64")
EDITED = ("libvirt-custom-intel", "libvirt-no-cpu", "libvirt-no-split-irqchip", "libvirt-many-cpus")
REFUSED = {"libvirt-i440fx": "NP721", "libvirt-no-split-irqchip": "NP723", "libvirt-eim-without-intremap": "NP724",
           "libvirt-many-cpus": "NP725", "libvirt-two-iommus": "NP732", "libvirt-iommu-with-address": "NP733",
           "libvirt-features-without-model": "NP704"}


def run(*command, **options):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=240, check=False, **options)


class Check:
    def __init__(self, binary, guests, machines, folder):
        self.binary, self.guests, self.folder = binary, guests, folder
        self.host = machines / "lab-bochs-haswell-nested/snapshot.json"
        self.passed, self.failed = 0, 0

    def expect(self, truth, what):
        self.passed += bool(truth)
        self.failed += not truth
        if not truth:
            print(f"FAIL {what}")

    def ask(self, definition, *options):
        return run(self.binary, "--from", self.host, "--domain", definition, *options)

    def edits_are_defined(self):
        for name in EDITED:
            mended = self.folder / f"{name}.xml"
            shutil.copy(self.guests / name / "guest.xml", mended)
            run("patch", mended, input=self.ask(mended).stdout)
            done = run("virsh", "define", mended)
            self.expect(done.returncode == 0, f"{name}: libvirt does not take the edited definition: {done.stderr}")
            guest = re.search("<name>(.*)</name>", mended.read_text())[1]
            text = run("virsh", "dumpxml", guest).stdout
            self.expect("mode='host-passthrough'" in text and "<ioapic driver='qemu'/>" in text
                        and "intremap='on' caching_mode='on'" in text, f"{name}: libvirt made of it:\n{text}")
            # The guest as libvirt gives it back needs no further edit.
            report = json.loads(self.ask(guest, "--json").stdout)
            self.expect(report["edit"]["diff"] == "", f"{guest}, by its name: {report['edit']['diff']}")
            run("virsh", "undefine", guest)

    def commands_work(self):
        guest = self.guests / "libvirt-custom-intel/guest.xml"
        run("virsh", "define", guest)
        for command in json.loads(self.ask(guest, "--json").stdout)["edit"]["commands"]:
            done = run("sh", "-c", f"{command} --print-diff")
            self.expect(done.returncode == 0 and "+" in done.stdout, f"{command}: {done.stdout}{done.stderr}")
        run("virsh", "undefine", "page")

    def refusals_are_quoted(self):
        for name, rule in REFUSED.items():
            guest = self.guests / name / "guest.xml"
            said = run("virsh", "define", guest).stderr.strip().removeprefix("error: ").splitlines()[-1]
            said = re.sub("^error: (unsupported configuration|XML error): ", "", said)
            finding = next(f for f in json.loads(self.ask(guest, "--json").stdout)["findings"] if f["id"] == rule)
            self.expect(said and f'"{said}"' in finding["message"], f"{name}: libvirt: {said}; {rule}: {finding['message']}")

    def arguments_are_as_recorded(self):
        folder = self.guests / "libvirt-argv"
        done = run("virsh", "domxml-to-native", "qemu-argv", folder / "source.xml")
        made = re.sub(r"-uuid \S+", "-uuid X", done.stdout[done.stdout.find("/usr/bin/qemu"):].strip())
        recorded = re.sub(r"-uuid \S+", "-uuid X", (folder / "guest.qemu").read_text().strip())
        self.expect(made == recorded, f"domxml-to-native: {made}\nrecorded: {recorded}\n{done.stderr}")

    def names_are_served(self):
        done = self.ask("nobody-of-that-name")
        self.expect(done.returncode == 66 and done.stderr.count("\n") == 1 and "nobody-of-that-name" in done.stderr,
                    f"a guest that is not there: {done.returncode} {done.stderr}")


def as_root(folder):
    """QEMU is asked what it can as the user whom libvirt starts it as. Where that user may not open /dev/kvm and root may,
    libvirt never trusts the answer and asks again, for minutes; so, out of everybody else's sight, that user is root."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        return []
    (folder / "qemu.conf").write_text('user = "root"\ngroup = "root"\n')
    return ["unshare", "--mount", "sh", "-c", f'mount --bind {folder}/qemu.conf /etc/libvirt/qemu.conf && exec "$@"', "sh"]


def main():
    binary, guests, machines = (Path(argument).resolve() for argument in sys.argv[1:4])
    os.environ["PATH"] += ":/usr/sbin"
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if missing:
        print(f"not installed: {', '.join(missing)} (libvirt-daemon-system, libvirt-clients, virtinst, qemu-system-x86)")
        return 77
    with tempfile.TemporaryDirectory(prefix="nestprobe-libvirt-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "libvirtd.conf").write_text(f'unix_sock_dir = "{folder}"\nauth_unix_ro = "none"\nauth_unix_rw = "none"\n'
                                              f'log_outputs = "3:file:{folder}/log"\n')
        os.environ["LIBVIRT_DEFAULT_URI"] = f"qemu+unix:///system?socket={folder}/libvirt-sock"
        daemon = subprocess.Popen([*as_root(folder), "libvirtd", "-f", folder / "libvirtd.conf", "-p", folder / "pid"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  env={**os.environ, "XDG_RUNTIME_DIR": str(folder)})
        try:
            for _ in range(100):
                if run("virsh", "version").returncode == 0:
                    break
                if daemon.poll() is not None:
                    print(f"libvirtd does not start here: exit status {daemon.returncode}")
                    return 77
                time.sleep(0.2)
            check = Check(binary, guests, machines, folder)
            for part in (check.names_are_served, check.edits_are_defined, check.commands_work, check.refusals_are_quoted,
                         check.arguments_are_as_recorded):
                part()
        finally:
            daemon.terminate()
            daemon.wait(30)
    print(f"{check.passed} passed, {check.failed} failed")
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
