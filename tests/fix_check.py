#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The scripts of --fix, for every golden machine and every guest's definition: sh and shellcheck take them.

    fix_check.py NESTPROBE MACHINES_DIR GUESTS_DIR

None of them is run here: what they do is seen in fix_run_check.py, and in the lab (situations qemu-fix-*). A hostile modprobe.d makes
no step but "by hand"; what a hostile definition puts into one must come back from a shell's parser as one word, or stand in a comment.
"""
import hashlib
import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import recorded
import run

EVIL = "/etc/modprobe.d/a'; touch pwned; '$(id)`id`\n#.conf"
faults = []


def fault(text):
    faults.append(text)
    print(f"FAIL {text}")


def script_of(nestprobe, snapshot, *options):
    done = nestprobe.text("--from", snapshot, "--fix", *options)
    if done.stderr or done.returncode not in (0, 1, 2) or not done.stdout.startswith("#!/bin/sh\n"):
        fault(f"{snapshot}: exit status {done.returncode}, {done.stderr}")
    return done.stdout


def steps(script):
    """What stands behind the functions; all of it where there are none. A diff has no line of its own like theirs."""
    return script.rpartition("\n}\n")[2] or script


def check_syntax(scripts):
    """Each different one, once."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for script in scripts:
            body = steps(script)
            path = Path(folder) / hashlib.sha256(body.encode()).hexdigest()[:16]
            if not path.exists():
                path.write_text(script)
                paths.append(path)
                done = subprocess.run(["sh", "-n", path], capture_output=True, text=True, check=False)
                if done.returncode:
                    fault(f"sh -n: {done.stderr}\n{steps(script)}")
        if not shutil.which("shellcheck"):
            print("shellcheck is not installed: the scripts were not checked by it")
            return len(paths)
        def lint(path):
            return path, subprocess.run(["shellcheck", "-s", "sh", path], capture_output=True, text=True, check=False).stdout
        with ThreadPoolExecutor(2) as pool:
            for path, said in pool.map(lint, paths):
                if said:
                    fault(f"shellcheck: {said}\n{steps(path.read_text())}")
        return len(paths)


def check_hostile(nestprobe, machines):
    machine = recorded.snapshot(machines, "lab-qemu-svm-nested-off")
    machine["directories"] = {k: v for k, v in machine.get("directories", {}).items() if "modprobe" not in k}
    machine["files"] = {k: v for k, v in machine["files"].items() if "modprobe.d" not in k}
    machine["files"][EVIL] = "options kvm_amd nested=0\n"
    with tempfile.TemporaryDirectory() as folder:
        snapshot = Path(folder) / "machine.json"
        snapshot.write_text(json.dumps(machine))
        body = steps(script_of(nestprobe, snapshot))
        words = shlex.split(body, comments=True)
        if "by_hand" not in words or not any(word.startswith("NP503: Let the option") for word in words):
            fault(f"the hostile name is not left to be done by hand: {words}")
        if {EVIL, "set_option", "want_option", "reload"}.intersection(words):
            fault(f"the hostile name makes a step: {words}")
        if any(word.startswith("touch") for word in words):
            fault(f"the hostile name broke out: {words}")
        guest = Path(folder) / "guest.xml"
        name = "x'; touch /tmp/pwned; '$(id)\nNESTPROBE_PATCH\ntouch /tmp/pwned"
        guest.write_text(f"<domain type='kvm'>\n  <name>{name}</name>\n  <cpu mode='custom'>\n"
                         "    <model>Haswell</model>\n  </cpu>\n</domain>\n")
        body = steps(script_of(nestprobe, snapshot, "--domain", guest))
        outside = re.sub(r"<< 'NESTPROBE_PATCH'; then\n.*?\nNESTPROBE_PATCH\n", "; then\n", body, flags=re.S)
        if "touch" in shlex.split(outside, comments=True):
            fault(f"the guest's name broke out:\n{body}")


def check_harmless(nestprobe, machines):
    script = script_of(nestprobe, recorded.snapshot_path(machines, "lab-qemu-svm-nested"))
    commands = [line for line in script.splitlines() if line and not line.startswith("#")]
    if commands != ["echo 'nestprobe: nothing to fix' >&2"]:
        fault(f"a machine that is well gets {commands}")


def check_words(nestprobe, machines):
    """Words on the command line fix what they are for: without a table that announces an IOMMU none of them does."""
    name = "intel-skylake-vtd-not-switched-on"
    for tables, handled in ((["APIC", "DMAR"], True), (["APIC"], False)):
        machine = recorded.snapshot(machines, name)
        machine["directories"]["/sys/firmware/acpi/tables"] = tables
        machine["files"]["/proc/cmdline"] = "ro iommu=off intremap=off\n"
        recorded.on_debian(machine)
        with tempfile.TemporaryDirectory() as folder:
            snapshot = Path(folder) / "machine.json"
            snapshot.write_text(json.dumps(machine))
            body = steps(script_of(nestprobe, snapshot, "--question", "device-assignment"))
        left = "by_hand 'NP801" in body
        if left == handled or "drop_word 'iommu=off'" not in body or "drop_word 'intremap=off'" not in body:
            fault(f"{name} with {tables}, iommu=off and intremap=off:\n{body}")


def main():
    nestprobe, machines, guests = run.shipped(sys.argv[1]), *(Path(argument).resolve() for argument in sys.argv[2:4])
    snapshots = recorded.snapshots(machines)
    definitions = sorted(path for path in guests.glob("*/guest.*"))
    with ThreadPoolExecutor(2) as pool:
        scripts = list(pool.map(lambda path: script_of(nestprobe, path), snapshots))
        scripts += pool.map(lambda path: script_of(nestprobe, recorded.snapshot_path(machines, "lab-bochs-haswell-nested"),
                                                   "--domain", path), definitions)
    different = check_syntax(scripts)
    check_hostile(nestprobe, machines)
    check_harmless(nestprobe, machines)
    check_words(nestprobe, machines)
    print(f"{len(scripts)} scripts, {different} of them different; {len(faults)} failed")
    return 1 if faults or not scripts else 0


if __name__ == "__main__":
    sys.exit(main())
