"""Recorded guests as golden machines: what the slow lab saw, the fast tests replay."""
# SPDX-License-Identifier: MIT
from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import Iterable, Iterator

from emulators import Bochs
from situations import L1, Situation

QUESTIONS = {"here": "kvm-here", "guests": "kvm-in-guests", "devices": "device-assignment"}


def folder_of(situation: Situation, machines: Path) -> Path:
    return machines / "lab" / f"lab-{situation.name.lower()}"


def answer(question: str, expected: str) -> str:
    """The table's words in the order and number that the machines' `expect` has: "no NP503", "yes svm degraded"."""
    words = expected.split()
    kept = [word for word in words if word in ("yes", "no", "unknown", "vmx", "svm", "software", "degraded")
            or word.startswith("NP")]
    return f"{question} {' '.join(kept)}"


def expectation(situation: Situation) -> str:
    """The file `expect`: what the situation's row in the table says, nothing of what the program said."""
    inner = isinstance(situation.machine, L1)
    machine = situation.machine.machine if inner else situation.machine
    where = ("KVM under " if inner else "") + ("Bochs" if isinstance(machine, Bochs) else "QEMU")
    lines = [f"# origin: recorded in the lab: {situation.name} under {where}"]
    lines += [answer(question, getattr(situation, short)) for short, question in QUESTIONS.items() if getattr(situation, short)]
    lines += [f"rule {rule} {status}" for rule, status in situation.findings.items()]
    lines += [f"{path.replace('machine.', 'machine ')} {value}" for path, value in situation.report.items()
              if path in ("machine.level", "machine.vendor", "machine.cpus")]
    return "\n".join(lines) + "\n"


def changes(path: Path, new: str) -> Iterator[str]:
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    yield from difflib.unified_diff(old.splitlines(), new.splitlines(), str(path), str(path), lineterm="", n=0)


def refresh(out: Path, situations: Iterable[Situation], machines: Path) -> None:
    """Copy the snapshots of the last run. An `expect` that is there was read by somebody, and stays; a new one wants
    at least three expectations, which tests/machines_check.py says. Prints the diff."""
    for situation in situations:
        snapshot = out / situation.name / "json.snapshot"
        if not snapshot.exists():
            print(f"{situation.name} was not run yet: ./dev lab {situation.name}", file=sys.stderr)
            continue
        folder = folder_of(situation, machines)
        folder.mkdir(exist_ok=True)
        files = {"snapshot.json": snapshot.read_text(encoding="utf-8")}
        if not (folder / "expect").exists():
            files["expect"] = expectation(situation)
        for name, text in files.items():
            print(*changes(folder / name, text), sep="\n")
            (folder / name).write_text(text, encoding="utf-8")
