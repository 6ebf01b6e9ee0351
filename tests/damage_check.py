#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""damage_check.py NESTPROBE MACHINES_DIR

Inputs of every form that --from takes, cut anywhere or with a bit turned: no crash, no hang, and no claim that the
whole does not make. A claim is a yes or a no. Of what is cut none may be new, but where the lines that are gone took
it back: the machine's `expect` says so (`retracts`), and a cut that shows it is looked for. A turned bit may make another true-looking value of a value (an N an
O, vmx a word that is none), so of those only so many in a hundred may be new. A sample; NESTPROBE_FULL=1 tries 10,000.

Every paste is also dressed as people's editors, lists, tables and chats do it (DRESSES): with numbers, bullets or bars
at every line, with Markdown's backslashes. An answer may be lost by that and none may be another, nor may what the
machine is.
"""
import json
import os
import random
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import recorded
from run import Nestprobe, plain_environment

NESTPROBE = Nestprobe(sys.argv[1])
COUNT = 10000 if os.environ.get("NESTPROBE_FULL") else 800
LARGEST_DRESSED = 40000  # a file of more is a dump or a log, of which the smaller ones tell as much
NEW_CLAIMS_OF_FLIPS = 4  # in a hundred, at most
SNAPSHOTS = ("lab-qemu-svm-nested", "lab-bochs-haswell-locked", "intel-skylake-nested-off-by-file")
RETRACTS = re.compile(r"^retracts (\S+) (yes|no): ", re.MULTILINE)


def retracted(folder):
    """What a part of its inputs claims and their later lines take back: (question, answer)."""
    return set(RETRACTS.findall((folder / "expect").read_text(encoding="utf-8")))


def inputs():
    """Every file that some machine is given, and some snapshots: the machine's folder, bytes."""
    for folder in recorded.folders(sys.argv[2]):
        given = folder / "inputs"
        for path in sorted(given.glob("**/*")) if given.is_dir() else []:
            if path.is_file() and path.stat().st_size:
                yield folder, path.read_bytes()
        if folder.name in SNAPSHOTS:
            yield folder, (folder / "snapshot.json").read_bytes()


def each_line(dress):
    """A dress of the whole text from one of a line and its number."""
    def dressed(text):
        end = "\n" if text.endswith("\n") else ""
        return "\n".join(dress(number, line) for number, line in enumerate(text.removesuffix("\n").split("\n"), 1)) + end
    return dressed


DRESSES = {
    "cat -n": each_line(lambda number, line: f"{number:6d}\t{line}"),
    "an editor's numbers": each_line(lambda number, line: f"{number:4d}  {line}"),
    "numbers and colons": each_line(lambda number, line: f"{number}: {line}"),
    "grep -n": each_line(lambda number, line: f"{number}:{line}"),
    "a numbered list": each_line(lambda number, line: f"{number}. {line}"),
    "dashes": each_line(lambda _, line: f"- {line}"),
    "asterisks": each_line(lambda _, line: f"* {line}"),
    "bars": each_line(lambda _, line: f"| {line} |"),
    "a table": lambda text: "|  |\n|---|\n" + each_line(lambda _, line: "| " + line.replace("|", "\\|") + " |")(text),
    "a chat": each_line(lambda number, line: f"12:{number % 60:02d} <anna> {line}"),
    "a mail": each_line(lambda _, line: f"> {line}"),
    "escaped _": lambda text: text.replace("_", "\\_"),
    "escaped punctuation": lambda text: re.sub(r"([\\*_\[\]<>#|`~-])", r"\\\1", text),
}
AT_A_TIME = 4  # of them for a text, another four for the next; NESTPROBE_FULL=1 tries all


def run(data):
    """The exit status, and the answers where there is a report."""
    done = NESTPROBE.run("--from", "-", "--json", input=data, env=plain_environment(), timeout=20)
    if done.returncode not in (0, 1, 2, 65):
        return done.returncode, done.stderr[:200]
    try:
        report = json.loads(done.stdout)
        level = report["machine"]["level"]
        return done.returncode, {name: answer["answer"] for name, answer in report["answers"].items()} | {"level": level}
    except (json.JSONDecodeError, KeyError):
        return done.returncode, None


def damaged(data, kind, at, bit):
    return data[:at] if kind == "cut" else data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1:]


def new_claims(answers, whole, but=("level",)):
    """What a damaged input claims and the whole does not: (question, answer)."""
    return {(question, answer) for question, answer in (answers or {}).items()
            if question not in but and answer != "unknown" and answer != (whole or {}).get(question)}


def try_one(job):
    """A fault, or None; whether there is a new claim."""
    folder, data, whole, kind, at, bit = job
    name = folder.name
    try:
        status, answers = run(damaged(data, kind, at, bit))
    except subprocess.TimeoutExpired:
        return f"{name}: {kind} at {at}: no end", False
    if status not in (0, 1, 2, 65):
        return f"{name}: {kind} at {at} (bit {bit}): status {status}: {answers!r}", False
    new = new_claims(answers, whole)
    for question, answer in sorted(new - retracted(folder)) if kind == "cut" else []:
        return f"{name}: cut at {at}: {question} {answer}, of the whole {(whole or {}).get(question, 'nothing')}", True
    return None, bool(new)


def try_dress(job):
    """A fault, or None."""
    folder, data, whole, name = job
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    if "\0" in text or text.lstrip().startswith("{"):
        return None
    status, answers = run(DRESSES[name](text).encode())
    if status not in (0, 1, 2, 65):
        return f"{folder.name}: {name}: status {status}: {answers!r}"
    for question, answer in sorted(new_claims(answers, whole, but=()) - retracted(folder)):
        return f"{folder.name}: {name}: {question} {answer}, without it {(whole or {}).get(question, 'nothing')}"
    return None


def not_retracted(texts):
    """What `expect` says that a part claims, and no part does that ends with a line."""
    for folder in sorted({folder for folder, _, _ in texts}):
        missing = retracted(folder)
        for _, data, whole in [text for text in texts if text[0] == folder and missing]:
            ends = [at + 1 for at, byte in enumerate(data) if byte == ord("\n")]
            for at in ends:
                missing -= new_claims(run(data[:at])[1], whole)
        for question, answer in sorted(missing):
            yield f"{folder.name}: no part of its inputs says {question} {answer}: expect need not say that it is taken back"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    dice = random.Random(18)
    texts = [(folder, data, run(data)[1]) for folder, data in inputs()]
    jobs = [(*texts[n % len(texts)], "cut" if n // len(texts) % 2 else "flip",
             dice.randrange(len(texts[n % len(texts)][1])), dice.randrange(8)) for n in range(COUNT)]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(try_one, jobs))
        names = list(DRESSES)
        count = len(names) if os.environ.get("NESTPROBE_FULL") else AT_A_TIME
        dresses = [(*text, names[(n * AT_A_TIME + k) % len(names)]) for n, text in enumerate(texts) for k in range(count)
                   if len(text[1]) <= LARGEST_DRESSED]
        dressed = list(pool.map(try_dress, dresses))
    faults = [fault for fault, _ in results if fault] + [fault for fault in dressed if fault] + list(not_retracted(texts))
    flips = [new for (_, new), job in zip(results, jobs) if job[3] == "flip"]
    share = 100 * sum(flips) / max(1, len(flips))
    if share > NEW_CLAIMS_OF_FLIPS:
        faults.append(f"{share:.1f} of 100 turned bits make a claim that the whole does not make, "
                      f"more than {NEW_CLAIMS_OF_FLIPS}")
    for fault in faults[:20]:
        print("FAIL", fault)
    print(f"{len(jobs)} damaged inputs of {len(texts)} files; of {len(flips)} turned bits {sum(flips)} make a new claim")
    print(f"{len(dresses)} dressed inputs")
    print(f"{len(jobs) + len(dresses) - len(faults)} passed, {len(faults)} failed")
    return 1 if faults or not texts else 0


if __name__ == "__main__":
    sys.exit(main())
