#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""hardened_check.py BINARY SNAPSHOT

What the program is built with and gives up, as checksec tells of others: static PIE, RELRO with all of it bound before
main, a stack that does not execute, nothing writable and executable, no text relocations; with CET where the C library
has it. And that it reads what comes from elsewhere before it locks itself down, and opens nothing after it.
"""
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

from release import program

binary, snapshot = program(sys.argv[1]), sys.argv[2]
passed, failed = 0, 0
PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE, PT_GNU_STACK, PT_GNU_RELRO = 1, 2, 3, 4, 0x6474e551, 0x6474e552
EXECUTE, WRITE = 1, 2
DT_TEXTREL, DT_BIND_NOW, DT_FLAGS, DT_FLAGS_1, DT_NEEDED = 22, 24, 30, 0x6ffffffb, 1


def expect(name, holds):
    global passed, failed
    passed, failed = passed + bool(holds), failed + (not holds)
    if not holds:
        print(f"FAIL {name}")


def headers(data):
    kind, = struct.unpack_from("<H", data, 16)
    offset, = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    return kind, [struct.unpack_from("<IIQQQQQQ", data, offset + size * n) for n in range(count)]


def build():
    with open(binary, "rb") as f:
        data = f.read()
    kind, segments = headers(data)
    dynamic = {}
    for type_, _, offset, _, _, size, _, _ in segments:
        if type_ == PT_DYNAMIC:
            for at in range(offset, offset + size, 16):
                tag, value = struct.unpack_from("<QQ", data, at)
                dynamic[tag] = value
    flags = {segment[0]: segment[1] for segment in segments}
    static = PT_INTERP not in flags
    expect("position-independent (ET_DYN)", kind == 3)
    expect("static, nothing needed", not static or DT_NEEDED not in dynamic)
    expect("RELRO", PT_GNU_RELRO in flags)
    # A static program has no lazy binding at all; others must ask for the binding before main.
    expect("BIND_NOW", static or DT_BIND_NOW in dynamic or dynamic.get(DT_FLAGS, 0) & 8 or dynamic.get(DT_FLAGS_1, 0) & 1)
    expect("a stack that does not execute", PT_GNU_STACK in flags and not flags[PT_GNU_STACK] & EXECUTE)
    expect("nothing writable and executable", all(s[1] & 3 != EXECUTE | WRITE for s in segments if s[0] == PT_LOAD))
    expect("no text relocations", DT_TEXTREL not in dynamic and not dynamic.get(DT_FLAGS, 0) & 4)
    expect("stack protector", b"stack smashing detected" in data)


def traced(*arguments):
    done = subprocess.run(["strace", "-f", "-s", "200", "-o", "/dev/stderr", binary, *arguments], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=60)
    return [line.split(None, 1)[-1] if line[:1].isdigit() else line for line in done.stderr.splitlines()]


def judge_order(name, lines):
    locked = [i for i, line in enumerate(lines) if re.match(r"(prctl\(PR_SET_SECCOMP|seccomp\(SECCOMP_SET)", line)]
    given = [i for i, line in enumerate(lines) if line.startswith("openat(") and re.search("snapshot.json|guest.xml", line)]
    expect(f"{name}: it locks itself down", any(line.startswith("prctl(PR_SET_NO_NEW_PRIVS") for line in lines) and locked)
    expect(f"{name}: the input is opened before", locked and given and max(given) < locked[0])
    landlock = [int(found[1]) for line in lines if (found := re.match(r"landlock_create_ruleset\(NULL, 0, .*= (-?\d+)", line))]
    restricted = [i for i, line in enumerate(lines) if re.match(r"landlock_restrict_self\(\d+, 0\)\s+= 0", line)]
    expect(f"{name}: Landlock is asked for", landlock)
    expect(f"{name}: Landlock forbids all files", landlock and (landlock[0] < 1 or (locked and restricted and restricted[0] < locked[0])))
    expect(f"{name}: nothing is opened after", locked and not [
        line for line in lines[locked[-1]:] if re.match("(openat|open|execve|socket|clone|fork)", line)])
    expect(f"{name}: it needs nothing that is refused", locked and not [
        line for line in lines[locked[-1]:] if re.search(r"= -1 (EPERM|EACCES)", line)])


def order():
    if not shutil.which("strace") or subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True).returncode:
        print("skipped: no strace, or it may not trace here")
        return
    with tempfile.TemporaryDirectory() as folder:
        guest = os.path.join(folder, "guest.xml")
        with open(guest, "w", encoding="utf-8") as f:
            f.write("<domain type='kvm'><name>a</name></domain>")
        for name, arguments in {"--from": ["--from", snapshot], "--diff": ["--from", snapshot, "--diff", snapshot, "--json"],
                                "--diff here": ["--diff", snapshot], "a folder": ["--from", os.path.dirname(os.path.abspath(snapshot))],
                                "--domain": ["--from", snapshot, "--domain", guest, "--fix"], "--domain here": ["--domain", guest]}.items():
            judge_order(name, traced(*arguments))
    plain = traced("--json")
    expect("a live machine needs no filter", not any("PR_SET_SECCOMP" in line for line in plain))


build()
order()
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
