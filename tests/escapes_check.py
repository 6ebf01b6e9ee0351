#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Control characters in what a machine says: none comes out, on stdout or stderr, in any format.

    escapes_check.py NESTPROBE MACHINES_DIR [EVERY]

Every nth golden machine gets escape sequences, C1, DEL and characters that turn the direction of writing into the texts of its files, the
names of files and directories, the log, why readings are absent, and CPUID's brand. JSON must say the same with escapes of its own.
"""
import copy
import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import recorded
import run

EVIL = "\x1b[31m\x07\u009b31m\x7f\r\x08\u202e\u2066\u200f"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
ASK = ([], ["--explain"], ["--format", "facts"], ["--json"], ["--registers"], ["--registers", "--json"], ["--fix"],
       ["--fix", "--question", "device-assignment"], ["--diff", "OTHER"], ["--diff", "OTHER", "--json"])
BRAND = ("00000000:00", "40000000:00", "80000002:00", "80000003:00", "80000004:00")


def details(node):
    """Why readings are absent, wherever they are."""
    if isinstance(node, dict):
        if "absent" in node:
            node["detail"] = node.get("detail", "") + EVIL
        for child in node.values():
            details(child)
    elif isinstance(node, list):
        for child in node:
            details(child)


def texts(make):
    def poison(machine):
        for name, text in machine.get("files", {}).items():
            if isinstance(text, str):
                machine["files"][name] = make(text)
    return poison


def names(machine):
    for name in list(machine.get("files", {})):
        if re.search("modprobe.d|/module/|/parameters/", name):
            end = ".conf" if name.endswith(".conf") else ""
            machine["files"][name.removesuffix(end) + EVIL + end] = machine["files"].pop(name)
    for name, entries in machine.get("directories", {}).items():
        if isinstance(entries, list):
            machine["directories"][name] = [entry + EVIL for entry in entries] + entries


def elsewhere(machine):
    details(machine)
    if isinstance(machine.get("kernel_log"), list):
        machine["kernel_log"] = [line for text in machine["kernel_log"] for line in (text + EVIL, EVIL + text)]
    for cpu in machine.get("cpus", []):
        for leaf in BRAND:
            if isinstance(cpu.get("cpuid", {}).get(leaf), list):
                cpu["cpuid"][leaf] = cpu["cpuid"][leaf][:1] + ["0x9b5b1b0a", "0x07081b5b", "0x9bc2c27f"]


WAYS = {"behind texts": texts(lambda text: text.rstrip("\n") + EVIL + "\n"), "before texts": texts(lambda text: EVIL + text),
        "between words": texts(lambda text: text.replace(" ", " " + EVIL, 3)),
        "behind values": texts(lambda text: re.sub(r"=(\w+)", lambda m: f"={m[1]}{EVIL}", text)), "names": names, "elsewhere": elsewhere}


def wrong_with(nestprobe, other, machine, name, ask):
    done = nestprobe.text("--from", "-", *(other if word == "OTHER" else word for word in ask), input=json.dumps(machine),
                          errors="surrogateescape")
    said = [f"{stream}: {found[0]!r} in {text[max(0, found.start() - 60):found.end() + 20]!r}"
            for stream, text in (("stdout", done.stdout), ("stderr", done.stderr)) for found in [CONTROL.search(text)] if found]
    if done.returncode not in (0, 1, 2):
        said.append(f"exit status {done.returncode}: {done.stderr}")
    return [f"{name} {' '.join(ask)}: {text}" for text in said]


def main():
    nestprobe, machines = run.Nestprobe(sys.argv[1]), Path(sys.argv[2]).resolve()
    paths = recorded.snapshots(machines)
    chosen = paths[::int(sys.argv[3]) if len(sys.argv) > 3 else len(paths) // 12]
    runs = []
    for path in chosen:
        whole = json.loads(path.read_text())
        for way, poison in WAYS.items():
            machine = copy.deepcopy(whole)
            poison(machine)
            runs += [(machine, f"{path.parent.name}, {way}:", ask) for ask in ASK]
    with ThreadPoolExecutor(2) as pool:
        wrong = [said for all_said in pool.map(lambda job: wrong_with(nestprobe, paths[7], *job), runs) for said in all_said]
    for said in wrong:
        print(f"FAIL {said}")
    print(f"{len(runs)} outputs, {len(wrong)} failed")
    return 1 if wrong or not runs else 0


if __name__ == "__main__":
    sys.exit(main())
