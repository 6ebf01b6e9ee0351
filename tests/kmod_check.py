#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What nestprobe makes of modprobe.d, against what modprobe itself says that it would do.

    kmod_check.py BINARY

Each case is a few files of modprobe.d. modprobe reads them from a temporary directory and tells with --dry-run what it
would do in a made tree of modules (kvm, kvm_intel, ccp: some bytes of assembler); nothing is loaded. nestprobe reads
the same files from a snapshot. Compared are the options that kvm_intel gets, in their order, and whether it comes in
when udev asks for it (modprobe --use-blacklist). Without modprobe, depmod and as the check is skipped: exit status 77.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

RELEASE = "6.12.9-amd64"
OBJECTS = {
    "kvm.ko": '.section .modinfo,"a"\n.asciz "name=kvm"\n.globl __crc_kvm_init\n.set __crc_kvm_init, 1\n'
              '.text\n.globl kvm_init\nkvm_init: ret\n.section __ksymtab_strings,"a"\n.asciz "kvm_init"\n',
    "kvm-intel.ko": '.section .modinfo,"a"\n.asciz "name=kvm_intel"\n.text\ncall kvm_init\n',
    "ccp.ko": '.section .modinfo,"a"\n.asciz "name=ccp"\n',
}
CASES = {
    "no file": {},
    "order of files": {"b.conf": "options kvm_intel nested=0\n", "a.conf": "options kvm_intel nested=1\n"},
    "capitals first": {"b.conf": "options kvm_intel nested=0\n", "Z.conf": "options kvm_intel nested=1\n"},
    "hyphen and continued line": {"a.conf": "options kvm-intel nested=1 \\\n ept=0\n"},
    "comment behind an option": {"a.conf": "options kvm_intel nested=1 # why\n"},
    "blank before a line": {"a.conf": " options kvm_intel nested=1\n\toptions kvm_intel ept=0\n"},
    "comment with a blank before": {"a.conf": " # options kvm_intel nested=1\n"},
    "no such word": {"a.conf": "option kvm_intel nested=1\nOptions kvm_intel ept=0\n"},
    "file without .conf": {"kvm": "options kvm_intel nested=1\n", "kvm.cfg": "blacklist kvm_intel\n"},
    "no pattern in options": {"a.conf": "options kvm* nested=1\n"},
    "tabs": {"a.conf": "options\tkvm_intel\tnested=1\tept=0\n"},
    "blacklist": {"a.conf": "blacklist kvm_intel\n"},
    "blacklist with a hyphen": {"a.conf": "blacklist kvm-intel\n"},
    "blacklist kvm alone": {"a.conf": "blacklist kvm\n"},
    "no pattern in blacklist": {"a.conf": "blacklist kvm*\n"},
    "install": {"a.conf": "install kvm_intel /bin/false\n"},
    "install with a hyphen": {"a.conf": "install kvm-intel /bin/true\n"},
    "install of kvm": {"a.conf": "install kvm /bin/true\n"},
    "install by pattern": {"a.conf": "install kvm* /bin/false\n"},
    "install of nothing": {"a.conf": "install kvm_intel  \n"},
    "install without a command": {"a.conf": "install kvm_intel\n"},
    "softdep beats install": {"a.conf": "install kvm_intel /bin/false\n", "b.conf": "softdep kvm_intel pre: ccp\n"},
    "softdep before install": {"a.conf": "softdep kvm_intel post: ccp\n", "b.conf": "install kvm_intel /bin/false\n"},
    "softdep for another": {"a.conf": "install kvm_intel /bin/false\nsoftdep kvm pre: ccp\n"},
    "softdep of what is not there": {"a.conf": "install kvm_intel /bin/false\nsoftdep kvm_intel pre: nosuch\n"},
    "softdep of nothing": {"a.conf": "install kvm_intel /bin/false\nsoftdep kvm_intel pre:\n"},
}
# What modprobe prints for an install line that is not run for lack of one that counts is the same for all commands:
# which of two lines counts is told by the command.
FIRST_COUNTS = {"a.conf": "install kvm_intel /bin/true\n", "b.conf": "install kvm_intel /bin/false\n"}


def make_tree(root):
    folder = root / "lib/modules" / RELEASE / "kernel"
    folder.mkdir(parents=True)
    for name, source in OBJECTS.items():
        subprocess.run(["as", "-o", str(folder / name), "-"], input=source, text=True, check=True)
    for name in ("order", "builtin", "builtin.modinfo"):
        (folder.parent / f"modules.{name}").touch()
    subprocess.run(["depmod", "-b", str(root), RELEASE], check=True, stderr=subprocess.DEVNULL)


def ask_modprobe(root, files, *options):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            Path(folder, name).write_text(text)
        run = subprocess.run(["modprobe", "-d", str(root), "-S", RELEASE, "-C", folder, "-n", "-v", *options, "kvm_intel"],
                             capture_output=True, text=True, check=False)
    return run.stdout.splitlines()


def what_modprobe_does(root, files):
    """The options that kvm_intel gets, and whether both modules come in when udev asks."""
    plain = ask_modprobe(root, files)
    options = next((line.split("kvm-intel.ko", 1)[1].split() for line in plain if "kvm-intel.ko" in line), None)
    asked = ask_modprobe(root, files, "--use-blacklist")
    loads = all(any(f"/{name}.ko" in line and line.startswith("insmod") for line in asked)
                for name in ("kvm", "kvm-intel"))
    return options, loads


def ask_nestprobe(binary, files):
    def folder(name):
        return {"absent": "no_device", "detail": f"{name}: No such file or directory"}

    snapshot = {
        "format": "nestprobe-snapshot/1",
        "cpus": [{"ids": "0", "cpuid": {
            "00000000:00": ["0x16", "0x756e6547", "0x6c65746e", "0x49656e69"],
            "00000001:00": ["0x506e3", "0x100800", "0x7ffafbff", "0xbfebfbff"]}, "msr": {"0x3a": "0x5"}}],
        "files": {f"/etc/modprobe.d/{name}": text for name, text in files.items()} | {
            "/proc/cmdline": "ro\n", "/proc/modules": "ccp 163840 0 - Live 0x0\n",
            "/proc/cpuinfo": "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu vmx\n\n",
            "/proc/sys/kernel/osrelease": f"{RELEASE}\n"},
        "directories": {name: folder(name) for name in
                        ("/run/modprobe.d", "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d")},
    }
    snapshot["directories"]["/sys/module/ccp"] = []
    if not files:
        snapshot["directories"]["/etc/modprobe.d"] = folder("/etc/modprobe.d")
    run = subprocess.run([binary, "--from=-", "--json"], input=json.dumps(snapshot), capture_output=True, text=True,
                         check=False)
    return json.loads(run.stdout)


def fact(report, name):
    return report["facts"][name]["value"]


def what_nestprobe_says(report):
    options = [o["parameter"] + ("=" + o["value"] if o["value"] else "")
               for o in fact(report, "module.options") if o["module"] == "kvm_intel"]
    rule = next(r for r in report["findings"] if r["id"] == "NP502")
    return options, rule["status"] != "fail"


def main():
    binary = sys.argv[1]
    os.environ["PATH"] += ":/sbin:/usr/sbin"
    missing = [tool for tool in ("modprobe", "depmod", "as") if not shutil.which(tool)]
    if missing:
        print(f"kmod_check: skipped, there is no {', '.join(missing)}")
        return 77
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make_tree(root)
        for name, files in CASES.items():
            options, loads = what_modprobe_does(root, files)
            said, says_loads = what_nestprobe_says(ask_nestprobe(binary, files))
            if options is not None and options != said:
                faults.append(f"{name}: modprobe gives kvm_intel {options}, nestprobe says {said}")
            if loads != says_loads:
                faults.append(f"{name}: modprobe {'loads' if loads else 'does not load'} it for udev, nestprobe says "
                              f"that it is {'not ' if says_loads else ''}kept out")
        runs = [re.sub(r"^install ", "", line).strip() for line in ask_modprobe(root, FIRST_COUNTS)
                if line.startswith("install")]
        counts = [b for b in fact(ask_nestprobe(binary, FIRST_COUNTS), "module.blocks") if b["in_force"]]
        if runs != ["/bin/true"] or [b["source"] for b in counts] != ["/etc/modprobe.d/a.conf:1"]:
            faults.append(f"two install lines: modprobe runs {runs}, nestprobe counts {counts}")
    for fault in faults:
        print(fault)
    print(f"kmod_check: {len(CASES) + 1} cases, {len(faults)} fault(s)")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
