#!/usr/bin/env python3
"""Words that people do not use: looks for them in everything that a person reads.

    words_check.py BINARY PAGE...

Read are README, CONTRIBUTING and the change log, the manual pages PAGE, --help, --rules, the page of every rule, the
schemas, and all string literals in src and probes. Prints each find with the word to use instead; 1 when there is one.
"""
# SPDX-License-Identifier: MIT
from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Iterator

import run

ROOT = Path(__file__).resolve().parent.parent

# The pattern, what to write instead, and a sentence that it must find.
BANNED = (
    (r"\b(un)?mend(s|ed|ing|able)?\b", "fix", "the edit that mends it"),
    (r"\banew\b", "again, reload, restart", "load the module anew"),
    (r"\bshall\b", "must, is to, will", "guests that shall run KVM"),
    (r"\bwitness(es|ed)?\b", "evidence, input", "other witnesses are heard"),
    (r"\bt(ake|akes|aken|aking|ook)\b( \S+){0,3} out of\b", "remove from, leave out of",
     "take ept=0 out of modprobe.d"),
    (r"\bat (a|the) price\b", "but it costs ...", "it works, at a price"),
    (r"\bstop-gaps?\b", "workaround", "as a stop-gap"),
    (r"\bin vain\b", "without success", "asked for it in vain"),
    (r"\b(whence|thereof|hereby|henceforth|forthwith)\b", "plain words", "the host and the guests thereof"),
    (r"\blets? one\b", "lets you", "what lets one expect it"),
    (r"\bso as\b", "to", "so as to load it"),
)
# Where the word is, and why it may stand there.
KEPT = {("src/rules/catalog.cpp", "guest-not-started-anew"): "a rule's former name, which scripts may still ask for"}
PATTERNS = [(re.compile(pattern, re.I), instead, sample) for pattern, instead, sample in BANNED]

STRING = re.compile(r'R"\((.*?)\)"|"((?:[^"\\\n]|\\.)*)"', re.S)


def flat(text: str) -> str:
    return " ".join(text.split())


def without_comments(source: str) -> str:
    """Comments become blanks; a // inside a string stays."""
    token = re.compile(r'R"\(.*?\)"|"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/', re.S)
    return token.sub(lambda m: " " if m[0].startswith("/") else m[0], source)


def strings(source: str) -> Iterator[str]:
    """The string literals of a C++ file; those that stand side by side are one."""
    source = without_comments(source)
    text, end = "", -1
    for match in STRING.finditer(source):
        if end >= 0 and source[end:match.start()].strip():
            yield text
            text = ""
        text += match[1] if match[1] is not None else match[2].replace("\\n", "\n").replace('\\"', '"')
        end = match.end()
    yield text


def plain_roff(page: str) -> str:
    """Without requests that only mark, so that a sentence is whole."""
    page = re.sub(r'^\.\\".*$', "", page, flags=re.M)
    return re.sub(r"^\.[A-Z][a-z]\b ?", "", page, flags=re.M).replace(r"\-", "-")


def texts(binary: str, pages: list[str]) -> Iterator[tuple[str, str]]:
    """Where, and what stands there."""
    nestprobe = run.Nestprobe(binary)
    for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        yield name, (ROOT / name).read_text(encoding="utf-8")
    for page in pages:
        yield Path(page).name, plain_roff(Path(page).read_text(encoding="utf-8"))
    for schema in sorted((ROOT / "schema").glob("*.json")):
        yield schema.name, schema.read_text(encoding="utf-8")
    for folder in ("src", "probes"):
        for path in sorted((ROOT / folder).rglob("*.[ch]pp")):
            for text in strings(path.read_text(encoding="utf-8")):
                yield str(path.relative_to(ROOT)), text
    listed = output(nestprobe, "--rules")
    yield "--rules", listed
    yield "--help", output(nestprobe, "--help")
    rules = re.findall(r"^NP\d+", listed, re.M)
    if len(rules) < 50:
        raise SystemExit(f"--rules lists {len(rules)} rules, which cannot be all")
    for rule in rules:
        yield f"--explain={rule}", output(nestprobe, f"--explain={rule}")


def output(nestprobe: run.Nestprobe, option: str) -> str:
    done = nestprobe.text(option)
    if done.returncode:
        raise SystemExit(f"{option}: exit status {done.returncode}: {done.stderr}")
    return done.stdout


def found_in(text: str) -> Iterator[str]:
    text = flat(text)
    for pattern, instead, _ in PATTERNS:
        for match in pattern.finditer(text):
            around = text[max(0, match.start() - 40):match.end() + 40]
            yield f'"{match[0]}" (write: {instead}): ...{around}...'


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 64
    for pattern, _, sample in PATTERNS:
        if not pattern.search(sample):
            print(f"{pattern.pattern} does not find: {sample}")
            return 1
    wrong = []
    for where, text in texts(sys.argv[1], sys.argv[2:]):
        if (where, text) in KEPT:
            continue
        wrong += [f"{where}: {find}" for find in found_in(text)]
    print(*dict.fromkeys(wrong), sep="\n", end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
