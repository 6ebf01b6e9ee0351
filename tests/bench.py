#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench.py BINARY

How long nestprobe takes, as whole processes: this machine beside lscpu, and snapshots of 1,024 CPUs, all alike and
all different, with what that takes of memory beyond the file's own size. Medians of several runs; the cost of an
empty process (/bin/true) is shown, not subtracted.
"""
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

binary = os.path.abspath(sys.argv[1])


def median_ms(command, runs=40):
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def peak_kib(command):
    pid = os.fork()
    if pid == 0:
        null = os.open("/dev/null", os.O_WRONLY)
        os.dup2(null, 1)
        os.execv(command[0], command)
    _, _, usage = os.wait4(pid, 0)
    return usage.ru_maxrss


def snapshot(different):
    leaves = {f"{leaf:08x}:00": ["0x16", "0x756e6547", "0x6c65746e", "0x49656e69"] for leaf in
              [0, 1, 2, 4, 5, 6, 7, 0xa, 0xb, 0xd] + list(range(0x80000000, 0x80000009))}
    leaves["00000001:00"] = ["0x506e3", "0x100800", "0x7ffafbff", "0xbfebfbff"]
    msrs = {f"0x{index:x}": "0x7f00000016" for index in [0x3a] + list(range(0x480, 0x492)) + [0xc0000080]}
    msrs["0x3a"] = "0x5"
    entry = {"cpuid": leaves, "msr": msrs}
    if not different:
        cpus = [dict(entry, ids="0-1023")]
    else:
        cpus = [dict(entry, ids=str(cpu), msr=dict(msrs, **{"0x480": hex(0xd8100000000000 + cpu)})) for cpu in range(1024)]
    flags = "fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat vmx smx lm nx " * 6
    cpuinfo = "".join(f"processor\t: {cpu}\nvendor_id\t: GenuineIntel\nflags\t\t: {flags}\n\n" for cpu in range(1024))
    return {"format": "nestprobe-snapshot/1", "cpus": cpus,
            "files": {"/proc/cpuinfo": cpuinfo if different else f"processor\t: 0-1023\nvendor_id\t: GenuineIntel\nflags\t\t: {flags}\n\n",
                      "/sys/module/kvm_intel/parameters/nested": "Y\n"}}


nothing = shutil.which("true")
print(f"{'an empty process':44}{median_ms([nothing]):8.2f} ms")
print(f"{'nestprobe --json, this machine':44}{median_ms([binary, '--json']):8.2f} ms")
if shutil.which("lscpu"):
    print(f"{'lscpu':44}{median_ms(['lscpu']):8.2f} ms")
empty = peak_kib([binary, "--version"])
with tempfile.TemporaryDirectory() as folder:
    for different in (False, True):
        path = os.path.join(folder, "snapshot.json")
        with open(path, "w") as f:
            json.dump(snapshot(different), f)
        name = f"1,024 CPUs, all {'different' if different else 'alike'} ({os.path.getsize(path) / 1e6:.2f} MB)"
        command = [binary, "--from", path, "--quiet"]
        beyond = peak_kib(command) - empty - os.path.getsize(path) // 1024
        print(f"{name:44}{median_ms(command):8.2f} ms, {max(beyond, 0) / 1024:.1f} MiB beyond the file's size")
