#!/usr/bin/env python3
"""The samples of output in README.md, against what the program prints of the recorded machines that they come from.

    readme_check.py BINARY MACHINES_DIR GUESTS_DIR

In front of a sample stands a comment, which a reader does not see, with the command's arguments:

    <!-- prints: --from lab-bochs-nested-off -->        the whole output, byte for byte
    <!-- prints in part: --from MACHINE --explain -->   lines that follow each other in the output

MACHINE is a golden machine without its room; after --domain a folder of GUESTS_DIR. A first line "# nestprobe ..." is the
prompt. A block that looks like output and has no such comment is an error. Prints what differs; 1 when something does.
NESTPROBE_REFRESH=1 writes whole outputs that differ into README.md instead; a part that differs is for a person to choose.
"""
# SPDX-License-Identifier: MIT
from __future__ import annotations

import difflib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Iterator

README = Path(__file__).resolve().parent.parent / "README.md"
SAMPLE = re.compile(r"(?:^<!-- prints( in part)?: ([^\n]*) -->\n)?^```\n(.*?)^```$", re.M | re.S)
LOOKS_LIKE_OUTPUT = re.compile(r"^(kvm-here|kvm-in-guests|NP\d|  (ok|FAIL) |the guest |[-+ ] +<)", re.M)


def arguments(words: list[str], machines: Path, guests: Path) -> Iterator[str]:
    """The arguments with the names of machines and guests made paths."""
    before = ""
    for word in words:
        if before == "--from":
            found = sorted(machines.glob(f"*/{word}/snapshot.json"))
            if len(found) != 1:
                raise SystemExit(f"README.md: no machine {word}, or several")
            yield str(found[0])
        elif before == "--domain":
            found = sorted((guests / word).glob("guest.*"))
            if len(found) != 1:
                raise SystemExit(f"README.md: no guest {word}")
            yield str(found[0])
        else:
            yield word
        before = word


def printed_by(words: str, binary: str, machines: Path, guests: Path) -> str:
    command = [binary, *arguments(words.split(), machines, guests)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
                          env={**os.environ, "LC_ALL": "C.UTF-8"}, check=False).stdout


def refreshed(match: re.Match[str], binary: str, machines: Path, guests: Path) -> str:
    """The sample with what the program prints now, below its prompt; a part, and a block of another kind, as it is."""
    part, words, block = match.groups()
    if words is None or part:
        return match[0]
    prompt = re.match(r"(# nestprobe.*\n)?", block)[0]
    return match[0].replace(f"```\n{block}```", f"```\n{prompt}{printed_by(words, binary, machines, guests)}```")


def wrong_in(match: re.Match[str], binary: str, machines: Path, guests: Path) -> str:
    part, words, block = match.groups()
    if words is None:
        return f"a sample without a comment that says what prints it:\n{block}" if LOOKS_LIKE_OUTPUT.search(block) else ""
    printed = printed_by(words, binary, machines, guests)
    wanted = re.sub(r"\A# nestprobe.*\n", "", block)
    if printed == wanted or (part and f"\n{wanted}" in f"\n{printed}"):
        return ""
    difference = difflib.unified_diff(wanted.splitlines(), printed.splitlines(), "README.md", words, lineterm="", n=1)
    return "\n".join(list(difference)[:60])


def main() -> int:
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 64
    places = (sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    if os.environ.get("NESTPROBE_REFRESH"):
        text = README.read_text(encoding="utf-8")
        README.write_text(SAMPLE.sub(lambda match: refreshed(match, *places), text), encoding="utf-8")
    samples = list(SAMPLE.finditer(README.read_text(encoding="utf-8")))
    tied = [match for match in samples if match[2]]
    wrong = [text for match in samples if (text := wrong_in(match, *places))]
    if len(tied) < 4:
        wrong.append(f"README.md: {len(tied)} samples are tied to a machine, which cannot be all")
    print(*wrong, sep="\n", end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
