#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""faults_check.py BINARY SNAPSHOT

What the machine refuses: each system call of a run fails in turn (strace), small limits, closed standard streams, signals
while a snapshot is written, a root without /proc, /sys and /dev. Never a crash, a hang, half a report or a yes that
becomes a no, or the other way round. Looks at this machine; a sample of about a minute, NESTPROBE_FULL=1 for all.
"""
import collections
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from live_run import BEGINNING, NOT_BEGUN, REFUSALS, Judge, answers, is_snapshot, may_trace, run, wrong_with
from release import program

binary, snapshot = program(sys.argv[1]), os.path.abspath(sys.argv[2])
FULL = bool(os.environ.get("NESTPROBE_FULL"))
SAMPLE = int(os.environ.get("NESTPROBE_FAULTS", 900))  # injections over all modes
random.seed(21)
ERRORS = {
    "openat": "ENOENT ENXIO EPERM EACCES EIO ENOMEM EINTR EMFILE ENFILE EBUSY ELOOP", "read": "EIO EINTR ENXIO EPERM ENOMEM EISDIR",
    "pread64": "EIO EINTR ENXIO EPERM", "getdents64": "EIO ENOENT EPERM ENOMEM EINTR", "ioctl": "EPERM EIO ENOMEM EINTR ENXIO",
    "newfstatat": "EACCES EIO ENOMEM ENOENT", "fcntl": "EMFILE EIO EINTR EBADF", "sched_setaffinity": "EPERM EINVAL ENOMEM",
    "sched_getaffinity": "EPERM EINVAL", "syslog": "EPERM EINVAL ENOMEM", "mmap": "ENOMEM EPERM", "munmap": "ENOMEM",
    "mprotect": "ENOMEM EACCES", "brk": "=0", "write": "EIO ENOSPC EINTR EPIPE EAGAIN =0", "close": "EIO EINTR",
    "rt_sigaction": "EINVAL", "rt_sigprocmask": "EINVAL", "arch_prctl": "EPERM", "prlimit64": "EPERM", "readlink": "EACCES EINVAL",
    "getrandom": "EAGAIN ENOSYS", "set_robust_list": "ENOSYS", "rseq": "ENOSYS", "set_tid_address": "ENOSYS", "lseek": "EIO",
    "prctl": "EINVAL EPERM", "landlock_create_ruleset": "ENOSYS EOPNOTSUPP EMFILE", "landlock_restrict_self": "EPERM E2BIG",
    "fsync": "EIO ENOSPC EINTR", "rename": "EACCES ENOSPC", "fchown": "EPERM", "fchmod": "EPERM", "madvise": "EINVAL",
    "clone3": "EAGAIN EPERM ENOMEM ENOSYS", "sched_yield": "ENOSYS",
}
# "=0": the call does nothing and says that it worked; brk(2) says by any address below the wanted one that it did not, and never
# fails with an errno, which the C library would take for an address.
GUEST = "<domain type='kvm'><name>a</name><vcpu>2</vcpu><os><type>hvm</type></os><cpu mode='custom'><model>Skylake-Client</model></cpu></domain>"
MODES = {"summary": [], "json": ["--json"], "explain": ["--explain"], "record": ["--record", "-"], "from": ["--from", snapshot, "--json"],
         "registers": ["--registers"], "diff": ["--diff", snapshot], "guest": ["--from", snapshot, "--domain", "GUEST", "--json"],
         "fix": ["--from", snapshot, "--domain", "GUEST", "--fix"], "file": ["--from", snapshot, "--record", "FILE"]}
judge = Judge()


# --- each system call in turn ---

def calls_of(mode, folder):
    """Call -> how often it is made, by strace."""
    trace = os.path.join(folder, "trace." + mode)
    run(["strace", "-f", "-qqq", "-o", trace, binary, *MODES[mode]])
    counts = collections.Counter()
    with open(trace, errors="replace") as f:
        for line in f:
            found = re.match(r"\d+\s+(\w+)\(", line)
            if found:
                counts[found[1]] += 1
    return counts


def injected_lines(trace):
    """The calls that failed so, each as one line: of two threads strace writes the beginning and the end apart."""
    begun, hits = {}, []
    with open(trace, errors="replace") as f:
        for line in f:
            pid = line.split(maxsplit=1)[0]
            if "<unfinished ...>" in line:
                begun[pid] = line.strip()
            elif "INJECTED" in line:
                hits.append(begun.pop(pid, "") + line if "resumed>" in line else line)
    return hits


def inject(job):
    mode, call, number, error, base, folder = job
    trace = os.path.join(folder, f"{mode}.{call}.{number}.{error}")
    result = f"retval={error[1:]}" if error.startswith("=") else f"error={error}"
    status, out, err = run(["strace", "-f", "--seccomp-bpf", "-qqq", "-o", trace, "-e", f"trace={call}",
                            "-e", f"inject={call}:{result}:when={number}", binary, *MODES[mode]])
    hits = injected_lines(trace)
    os.unlink(trace)
    if not hits:
        return None
    if any('"/dev/kvm"' in line for line in hits) and error in REFUSALS:
        base = base and {question: "unknown" for question in base}  # a device that is refused is a reason for a no
    if call in BEGINNING and not out and status in NOT_BEGUN:
        return (job, None)
    if error == "=0" and "write(1," in hits[0] and status != 74:
        return (job, f"status {status} where nothing was written")
    if call == "write" and error == "EPIPE" and status == -13:
        return (job, "ended by SIGPIPE")
    if error == "EINTR" and call in ("read", "write", "getdents64", "fsync") and status not in (0, 1, 2):
        return (job, f"status {status} for a call that was only interrupted: {err[:160]!r}")
    return (job, wrong_with(mode, status, out, err, base))


def injections(folder):
    if not may_trace():
        print("skipped the injections: no strace, or it may not trace here")
        return
    bases = {mode: answers(run([binary, *MODES[mode]])[1]) for mode in ("json", "from", "guest")}
    jobs, unknown = [], set()
    for mode in MODES:
        for call, count in calls_of(mode, folder).items():
            unknown |= {call} - ERRORS.keys() - {"execve", "exit", "exit_group", "futex"}  # the C library ends a program whose futex fails
            for number in range(1, count + 1):
                jobs += [(mode, call, number, error, bases.get(mode), folder) for error in ERRORS.get(call, "").split()]
    judge("every call has errors to fail with", ", ".join(sorted(unknown)))
    always = [job for job in jobs if job[1] in ("write", "getrandom")]
    chosen = jobs if FULL else random.sample(jobs, min(SAMPLE, len(jobs))) + always
    with ThreadPoolExecutor(2) as pool:
        hits = [found for found in pool.map(inject, chosen) if found]
    for (mode, call, number, error, *_), wrong in hits:
        judge(f"{mode}: {call} {number} fails with {error}", wrong)
    judge("injections that were made", len(hits) < len(chosen) / 2 and f"{len(hits)} of {len(chosen)}")
    print(f"{len(hits)} injections of {len(jobs)} that are possible")


def device_fails(folder):
    """A /dev/kvm that does not open, or does not answer, is no yes, whatever the modules say."""
    if not may_trace():
        return
    trace = os.path.join(folder, "device.trace")
    for call in ("openat", "ioctl"):
        for error in ERRORS[call].split():
            status, out, err = run(["strace", "-f", "-qqq", "-o", trace, "-P", "/dev/kvm", "-e", f"trace={call}",
                                    "-e", f"inject={call}:error={error}", binary, "--json"])
            with open(trace, errors="replace") as f:
                made = "INJECTED" in f.read()
            now = answers(out)
            judge(f"/dev/kvm: {call} fails with {error}", made and (not now or now["kvm-here"] == "yes") and f"{status}, {now}, {err[:160]!r}")


# --- limits, streams, signals, an empty root ---

def limits(folder):
    base = answers(run([binary, "--json"])[1])
    ranges = {"NOFILE": range(12), "AS": range(6 << 20, 16 << 20, 1 << 20), "DATA": range(100 << 10, 4 << 20, 300 << 10),
              "STACK": (16 << 10, 64 << 10, 256 << 10), "FSIZE": (0, 1000)}
    for name, values in ranges.items():
        limit = getattr(resource, "RLIMIT_" + name)
        for value in values:
            out = os.path.join(folder, "out")
            with open(out, "wb") as file:
                try:
                    done = subprocess.run([binary, "--json"], stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.PIPE, timeout=20,
                                          preexec_fn=lambda: resource.setrlimit(limit, (value, value)))
                except (OSError, subprocess.SubprocessError):
                    continue
            with open(out, "rb") as file:
                text = file.read()
            begun = done.returncode not in (127, -11, -9, -6) or text or name in ("NOFILE", "FSIZE")
            judge(f"RLIMIT_{name} {value}", begun and wrong_with("json", done.returncode, text, done.stderr, base))


def closed_streams(folder):
    for closing in ("<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-"):
        out = os.path.join(folder, "closed.json")
        status = subprocess.run(["sh", "-c", f'"$1" --json --record "$2" {closing}', "sh", binary, out], capture_output=True, timeout=20)
        wanted = (74,) if ">&-" in closing.replace("2>&-", "") else (0, 1, 2)
        judge(f"streams {closing}", status.returncode not in wanted and f"status {status.returncode}: {status.stderr[:160]!r}")
        with open(out, encoding="utf-8") as f:
            judge(f"what is recorded with {closing}", json.load(f)["format"] != "nestprobe-snapshot/1")


    unread, written = os.pipe()
    os.close(unread)
    done = subprocess.run([binary, "--json"], stdin=subprocess.DEVNULL, stdout=written, stderr=subprocess.PIPE, timeout=20)
    os.close(written)
    judge("a pipe that nobody reads", (done.returncode != 74 or b"Broken pipe" not in done.stderr) and f"status {done.returncode}: {done.stderr!r}")
    if not may_trace():
        return
    trace = os.path.join(folder, "closed.trace")
    for closing in ("<&-", "<&- >&-", "<&- >&- 2>&-"):
        run(["strace", "-f", "-qqq", "-o", trace, "-e", "trace=execve,openat", "sh", "-c", f'exec "$1" --json {closing}', "sh", binary])
        with open(trace, errors="replace") as f:
            own = f.read().rpartition("execve(")[2]
        taken = [line for line in own.splitlines()[1:] if re.search(r"\) = [012]$", line) and '"/dev/null"' not in line]
        judge(f"no file takes the place of a stream that is closed, {closing}", taken[:2])


def signals(folder):
    own = os.path.join(folder, "signals")
    os.mkdir(own)
    out = os.path.join(own, "r.json")
    began = time.monotonic()
    run([binary, "--record", out])
    length = time.monotonic() - began
    for turn in range(200 if FULL else 40):
        with open(out, "w", encoding="utf-8") as f:
            f.write("old")
        process = subprocess.Popen([binary, "--record", out], stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0, 1.2 * length))
        process.send_signal((signal.SIGTERM, signal.SIGINT, signal.SIGHUP)[turn % 3])
        process.wait()
        with open(out, encoding="utf-8") as f:
            text = f.read()
        judge(f"a signal during --record, turn {turn}",
              (text != "old" and not is_snapshot(text) and "half a file") or (os.listdir(own) != ["r.json"] and str(os.listdir(own))))


def empty_root(folder):
    root = os.path.join(folder, "root")
    os.mkdir(root)
    shutil.copy(binary, os.path.join(root, "nestprobe"))
    for what, arguments in {"nothing": ["--json"], "nothing, in words": [], "nothing, recorded": ["--record", "-"]}.items():
        try:
            done = subprocess.run(["/nestprobe", *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=20,
                                  preexec_fn=lambda: (os.chroot(root), os.chdir("/")))
        except (OSError, subprocess.SubprocessError) as error:
            print(f"skipped an empty root: {error}")
            return
        mode = {"--json": "json", "--record": "record"}.get(arguments[0] if arguments else "", "summary")
        judge(f"a root with {what}", wrong_with(mode, done.returncode, done.stdout, done.stderr, {} if mode == "json" else None))


with tempfile.TemporaryDirectory() as folder:
    MODES = {mode: [os.path.join(folder, f"{word.lower()}.xml") if word in ("GUEST", "FILE") else word for word in words] for mode, words in MODES.items()}
    with open(os.path.join(folder, "guest.xml"), "w", encoding="utf-8") as f:
        f.write(GUEST)
    for check in (limits, closed_streams, signals, empty_root, device_fails, injections):
        check(folder)
sys.exit(judge.end())
