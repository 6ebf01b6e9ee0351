#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""tests/program/batch is nestprobe: the same status, stdout and stderr, whatever it ran before; and what dies in it is told.

    batch_check.py NESTPROBE BATCH MACHINES_DIR
"""
import os
import random
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

import recorded
import run

MACHINES = ("lab-bochs-haswell-locked", "lab-qemu-svm-nested", "amd-zen3-nested-on", "kvm-guest-cpuinfo-only")
ASK = ([], ["--json"], ["--explain", "--all"], ["--fix"], ["--registers"], ["-q"], ["--question", "device-assignment"],
       ["--format", "facts"], ["--color=always"])
ELSE = (["--version"], ["--help"], ["--rules"], ["--explain=NP201"], ["--nothing"], ["--from"], ["--from", "not-there"],
        ["--from", "."], ["--from", "-"], ["--registers=ia32_feature_control", "5"], ["one", "--json"], [])


def questions(machines):
    """Words, and what stands on stdin."""
    for name in MACHINES:
        path = recorded.snapshot_path(machines, name)
        yield from ((["--from", str(path), *ask], b"") for ask in ASK)
        yield ["--from", "-", "--json"], path.read_bytes()
        yield ["--from", "-", "--json"], path.read_bytes()[:500]
    yield from ((["--from", "here.json", "--record", "-"] if not words else words, b"") for words in ELSE)


def main():
    one, batch = run.Nestprobe(sys.argv[1]), run.Nestprobe(sys.argv[2])
    asked = list(questions(sys.argv[3]))
    random.Random(3).shuffle(asked)
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "here.json").write_bytes(recorded.snapshot_path(sys.argv[3], MACHINES[0]).read_bytes())
        environment = {**run.plain_environment(), "NO_COLOR": ""}
        for words, given in asked:
            answers = [program.run(*words, input=given, cwd=folder, env=environment) for program in (one, batch)]
            alone, among = ((done.returncode, done.stdout.partition(b'"recorded"')[0], done.stderr) for done in answers)
            if alone != among:
                wrong.append(f"{words}: {alone} and {among}"[:1000])
    # A worker that is killed while it waits for input that never comes: the answer says so, and the next is good again.
    fifo = Path(tempfile.mkdtemp()) / "fifo"
    os.mkfifo(fifo)
    holder = os.open(fifo, os.O_RDWR)
    batch.run("--version")
    threading.Thread(target=kill_worker, args=(batch.batches.queue[-1].process.pid,)).start()
    done = batch.run("--from", fifo)
    os.close(holder)
    if done.returncode != 70 or b"ended with 137" not in done.stderr:
        wrong.append(f"a worker that was killed: {done}")
    if batch.run("--version").stdout != one.run("--version").stdout:
        wrong.append("after a worker was killed: another answer")
    print(*(f"FAIL {said}" for said in wrong), sep="\n", end="\n" if wrong else "")
    print(f"{len(asked)} command lines, {len(wrong)} failed")
    return 1 if wrong else 0


def kill_worker(parent):
    time.sleep(1)
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    for child in children:
        os.kill(int(child), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
