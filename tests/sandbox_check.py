#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""sandbox_check.py BINARY SNAPSHOT

What a sandbox takes away: system calls by seccomp, each alone and in sets, that fail or kill; /proc, /sys and /dev, each
alone and all; and a signal at each call with which --record writes its file. No crash, no half report or half file, and
no yes that becomes a no, or the other way round; a call that reading does not need may kill. Looks at this machine.
"""
import ctypes
import os
import re
import signal
import struct
import subprocess
import sys
import tempfile

from live_run import BEGINNING, Judge, answers, is_snapshot, may_trace, run, wrong_with
from release import program

binary, snapshot = program(sys.argv[1]), os.path.abspath(sys.argv[2])
judge = Judge()
NUMBERS = {  # of x86-64
    "read": 0, "write": 1, "close": 3, "fstat": 5, "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12, "rt_sigaction": 13,
    "rt_sigprocmask": 14, "ioctl": 16, "pread64": 17, "writev": 20, "sched_yield": 24, "mremap": 25, "madvise": 28, "getpid": 39,
    "exit": 60, "fcntl": 72, "fsync": 74, "readlink": 89, "syslog": 103, "prctl": 157, "arch_prctl": 158, "gettid": 186, "futex": 202,
    "sched_setaffinity": 203, "sched_getaffinity": 204, "getdents64": 217, "set_tid_address": 218, "exit_group": 231, "openat": 257,
    "newfstatat": 262, "set_robust_list": 273, "prlimit64": 302, "getrandom": 318, "execve": 59, "rseq": 334, "clone3": 435,
    "landlock_create_ruleset": 444, "landlock_restrict_self": 446, "clone": 56, "poll": 7, "rt_sigreturn": 15,
    "close_range": 436,  # Python's, before the program begins
}
ERRNOS = {"EPERM": 1, "EACCES": 13, "ENOSYS": 38}
KILL, FAIL, ALLOW = 0x80000000, 0x00050000, 0x7fff0000
# A thread that cannot wait, or a process that cannot end, has no way left.
WITHOUT_THESE_NOTHING = ("futex", "exit", "exit_group", "execve", "close_range", *BEGINNING)
MODES = {"json": ["--json"], "explain": ["--explain"], "record": ["--record", "-"], "from": ["--from", snapshot, "--json"]}
SETS = {  # that fail together
    "no files": ("openat", "newfstatat", "readlink"), "no contents": ("read", "pread64", "getdents64"), "no devices": ("ioctl",),
    "no threads": ("clone", "clone3"), "no CPU of its own choice": ("sched_setaffinity", "sched_getaffinity"),
    "no lock of its own": ("prctl", "landlock_create_ruleset", "landlock_restrict_self"), "no log": ("syslog",),
    "no signals": ("rt_sigaction", "rt_sigprocmask"), "nothing to say": ("write", "writev"),
}
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]


def filtered(calls, for_them, for_others):
    """A function that puts this filter on the process that it is called in, to which execve(2) must be left."""
    load = struct.pack("HBBI", 0x20, 0, 0, 0)
    code = load + b"".join(struct.pack("HBBI", 0x15, 0, 1, NUMBERS[call]) + struct.pack("HBBI", 0x06, 0, 0, for_them) for call in calls)
    code += struct.pack("HBBI", 0x06, 0, 0, for_others)
    kept = ctypes.create_string_buffer(code)
    wanted = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(kept)))

    def install():
        if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.addressof(wanted), 0, 0):
            raise OSError(ctypes.get_errno(), "no seccomp")
    install.kept = kept, wanted
    return install


def judge_filter(name, install, mode, bases):
    status, out, err = run([binary, *MODES[mode]], preexec_fn=install)
    base = bases.get(mode)
    if base and name.startswith(("openat", "no files")):
        base = {question: "unknown" for question in base}  # a /dev/kvm that is refused is a reason for a no
    wrong = wrong_with(mode, status, out, err, base)
    if name.startswith(("write fails", "nothing to say")):
        wrong = status != 74 and f"status {status}, and nothing could be written"
    judge(f"{mode}, {name}", wrong)


def seccomp():
    try:
        subprocess.run(["true"], preexec_fn=filtered((), ALLOW, ALLOW), check=True)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"skipped seccomp: {error}")
        return
    bases = {mode: answers(run([binary, *MODES[mode]])[1]) for mode in ("json", "from")}
    for mode in MODES:
        for error, number in ERRNOS.items():
            for call in NUMBERS.keys() - set(WITHOUT_THESE_NOTHING):
                judge_filter(f"{call} fails with {error}", filtered((call,), FAIL | number, ALLOW), mode, bases)
            for name, calls in SETS.items():
                judge_filter(f"{name}, {error}", filtered(calls, FAIL | number, ALLOW), mode, bases)
        for name, of_others in (("fails", FAIL | 1), ("kills", KILL)):
            judge_filter(f"what is not in the list {name}", filtered(NUMBERS, ALLOW, of_others), mode, bases)


def nowhere():
    """In a mount namespace of their own, where empty folders stand in the place of these."""
    base = answers(run([binary, "--json"])[1])
    for gone in (("/proc",), ("/sys",), ("/dev",), ("/proc", "/sys", "/dev"), ("/etc",), ("/boot", "/lib/modules", "/usr/lib")):
        there = [path for path in gone if os.path.isdir(path)]
        hide = " && ".join(f"mount -t tmpfs none {path}" for path in there)
        command = ["unshare", "-m", "sh", "-c", f'exec 9< "$1" && {hide} && exec /proc/self/fd/9 --json', "sh", binary]
        if "/proc" in gone:  # the program is to be started from somewhere else then
            command[4] = f'cp "$1" /tmp/nestprobe-$$ && {hide} && {{ /tmp/nestprobe-$$ --json; status=$?; rm /tmp/nestprobe-$$; exit $status; }}'
        status, out, err = run(command)
        if b"unshare" in err or b"mount" in err or not there:
            print(f"skipped without {' '.join(gone)}: {err.decode(errors='replace').strip()[:100]}")
            continue
        known = {question: "unknown" for question in base} if "/dev" in gone else base
        judge(f"without {' '.join(gone)}", wrong_with("json", status, out, err, known))


def signals(folder):
    """The file is the old one or the new one, and alone, whichever call of its writing a signal comes at."""
    if not may_trace():
        print("skipped the signals: no strace, or it may not trace here")
        return
    own, trace = os.path.join(folder, "signals"), os.path.join(folder, "signals.trace")
    os.mkdir(own)
    out = os.path.join(own, "r.json")
    for source in ([], ["--from", snapshot]):
        run(["strace", "-f", "-qqq", "-o", trace, binary, *source, "--record", out])
        with open(trace, errors="replace") as f:
            calls = [found[1] for line in f if (found := re.match(r"\d+\s+(\w+)\(", line))]
        last = len(calls) - calls[::-1].index("rename")  # from the temporary file on, and the calls before it
        made = [(call, calls[:n + 1].count(call)) for n, call in enumerate(calls) if last - 14 <= n <= last + 6]
        judge("the calls that write a file", not {"openat", "write", "fsync", "rename"} <= {call for call, _ in made} and made)
        for call, number in made:
            for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"):
                with open(out, "w", encoding="utf-8") as f:
                    f.write("old")
                run(["strace", "-f", "-qqq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal={name}:when={number}",
                     binary, *source, "--record", out])
                with open(out, encoding="utf-8") as f:
                    text = f.read()
                left = [file for file in os.listdir(own) if file != "r.json"]
                judge(f"{name} at {call} {number}", (text != "old" and not is_snapshot(text) and "half a file") or (left and f"left behind: {left}"))
                for file in left:
                    os.unlink(os.path.join(own, file))


seccomp()
nowhere()
with tempfile.TemporaryDirectory() as name:
    signals(name)
sys.exit(judge.end())
