#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""bench.py BINARY [--json FILE] [--save] [--runs N]

How long nestprobe takes, as whole processes and in turn: this machine, beside the same raw readings without anything
made of them (the floor; needs strace and a compiler) and beside the other tools that are installed; then snapshots of
1,024 to 8,192 CPUs, all alike and all different, and what they take of memory beyond the file's own size. Medians; an
empty process (/bin/true) is shown, not subtracted. The ratios are compared with those that bench_ratios.json has for
this CPU vendor; --save writes them there, --json writes all figures.
"""
import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
RATIOS = HERE / "bench_ratios.json"
WORSE = 1.15  # of the recorded ratio: what two runs differ by is less
PEERS = (["lscpu"], ["systemd-detect-virt"], ["kvm-ok"], ["virt-host-validate", "qemu"], ["cpuid", "-1", "-r"])
SIZES = (1024, 2048, 4096, 8192)


def in_turn(commands, runs):
    """Name -> median in ms: what disturbs the machine disturbs all of them."""
    times = {name: [] for name in commands}
    for turn in range(runs + 3):
        for name, command in commands.items():
            if times[name] and statistics.median(times[name]) > 30 and turn % 8:
                continue
            began = time.perf_counter()
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            if turn >= 3:
                times[name].append((time.perf_counter() - began) * 1000)
    return {name: statistics.median(values) for name, values in times.items()}


def peak_kib(command):
    pid = os.fork()
    if pid == 0:
        null = os.open("/dev/null", os.O_WRONLY)
        os.dup2(null, 1)
        os.execv(command[0], command)
    _, _, usage = os.wait4(pid, 0)
    return usage.ru_maxrss


def make_floor(binary, folder):
    """The program that reads what nestprobe reads here; None where it cannot be made."""
    compiler = shutil.which("c++")
    if not (shutil.which("strace") and compiler):
        return None
    done = subprocess.run(["strace", "-f", "-s", "300", "-e", "trace=openat", "-o", "/dev/stderr", binary, "--json"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace", check=False)
    files, directories, kvm = [], [], False
    for line in done.stderr.splitlines():
        opened = re.search(r'openat\(AT_FDCWD, "([^"]*)", ([A-Z_|]+)', line)
        if not opened or opened[1] == "/dev/kmsg":
            continue
        if opened[1] == "/dev/kvm":
            kvm = True
        else:
            (directories if "O_DIRECTORY" in opened[2] else files).append(opened[1])
    if not files:
        return None
    listed = [f"static const char* const {name}[] = {{{''.join(json.dumps(path) + ', ' for path in paths)}nullptr}};\n"
              for name, paths in (("files", files), ("directories", directories))]
    (folder / "readings.inc").write_text("".join(listed) + f"static const unsigned cpus = {os.cpu_count()};\n"
                                         f"static const bool asks_kvm = {str(kvm).lower()};\n")
    floor = folder / "floor"
    made = subprocess.run([compiler, "-std=c++20", "-O2", "-static", "-I", str(folder), "-o", str(floor), str(HERE / "bench_floor.cpp")],
                          capture_output=True, text=True, check=False)
    if made.returncode != 0:
        sys.exit(f"the floor cannot be compiled:\n{made.stderr}")
    return str(floor)


def snapshot(cpus, different):
    leaves = {f"{leaf:08x}:00": ["0x16", "0x756e6547", "0x6c65746e", "0x49656e69"] for leaf in
              [0, 1, 2, 4, 5, 6, 7, 0xa, 0xb, 0xd] + list(range(0x80000000, 0x80000009))}
    leaves["00000001:00"] = ["0x506e3", "0x100800", "0x7ffafbff", "0xbfebfbff"]
    msrs = {f"0x{index:x}": "0x7f00000016" for index in [0x3a] + list(range(0x480, 0x492)) + [0xc0000080]}
    msrs["0x3a"] = "0x5"
    entry = {"cpuid": leaves, "msr": msrs}
    flags = "fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat vmx smx lm nx " * 6
    block = "processor\t: {}\nvendor_id\t: GenuineIntel\nflags\t\t: " + flags + "\n\n"
    if different:
        records = [dict(entry, ids=str(cpu), msr=dict(msrs, **{"0x480": hex(0xd8100000000000 + cpu)})) for cpu in range(cpus)]
        cpuinfo = "".join(block.format(cpu) for cpu in range(cpus))
    else:
        records, cpuinfo = [dict(entry, ids=f"0-{cpus - 1}")], block.format(f"0-{cpus - 1}")
    return {"format": "nestprobe-snapshot/1", "cpus": records,
            "files": {"/proc/cpuinfo": cpuinfo, "/sys/module/kvm_intel/parameters/nested": "Y\n"}}


def vendor():
    try:
        found = re.search(r"^vendor_id\s*: (\S+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else "unknown"


def this_machine(binary, runs, folder):
    commands = {"an empty process": [shutil.which("true")]}
    floor = make_floor(binary, folder)
    if floor:
        commands["the floor"] = [floor]
    else:
        print("no floor: it needs strace that may trace here, and c++")
    commands |= {"nestprobe --json": [binary, "--json"], "nestprobe": [binary], "nestprobe --quiet": [binary, "--quiet"]}
    commands |= {" ".join(peer): peer for peer in PEERS if shutil.which(peer[0])}
    medians = in_turn(commands, runs)
    for name, median in medians.items():
        beside = f"{median / medians['the floor']:8.2f} x floor" if floor else ""
        print(f"{name:44}{median:9.2f} ms{beside}")
    ours = medians["nestprobe --json"]
    ratios = {f"--json / {other}": ours / medians[other] for other in ("the floor", "lscpu") if other in medians}
    return medians, ratios


def scale(binary, runs, folder):
    figures, ratios = {}, {}
    empty = peak_kib([binary, "--version"])
    for different in (False, True):
        kind, paths = "different" if different else "alike", {}
        for cpus in SIZES:
            paths[cpus] = folder / f"{kind}-{cpus}.json"
            paths[cpus].write_text(json.dumps(snapshot(cpus, different)), encoding="utf-8")
        medians = in_turn({cpus: [binary, "--from", str(path), "--quiet"] for cpus, path in paths.items()}, max(runs // 10, 3))
        for cpus, path in paths.items():
            size = path.stat().st_size
            beyond = max(peak_kib([binary, "--from", str(path), "--quiet"]) - empty - size // 1024, 0)
            name = f"{cpus:,} CPUs, all {kind}"
            figures[name] = {"ms": medians[cpus], "bytes": size, "kib_beyond": beyond}
            print(f"{name:44}{medians[cpus]:9.2f} ms  {size / 1e6:6.2f} MB, {beyond / 1024:.1f} MiB beyond the file's size")
        # A size that is eight times another takes eight times as long, where time grows as the size does.
        grows = medians[SIZES[-1]] / medians[SIZES[0]]
        ratios[f"{kind}: {SIZES[-1]:,} / {SIZES[0]:,} CPUs"] = grows
        print(f"  {SIZES[-1] // SIZES[0]} times the CPUs take {grows:.1f} times as long")
    return figures, ratios


def compare(ratios, save):
    recorded = json.loads(RATIOS.read_text(encoding="utf-8")) if RATIOS.exists() else {}
    mine = recorded.get(vendor(), {})
    for name, ratio in ratios.items():
        known = mine.get(name)
        word = f"recorded for {vendor()}: {known:.2f}" if known else f"none recorded for {vendor()}"
        print(f"{name:44}{ratio:9.2f}     {word}{'  WORSE' if known and ratio > WORSE * known else ''}")
    if save:
        recorded[vendor()] = {name: round(ratio, 2) for name, ratio in ratios.items()}
        RATIOS.write_text(json.dumps(recorded, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return [name for name, ratio in ratios.items() if name in mine and ratio > WORSE * mine[name]]


def main():
    parser = argparse.ArgumentParser(prog="./dev bench")
    parser.add_argument("binary")
    parser.add_argument("--json", help="write all figures to this file")
    parser.add_argument("--save", action="store_true", help=f"record the ratios in {RATIOS.name}")
    parser.add_argument("--runs", type=int, default=200)
    options = parser.parse_args()
    binary = os.path.abspath(options.binary)
    with tempfile.TemporaryDirectory() as name:
        medians, ratios = this_machine(binary, options.runs, Path(name))
        figures, more = scale(binary, options.runs, Path(name))
    ratios |= more
    worse = compare(ratios, options.save)
    if options.json:
        Path(options.json).write_text(json.dumps({"vendor": vendor(), "runs": options.runs, "ms": medians, "scale": figures, "ratios": ratios,
                                                  "worse": worse}, indent=2) + "\n", encoding="utf-8")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
