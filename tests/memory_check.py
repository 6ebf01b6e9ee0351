#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""memory_check.py BINARY

What comes from outside may cost eight times its size and 16 MiB of memory, and no more. Inputs that are made to cost
much are answered within that, or refused with status 65, the input's name and the limit; inputs of an honest kind
(every CPU another, a full log) are answered. Two and more of them count together, and two where every CPU differs are
compared. None takes more than ten seconds. Not under sanitizers.
"""
import base64
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from release import program

binary = program(sys.argv[1])
MILLION = 1000000


def peak_and_status(arguments, errors):
    pid = os.fork()
    if pid == 0:
        null = os.open("/dev/null", os.O_RDWR)
        os.dup2(null, 0), os.dup2(null, 1)
        os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
        os.execv(binary, [binary, *arguments])
    _, status, usage = os.wait4(pid, 0)
    return usage.ru_maxrss << 10, os.waitstatus_to_exitcode(status)


def snapshot(**parts):
    return json.dumps({"format": "nestprobe-snapshot/1", **parts})


def machine(path, text):
    return snapshot(files={path: text})


def cpus(number):
    msrs = {f"0x{index:x}": "0x7f00000016" for index in [0x3a] + list(range(0x480, 0x492))}
    return snapshot(cpus=[{"ids": str(n), "cpuid": {"00000000:00": ["0x16", "0x756e6547", "0x6c65746e", "0x49656e69"]},
                           "msr": dict(msrs, **{"0x480": hex(n)})} for n in range(number)])


def apart(number, machine):
    """No register of any CPU is what another one is, nor what it is in another machine."""
    return snapshot(cpus=[{"ids": str(n), "cpuid": {"00000000:00": ["0x16", "0x756e6547", "0x6c65746e", "0x49656e69"]},
                           "msr": {f"0x{index:x}": hex(0x7f << 40 | machine << 32 | n << 12 | index) for index in [0x3a, *range(0x480, 0x492)]}}
                          for n in range(number)])


def domain(inside):
    return f"<domain type='kvm'><name>a</name><os><type>hvm</type></os>{inside}</domain>"


def guest(text):
    """Begins with <, q or c, which no snapshot and no paste here does."""
    return text


HOSTILE = {
    "words of modprobe.d": lambda: machine("/etc/modprobe.d/a.conf", "options kvm_intel" + " a" * (5 * MILLION)),
    "lines of modprobe.d": lambda: machine("/etc/modprobe.d/a.conf", "options kvm a\n" * MILLION),
    "files of modprobe.d": lambda: snapshot(files={f"/etc/modprobe.d/{n}.conf": "options kvm a" for n in range(100000)}),
    "blocks of modprobe.d": lambda: machine("/etc/modprobe.d/a.conf", "blacklist kvm\n" * MILLION),
    "strays of modprobe.d": lambda: machine("/etc/modprobe.d/a.conf", "kvm a\n" * MILLION),
    "words of the command line": lambda: machine("/proc/cmdline", "kvm.a " * MILLION),
    "blocks on the command line": lambda: machine("/proc/cmdline", "module_blacklist=" + "kvm," * MILLION),
    "flags": lambda: machine("/proc/cpuinfo", "processor : 0\nflags : " + "a " * (5 * MILLION) + "\n"),
    "CPUs of cpuinfo": lambda: machine("/proc/cpuinfo", "".join(f"processor: {n}\nflags: {n}\n\n" for n in range(100000))),
    "lines of the log": lambda: snapshot(kernel_log=["kvm: disabled by bios"] * 200000),
    "short lines of the log": lambda: snapshot(kernel_log=[""] * MILLION),
    "names in a directory": lambda: snapshot(directories={"/sys/module": [str(n) for n in range(500000)]}),
    "empty files": lambda: snapshot(files={f"/{n}": "" for n in range(300000)}),
    "leaves": lambda: snapshot(cpus=[{"ids": "0", "cpuid": {f"{n:x}:0": ["0x0"] * 4 for n in range(200000)}}]),
    "MSRs": lambda: snapshot(cpus=[{"ids": "0", "msr": {f"0x{n:x}": "0x0" for n in range(300000)}}]),
    "what is ignored": lambda: snapshot(x=[[0]] * MILLION), "keys that are ignored": lambda: snapshot(x={str(n): 0 for n in range(500000)}),
    "brackets": lambda: '{"x": ' + "[" * MILLION + "]" * MILLION + "}",
    "a gzip bomb": lambda: machine("/proc/config.gz", {"base64": base64.b64encode(gzip.compress(bytes(300 << 20))).decode()}),
    "brackets of a paste": lambda: "[" * (5 * MILLION), "brackets of HTML": lambda: " <" * (2 * MILLION),
    "lines of a paste": lambda: "kvm: disabled by bios\n" * 300000, "flags of lscpu": lambda: "Flags: " + "vmx " * MILLION,
    "elements": lambda: guest(domain("<a/>" * 900000)),
    # The XML parser asks the C library for memory, and the rest operator new: which of them is refused depends on the depth.
    **{f"elements {depth} deep": lambda depth=depth: guest(domain("<a>" * depth + "</a>" * depth)) for depth in range(300000, 600000, 50000)},
    "attributes": lambda: guest(domain("<a " + "".join(f"a{n}='' " for n in range(300000)) + "/>")),
    "features": lambda: guest(domain("<cpu mode='host-model'>" + "<feature name='vmx' policy='disable'/>" * 80000 + "</cpu>")),
    "QEMU's words": lambda: guest("qemu-system-x86_64 " + "a " * MILLION),
    "QEMU's devices": lambda: guest("qemu-system-x86_64 " + "-device intel-iommu " * 150000),
    "Proxmox's lines": lambda: guest("cores: 1\nmemory: 2\n" + "hostpci0: x\n" * 300000),
}
HONEST = {
    "an empty machine": lambda: snapshot(), "8,192 CPUs, all different": lambda: cpus(8192), "a full log": lambda: snapshot(kernel_log=[f"[    1.000000] usb {n}: new device" for n in range(20000)]),
    "a guest": lambda: guest(domain("<vcpu>2</vcpu>")),
    "a tag of 200,000 lines": lambda: guest(domain("<cpu" + "\n" * 200000 + "mode='custom'><model>x</model></cpu>")),
}


def write(folder, name, make):
    """In a process of its own: what this one has used of memory would count for the program that it starts (wait4(2))."""
    path = os.path.join(folder, name)
    pid = os.fork()
    if pid == 0:
        data = make()
        with open(path, "w", encoding="utf-8") as f:
            f.write(data)
        os._exit(0)
    os.waitpid(pid, 0)
    return path


def judge(name, arguments, size, folder, honest):
    errors = os.path.join(folder, name + ".err")
    began = time.monotonic()
    peak, status = peak_and_status(arguments, errors)
    seconds = time.monotonic() - began
    with open(errors, encoding="utf-8") as f:
        said = f.read()
    most = BASE + 8 * size + (16 << 20)
    if seconds > 10:
        return f"{name}: {seconds:.1f} s for {size / MILLION:.1f} MB"
    if peak > most:
        return f"{name}: {peak >> 20} MiB for {size / MILLION:.1f} MB, {most >> 20} are allowed"
    if status not in (0, 1, 2) + (() if honest else (65,)):
        return f"{name}: status {status}: {said[:200]}"
    if status == 65 and (said.count("\n") != 1 or folder not in said):
        return f"{name}: not one line with the name: {said[:200]}"
    refused.append(name) if "needs more memory" in said else None
    return None


def attempt(job):
    name, make, honest = job
    path = write(folder, name, make)
    with open(path, "rb") as f:
        option = "--domain" if f.read(1) in b"<qc" else "--from"  # what guest() makes begins so, and nothing else
    size = os.path.getsize(path)
    return judge(name, [option, path, "--json", *([] if option == "--from" else ["--from", small])], size, folder, honest)


refused = []
with tempfile.TemporaryDirectory() as folder:
    BASE = peak_and_status(["--version"], os.path.join(folder, "base"))[0]
    small = write(folder, "small", snapshot)
    jobs = [(name, data, name in HONEST) for name, data in {**HOSTILE, **HONEST}.items()]
    with ThreadPoolExecutor(2) as pool:
        faults = [fault for fault in pool.map(attempt, jobs) if fault]
    twice = [write(folder, f"part {n}", lambda: cpus(1024)) for n in range(2)]
    fault = judge("two inputs", ["--from", twice[0], "--diff", twice[1], "--json"], sum(map(os.path.getsize, twice)), folder, True)
    faults += [fault] if fault else []
    large = write(folder, "a large part", lambda: cpus(2200))  # what the first is allowed stays allowed
    fault = judge("a large input and a small one", ["--from", large, "--diff", small, "--json"], os.path.getsize(large), folder, True)
    faults += [fault] if fault else []
    for number in (1000, 3000, 8192):
        parts = [write(folder, f"{number} CPUs of {n}", lambda n=n: apart(number, n)) for n in (1, 2)]
        for form in ([], ["--json"]):
            fault = judge(" ".join(["two machines of", str(number), "CPUs", *form]), ["--from", parts[0], "--diff", parts[1], *form],
                          sum(map(os.path.getsize, parts)), folder, True)
            faults += [fault] if fault else []
    if "words of modprobe.d" not in refused:
        faults.append("the limit was never reached: nothing here can fail")
for fault in faults:
    print("FAIL", fault)
print(f"{len(jobs) + 8 - len(faults)} passed, {len(faults)} failed; {len(refused)} refused for their memory: {', '.join(refused)}")
sys.exit(1 if faults else 0)
