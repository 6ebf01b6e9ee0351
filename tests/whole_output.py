# SPDX-License-Identifier: MIT
"""Whole outputs of a few machines and of one guest: report.json, explain.txt and every-rule.txt (--explain --all), byte for byte.

They are there for the format. A rule that a stored file does not name is newer than it, and is left out of what is
compared, also where --explain counts the rules that it does not show; so is a fact that the stored report.json does not
name. A new rule or fact changes no file that is not about it.
"""
import difflib
import json
import re
from collections import Counter

FILES = {"report.json": "json", "explain.txt": "explain", "every-rule.txt": "every rule"}
FINDING = re.compile(r'    \{\n      "id": "(NP\d+)".*?\n    \}(?=,?\n)', re.DOTALL)
FACT = re.compile(r'    "([a-z_]+\.[a-z_0-9]+)": \{\n.*?\n    \}(?=,?\n)', re.DOTALL)
COUNTS = re.compile(r"^(\d+) other rules? pass.*?: --all shows them$", re.MULTILINE | re.DOTALL)
HEAD = re.compile(r"^  [^\sN]\S* +((?:NP\d+,?\s+)+)", re.MULTILINE)


def known(text):
    """The rules that a text names."""
    return set(re.findall(r"NP\d+", text))


def found_in(report):
    """The rules that a report.json has findings of."""
    return {found[1] for found in FINDING.finditer(report)}


def findings_of(text, rules):
    """The JSON without the findings of other rules."""
    kept = [found[0] for found in FINDING.finditer(text) if found[1] in rules]
    first, last = text.find("    {\n      \"id\": \"NP"), max((found.end() for found in FINDING.finditer(text)), default=0)
    return text[:first] + ",\n".join(kept) + text[last:] if kept else text


def facts_of(text, names):
    """The JSON without other facts."""
    start = text.find('\n  "facts": {\n')
    end = text.find("\n  }", start)
    if start < 0:
        return text
    kept = [found[0] for found in FACT.finditer(text, start, end + 1) if found[1] in names]
    return text[:start] + '\n  "facts": {\n' + ",\n".join(kept) + text[end:]


def counted(findings):
    """The line of --explain that counts what it does not show (src/render/explain.cpp, count_others())."""
    count = Counter("apart" if finding["status"] == "skipped" else "pass" if finding["status"] == "pass" else "no proof"
                    for finding in findings
                    if finding["status"] in ("skipped", "pass") or finding["role"] == "proof")
    one = {name: count[name] == 1 for name in ("pass", "apart", "no proof")}
    text = f"{count['pass']} other rule{'' if one['pass'] else 's'} pass{'es' if one['pass'] else ''}, "
    text += f"{count['apart']} do{'es' if one['apart'] else ''} not apply"
    if count["no proof"]:
        text += f", {count['no proof']} prove{'s' if one['no proof'] else ''} nothing"
    return text + ": --all shows them"


def without_newer(text, findings, rules):
    """--explain with the count that it had before there were rules that `rules` does not name."""
    now, then = counted(findings), counted(finding for finding in findings if finding["id"] in rules)
    return COUNTS.sub(lambda found: then if one_line([found[0]]) == now else found[0], text)


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


def difference(name, old, new, findings=(), stored_report=""):
    """Lines of a diff; empty: the same, but for rules and facts that `old` does not name.

    `findings`: of the report now, for the count in explain.txt; `stored_report`: the report.json beside that file, which
    names all rules that there were.
    """
    if name == "explain.txt":
        new = without_newer(new, findings, found_in(stored_report))
    if old == new:
        return []
    rules = found_in(old) if name == "report.json" else known(" ".join(HEAD.findall(old)))
    if name == "report.json":
        new = facts_of(findings_of(new, rules), set(json.loads(old)["facts"]))
        return list(difflib.unified_diff(old.splitlines(), new.splitlines(), name, f"{name} now", lineterm=""))
    was, now = list(blocks_of(old, rules)), list(blocks_of(new, rules))
    # Those that were joined: without the newer rules they are what was stored. By a newer rule such a block may stand elsewhere.
    for block in [block for block in now if known(block) - rules and not block.startswith(" ")]:
        shorter = re.sub(r"NP\d+,? ", lambda found: found[0] if known(found[0]) <= rules else "", block)
        same = next((stored for stored in was if one_line([stored]).replace(",", "") == shorter.replace(",", "")), None)
        if same:
            was.remove(same)
            now.remove(block)
    return list(difflib.unified_diff("\n".join(was).splitlines(), "\n".join(now).splitlines(), name, f"{name} now", lineterm=""))
