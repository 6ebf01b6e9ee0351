# SPDX-License-Identifier: MIT
"""MACHINES_DIR/INDEX.tsv: which machine shows which rule; made of the files `expect`, and checked.

A line for each rule and machine: the rule's id and name, whether it is expected to fail or to pass there, the machine.
"""
import difflib
import os
import re


def rules_of(nestprobe):
    """Id -> name."""
    return dict(re.findall(r"^(NP\d+)\s+\S+\s+(\S+)", nestprobe.text("--rules").stdout, re.MULTILINE))


def lines_of(rules, machines):
    """`machines` have .place, .failing and .passing."""
    rows = [(rule, word, machine.place) for machine in machines
            for word, found in (("fail", machine.failing), ("pass", machine.passing)) for rule in found]
    return [f"{rule}\t{rules.get(rule, '?')}\t{word}\t{place}" for rule, word, place in sorted(rows)]


def check(path, rules, machines):
    """Prints how the file differs and answers whether it does; rewrites it where that is wanted."""
    new = lines_of(rules, machines)
    old = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    if new == old:
        return False
    print(*difflib.unified_diff(old, new, path.name, f"{path.name} now", lineterm="", n=0), sep="\n")
    if os.environ.get("NESTPROBE_REFRESH"):
        path.write_text("\n".join(new) + "\n", encoding="utf-8")
        return False
    print(f"FAIL  {path} is not what the files expect say (NESTPROBE_REFRESH=1 rewrites it)")
    return True
