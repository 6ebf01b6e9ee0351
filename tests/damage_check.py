#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""damage_check.py NESTPROBE MACHINES_DIR

Pastes that are cut or have a byte changed: no crash, no hang, and of a cut no claim that the whole does not make. A
cut may know less; an answer of it is the whole's answer, or unknown, unless the whole says less by what stands behind
the cut (a paste's later lines are newer than its earlier ones, so only single outputs are compared). A sample;
NESTPROBE_FULL=1 tries 10,000.
"""
import json
import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import recorded
from run import Nestprobe

NESTPROBE = Nestprobe(sys.argv[1])
COUNT = 10000 if os.environ.get("NESTPROBE_FULL") else 600
COMPARED = ("paste-lscpu-", "paste-cpuinfo-", "paste-systool", "paste-cpuid-text", "paste-virsh", "paste-osquery",
            "case-44-", "case-13-")
random.seed(18)


def run(data):
    done = NESTPROBE.run("--from", "-", "--json", input=data, timeout=20)
    if done.returncode == 65:
        return done, None
    try:
        return done, json.loads(done.stdout)
    except json.JSONDecodeError:
        return done, None


def answers(report):
    return {name: answer["answer"] for name, answer in report["answers"].items()}


def inputs():
    for folder in recorded.folders(sys.argv[2]):
        for path in sorted((folder / "inputs").glob("*.txt")) if (folder / "inputs").is_dir() else []:
            yield folder.name, path.read_bytes()


def damage(job):
    name, data, whole, kind, at = job
    changed = data[:at] if kind == "cut" else data[:at] + bytes([data[at] ^ (1 << random.randrange(8))]) + data[at + 1:]
    try:
        done, report = run(changed)
    except subprocess.TimeoutExpired:
        return f"{name}: {kind} at {at}: no end"
    if done.returncode not in (0, 1, 2, 65):
        return f"{name}: {kind} at {at}: status {done.returncode}: {done.stderr[:200]!r}"
    if kind == "cut" and report and whole and name.startswith(COMPARED):
        for question, answer in answers(report).items():
            if answer not in ("unknown", answers(whole)[question]):
                return f"{name}: cut at {at}: {question} {answer}, of the whole {answers(whole)[question]}"
    return None


jobs = []
texts = [(name, data, run(data)[1]) for name, data in inputs()]
for n in range(COUNT):
    name, data, whole = texts[n % len(texts)]
    jobs.append((name, data, whole, random.choice(("cut", "flip")), random.randrange(len(data))))
with ThreadPoolExecutor(2) as pool:
    faults = [fault for fault in pool.map(damage, jobs) if fault]
for fault in faults[:20]:
    print("FAIL", fault)
print(f"{len(jobs) - len(faults)} passed, {len(faults)} failed, of {len(texts)} inputs")
sys.exit(1 if faults else 0)
