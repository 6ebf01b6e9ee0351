#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Golden machines: what nestprobe says of every snapshot under MACHINES_DIR, against what is written beside it.

    machines_check.py NESTPROBE MACHINES_DIR [SCHEMA]

For each machine nestprobe is run with --json, --explain, without a format, with --format facts and --fix. Compared are
the file `expect` (see MACHINES_DIR/README.md), the exit status with the answers, the JSON with SCHEMA, the snapshot
with the schema beside that one, the output with the whole outputs (whole_output.py) where they are there, and INDEX.tsv
with all of them.
NESTPROBE_REFRESH=1 rewrites the index and the golden files that are there, and prints the difference.
NESTPROBE_MACHINES="zen3 case-" looks only at machines with such a part in their name.
"""
import json
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import machine_index
import recorded
import run
import whole_output
from expectations import ANSWERS, Expectations
from validation import load_validator

NEVER_IN_A_GUEST = ("BIOS", "firmware setup", "VT-x", "SVM Mode")
WHOLE = {"json", "every rule", "script"}  # what is in the other formats is in these too: under sanitizers they are enough
PARTS = {"snapshot.json", "inputs", "expect", *whole_output.FILES}


class Machine(Expectations):
    def __init__(self, folder, nestprobe, shipped):
        super().__init__()
        self.name = folder.name
        self.place = f"{folder.parent.name}/{folder.name}"
        self.folder = folder
        self.nestprobe, self.shipped = nestprobe, shipped
        self.faults = []
        self.is_paste = (folder / "inputs").is_dir()
        self.inputs = sorted((folder / "inputs").iterdir()) if self.is_paste else [folder / "snapshot.json"]

    def fault(self, text):
        self.faults.append(text)

    # --- running ---

    def run(self):
        formats = {"json": ["--json"], "explain": ["--explain"], "every rule": ["--explain", "--all"],
                   "summary": ["--format=summary"], "facts": ["--format=facts"], "script": ["--fix"]}
        self.text, self.status, self.notes = {}, {}, ""
        given = [word for path in self.inputs for word in ("--from", str(path))]
        for name, options in formats.items():
            option = " ".join(options)
            program = self.nestprobe if name in WHOLE else self.shipped
            done = program.run(*given, *options, env=run.plain_environment())
            self.text[name] = done.stdout.decode("utf-8", "replace")
            self.status[name] = done.returncode
            said = done.stderr.decode("utf-8", "replace")
            if "--explain" in options and self.is_paste:
                self.notes, said = said, "".join(line for line in said.splitlines() if ": taken for " not in line)
                if self.notes.count(": taken for ") != len(self.inputs):
                    self.fault(f"--explain does not say what each input was taken for: {self.notes.strip()[:300]}")
            if said:
                self.fault(f"{option} wrote on stderr: {said.strip()[:300]}")
            if not done.stdout:
                self.fault(f"{option} printed nothing (exit {done.returncode})")
        try:
            self.report = json.loads(self.text["json"])
        except json.JSONDecodeError as error:
            self.fault(f"--json is no JSON: {error}")
            self.report = None

    # --- checking ---

    def check(self, validator, snapshot_validator):
        for part in sorted(path.name for path in self.folder.iterdir()):
            if part not in PARTS:
                self.fault(f"{part} does not belong here")
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9.]+)+", self.name):
            self.fault("its name is not vendor-codename-situation")
        if self.report is None:
            return
        if validator:
            for error in sorted(validator.iter_errors(self.report), key=str)[:3]:
                self.fault(f"schema: {'/'.join(map(str, error.absolute_path)) or 'top'}: {error.message[:200]}")
        if snapshot_validator and not self.is_paste:
            snapshot = json.loads((self.folder / "snapshot.json").read_text(encoding="utf-8"))
            for error in sorted(snapshot_validator.iter_errors(snapshot), key=str)[:3]:
                self.fault(f"snapshot's schema: {'/'.join(map(str, error.absolute_path)) or 'top'}: {error.message[:200]}")
        self.findings = {finding["id"]: finding for finding in self.report["findings"]}
        for name, fact in self.report["facts"].items():
            if not name.startswith("evidence.") and str(fact.get("detail", "")).startswith("hearsay/"):
                self.fault(f"{name} is absent for want of {fact['detail']}, which a live machine has not either")
        self.check_status()
        self.check_guest()
        self.check_expectations()

    def check_guest(self):
        """Inside a guest nobody is sent to a BIOS; only the kernel's own words may be quoted."""
        if self.report["machine"]["level"] != "guest":
            return
        if self.is_paste:
            log = "".join(path.read_text(encoding="utf-8", errors="replace") for path in self.inputs if path.is_file())
        else:
            log = (self.folder / "snapshot.json").read_text(encoding="utf-8").partition('"kernel_log"')[2]
        for word in NEVER_IN_A_GUEST:
            if word not in log:
                self.expect_never(word, f'a guest, so never "{word}"')

    def check_status(self):
        question = "kvm-here" if self.report["machine"]["level"] == "guest" else "kvm-in-guests"
        wanted = ANSWERS[self.report["answers"][question]["answer"]]
        for name, status in self.status.items():
            if status != wanted:
                self.fault(f"exit status of the {name} output is {status}, but {question} is "
                           f"{self.report['answers'][question]['answer']}")

    # --- golden files ---

    def check_golden(self, refresh):
        shown = []
        stored = self.folder / "report.json"
        stored_report = stored.read_text(encoding="utf-8") if stored.exists() else ""
        for name, output in whole_output.FILES.items():
            path = self.folder / name
            if not path.exists():
                continue
            difference = whole_output.difference(name, path.read_text(encoding="utf-8"), self.text[output],
                                                 self.report["findings"], stored_report)
            if refresh and difference:
                path.write_text(self.text[output], encoding="utf-8")
                shown += [self.name, *difference]
            elif difference:
                self.fault("\n    ".join([f"{name} differs (NESTPROBE_REFRESH=1 rewrites it):"] + difference[:16]))
        return shown


def uncovered(rules, machines):
    """Rules that fail nowhere, or pass nowhere, where a machine expects it. NP7xx are about guests: guests_check.py."""
    rules = [rule for rule in rules if not rule.startswith("NP7")]
    failing = set().union(*(machine.failing for machine in machines))
    passing = set().union(*(machine.passing for machine in machines))
    lacking = [f"{rule}: no machine where it fails" for rule in rules if rule not in failing]
    lacking += [f"{rule}: no machine where it passes" for rule in rules if rule not in passing]
    return sorted(lacking)


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    nestprobe, shipped = run.Nestprobe(sys.argv[1]), run.shipped(sys.argv[1])
    only = os.environ.get("NESTPROBE_MACHINES", "").split()
    folders = recorded.folders(sys.argv[2])
    machines = [Machine(folder, nestprobe, shipped) for folder in folders if not only or any(part in folder.name for part in only)]
    if not machines:
        sys.exit(f"no machines in {sys.argv[2]}")
    schema = Path(sys.argv[3]) if len(sys.argv) == 4 else None
    validator = load_validator(schema)
    snapshot_validator = schema and load_validator(schema.with_name("snapshot.schema.json"))
    refresh = os.environ.get("NESTPROBE_REFRESH", "")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(Machine.run, machines))
    failed = 0
    for machine in machines:
        machine.check(validator, snapshot_validator)
        if machine.report is not None:
            for line in machine.check_golden(refresh):
                print(line)
        if machine.faults:
            failed += 1
            print(f"FAIL  {machine.name}")
            for fault in machine.faults:
                print(f"    {fault}")
    rules = machine_index.rules_of(nestprobe)
    lacking = uncovered(rules, machines) if not only else []
    for line in lacking:
        print(f"FAIL  coverage  {line}")
    wrong_index = not only and machine_index.check(Path(sys.argv[2]) / "INDEX.tsv", rules, machines)
    failed_coverage = bool(lacking) + bool(wrong_index)
    print(f"{len(machines) - failed} passed, {failed + failed_coverage} failed")
    return 1 if failed + failed_coverage else 0


if __name__ == "__main__":
    sys.exit(main())
