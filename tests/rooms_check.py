#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The rooms of the house: which folder may include which, and nothing else does.

    rooms_check.py SOURCE_DIR

probes/ looks and never includes src/; live/ and snapshot/ do not know each other; facts/ is data only; in src/ main and
session alone reach a source; a format of render/ sees what a rule found, not the rule. An arrow that is not drawn here
is a fault. No two files have one name. No file is longer than 300 lines, but tables, and those that are named here. No id of
a rule stands as a text anywhere but in src/rules: what writes a remedy knows no rule, and a message names rules.
"""
import re
import sys
from collections import defaultdict
from pathlib import Path

LONGEST = 300

# A room, and the rooms whose headers it may include. "probes": sources.hpp and probe.hpp. A file of src/ itself is a room.
MAY_INCLUDE = {
    "probes": "base facts registers",
    "probes/base": "",
    "probes/registers": "base",
    "probes/facts": "base registers",
    "probes/machine": "probes base facts registers",
    "probes/input": "base",
    "probes/guest": "base facts input",
    "probes/live": "probes base input machine",
    "probes/prove": "probes base facts input",
    "probes/recording": "probes base facts",
    "probes/snapshot": "probes base facts input machine recording import",
    "probes/snapshot/import": "base facts input machine recording",
    "src/main": "input options render session terminal",
    "src/pasted_definitions": "facts guest input snapshot",
    "src/session": "probes base input looked_at messages pasted_definitions prove registers snapshot options output writers render report terminal",
    "src/looked_at": "guest live messages options output snapshot",
    "src/help_text": "options",
    "src/options": "base registers render report",
    "src/output": "base input",
    "src/terminal": "base options output",
    "src/messages": "base",
    "src/definition": "base facts",
    "src/report": "base facts machine definition remedy rules rules/iommu rules/module",
    "src/rules": "base facts registers machine remedy",
    "src/remedy": "base facts guest definition",
    "src/remedy/writers": "base facts guest definition remedy report",
    "src/render": "base facts machine registers messages definition report",
    "src/rules/cpu": "machine registers remedy rules rules/firmware rules/module",
    "src/rules/device": "base remedy rules rules/kernel",
    "src/rules/escapes": "base facts remedy rules",
    "src/rules/firmware": "base facts remedy rules rules/hypervisor",
    "src/rules/guest": "base registers definition messages remedy rules rules/hypervisor",
    "src/rules/hypervisor": "base facts machine remedy rules",
    "src/rules/iommu": "base facts remedy rules rules/firmware rules/hypervisor",
    "src/rules/kernel": "base facts machine registers remedy rules",
    "src/rules/module": "base facts remedy rules rules/escapes rules/firmware rules/kernel",
}

# Against the drawing, file by file, and why it is still so. A line that no file needs is a fault.
ODD = {}

# Tables: as long as what they list.
TABLES = {"probes/machine/log_lines.cpp", "probes/snapshot/import/switch_rows.cpp", "src/rules/module/refusal_table.cpp", "src/messages/message_table.cpp", "src/rules/hypervisor/platform_rows.cpp", "src/rules/device/access_rows.cpp",
          "src/rules/firmware/firmware_makers.cpp", "src/definition/cpu_properties.cpp", "src/rules/escapes/escape_table.cpp", "probes/facts/log_lines.hpp",
          "src/remedy/writers/script_functions.hpp", "src/remedy/writers/script_words.hpp"}
# A file of rules: its table does not count, the checks do.
RULES = re.compile(r"^constexpr Rule \w+\[\] = \{.*?^\}?\};$", re.MULTILINE | re.DOTALL)
# Longer than it should be: wants a split.
LONG = {}


def room_of(path):
    """"probes/machine" of a file there; "src/session" of src/session.cpp; "probes" of probes/probe.hpp."""
    if len(path.parts) > 2:
        return str(path.parent)
    return "probes" if path.parts[0] == "probes" else f"src/{path.stem}"


def full(names):
    """"base rules/guest" -> the rooms of these names."""
    rooms = {room.removeprefix("probes/").removeprefix("src/"): room for room in MAY_INCLUDE}
    rooms["import"] = "probes/snapshot/import"
    rooms["writers"] = "src/remedy/writers"
    return {rooms[name] for name in names.split()}


def files(root):
    """All but the precompiled header, which nobody includes by name."""
    return sorted(path.relative_to(root) for top in ("probes", "src") for path in (root / top).rglob("*.[ch]pp")
                  if path.parent.name != "pch")


def arrows(root):
    """(file, file that it includes), both relative to `root`."""
    for path in files(root):
        for name in re.findall(r'^#include "([^"]+)"', (root / path).read_text(encoding="utf-8"), re.MULTILINE):
            places = (path.parent / name, Path("src") / name, Path("probes") / name)
            found = next((place for place in places if (root / place).exists()), None)
            if found is None:
                yield path, Path("nowhere") / name
            else:
                yield path, found


def check_arrows(root):
    odd = defaultdict(set)
    for path, target in arrows(root):
        here, there = room_of(path), room_of(target)
        if here not in MAY_INCLUDE:
            yield f"{path}: {here} is no room that is drawn"
        elif there in full(ODD.get(str(path), "")):
            odd[str(path)].add(there)
        elif here != there and there not in full(MAY_INCLUDE[here]):
            yield f"{path} includes {target}: {here} may not know {there}"
    for path, names in ODD.items():
        for other in sorted(full(names) & full(MAY_INCLUDE[room_of(Path(path))])):
            yield f"{path}: {other} is drawn already: take it out of ODD"
        for other in sorted(full(names) - odd[path]):
            yield f"{path} includes nothing of {other} any more: take it out of ODD"


def check_rings():
    """No room knows itself by way of others: what is drawn has floors."""
    knows = {room: full(names) for room, names in MAY_INCLUDE.items()}

    def reach(room, seen):
        for other in knows[room] - seen:
            seen.add(other)
            reach(other, seen)
        return seen

    for room in sorted(knows):
        if room in reach(room, set()):
            yield f"{room} knows itself by way of {', '.join(sorted(r for r in knows[room] if room in reach(r, set())))}"


def check_names(root):
    seen = {}
    for path in files(root):
        if path.name in seen:
            yield f"{path} and {seen[path.name]} have one name"
        seen[path.name] = path


def check_ids(root):
    for path in files(root):
        if path.parts[:2] != ("src", "rules"):
            for rule in re.findall(r'"(NP\d+)"', (root / path).read_text(encoding="utf-8")):
                yield f"{path} knows {rule}: rules alone have ids"


def check_lengths(root):
    for path in files(root):
        lines = len(RULES.sub("", (root / path).read_text(encoding="utf-8")).splitlines())
        most = LONG.get(str(path), LONGEST)
        if str(path) not in TABLES and lines > most:
            yield f"{path} has {lines} lines, at most {most}: it wants a split"
        if str(path) in LONG and lines <= LONGEST:
            yield f"{path} has no more than {LONGEST} lines: take it out of LONG"
    for path in [*TABLES, *LONG]:
        if not (root / path).exists():
            yield f"{path} is not there any more"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    root = Path(sys.argv[1]).resolve()
    wrong = [*check_arrows(root), *check_rings(), *check_names(root), *check_lengths(root), *check_ids(root)]
    for said in wrong:
        print(f"FAIL {said}")
    print(f"{len(files(root))} files, {len(set(map(str, map(room_of, files(root)))))} rooms, {len(wrong)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
