#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The coverage table: every failure mode, trap and verdict about an IOMMU has a row that is true.

    coverage_check.py BINARY COVERAGE.tsv MACHINES_DIR GUESTS_DIR

135 failure modes, 18 traps, 16 verdicts. A row names a machine (or a guest's definition, or a message) and the rules
that are so there, and these are looked at; a row without says in more than 20 characters why nothing can be seen.
"""
import json
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from run import plain_environment, shipped

WANTED = [f"FM-{n:02}" for n in range(1, 136)] + [f"TRAP-{n}" for n in range(1, 19)] + [f"IO-{n}" for n in range(1, 17)]
REASON = 20  # characters, at least


def flat(text):
    return " ".join(text.split())


class Tables:
    def __init__(self, binary, machines, guests):
        self.nestprobe, self.machines, self.guests = shipped(binary), machines, guests

    def run(self, *words, path=""):
        environment = plain_environment()
        if path:
            environment["PATH"] = f"{path}:{environment['PATH']}"
        return self.nestprobe.text(*words, env=environment, errors="replace")

    @staticmethod
    def find(root, name):
        found = sorted(path for path in root.glob(f"**/{name}") if path.is_dir())
        if len(found) != 1:
            raise LookupError(f"{len(found)} folders are named {name}")
        return found[0]

    def report(self, where):
        """The findings of a machine, or of a guest's definition on the host that it is of."""
        kind, _, name = where.rpartition(":")
        if kind == "guest":
            done = self.ask_guest(self.find(self.guests, name))
        else:
            folder = self.find(self.machines, name)
            given = sorted((folder / "inputs").iterdir()) if (folder / "inputs").is_dir() else [folder / "snapshot.json"]
            done = self.run(*[word for path in given for word in ("--from", path)], "--json")
        return {finding["id"]: finding for finding in json.loads(done.stdout)["findings"]}

    def ask_guest(self, folder):
        expect = (folder / "expect").read_text(encoding="utf-8").splitlines()
        host = next(line.split()[1] for line in expect if line.startswith("host "))
        words = ["--from", self.find(self.machines, host) / "snapshot.json"]
        definition = next(path for path in sorted(folder.iterdir()) if path.name.startswith("guest."))
        running = folder / "running.xml"
        if not running.exists():
            return self.run(*words, "--domain", definition, "--json")
        with tempfile.TemporaryDirectory() as place:  # through a virsh that knows this guest alone
            virsh = Path(place) / "virsh"
            told = folder / "capabilities.xml"
            virsh.write_text(f'#!/bin/sh\n'
                             f'if [ "$2" = domcapabilities ]; then {f"exec cat {told}" if told.exists() else "exit 1"}; fi\n'
                             f'if [ "$5" = --inactive ]; then cat {definition}; else cat {running}; fi\n')
            virsh.chmod(0o755)
            return self.run(*words, "--domain", "alpha", "--json", path=place)


def check_message(tables, text, words):
    done = tables.run(f"--explain={text}")
    page = flat(done.stdout)
    if done.returncode:
        return f"--explain finds no page for it: {done.stderr.strip()[:200]}"
    return None if words in page else f"its page does not say {words}"


def check_rules(tables, rules, where, words):
    findings = tables.report(where)
    said = ""
    for number, rule in enumerate(rules):
        name, _, status = rule.partition("=")
        if name not in findings:
            return f"{name} is not among the findings of {where}"
        finding = findings[name]
        if finding["status"] != (status or "fail"):
            return f"{name} is {finding['status']} in {where}: {finding['message'][:200]}"
        if number == 0:
            said = flat(f"{finding['message']} {finding.get('fix') or ''}")
    return None if words in said else f"{rules[0]} does not say {words} in {where}: {said[:300]}"


def check_row(tables, row):
    _, title, rules, where, words = row
    if not title:
        return "it has no title"
    if where.startswith("message:"):
        return check_message(tables, where.partition(":")[2], words)
    if not where:
        if rules:
            return "it names a rule and no machine"
        return None if len(words) > REASON else f"no machine, and no reason of more than {REASON} characters"
    if not rules:
        return "it names a machine and no rule"
    try:
        return check_rules(tables, rules.split(), where, words)
    except (LookupError, ValueError, OSError, StopIteration) as error:
        return f"{where}: {error}"


def read_rows(path):
    rows = {}
    faults = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != 5:
            faults.append(f"line {number}: {len(cells)} columns, not 5")
        elif cells[0] in rows:
            faults.append(f"line {number}: {cells[0]} is there already")
        else:
            rows[cells[0]] = cells
    faults += [f"{number}: no row" for number in WANTED if number not in rows]
    faults += [f"{number}: nobody knows that number" for number in rows if number not in WANTED]
    return rows, faults


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    tables = Tables(sys.argv[1], Path(sys.argv[3]).resolve(), Path(sys.argv[4]).resolve())
    rows, faults = read_rows(Path(sys.argv[2]))
    with ThreadPoolExecutor(2) as pool:
        results = list(zip(rows.values(), pool.map(lambda row: check_row(tables, row), rows.values())))
    faults += [f"{row[0]} {row[1]}: {fault}" for row, fault in results if fault]
    for fault in faults:
        print(f"FAIL  {fault}")
    shown = sum(1 for row in rows.values() if row[3])
    print(f"{len(rows)} rows: {shown} shown, {len(rows) - shown} with a reason; {len(faults)} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
