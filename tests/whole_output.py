# SPDX-License-Identifier: MIT
"""Whole outputs of a few machines and of one guest: report.json, explain.txt and every-rule.txt (--explain --all), byte for byte.

They are there for the format. A rule that a stored file does not name is newer than it, and is left out of what is
compared: a new rule changes no file that is not about it.
"""
import difflib
import re

FILES = {"report.json": "json", "explain.txt": "explain", "every-rule.txt": "every rule"}
FINDING = re.compile(r'    \{\n      "id": "(NP\d+)".*?\n    \}(?=,?\n)', re.DOTALL)
HEAD = re.compile(r"^  [^\sN]\S* +((?:NP\d+,?\s+)+)", re.MULTILINE)


def known(text):
    """The rules that a text names."""
    return set(re.findall(r"NP\d+", text))


def findings_of(text, rules):
    """The JSON without the findings of other rules."""
    kept = [found[0] for found in FINDING.finditer(text) if found[1] in rules]
    first, last = text.find("    {\n      \"id\": \"NP"), max((found.end() for found in FINDING.finditer(text)), default=0)
    return text[:first] + ",\n".join(kept) + text[last:] if kept else text


def blocks_of(text, rules):
    """--explain without other rules. Where one shares its lines with these, the lines are joined to one, as they wrap elsewhere."""
    blocks = []
    for line in text.splitlines():
        if HEAD.match(line) or not line.startswith("      "):
            blocks.append([line])
        else:
            blocks[-1].append(line)
    for lines in blocks:
        head = HEAD.match("\n".join(lines))
        others = known(head[1]) - rules if head else set()
        if not others:
            yield "\n".join(lines)
        elif others != known(head[1]):
            yield one_line(lines)


def one_line(lines):
    return " ".join(" ".join(lines).split())


def difference(name, old, new):
    """Lines of a diff; empty: the same, but for rules that `old` does not name."""
    if old == new:
        return []
    rules = {found[1] for found in FINDING.finditer(old)} if name == "report.json" else known(" ".join(HEAD.findall(old)))
    if name == "report.json":
        new = findings_of(new, rules)
        return list(difflib.unified_diff(old.splitlines(), new.splitlines(), name, f"{name} now", lineterm=""))
    was, now = list(blocks_of(old, rules)), list(blocks_of(new, rules))
    for i, block in enumerate(now[:len(was)]):  # one of those that were joined, its newer rules taken away
        if "\n" not in block and block != was[i]:
            shorter = re.sub(r"NP\d+,? ", lambda found: found[0] if known(found[0]) <= rules else "", block)
            if one_line([was[i]]).replace(",", "") == shorter.replace(",", ""):
                now[i] = was[i]
    return list(difflib.unified_diff("\n".join(was).splitlines(), "\n".join(now).splitlines(), name, f"{name} now", lineterm=""))
