#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""virsh_check.py BINARY SNAPSHOT

--domain NAME with a virsh that misbehaves: it closes its streams and stays, sleeps, leaves a child that holds them,
floods, complains in escape sequences, dies, or is slow twice. nestprobe ends within its ten seconds for both calls,
also where its parent ignores SIGCHLD, with the status that the answer deserves and one clean line.
"""
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from release import program

binary, snapshot = program(sys.argv[1]), sys.argv[2]
VIRSH = r"""#!/bin/sh
definition="<domain type='kvm'><name>vm</name></domain>"
case $FAKE in
ok) echo "$definition" ;;
silent) exec >&- 2>&-; exec sleep 25 ;;
sleep) exec sleep 25 ;;
twice) sleep 6; echo "$definition" ;;
grandchild) sleep 25 & echo "$definition" ;;
flood) yes ;;
fail) printf 'error: \033]0;title\007\033[31mred\n' >&2; exit 1 ;;
long) head -c 1000000 /dev/zero | tr '\0' x >&2; exit 1 ;;
signal) kill -9 $$ ;;
esac
"""
# nestprobe gives virsh 10 s: PROMPT is less than that, on a busy machine too, and no case waits for it twice.
PROMPT, AT_THE_LIMIT = 9, 19
CASES = {  # statuses, seconds within which it ends
    "ok": ((0, 1, 2), PROMPT), "silent": ((66,), AT_THE_LIMIT), "sleep": ((66,), AT_THE_LIMIT), "twice": ((66,), AT_THE_LIMIT),
    "grandchild": ((0, 1, 2), PROMPT), "flood": ((65,), AT_THE_LIMIT), "fail": ((66,), PROMPT), "long": ((66,), PROMPT),
    "signal": ((66,), PROMPT),
}


def ask(case, folder, ignored):
    statuses, seconds = CASES[case]
    environment = dict(os.environ, FAKE=case, PATH=folder + os.pathsep + os.environ["PATH"])
    began = time.monotonic()
    done = subprocess.run([binary, "--from", snapshot, "--domain", "a-guest", "--json"], env=environment, capture_output=True,
                          timeout=60, preexec_fn=(lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN)) if ignored else None)
    took, lines = time.monotonic() - began, done.stderr.splitlines()
    name = f"{case}{', SIGCHLD ignored' if ignored else ''}"
    if done.returncode not in statuses:
        return f"{name}: status {done.returncode}: {done.stderr[:200]!r}"
    if took > seconds:
        return f"{name}: {took:.1f} s"
    if len(lines) != (done.returncode > 2) or any(byte < 0x20 for line in lines for byte in line) or len(done.stderr) > 1000:
        return f"{name}: not one clean line: {done.stderr[:200]!r}"
    return None


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "virsh")
    with open(path, "w", encoding="utf-8") as f:
        f.write(VIRSH)
    os.chmod(path, 0o755)
    jobs = [(case, folder, ignored) for case in CASES for ignored in (False, True)]
    with ThreadPoolExecutor(len(jobs)) as pool:  # they sleep
        faults = [fault for fault in pool.map(lambda job: ask(*job), jobs) if fault]
for fault in faults:
    print("FAIL", fault)
print(f"{len(jobs) - len(faults)} passed, {len(faults)} failed")
sys.exit(1 if faults else 0)
