#!/usr/bin/env python3
"""Compare the manual page and the README with what the program says of itself; is each rule's page whole?

    docs_check.py BINARY MANPAGE REGISTERS_PAGE RULES_PAGE MESSAGES_PAGE

Prints what differs.  Exit status: 0 nothing, 1 something, 77 (which Meson calls skipped) when a tool is missing.
"""
# SPDX-License-Identifier: MIT
from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterator

import run

README = Path(__file__).resolve().parent.parent / "README.md"
COLUMNS = 80
OPTION = r"--[a-z][a-z-]*"


def plain(roff: str) -> str:
    return roff.replace(r"\-", "-")


def documented(manual: str) -> set[str]:
    """The long options that have an entry of their own in OPTIONS: ".It Fl q , -quiet" or ".It Fl -format Ar NAME"."""
    section = re.search(r"^\.Sh OPTIONS$(.*?)^\.Sh ", manual, re.M | re.S)
    entries = re.findall(r"^\.It Fl (.*)$", section[1] if section else "", re.M)
    return {"-" + option for entry in entries for option in re.findall(r"(?<!\S)-[a-z][a-z-]*", entry)}


def mentioned(manual: str) -> set[str]:
    """The long options that the page speaks of anywhere else."""
    return {"-" + option for line in re.findall(r"\bFl (.*)$", manual, re.M)
            for option in re.findall(r"(?<!\S)-[a-z][a-z-]*", line)}


def commands(lines: list[str]) -> Iterator[str]:
    """Those lines that run nestprobe, with or without a prompt, sudo, or ./dev; without what follows a pipe."""
    for line in lines:
        if re.match(r"(\.Dl )?([$#] )?(if |sudo )*(nestprobe|\./dev run)( |$)", line.strip()):
            yield line.strip().split("|")[0]


def fenced(markdown: str) -> list[str]:
    """The lines inside ``` fences and indented blocks."""
    inside = False
    found = []
    for line in markdown.splitlines():
        if line.startswith("```"):
            inside = not inside
        elif inside or line.startswith("    "):
            found.append(line)
    return found


def differences(text: str, manual: str, readme: str) -> Iterator[str]:
    options = set(re.findall(OPTION, text))
    for line in text.splitlines():
        if len(line) >= COLUMNS:
            yield f"--help: {len(line)} columns, not under {COLUMNS}: {line}"
    if not options:
        yield "--help: no options"
    for option in sorted(options - documented(manual)):
        yield f"{option} is in --help and has no entry under OPTIONS in the manual page"
    for option in sorted((documented(manual) | mentioned(manual)) - options):
        yield f"{option} is in the manual page and not in --help"
    for name, lines in (("the manual page", manual.splitlines()), (README.name, fenced(readme))):
        for command in commands(lines):
            for option in sorted(set(re.findall(OPTION, command)) - options):
                yield f"{option} is used in {name} and not in --help: {command}"


def missing_registers(nestprobe: run.Nestprobe, page: str) -> Iterator[str]:
    """The registers and rows that the program knows and nestprobe-registers(7) does not."""
    known = nestprobe.text("--registers", "--json", "--from", "-", input='{"format": "nestprobe-snapshot/1"}')
    sections = dict(re.findall(r"^\.Ss (.*?)$(.*?)(?=^\.S|\Z)", page, re.M | re.S))
    registers = json.loads(known.stdout)["registers"]
    if len(registers) < 40:
        yield f"--registers: {len(registers)} registers, which cannot be all"
    for register in registers:
        section = sections.get(register["name"])
        if section is None:
            yield f"{register['name']} is not in nestprobe-registers(7)"
            continue
        for row in register["rows"]:
            if f".It {row['bits']} \\fB{row['name']}\\fR" not in section:
                yield f"{register['name']}.{row['name']} is not in nestprobe-registers(7)"


def missing_rules(nestprobe: run.Nestprobe, page: str) -> Iterator[str]:
    """The rules that the program knows and nestprobe-rules(7) does not, or describes otherwise."""
    known = nestprobe.text("--rules").stdout.splitlines()
    sections = dict(re.findall(r"^\.Ss (.*?)$(.*?)(?=^\.S|\Z)", page, re.M | re.S))
    if len(known) < 50:
        yield f"--rules: {len(known)} rules, which cannot be all"
    for line in known:
        rule, role, name, question = line.split()
        section = sections.pop(f"{rule} {name}", "")
        if f"A {role} rule about\n.Cm {question} ;" not in section or "\nFix:\n" not in section:
            yield f"{rule} is not in nestprobe-rules(7), or not as {role} of {question}, or without its fix"
    for title in sections:
        yield f"{title} is in nestprobe-rules(7) and not in --rules"


# What a page has, of whatever rule; a proof has nothing to fix.
PARTS = ("fix:", "it worked when:", "what else it can be:", "see:")


def incomplete_pages(nestprobe: run.Nestprobe) -> Iterator[str]:
    """The rules whose page (--explain=RULE) lacks a part."""
    for line in nestprobe.text("--rules").stdout.splitlines():
        rule, role = line.split()[:2]
        page = nestprobe.text(f"--explain={rule}").stdout
        for part in PARTS:
            if role != "proof" and f"\n{part}" not in page:
                yield f"--explain={rule}: no part \"{part}\""


def main() -> int:
    if len(sys.argv) != 6:
        print("usage: docs_check.py BINARY MANPAGE REGISTERS_PAGE RULES_PAGE MESSAGES_PAGE", file=sys.stderr)
        return 64
    binary, page, registers_page, rules_page, messages_page = sys.argv[1:]
    nestprobe = run.Nestprobe(binary)
    help_run = nestprobe.text("--help")
    wrong = []
    if help_run.returncode:
        wrong.append(f"--help: exit status {help_run.returncode}: {help_run.stderr.strip()}")
    wrong += differences(help_run.stdout, plain(Path(page).read_text()), README.read_text())
    wrong += missing_registers(nestprobe, plain(Path(registers_page).read_text()))
    wrong += missing_rules(nestprobe, plain(Path(rules_page).read_text()))
    wrong += incomplete_pages(nestprobe)
    mandoc = shutil.which("mandoc")
    if mandoc:
        lint = subprocess.run([mandoc, "-T", "lint", "-W", "warning", page, registers_page, rules_page,
                               messages_page], text=True, capture_output=True)
        said = (lint.stdout + lint.stderr).strip().splitlines()
        wrong += [f"mandoc: {line}" for line in said or ["failed"]] if lint.returncode else []
    print(*wrong, sep="\n", end="\n" if wrong else "")
    if wrong:
        return 1
    if not mandoc:
        print("mandoc is not installed, so the manual page was not linted; the rest agrees")
        return 77
    return 0


if __name__ == "__main__":
    sys.exit(main())
