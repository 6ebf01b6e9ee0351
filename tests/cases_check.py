#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The table of the public cases: cause expected, cause given, what the case asks for and whether it is said.

    cases_check.py NESTPROBE CASES.tsv MACHINES_DIR [CASES_DIR]

CASES.tsv is written by hand: number, machine, what the case calls the cause, the rule that has to be the cause of
kvm-here or kvm-in-guests ("-": none, the evidence does not hold it), what the case asks for, words that say it. The
words are looked for in the summary, in --explain and in its --all. MACHINES_DIR/CASES.tsv is made of it and of what
nestprobe says; NESTPROBE_REFRESH=1 rewrites it. With CASES_DIR every case there needs a row; where it is not there,
that alone is skipped, and said.
"""
import difflib
import json
import os
import sys
from pathlib import Path

import recorded
from run import Nestprobe, plain_environment

QUESTIONS = ("kvm-here", "kvm-in-guests")


def flat(text):
    return " ".join(text.split())


class Machine:
    def __init__(self, nestprobe, folder):
        given = sorted((folder / "inputs").iterdir()) if (folder / "inputs").is_dir() else [folder / "snapshot.json"]
        words = [word for path in given for word in ("--from", path)]

        def run(*options):
            return nestprobe.text(*words, *options, env=plain_environment(), errors="replace").stdout

        answers = json.loads(run("--json"))["answers"]
        self.answers = {name: answers[name]["answer"] for name in QUESTIONS}
        self.causes = [answers[name]["cause"] for name in QUESTIONS if self.answers[name] == "no"]
        self.text = flat(run("--format=summary") + run("--explain") + run("--explain", "--all"))


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    nestprobe, table, machines = Nestprobe(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    folders = {folder.name: folder for folder in recorded.folders(machines)}
    seen, lines, faults, rows = {}, ["# Made of tests/cases.tsv and of what nestprobe says: case, machine, cause by the case, "
                                     "rule expected, causes given, answers, what the case asks for, found"], [], []
    for line in table.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line:
            continue
        fields = line.split("\t")
        if len(fields) != 6 or fields[1] not in folders:
            faults.append(f"not a row, or no such machine: {line}")
            continue
        rows.append(fields)
        number, name, by_case, rule, asked, words = fields
        machine = seen.setdefault(name, Machine(nestprobe, folders[name]) if name not in seen else seen[name])
        given = " ".join(dict.fromkeys(machine.causes)) or "-"
        found = "found" if words in machine.text else "not found"
        if rule == "-" and machine.causes:
            faults.append(f"case {number}, {name}: a cause, {given}, where the evidence holds none")
        if rule != "-" and rule not in machine.causes:
            faults.append(f"case {number}, {name}: {rule} is not the cause, but {given}")
        if found != "found":
            faults.append(f"case {number}, {name}: {asked}: \"{words}\" is not said")
        answers = ", ".join(f"{question} {machine.answers[question]}" for question in QUESTIONS)
        lines.append("\t".join((number, name, by_case, rule, given, answers, asked, found)))
    known = {fields[0] for fields in rows}
    if len(sys.argv) == 5 and Path(sys.argv[4]).is_dir():
        wanted = {path.stem for path in Path(sys.argv[4]).glob("[0-9]*.md")}
        faults += [f"case {number} has no row" for number in sorted(wanted - known)]
        print(f"{len(wanted)} cases, {len(known)} of them in the table")
    else:
        print(f"skipped: the cases themselves are not there; {len(known)} in the table")
    made = machines / "CASES.tsv"
    old = made.read_text(encoding="utf-8").splitlines() if made.exists() else []
    if old != lines:
        print(*difflib.unified_diff(old, lines, made.name, f"{made.name} now", lineterm="", n=0), sep="\n")
        if os.environ.get("NESTPROBE_REFRESH"):
            made.write_text("\n".join(lines) + "\n", encoding="utf-8")
        else:
            faults.append(f"{made} is not what nestprobe says (NESTPROBE_REFRESH=1 rewrites it)")
    for fault in faults:
        print("FAIL ", fault)
    print(f"{len(rows)} rows: {len(rows) - len(faults)} passed, {len(faults)} failed")
    return 1 if faults or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
