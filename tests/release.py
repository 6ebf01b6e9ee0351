# SPDX-License-Identifier: MIT
"""Which program a check of limits, faults and time is about: the one that ships, not one with sanitizers."""
import os
import sys


def program(given):
    """NESTPROBE_RELEASE, or the one given where it has no sanitizers; otherwise the check is skipped."""
    path = os.environ.get("NESTPROBE_RELEASE") or given
    with open(path, "rb") as f:
        if b"__asan_init" in f.read():
            print("skipped: sanitizers have faults, limits and times of their own; NESTPROBE_RELEASE names another build")
            sys.exit(77)
    return os.path.abspath(path)
