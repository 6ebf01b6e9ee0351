#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Definitions of guests: what nestprobe --domain says of each under GUESTS_DIR, and whether its edit mends it.

    guests_check.py NESTPROBE GUESTS_DIR MACHINES_DIR [SCHEMA]

Each folder holds guest.xml, guest.qemu or guest.conf, and `expect` (GUESTS_DIR/README.md). Every diff is applied with
patch(1) to a copy: what comes out must be what the diff says, be answered with yes as far as the definition goes, and
need no further edit. virt-xml-validate, where it is installed, must accept it.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import machine_index
import recorded
import run
from expectations import ANSWERS, BadExpectation
from machines_check import Machine
from validation import load_validator

# What a rule finds that no edit of a few lines mends: another kind of guest, encryption, a machine type that is built in
BEYOND = {"NP701", "NP708", "NP721"}


def can_validate():
    return shutil.which("virt-xml-validate") and shutil.which("xmllint")


class Guest(Machine):
    def __init__(self, folder, nestprobe, machines):
        super().__init__(folder, nestprobe, nestprobe)
        self.definition = next(path for path in folder.iterdir() if path.name.startswith("guest."))
        lines = (folder / "expect").read_text(encoding="utf-8").splitlines()
        self.host = next(line.split()[1] for line in lines if line.startswith("host "))
        self.snapshot = recorded.snapshot_path(machines, self.host)
        self.question = next((["--question", line.split()[1]] for line in lines if line.startswith("question ")), [])
        self.notes = []

    def ask(self, definition, *options):
        """The guest's file; where it is said to run, libvirt's guest through a virsh that knows only this one."""
        environment = run.plain_environment()
        running = self.folder / "running.xml"
        with tempfile.TemporaryDirectory() as folder:
            if running.exists():
                virsh = Path(folder) / "virsh"
                capabilities = self.folder / "capabilities.xml"
                virsh.write_text(f'#!/bin/sh\nif [ "$2" = domcapabilities ]; then exec cat {capabilities}; fi\n'
                                 + '[ "$1 $2 $3 $4" = "--readonly dumpxml --domain alpha" ] || exit 9\n'
                                 + f'if [ "$5" = --inactive ]; then cat {definition}; else cat {running}; fi\n')
                virsh.chmod(0o755)
                environment["PATH"] = f"{folder}:{environment['PATH']}"
                name = "alpha"
            else:  # the name alone: outputs are the same wherever the tree lies
                folder, name = definition.parent, definition.name
            return self.nestprobe.run("--from", self.snapshot, "--domain", name, *self.question, *options, cwd=folder, env=environment)

    def run(self):
        self.text, self.status = {}, {}
        for name in ("json", "explain", "every rule", "summary", "facts", "script"):
            words = {"every rule": ("--explain", "--all"), "script": ("--fix",)}.get(name, (f"--format={name}",))
            done = self.ask(self.definition, *words)
            self.text[name], self.status[name] = done.stdout.decode("utf-8", "replace"), done.returncode
            if done.stderr:
                self.fault(f"{name}: on stderr: {done.stderr.decode('utf-8', 'replace').strip()[:300]}")
        try:
            self.report = json.loads(self.text["json"])
        except json.JSONDecodeError as error:
            self.fault(f"--json is no JSON: {error}")
            self.report = None

    def check_guest(self):
        pass

    def check(self, validator):
        if self.report is None:
            return
        for error in sorted(validator.iter_errors(self.report), key=str)[:3] if validator else ():
            self.fault(f"schema: {'/'.join(map(str, error.absolute_path)) or 'top'}: {error.message[:200]}")
        self.findings = {finding["id"]: finding for finding in self.report["findings"]}
        self.edit = self.report["edit"]
        self.check_status()
        self.expect_all((self.folder / "expect").read_text(encoding="utf-8").splitlines())
        if self.edit["diff"]:
            self.check_edit()

    def check_status(self):
        asked = self.question[1] if self.question else "kvm-in-guests"
        wanted = ANSWERS[self.report["answers"][asked]["answer"]]
        for name, status in self.status.items():
            if status != wanted:
                self.fault(f"exit status {status} with {name}, expected {wanted}")

    def expect(self, line):
        word, rest = line.split(None, 1)
        edit = self.edit
        lists = {"command": edit["commands"], "note": edit["notes"], "argument": [edit["arguments"]]}
        if word in ("host", "question"):
            return
        if line == "edit none":
            if edit["diff"]:
                self.fault(f"{line}: but there is one:\n{edit['diff']}")
        elif word == "edit":
            if line[5:] not in edit["diff"].splitlines():
                self.fault(f"{line}: not in the edit:\n{edit['diff']}")
        elif word == "keeps":
            if any(rest in line and line[0] in "+-" for line in edit["diff"].splitlines()):
                self.fault(f"{line}: the edit touches it:\n{edit['diff']}")
            if rest not in self.definition.read_text(encoding="utf-8"):
                raise BadExpectation("not in the definition")
        elif word in lists:
            if not any(rest in text for text in lists[word]):
                self.fault(f"{line}: not among {lists[word]}")
        else:
            super().expect(line)

    def check_edit(self):
        with tempfile.TemporaryDirectory() as folder:
            mended = Path(folder) / self.definition.name
            shutil.copy(self.definition, mended)
            # The whole of the summary goes to patch, as a user would pipe it.
            done = subprocess.run(["patch", "--binary", "--no-backup-if-mismatch", str(mended)], capture_output=True,
                                  input=self.text["summary"].encode(), check=False)
            if done.returncode or b"fuzz" in done.stdout or b"offset" in done.stdout:
                return self.fault(f"patch: {done.stdout.decode()} {done.stderr.decode()}\n{self.edit['diff']}")
            self.check_mended(mended)

    def questions_told(self):
        """The question that is asked; without one, that about devices only where the guest has an IOMMU or one of them."""
        if self.question:
            return self.question[1:]
        facts = self.report["facts"]
        uses = facts["guest.iommu"].get("value", "none") != "none" or facts["guest.assigned_devices"].get("value", 0) != 0
        return ["kvm-in-guests", "device-assignment"] if uses else ["kvm-in-guests"]

    def check_mended(self, mended):
        again = json.loads(self.ask(mended, "--json").stdout)
        bad = [f["id"] for f in again["findings"] if f["layer"] == "guest" and f["role"] == "blocker"
               and f["question"] in self.questions_told() and f["status"] in ("fail", "unknown") and f["id"] not in BEYOND]
        if bad:
            self.fault(f"after the edit these still fail: {bad}\n{self.edit['diff']}")
        if again["edit"]["diff"]:
            self.fault(f"after the edit there is another:\n{again['edit']['diff']}")
        dropped = self.findings["NP738"]["status"] == "fail"  # what libvirt drops its schema does not have
        if can_validate() and not dropped and mended.read_text().startswith("<"):  # not what a terminal showed around it
            done = subprocess.run(["virt-xml-validate", str(mended), "domain"], capture_output=True, check=False)
            # libvirt 9 does not know the AMD IOMMU yet
            if done.returncode and "model='amd'" not in mended.read_text():
                self.fault(f"virt-xml-validate: {done.stderr.decode()[:400]}\n{mended.read_text()}")


def uncovered(nestprobe, guests):
    rules = [rule for rule in machine_index.rules_of(nestprobe) if rule.startswith("NP7")]
    failing = set().union(*(guest.failing for guest in guests))
    passing = set().union(*(guest.passing for guest in guests))
    return [f"{rule}: no guest where it fails" for rule in rules if rule not in failing] + \
           [f"{rule}: no guest where it passes" for rule in rules if rule not in passing]


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    nestprobe, machines = run.Nestprobe(sys.argv[1]), Path(sys.argv[3]).resolve()
    folders = sorted(path.parent for path in Path(sys.argv[2]).resolve().glob("*/expect"))
    guests = [Guest(folder, nestprobe, machines) for folder in folders]
    if not guests:
        sys.exit(f"no guests in {sys.argv[2]}")
    if not shutil.which("patch"):
        sys.exit("patch(1) is missing: apt-get install patch")
    validator = load_validator(sys.argv[4] if len(sys.argv) == 5 else None)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(Guest.run, guests))
        list(pool.map(lambda guest: guest.check(validator), guests))
    for guest in guests:
        if guest.report is not None:
            for line in guest.check_golden(os.environ.get("NESTPROBE_REFRESH", "")):
                print(line)
    faulty = [guest for guest in guests if guest.faults]
    for guest in faulty:
        print(f"FAIL  {guest.name}", *(f"    {fault}" for fault in guest.faults), sep="\n")
    lacking = uncovered(nestprobe, guests)
    for line in lacking:
        print(f"FAIL  coverage  {line}")
    if not can_validate():
        print("virt-xml-validate or xmllint is not installed: the edited definitions were not validated against libvirt's schema")
    print(f"{len(guests) - len(faulty)} passed, {len(faulty) + bool(lacking)} failed")
    return 1 if faulty or lacking else 0


if __name__ == "__main__":
    sys.exit(main())
