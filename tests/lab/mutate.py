"""Would the lab notice if a rule did nothing? What the last run recorded, judged again without each rule in turn."""
# SPDX-License-Identifier: MIT
from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Callable, Iterable

from situations import Situation

Judge = Callable[[Situation, dict[str, bytes]], list[str]]


def reports(mutant: Path, snapshot: Path) -> dict[str, bytes]:
    """Rule -> the report without its body; "none" -> the report as it is (tests/mutant.cpp)."""
    done = subprocess.run([mutant, snapshot], capture_output=True, timeout=120, check=True)
    parts = done.stdout.split(b"@@ ")[1:]
    return {part.split(b"\n", 1)[0].decode(): part.split(b"\n", 1)[1] for part in parts}


def noticed(mutant: Path, out: Path, situations: Iterable[Situation], judge: Judge) -> dict[str, list[str]]:
    """Rule -> the situations that fail without it. Raises RuntimeError where a situation has no good run behind it."""
    found: dict[str, list[str]] = {}
    for situation in situations:
        folder = out / situation.name
        if not (folder / "json.snapshot").exists():
            raise RuntimeError(f"{situation.name} was not run yet: ./dev lab {situation.name}")
        got = {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in (".txt", ".status", ".stderr")}
        for rule, report in reports(mutant, folder / "json.snapshot").items():
            wrong = judge(situation, {**got, "json.txt": report})
            if rule == "none" and wrong:
                raise RuntimeError(f"{situation.name} fails with every rule in place: {wrong[0]}")
            if rule != "none" and not rule.startswith("NP7"):  # about guests' definitions: guests_check.py
                found.setdefault(rule, [])
                found[rule] += [situation.name] * bool(wrong)
    return found


def golden_witness(machines: Path, rule: str) -> str:
    """A golden machine, not of the lab, that expects this rule to fail."""
    for expect in sorted(machines.glob("*/*/expect")):
        if re.search(rf"^(rule {rule} fail|kvm-\S+ (no|yes) .*{rule}|kvm-\S+ no {rule}$)", expect.read_text("utf-8"), re.M):
            return expect.parent.name
    return ""


def report(found: dict[str, list[str]], machines: Path) -> int:
    """Print what notices each rule; the number that no situation notices."""
    unnoticed = 0
    for rule, names in sorted(found.items()):
        if names:
            print(f"ok   {rule} {len(names):3} situations, {names[0]}")
            continue
        unnoticed += 1
        witness = golden_witness(machines, rule)
        print(f"none {rule}" + (f"     only tests/machines/*/{witness}" if witness else "     nor a golden machine's line"))
    print(f"{len(found) - unnoticed} rules noticed by a situation, {unnoticed} not")
    return unnoticed
