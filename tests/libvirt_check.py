#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a real libvirt says: of the edits that nestprobe prints, and of the definitions that it finds fault with.

    libvirt_check.py NESTPROBE GUESTS_DIR MACHINES_DIR

Starts a libvirtd of its own, hidden from the machine's, and asks it: it must define what an edit made, refuse with the
words that the rules quote, take the virt-xml commands, serve --domain NAME, and make of GUESTS_DIR/libvirt-argv/source.xml
the arguments beside it. One guest is started, which QEMU emulates: no KVM is used. Exit status 77, which Meson calls
skipped, where libvirt is not installed or does not start, and where it has no KVM and was asked the rest alone.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import recorded
from run import shipped

PROGRAMS = ("libvirtd", "virsh", "virt-xml", "patch", "qemu-system-x86_64")
REFUSED = {"libvirt-i440fx": "NP721", "libvirt-no-split-irqchip": "NP723", "libvirt-eim-without-intremap": "NP724",
           "libvirt-many-cpus": "NP725", "libvirt-two-iommus": "NP732", "libvirt-iommu-with-address": "NP733",
           "libvirt-features-without-model": "NP704"}


def definition_alone(text):
    """Of a terminal's text the XML: people paste the command, or prose, before it and behind it."""
    begin, end = text.find(b"<domain"), text.rfind(b"</domain>")
    return text[begin:end + len(b"</domain>")] if text.lstrip()[:1] != b"<" else text


def run(*command, **options):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=240, check=False, **options)


def cmdline(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


class Check:
    def __init__(self, nestprobe, guests, machines, folder):
        self.nestprobe, self.guests, self.folder = nestprobe, guests, folder
        self.host = recorded.snapshot_path(machines, "lab-bochs-haswell-nested")
        self.passed, self.failed = 0, 0

    def expect(self, truth, what):
        self.passed += bool(truth)
        self.failed += not truth
        if not truth:
            print(f"FAIL {what}")

    def ask(self, definition, *options):
        return self.nestprobe.text("--from", self.host, "--domain", definition, *options, timeout=240)

    def edits_are_defined(self):
        for definition in sorted(self.guests.glob("libvirt-*/guest.xml")):
            name = definition.parent.name
            report = json.loads(self.ask(definition, "--json").stdout)
            edit = report["edit"]
            if not edit["diff"]:
                continue
            mended = self.folder / "guest.xml"
            shutil.copy(definition, mended)
            said = self.nestprobe.run("--from", self.host, "--domain", mended)
            subprocess.run(["patch", "--binary", mended], input=said.stdout, capture_output=True, check=False)
            mended.write_bytes(definition_alone(mended.read_bytes()))
            done = run("virsh", "define", mended)
            if "does not support machine type" in done.stderr:
                continue  # a newer QEMU's than this system's: no edit is about that
            refusal = done.stderr.partition("unsupported configuration: ")[2].strip()
            if refusal and any(refusal in finding["message"] for finding in report["findings"]):
                continue  # what no edit is about, and the report says in libvirt's words
            self.expect(done.returncode == 0, f"{name}: libvirt does not take the edited definition: {done.stderr}")
            if done.returncode:
                continue
            # The guest as libvirt gives it back needs no further edit.
            further = json.loads(self.ask(edit["guest"], "--json").stdout)["edit"]
            self.expect(not further["diff"], f"{edit['guest']}, by its name: {further['diff']}")
            run("virsh", "undefine", edit["guest"])

    def commands_do_the_same(self):
        """What libvirt takes as it is, and virt-xml then mends, needs no further edit."""
        mended = 0
        for definition in sorted(self.guests.glob("libvirt-*/guest.xml")):
            report = json.loads(self.ask(definition, "--json").stdout)
            commands, name = report["edit"]["commands"], report["edit"]["guest"]
            if not report["edit"]["diff"] or run("virsh", "define", definition).returncode:
                continue
            for command in commands:
                done = run("sh", "-c", command)
                self.expect(done.returncode == 0, f"{definition.parent.name}: {command}: {done.stdout}{done.stderr}")
            further = json.loads(self.ask(name, "--json").stdout)["edit"]
            self.expect(not further["diff"], f"{definition.parent.name}, after {commands}:\n{further['diff']}")
            mended += 1
            run("virsh", "undefine", name)
        self.expect(mended >= 10, f"only {mended} guests were mended by commands")

    def scripts_mend(self):
        """The script of --fix for guests of libvirt's: of a machine that is well, so that it does nothing else."""
        if os.geteuid() != 0:
            return
        script, mended = self.folder / "fix.sh", 0
        for definition in sorted(self.guests.glob("libvirt-*/guest.xml")):
            edit = json.loads(self.ask(definition, "--json").stdout)["edit"]
            if not edit["diff"] or run("virsh", "define", definition).returncode:
                continue
            script.write_text(self.ask(edit["guest"], "--fix").stdout)
            self.expect("modprobe" not in script.read_text(), f"a machine that is well: {script.read_text()}")
            for said in ("down and start it", "is defined as it should be"):
                done = run("sh", script)
                self.expect(done.returncode == 0 and said in done.stderr, f"{definition.parent.name}: --fix: {done.stderr}")
            further = json.loads(self.ask(edit["guest"], "--json").stdout)["edit"]
            self.expect(not further["diff"], f"{definition.parent.name}, after --fix: {further['diff']}")
            run("virsh", "undefine", edit["guest"])
            mended += 1
        self.expect(mended >= 10, f"only {mended} guests were mended by scripts")

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

    def running_guests_are_compared(self):
        """A guest without a disk, emulated, runs while its definition is edited."""
        definition = self.folder / "runs.xml"
        definition.write_text("<domain type='qemu'><name>runs</name><memory unit='MiB'>64</memory><vcpu>1</vcpu>"
                              "<os><type arch='x86_64' machine='q35'>hvm</type></os><cpu mode='maximum'/><devices>"
                              "<controller type='usb' model='none'/><memballoon model='none'/></devices></domain>")
        run("virsh", "define", definition)
        done = run("virsh", "start", "runs")
        if done.returncode:
            return self.expect(False, f"libvirt does not start a guest: {done.stderr}")

        def of_edit():
            report = json.loads(self.ask("runs", "--json").stdout)
            return next(f for f in report["findings"] if f["id"] == "NP710")
        self.expect(of_edit()["status"] == "pass", f"a guest that runs as it is defined: {of_edit()}")
        inactive = run("virsh", "dumpxml", "--inactive", "runs").stdout
        definition.write_text(inactive.replace("<cpu mode='maximum'", "<cpu mode='host-model'"))
        run("virsh", "define", definition)
        self.expect(of_edit()["status"] == "fail" and "maximum now, host-model after" in of_edit()["message"],
                    f"a guest that was edited while it runs: {of_edit()}")
        process = next((pid for pid in os.listdir("/proc") if pid.isdigit() and b"guest=runs," in cmdline(pid)), "0")
        facts = json.loads(self.ask(f"pid:{process}", "--json").stdout)["facts"]
        self.expect(facts["guest.cpu_mode"]["value"] == "maximum" and facts["guest.name"]["value"] == "runs",
                    f"the process of a guest: {facts['guest.cpu_mode']}")
        log = self.folder / "log-of-guests/qemu/runs.log"
        facts = json.loads(self.ask(log, "--json").stdout)["facts"]
        self.expect(facts["guest.cpu_mode"]["value"] == "maximum", f"the log of a guest: {facts['guest.cpu_mode']}")
        run("virsh", "destroy", "runs")
        self.expect(of_edit()["status"] == "skipped", f"a guest that does not run: {of_edit()}")
        run("virsh", "undefine", "runs")

    def names_are_served(self):
        done = self.ask("nobody-of-that-name")
        self.expect(done.returncode == 66 and done.stderr.count("\n") == 1 and "nobody-of-that-name" in done.stderr,
                    f"a guest that is not there: {done.returncode} {done.stderr}")


def hidden(folder):
    """A place for libvirtd where nothing of it is seen by, or is taken from, another one on this machine.

    Beside it runs virtlogd, without which no guest starts. QEMU is asked what it can as the user whom libvirt starts it
    as: where that user may not open /dev/kvm and root may, libvirt never trusts the answer and asks again, for minutes;
    so that user is root, in here."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        return []
    (folder / "qemu.conf").write_text('user = "root"\ngroup = "root"\nsecurity_driver = "none"\n'
                                      'cgroup_controllers = []\nnamespaces = []\n')
    mounts = [f"mount --bind {folder}/qemu.conf /etc/libvirt/qemu.conf",
              *(f"mkdir -p {place} && mount -t tmpfs tmpfs {place}" for place in
                ("/etc/libvirt/qemu", "/run/libvirt", "/var/lib/libvirt/qemu", "/var/log/libvirt"))]
    logs = f"mkdir -p {folder}/log-of-guests && mount --bind {folder}/log-of-guests /var/log/libvirt"
    return ["unshare", "--mount", "sh", "-c",
            " && ".join([*mounts, logs]) + f' && {{ virtlogd -p {folder}/virtlogd.pid & }} && exec "$@"', "sh"]


def stop(daemon, folder):
    run("virsh", "destroy", "runs")
    daemon.terminate()
    daemon.wait(30)
    logger = folder / "virtlogd.pid"
    if logger.exists():
        os.kill(int(logger.read_text()), signal.SIGTERM)


def main():
    nestprobe, guests, machines = shipped(sys.argv[1]), *(Path(argument).resolve() for argument in sys.argv[2:4])
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
        daemon = subprocess.Popen([*hidden(folder), "libvirtd", "-f", folder / "libvirtd.conf", "-p", folder / "pid"],
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
            check = Check(nestprobe, guests, machines, folder)
            about_kvm = (check.edits_are_defined, check.commands_do_the_same, check.scripts_mend, check.refusals_are_quoted)
            kvm = run("virsh", "domcapabilities", "--virttype", "kvm").returncode == 0
            for part in (check.names_are_served, *(about_kvm if kvm else ()), check.arguments_are_as_recorded,
                         check.running_guests_are_compared):
                part()
        finally:
            stop(daemon, folder)
    print(f"{check.passed} passed, {check.failed} failed")
    if not kvm and not check.failed:
        print("libvirt takes no guest of type kvm here, for want of a /dev/kvm that works: what is about those was left out")
        return 77
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
