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

from release import program

binary, snapshot = program(sys.argv[1]), os.path.abspath(sys.argv[2])
FULL = bool(os.environ.get("NESTPROBE_FULL"))
SAMPLE = int(os.environ.get("NESTPROBE_FAULTS", 300))  # injections over all modes
random.seed(21)
ERRORS = {
    "openat": "ENOENT ENXIO EPERM EACCES EIO ENOMEM EINTR EMFILE ENFILE EBUSY ELOOP", "read": "EIO EINTR ENXIO EPERM ENOMEM EISDIR",
    "pread64": "EIO EINTR ENXIO EPERM", "getdents64": "EIO ENOENT EPERM ENOMEM EINTR", "ioctl": "EPERM EIO ENOMEM EINTR ENXIO",
    "newfstatat": "EACCES EIO ENOMEM ENOENT", "fcntl": "EMFILE EIO EINTR EBADF", "sched_setaffinity": "EPERM EINVAL ENOMEM",
    "sched_getaffinity": "EPERM EINVAL", "syslog": "EPERM EINVAL ENOMEM", "mmap": "ENOMEM EPERM", "munmap": "ENOMEM",
    "mprotect": "ENOMEM EACCES", "brk": "ENOMEM", "write": "EIO ENOSPC EINTR EPIPE EAGAIN =0", "close": "EIO EINTR",
    "rt_sigaction": "EINVAL", "rt_sigprocmask": "EINVAL", "arch_prctl": "EPERM", "prlimit64": "EPERM", "readlink": "EACCES EINVAL",
    "getrandom": "EAGAIN ENOSYS", "set_robust_list": "ENOSYS", "rseq": "ENOSYS", "set_tid_address": "ENOSYS", "lseek": "EIO",
    "prctl": "EINVAL EPERM", "landlock_create_ruleset": "ENOSYS EOPNOTSUPP EMFILE", "landlock_restrict_self": "EPERM E2BIG",
    "fsync": "EIO ENOSPC", "rename": "EACCES ENOSPC", "fchown": "EPERM", "fchmod": "EPERM", "madvise": "EINVAL",
    "clone3": "EAGAIN EPERM ENOMEM ENOSYS", "sched_yield": "ENOSYS",
}
# "=0": the call does nothing and says that it worked.
REFUSALS = ("ENOENT", "ENXIO", "EPERM", "EACCES", "EBUSY")  # of /dev/kvm: each has a rule of its own
# A process that cannot get its heap, or its registers for threads, does not begin: that is the C library's word.
BEGINNING = ("brk", "mmap", "mprotect", "arch_prctl", "set_tid_address")
MODES = {"summary": [], "json": ["--json"], "explain": ["--explain"], "record": ["--record", "-"], "from": ["--from", snapshot, "--json"]}
passed, faults = 0, []


def judge(name, wrong):
    global passed
    passed += not wrong
    if wrong:
        faults.append(f"{name}: {wrong}")


def run(argv, **options):
    """Status ("hang" where there is none), stdout, stderr."""
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=20, **options)
    except subprocess.TimeoutExpired:
        return "hang", b"", b""
    return done.returncode, done.stdout, done.stderr


def answers(text):
    try:
        return {question: answer["answer"] for question, answer in json.loads(text)["answers"].items()}
    except (ValueError, KeyError):
        return None


def flips(before, after):
    return [q for q in before if {before[q], after[q]} == {"yes", "no"}]


def wrong_with(mode, status, out, err, base):
    """What must not be, whatever failed."""
    if status == "hang" or status not in (0, 1, 2, 65, 66, 74):
        return f"status {status}: {err[:160]!r}"
    if status in (65, 66, 74) and err.count(b"\n") < 1:
        return f"status {status} without a word"
    if mode in ("json", "from") and status in (0, 1, 2):
        now = answers(out)
        if now is None:
            return f"status {status} with {len(out)} bytes that are no report: {err[:160]!r}" if not short_of_memory(out, err) else None
        if flips(base, now):
            return f"a flip: {base} -> {now}"
    if mode == "record" and status == 0 and b'"nestprobe-snapshot/1"' not in out:
        return f"status 0 without a snapshot: {err[:160]!r}"
    if any(byte < 0x20 and byte != 0x0a for byte in err):
        return f"control characters on stderr: {err[:160]!r}"
    return None


def short_of_memory(out, err):
    return not out and b"memory" in err


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
    if call in BEGINNING and not out and status in (127, -11, 139, -6, 134):
        return (job, None)
    if error == "=0" and "write(1," in hits[0] and status != 74:
        return (job, f"status {status} where nothing was written")
    if call == "write" and error == "EPIPE" and status == -13:
        return (job, "ended by SIGPIPE")
    return (job, wrong_with(mode, status, out, err, base))


def may_trace():
    return shutil.which("strace") and run(["strace", "-o", "/dev/null", "true"])[0] == 0


def injections(folder):
    if not may_trace():
        print("skipped the injections: no strace, or it may not trace here")
        return
    bases = {"json": answers(run([binary, "--json"])[1]), "from": answers(run([binary, *MODES["from"]])[1])}
    jobs, unknown = [], set()
    for mode in MODES:
        for call, count in calls_of(mode, folder).items():
            unknown |= {call} - ERRORS.keys() - {"execve", "exit", "exit_group", "futex"}  # the C library ends a program whose futex fails
            for number in range(1, count + 1):
                jobs += [(mode, call, number, error, bases.get(mode), folder) for error in ERRORS.get(call, "").split()]
    judge("every call has errors to fail with", ", ".join(sorted(unknown)))
    always = [job for job in jobs if job[1] == "write"]
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
              (text != "old" and answers_format(text)) or (os.listdir(own) != ["r.json"] and str(os.listdir(own))))


def answers_format(text):
    try:
        return json.loads(text)["format"] != "nestprobe-snapshot/1"
    except ValueError:
        return "half a file"


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
        judge(f"a root with {what}", wrong_with(mode, done.returncode, done.stdout, done.stderr, {}))


with tempfile.TemporaryDirectory() as folder:
    for check in (limits, closed_streams, signals, empty_root, device_fails, injections):
        check(folder)
for fault in faults[:40]:
    print("FAIL", fault)
print(f"{passed} passed, {len(faults)} failed")
sys.exit(1 if faults else 0)
