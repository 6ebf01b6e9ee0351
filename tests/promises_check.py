#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""promises_check.py BINARY MACHINES_DIR

What the manual promises of the command line, of snapshots that are written by hand, and of what may stand around one:
the exit status, what is on stdout, what is on stderr. Prints what is otherwise; 1 when something is.
"""
from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Iterator

import run

SNAPSHOT: dict[str, Any] = {
    "format": "nestprobe-snapshot/1",
    "cpus": [{"ids": "0-3",
              "cpuid": {"00000000:00": ["0xd", "0x68747541", "0x444d4163", "0x69746e65"],
                        "00000001:00": ["0x800f11", "0x0", "0x7ed8320b", "0x178bfbff"],
                        "80000000:00": ["0x8000001f", "0x0", "0x0", "0x0"],
                        "80000001:00": ["0x0", "0x0", "0x35c233f7", "0x2fd3fbff"],
                        "8000000a:00": ["0x1", "0x8000", "0x0", "0x1bcff"]},
              "msr": {"0xc0010114": "0x8"}}],
    "files": {"/sys/module/kvm_amd/parameters/nested": "1\n"},
    "kvm": {"open": "ok", "api_version": 12,
            "supported_cpuid": {"80000001:00": ["0x0", "0x0", "0x35c233f7", "0x2fd3fbff"]}},
    "kernel_log": []}
REASONS = ("not_probed", "not_applicable", "permission_denied", "no_device", "not_implemented", "malformed", "not_recorded")
# A refusal of the device is an answer; any other reason withholds one.
NO_IS_RIGHT = {("kvm", "permission_denied"), ("kvm", "no_device"), ("kvm/open", "permission_denied"),
               ("kvm/open", "no_device"), ("kvm/supported_cpuid/80000001:00", "not_applicable"),
               ("kvm/supported_cpuid", "not_applicable")}  # KVM lists no such leaf
ABSENT = ("cpus", "files", "directories", "kvm", "kernel_log", "tool", "recorded", "cpus/0/cpuid", "cpus/0/msr",
          "cpus/0/cpuid/80000001:00", "cpus/0/msr/0xc0010114", "proof", "files//sys/module/kvm_amd/parameters/nested",
          "kvm/open", "kvm/api_version", "kvm/extensions", "kvm/supported_cpuid", "kvm/feature_msrs",
          "kvm/supported_cpuid/80000001:00", "kvm/holders")
# Whose boot loader is told by what a recording leaves out of the kernel command line, and one of each vendor.
RECORDED_AGAIN = ("intel-skylake-words-by-proxmox", "intel-skylake-words-by-grubby", "lab-qemu-svm-nested",
                  "lab-bochs-haswell-locked")
UNKNOWN_VALUES = (1, 1.5, None, True, "word", [], {}, [1, {"x": [None]}], {"a": {"b": [1, {"c": None}]}}, 10 ** 25)

failed = 0


def expect(name: str, wrong: str | bool) -> None:
    global failed
    if wrong:
        failed += 1
        print(f"FAIL {name}: {wrong}")


class Program:
    def __init__(self, binary: str, folder: Path):
        self.nestprobe, self.folder = run.Nestprobe(binary), folder

    def run(self, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return self.nestprobe.run(*arguments, input=given, cwd=self.folder, timeout=120)

    def answers(self, given: bytes) -> dict[str, str]:
        """What a snapshot or a paste on stdin is answered; {"error": ...} where it is refused."""
        done = self.run("--from", "-", "--json", given=given)
        if not done.stdout:
            return {"error": f"{done.returncode} {done.stderr.decode('utf-8', 'replace').strip()}"}
        return {name: verdict["answer"] for name, verdict in json.loads(done.stdout)["answers"].items()}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The snapshot with another value there; a // begins the path of a file."""
    snapshot = copy.deepcopy(SNAPSHOT)
    keys: list[Any] = ["files", path[6:]] if path.startswith("files//") else path.split("/")
    place: Any = snapshot
    for key in keys[:-1]:
        place = place[int(key)] if isinstance(place, list) else place.setdefault(key, {})
    place[int(keys[-1]) if isinstance(place, list) else keys[-1]] = value
    return snapshot


def check_absences(program: Program) -> None:
    """Any value may be absent, for any reason, with or without words; no such value makes a yes a no."""
    expect("the whole snapshot", program.answers(json.dumps(SNAPSHOT).encode()).get("kvm-in-guests") != "yes" and "no yes")
    for path in ABSENT:
        for reason in REASONS:
            for absent in ({"absent": reason}, {"detail": "somewhere", "absent": reason}):
                answers = program.answers(json.dumps(changed(path, absent)).encode())
                name = f"{path} is {json.dumps(absent)}"
                expect(name, answers.get("error", False))
                allowed = (path, reason) in NO_IS_RIGHT
                expect(name, not allowed and "no" in (answers.get("kvm-here"), answers.get("kvm-in-guests"))
                       and f"a no: {answers}")
    for path in ("files", "kvm/open", "cpus/0/msr", "kvm/supported_cpuid", "cpus"):
        answers = program.answers(json.dumps(changed(path, {"absent": "because"})).encode())
        expect(f"{path} absent for no known reason", not answers.get("error", "").startswith("65 ") and str(answers))


def check_unknown_keys(program: Program) -> None:
    """They are ignored wherever they stand, inside an absence and beside base64 too."""
    before = program.answers(json.dumps(SNAPSHOT).encode())
    holders = {"": SNAPSHOT, "cpus/0": SNAPSHOT["cpus"][0], "kvm": SNAPSHOT["kvm"],
               "cpus/0/msr/0x10a": {"absent": "not_implemented"}, "files//etc/x": {"base64": "SUQ9eAo="},
               "kvm/extensions/1": {"absent": "not_probed"}}
    for path, holder in holders.items():
        for value in UNKNOWN_VALUES:
            more = {**holder, "unknown key": value}
            snapshot = changed(path, more) if path else more
            answers = program.answers(json.dumps(snapshot).encode())
            expect(f"unknown key {value!r} in {path or 'the snapshot'}", answers != before and str(answers))


def check_surroundings(program: Program) -> None:
    """How a snapshot comes: line ends, byte order marks, UTF-16, fences, prompts, prose, a folder."""
    text = json.dumps(SNAPSHOT, indent=1)
    before = program.answers(text.encode())
    ways = {"CRLF": text.replace("\n", "\r\n").encode(), "a byte order mark": b"\xef\xbb\xbf" + text.encode(),
            "UTF-16": text.encode("utf-16"), "UTF-16, no mark": text.encode("utf-16-le"),
            "UTF-16, big end first": b"\xfe\xff" + text.encode("utf-16-be"), "UTF-32": text.encode("utf-32"),
            "blanks in front": b"\n" * 9000 + text.encode(), "fences": f"```json\n{text}\n```\n".encode(),
            "prose": f"Here it is, from {{that}} machine:\n\n{text}\n\nPlease {{help}}\n".encode(),
            "prompts": f"$ nestprobe --record -\n{text}\n$ \n".encode(), "a list": f"[{text}]\n".encode(),
            "another object in front": f'It says\n{{"format": "other"}}\nand:\n{text}\n'.encode()}
    for name, given in ways.items():
        expect(name, (answers := program.answers(given)) != before and str(answers))
    for name, given in {"cut off in fences": f"```\n{text[:200]}".encode(), "two": (text + text).encode(),
                        "another format": text.replace("shot/1", "shot/2").encode()}.items():
        expect(name, not program.answers(given).get("error", "").startswith("65 ") and "not refused")
    folder = program.folder / "folder"
    folder.mkdir()
    (folder / "machine.json").write_text(text, encoding="utf-8")
    (folder / "notes.txt").write_text("nothing\n", encoding="utf-8")
    done = program.run("--from", "folder", "--json")
    expect("a snapshot in a folder", done.returncode != 0 and f"{done.returncode} {done.stderr!r}")
    check_unread(program, folder)
    check_bounds(program)


def check_unread(program: Program, folder: Path) -> None:
    """What this user may not read in a folder is named and left out; root reads everything."""
    (folder / "dmesg").write_text("kvm: disabled by bios\n", encoding="utf-8")
    (folder / "dmesg").chmod(0)
    if os.access(folder / "dmesg", os.R_OK):
        return
    done = program.run("--from", "folder", "--json")
    expect("a file that may not be read", (done.returncode != 0 or b"dmesg: Permission denied" not in done.stderr)
           and f"{done.returncode} {done.stderr!r}")
    (folder / "machine.json").unlink()
    (folder / "notes.txt").unlink()
    expect("nothing else in the folder", (status := program.run("--from", "folder").returncode) != 66 and str(status))


def check_mounted(program: Program) -> None:
    """With a file system of its own in a folder, which only a namespace of one's own can show."""
    binary = os.environ.get("NESTPROBE_RELEASE") or program.nestprobe.program
    if Path(binary).name == "batch":  # a start of the program itself, which ./dev test has built
        return
    folder = program.folder / "mounted"
    (folder / "inner").mkdir(parents=True)
    (folder / "machine.json").write_text(json.dumps(SNAPSHOT), encoding="utf-8")
    inside = ["unshare", *([] if os.geteuid() == 0 else ["--map-root-user"]), "--mount", "sh", "-c",
              'mount -t tmpfs tmpfs inner || exit 77; cp machine.json inner; exec "$@"', "sh"]
    done = subprocess.run([*inside, binary, "--from", ".", "--json"], cwd=folder, timeout=120,
                          capture_output=True, check=False)
    if done.returncode != 77:
        expect("a folder with a mount in it", b"./inner: another file system: left out\n" not in done.stderr
               and f"{done.returncode} {done.stderr!r}")


def check_bounds(program: Program) -> None:
    """A folder is no disk: another file system in it is left out, and so is what stands behind too many names."""
    check_mounted(program)
    folder = program.folder / "many"
    folder.mkdir()
    (folder / "machine.json").write_text(json.dumps(SNAPSHOT), encoding="utf-8")
    for number in range(200001):
        os.mknod(folder / f"x{number}")
    began = time.monotonic()
    done = program.run("--from", "many", "--json")
    expect("200,002 names", (done.returncode not in (0, 1, 2) or b"200000 names are the most" not in done.stderr) and f"{done.returncode} {done.stderr!r}")
    expect("200,002 names", (took := time.monotonic() - began) > 30 and f"{took:.0f} s")


def check_script_of_unknown(program: Program) -> None:
    script = program.run("--from", "-", "--fix", given=b'{"format": "nestprobe-snapshot/1"}')
    expect("--fix where nothing is known", (script.returncode != 2 or b"not all is known" not in script.stdout)
           and f"{script.returncode} {script.stdout!r}")
    script = program.run("--from", "-", "--fix", given=json.dumps(SNAPSHOT).encode())
    expect("--fix where all is well", b"nothing to fix" not in script.stdout and script.stdout.decode())


def command_lines() -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Exit status, what is in the message (or nothing), arguments."""
    yield 64, "--explain: nothing was given", ("--explain=",)
    yield 64, "--explain: nothing was given", ("--explain", " ")
    yield 64, "--registers: nothing was given", ("--registers=",)
    yield 64, "not with --record", ("--rules", "--record", "x")
    yield 64, "not with --record", ("--explain=NP503", "--record", "x")
    yield 64, "there are summary explain json facts", ("--format", "yaml")
    yield 64, "NP501, NP502, NP503", ("--explain=np50",)
    yield 64, "NP812", ("--explain=NP 999",)
    yield 0, "", ("--explain= NP503 \n",)
    yield 0, "", ("--registers= IA32_FEATURE_CONTROL = 0x5 ",)
    yield 64, "has no value", ("--from", "s.json", "--assume", "kvm_amd.nested=")
    yield 65, "empty: neither", ("--from", "s.json", "--diff", "empty", "--quiet")
    yield 66, "nosuch: No such file", ("--from", "s.json", "--diff", "nosuch", "--quiet")
    yield 0, "", ("--from", "s.json", "--diff", "s.json", "--quiet")


def check_command_lines(program: Program) -> None:
    (program.folder / "s.json").write_text(json.dumps(SNAPSHOT), encoding="utf-8")
    (program.folder / "empty").write_text("", encoding="utf-8")
    for status, message, arguments in command_lines():
        done = program.run(*arguments)
        said = done.stderr.decode("utf-8", "replace")
        expect(" ".join(arguments), done.returncode != status and f"status {done.returncode}, not {status}: {said}")
        expect(" ".join(arguments), message not in said and f"{said!r} says nothing of {message!r}")
        expect(" ".join(arguments), status >= 64 and done.stdout and "something on stdout")
    expect("--record with a page", (program.folder / "x").exists() and "something was written")


def check_same_bytes(program: Program, machines: Path) -> None:
    """The same bytes for the same snapshot: nothing of the time or of this machine gets in."""
    snapshot = json.dumps(SNAPSHOT).encode()
    for name in RECORDED_AGAIN:
        path, = machines.glob(f"*/{name}/snapshot.json")
        again = program.run("--from", str(path.resolve()), "--record", "-").stdout
        first, second = (program.run("--from", *source, "--json", given=again).stdout
                         for source in ((str(path.resolve()),), ("-",)))
        expect(f"{name}, recorded again", first != second and "another report")
    expect("--record of a snapshot without a time", b'"recorded"' in program.run("--from", "-", "--record", "-", given=snapshot)
           .stdout.replace(b'"not_recorded"', b"") and "a time that nobody recorded")


def check_ascii(program: Program, machines: Path) -> None:
    """Where nothing that was read is otherwise, no output is: pages, messages, reports, scripts."""
    ids = re.findall(r"^NP\d+", program.run("--rules").stdout.decode(), re.M)
    pages = [("--rules",), ("--help",), *((f"--explain={rule}",) for rule in ids)]
    for page in pages:
        expect(" ".join(page), not program.run(*page).stdout.isascii() and "not ASCII")
    for snapshot in sorted(machines.glob("*/*/snapshot.json"))[::9]:
        if snapshot.read_bytes().isascii() and "\\u" not in snapshot.read_text(encoding="ascii"):
            for option in ("--explain", "--fix"):
                expect(f"{snapshot.parent.name} {option}",
                       not program.run("--from", str(snapshot.resolve()), option).stdout.isascii() and "not ASCII")


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 64
    with tempfile.TemporaryDirectory() as folder:
        program = Program(sys.argv[1], Path(folder))
        check_absences(program)
        check_unknown_keys(program)
        check_surroundings(program)
        check_command_lines(program)
        check_script_of_unknown(program)
        check_same_bytes(program, Path(sys.argv[2]))
        check_ascii(program, Path(sys.argv[2]))
    print(f"{failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
