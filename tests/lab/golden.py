"""Recorded guests as golden machines: what the slow lab saw, the fast tests replay."""
# SPDX-License-Identifier: MIT
from __future__ import annotations

import difflib
import json
import sys
from pathlib import Path
from typing import Iterable, Iterator

from situations import L1, Situation

QUESTIONS = {"here": "kvm-here", "guests": "kvm-in-guests", "devices": "device-assignment"}


def folder_of(situation: Situation, machines: Path) -> Path:
    return machines / f"lab-{situation.name.lower()}"


def answer(question: str, expected: str) -> str:
    """The table's words in the order and number that the machines' `expect` has: "no NP503", "yes svm degraded"."""
    words = expected.split()
    kept = [word for word in words if word in ("yes", "no", "unknown", "vmx", "svm", "software", "degraded")
            or word.startswith("NP")]
    return f"{question} {' '.join(kept)}"


def expectation(situation: Situation, report: dict) -> str:
    """The file `expect`: what the situation's row in the table says; and "degraded", of which the lab has made sure in
    that run by the module's parameters, as the shell read them."""
    machine = situation.machine.machine if isinstance(situation.machine, L1) else situation.machine
    lines = [f"# Recorded in the lab, tests/lab/situations.py: {situation.name}, under {type(machine).__name__}."]
    for short, question in QUESTIONS.items():
        if getattr(situation, short):
            line = answer(question, getattr(situation, short))
            told = " degraded" in line or not report["answers"][question].get("degraded")
            lines.append(line if told else f"{line} degraded")
    lines += [f"rule {rule} {status}" for rule, status in situation.findings.items()]
    return "\n".join(lines) + "\n"


def changes(path: Path, new: str) -> Iterator[str]:
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    yield from difflib.unified_diff(old.splitlines(), new.splitlines(), str(path), str(path), lineterm="", n=0)


def refresh(out: Path, situations: Iterable[Situation], machines: Path) -> None:
    """Copy the snapshots of the last run. An `expect` that is there was read by somebody, and stays. Prints the diff."""
    for situation in situations:
        snapshot = out / situation.name / "json.snapshot"
        if not snapshot.exists():
            print(f"{situation.name} was not run yet: ./dev lab {situation.name}", file=sys.stderr)
            continue
        folder = folder_of(situation, machines)
        folder.mkdir(exist_ok=True)
        files = {"snapshot.json": snapshot.read_text(encoding="utf-8")}
        if not (folder / "expect").exists():
            report = json.loads((snapshot.parent / "json.txt").read_text(encoding="utf-8"))
            files["expect"] = expectation(situation, report)
        for name, text in files.items():
            print(*changes(folder / name, text), sep="\n")
            (folder / name).write_text(text, encoding="utf-8")
