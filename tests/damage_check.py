#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""damage_check.py NESTPROBE MACHINES_DIR

Inputs of every form that --from takes, cut anywhere or with a bit turned: no crash, no hang, and no claim that the
whole does not make. A claim is a yes or a no. Of what is cut none may be new, but where the lines that are gone took
it back: those inputs are listed, with the reason. A turned bit may make another true-looking value of a value (an N an
O, vmx a word that is none), so of those only so many in a hundred may be new. A sample; NESTPROBE_FULL=1 tries 10,000.
"""
import json
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import recorded
from run import Nestprobe, plain_environment

NESTPROBE = Nestprobe(sys.argv[1])
COUNT = 10000 if os.environ.get("NESTPROBE_FULL") else 800
NEW_CLAIMS_OF_FLIPS = 4  # in a hundred, at most
SNAPSHOTS = ("lab-qemu-svm-nested", "lab-bochs-haswell-locked", "intel-skylake-nested-off-by-file")
# Inputs whose later lines take a claim of the earlier ones back.
TAKEN_BACK = {
    "paste-syslog-hypervisor-detected": "a log of two boots: the second one's kernel counts",
    "paste-root-is-refused": "lsmod's lines come first, what was refused behind them",
    "case-20-wsl2-enlightened-vmcs": "kvm-ok's lines come first, the log behind them",
}


def inputs():
    """Every file that some machine is given, and some snapshots: name, bytes."""
    for folder in recorded.folders(sys.argv[2]):
        given = folder / "inputs"
        for path in sorted(given.glob("**/*")) if given.is_dir() else []:
            if path.is_file() and path.stat().st_size:
                yield folder.name, path.read_bytes()
        if folder.name in SNAPSHOTS:
            yield folder.name, (folder / "snapshot.json").read_bytes()


def run(data):
    """The exit status, and the answers where there is a report."""
    done = NESTPROBE.run("--from", "-", "--json", input=data, env=plain_environment(), timeout=20)
    if done.returncode not in (0, 1, 2, 65):
        return done.returncode, done.stderr[:200]
    try:
        return done.returncode, {name: answer["answer"] for name, answer in json.loads(done.stdout)["answers"].items()}
    except (json.JSONDecodeError, KeyError):
        return done.returncode, None


def damaged(data, kind, at, bit):
    return data[:at] if kind == "cut" else data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1:]


def try_one(job):
    """A fault, or None; whether there is a new claim."""
    name, data, whole, kind, at, bit = job
    try:
        status, answers = run(damaged(data, kind, at, bit))
    except subprocess.TimeoutExpired:
        return f"{name}: {kind} at {at}: no end", False
    if status not in (0, 1, 2, 65):
        return f"{name}: {kind} at {at} (bit {bit}): status {status}: {answers!r}", False
    new = [f"{question} {answer}, of the whole {(whole or {}).get(question, 'nothing')}"
           for question, answer in (answers or {}).items()
           if answer != "unknown" and answer != (whole or {}).get(question)]
    if new and kind == "cut" and name not in TAKEN_BACK:
        return f"{name}: cut at {at}: {new[0]}", True
    return None, bool(new)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    dice = random.Random(18)
    texts = [(name, data, run(data)[1]) for name, data in inputs()]
    jobs = [(*texts[n % len(texts)], "cut" if n // len(texts) % 2 else "flip",
             dice.randrange(len(texts[n % len(texts)][1])), dice.randrange(8)) for n in range(COUNT)]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(try_one, jobs))
    faults = [fault for fault, _ in results if fault]
    flips = [new for (_, new), job in zip(results, jobs) if job[3] == "flip"]
    share = 100 * sum(flips) / max(1, len(flips))
    if share > NEW_CLAIMS_OF_FLIPS:
        faults.append(f"{share:.1f} of 100 turned bits make a claim that the whole does not make, "
                      f"more than {NEW_CLAIMS_OF_FLIPS}")
    for fault in faults[:20]:
        print("FAIL", fault)
    print(f"{len(jobs)} damaged inputs of {len(texts)} files; of {len(flips)} turned bits {sum(flips)} make a new claim")
    print(f"{len(jobs) - len(faults)} passed, {len(faults)} failed")
    return 1 if faults or not texts else 0


if __name__ == "__main__":
    sys.exit(main())
