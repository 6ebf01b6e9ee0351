#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""compare.py OLD NEW [NAME]

Do two builds of nestprobe print the same, byte for byte, for every golden machine and guest (those whose names hold NAME),
in every format?  Prints what differs.  For changes that are to change nothing.
"""
import concurrent.futures
import re
import subprocess
import sys
from pathlib import Path

import recorded

here = Path(__file__).resolve().parent
FORMATS = ([], ["--explain"], ["--json"], ["--format", "facts"], ["--fix"], ["--registers"], ["--registers", "--json"],
           ["--question", "device-assignment"], ["--question", "device-assignment", "--fix"], ["--record", "-"])


def inputs(part):
    machines = recorded.snapshots(here / "machines")
    for folder in recorded.folders(here / "machines"):
        pastes = sorted((folder / "inputs").iterdir()) if (folder / "inputs").is_dir() else [folder / "snapshot.json"]
        given = [word for path in pastes for word in ("--from", str(path))]
        if part in folder.name:
            for options in FORMATS:
                yield folder.name, given + options
    for path in sorted(here.glob("guests/*/guest.*")):
        if part in path.parent.name:
            for machine in machines[:: max(1, len(machines) // 3)]:
                for options in ([], ["--explain"], ["--json"], ["--fix"]):
                    yield f"{path.parent.name} on {machine.parent.name}", ["--from", str(machine), "--domain", str(path), *options]


def answer(binary, options):
    done = subprocess.run([binary, *options], capture_output=True, timeout=60)
    return done.returncode, re.sub(rb'"recorded": "[^"]*"', b"", done.stdout), done.stderr  # but for the time of it


def differs(old, new, name, options):
    before, after = answer(old, options), answer(new, options)
    if before == after:
        return None
    for what, a, b in zip(("exit status", "stdout", "stderr"), before, after):
        if a != b:
            lines = ([], []) if what == "exit status" else (a.decode().splitlines(), b.decode().splitlines())
            first = next((pair for pair in zip(*lines) if pair[0] != pair[1]), (a if not lines[0] else "", b if not lines[1] else ""))
            shown = " ".join(word for word in options if word != "--from" and str(here) not in word)
            return f"{name} {shown}: {what}\n  - {str(first[0])[:200]}\n  + {str(first[1])[:200]}"
    return None


def main():
    if len(sys.argv) not in (3, 4):
        print(__doc__, file=sys.stderr)
        return 64
    jobs = list(inputs(sys.argv[3] if len(sys.argv) > 3 else ""))
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        found = [text for text in pool.map(lambda job: differs(sys.argv[1], sys.argv[2], *job), jobs) if text]
    print(*found, sep="\n", end="\n" if found else "")
    print(f"{len(jobs)} outputs compared, {len(found)} differ")
    return 1 if found or not jobs else 0


if __name__ == "__main__":
    sys.exit(main())
