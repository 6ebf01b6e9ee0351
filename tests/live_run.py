# SPDX-License-Identifier: MIT
"""What must not be, whatever a machine refuses a run of nestprobe: faults_check.py, sandbox_check.py."""
import json
import shutil
import subprocess

# Of /dev/kvm: each has a rule of its own, so that it is a reason for a no.
REFUSALS = ("ENOENT", "ENXIO", "EPERM", "EACCES", "EBUSY")
# A process that cannot get its heap, or its registers for threads, does not begin: that is the C library's word.
BEGINNING = ("brk", "mmap", "mprotect", "arch_prctl", "set_tid_address")
NOT_BEGUN = (127, -11, 139, -6, 134)


class Judge:
    def __init__(self):
        self.passed, self.faults = 0, []

    def __call__(self, name, wrong):
        self.passed += not wrong
        if wrong:
            self.faults.append(f"{name}: {wrong}")

    def end(self):
        """The exit status, after what there is to say."""
        for fault in self.faults[:40]:
            print("FAIL", fault)
        print(f"{self.passed} passed, {len(self.faults)} failed")
        return 1 if self.faults else 0


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


def short_of_memory(out, err):
    return not out and b"memory" in err


def wrong_with(mode, status, out, err, base):
    """What must not be; `mode`: what the run was asked for, `base`: its answers where nothing is refused."""
    if status == "hang" or status not in (0, 1, 2, 65, 66, 74):
        return f"status {status}: {err[:160]!r}"
    if status in (65, 66, 74) and err.count(b"\n") < 1:
        return f"status {status} without a word"
    if base is not None and status in (0, 1, 2):
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


def may_trace():
    return shutil.which("strace") and run(["strace", "-o", "/dev/null", "true"])[0] == 0


def is_snapshot(text):
    try:
        return json.loads(text)["format"] == "nestprobe-snapshot/1"
    except ValueError:
        return False
