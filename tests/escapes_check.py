#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Control characters in what a machine or a guest's definition says: none comes out, on stdout or stderr, in any format.

    escapes_check.py NESTPROBE MACHINES_DIR [EVERY]

Every nth golden machine gets escape sequences, C1, DEL and characters that turn the direction of writing into the texts of its files, the
names of files and directories, the log, why readings are absent, and CPUID's brand. JSON must say the same with escapes of its own.
So does every nth definition, in its name, its texts and each of its first words; and the names that the command line gives.
"""
import copy
import json
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import recorded
import run

EVIL = "\x1b[31m\x07\u009b31m\x7f\r\x08\u202e\u2066\u200f"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
ALSO = ("intel-skylake-enabling-failed-6.12-at-first-guest", "amd-zen3-svm-disabled-and-nested-off-by-word")  # who quote much
IN_XML = EVIL.replace("\x1b", "").replace("\x07", "").replace("\x08", "").replace("\r", "")  # which XML has not
ASK = ([], ["--explain"], ["--format", "facts"], ["--json"], ["--registers"], ["--registers", "--json"], ["--fix"],
       ["--fix", "--question", "device-assignment"], ["--diff", "OTHER"], ["--diff", "OTHER", "--json"], ["REVERSED"])
BRAND = ("00000000:00", "40000000:00", "80000002:00", "80000003:00", "80000004:00")


def details(node):
    """Why readings are absent, wherever they are."""
    if isinstance(node, dict):
        if "absent" in node:
            node["detail"] = node.get("detail", "") + EVIL
        for child in node.values():
            details(child)
    elif isinstance(node, list):
        for child in node:
            details(child)


def texts(make):
    def poison(machine):
        for name, text in machine.get("files", {}).items():
            if isinstance(text, str):
                machine["files"][name] = make(text)
    return poison


def names(machine):
    for name in list(machine.get("files", {})):
        if re.search("modprobe.d|/module/|/parameters/", name):
            end = ".conf" if name.endswith(".conf") else ""
            machine["files"][name.removesuffix(end) + EVIL + end] = machine["files"].pop(name)
    for name, entries in machine.get("directories", {}).items():
        if isinstance(entries, list):
            machine["directories"][name] = [entry + EVIL for entry in entries] + entries


def elsewhere(machine):
    details(machine)
    if isinstance(machine.get("kernel_log"), list):
        machine["kernel_log"] = [line for text in machine["kernel_log"] for line in (text + EVIL, EVIL + text)]
    for cpu in machine.get("cpus", []):
        for leaf in BRAND:
            if isinstance(cpu.get("cpuid", {}).get(leaf), list):
                cpu["cpuid"][leaf] = cpu["cpuid"][leaf][:1] + ["0x9b5b1b0a", "0x07081b5b", "0x9bc2c27f"]


WAYS = {"behind texts": texts(lambda text: text.rstrip("\n") + EVIL + "\n"), "before texts": texts(lambda text: EVIL + text),
        "between words": texts(lambda text: text.replace(" ", " " + EVIL, 3)),
        "behind values": texts(lambda text: re.sub(r"=(\w+)", lambda m: f"={m[1]}{EVIL}", text)), "names": names, "elsewhere": elsewhere}


def evil_guests(text):
    """A definition with that in its places, one or several at a time."""
    evil = IN_XML if text.lstrip().startswith("<") else EVIL
    yield "name", re.sub(r"<name>.*?</name>|(?<=-name )\S+|(?<=name: ).*", lambda m: m[0][:7] + evil + m[0][7:], text)
    yield "texts", re.sub(r"(?<=>)[^<>\n]+(?=</)", lambda m: m[0] + evil, text)
    words = list(re.finditer(r"(?<==['\"])[^'\"]*|(?<=[ ,=])[\w.-]+", text))
    for word in words[:: max(1, len(words) // 12)]:
        yield f"'{word[0]}'", text[:word.end()] + evil + text[word.end():]


def evil_runs(nestprobe, shipped, machines, folder, paths):
    """Names and definitions: who is asked, a name for it, the words of a command line. Each definition is read, judged
    and edited under sanitizers, and shown by the build that ships too."""
    guests = sorted((machines.parent / "guests").glob("*/guest.*"))
    host, other = paths[7], Path(folder) / f"a{EVIL}.json"
    other.write_text(paths[40].read_text())
    yield nestprobe, "a file's name", ["--from", host, "--diff", other]
    yield nestprobe, "a file's name", ["--from", other, "--explain"]
    yield nestprobe, "a file's name", ["--from", str(other) + "x"]
    yield nestprobe, "an assumption", ["--from", host, "--assume", f"kvm_intel.nested={EVIL}"]
    yield nestprobe, "an assumption", ["--from", host, "--assume", f"{EVIL}=1", "--explain"]
    for number, guest in enumerate(guests[::6]):
        for way, text in evil_guests(guest.read_text(errors="replace")):
            path = Path(folder) / f"{number}-{abs(hash(way))}{guest.suffix}"
            path.write_text(text)
            for program, ask in ((shipped, []), (shipped, ["--explain"]), (nestprobe, ["--fix"]), (nestprobe, ["--json"])):
                yield program, f"{guest.parent.name}, {way}", ["--from", host, f"--domain={path}", *ask]


def wrong_with(nestprobe, other, machine, name, ask):
    words = [other if word == "OTHER" else word for word in ask]
    if words[:1] == ["REVERSED"]:
        return wrong_in(nestprobe, ["--from", other, "--diff", "-"], name, json.dumps(machine))
    return wrong_in(nestprobe, ["--from", "-", *words], name, json.dumps(machine))


def wrong_in(nestprobe, words, name, given=""):
    done = nestprobe.text(*words, input=given, errors="surrogateescape")
    said = [f"{stream}: {found[0]!r} in {text[max(0, found.start() - 60):found.end() + 20]!r}"
            for stream, text in (("stdout", done.stdout), ("stderr", done.stderr)) for found in [CONTROL.search(text)] if found]
    if done.returncode not in ((0, 1, 2) if words[1] == "-" else (0, 1, 2, 64, 65, 66)):
        said.append(f"exit status {done.returncode}: {done.stderr}")
    return [f"{name} {' '.join(map(ascii, words[2:]))}: {text}" for text in said]


def main():
    nestprobe, machines = run.Nestprobe(sys.argv[1]), Path(sys.argv[2]).resolve()
    shipped = run.shipped(sys.argv[1])
    paths = recorded.snapshots(machines)
    chosen = paths[::int(sys.argv[3]) if len(sys.argv) > 3 else len(paths) // 12]
    chosen += [path for path in paths if path.parent.name in ALSO and path not in chosen]
    runs = []
    for path in chosen:
        whole = json.loads(path.read_text())
        for way, poison in WAYS.items():
            machine = copy.deepcopy(whole)
            poison(machine)
            runs += [(machine, f"{path.parent.name}, {way}:", ask) for ask in ASK]
    with ThreadPoolExecutor(2) as pool:
        wrong = [said for all_said in pool.map(lambda job: wrong_with(nestprobe, paths[7], *job), runs) for said in all_said]
        with tempfile.TemporaryDirectory() as folder:
            more = list(evil_runs(nestprobe, shipped, machines, folder, paths))
            wrong += [said for all_said in pool.map(lambda job: wrong_in(job[0], job[2], job[1]), more) for said in all_said]
    for said in wrong:
        print(f"FAIL {said}")
    print(f"{len(runs) + len(more)} outputs, {len(wrong)} failed")
    return 1 if wrong or not runs else 0


if __name__ == "__main__":
    sys.exit(main())
