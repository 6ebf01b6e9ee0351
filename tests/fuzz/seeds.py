#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""seeds.py TARGET FOLDER: what a fuzz target begins with, made of what the tests have of its kind."""
import base64
import hashlib
import json
import re
import sys
from pathlib import Path

TESTS = Path(__file__).parent.parent
LARGEST = 20000
FILES = ("/proc/cpuinfo", "/proc/cmdline", "/proc/modules", "/proc/interrupts", "/proc/self/status",
         "/proc/config.gz", "/etc/modprobe.d/kvm.conf", "/sys/module/kvm_intel/parameters/nested",
         "/sys/firmware/acpi/tables/DMAR", "/sys/firmware/acpi/tables/IVRS",
         "/sys/class/iommu/dmar0/intel-iommu/ecap", "/sys/class/iommu/ivhd0/amd-iommu/features",
         "/proc/sys/kernel/osrelease", "/sys/class/dmi/id/product_name", "/boot/config-6.1.0-56-cloud-amd64",
         "/lib/modules/6.1.0-56-cloud-amd64/modules.builtin", "/etc/modprobe.d/other.conf",
         "/usr/lib/modprobe.d/kvm.conf", "/sys/module/kvm_amd/parameters/nested", "/sys/firmware/acpi/tables/FACP",
         "/sys/firmware/acpi/tables/VIOT", "/proc/self/cgroup", "/proc/self/uid_map", "/proc/self/environ",
         "/proc/xen/capabilities", "/sys/hypervisor/type", "/etc/os-release", "/etc/kernel/cmdline",
         "/etc/kernelstub/configuration", "/sys/devices/system/cpu/vulnerabilities/itlb_multihit",
         "/sys/firmware/efi/efivars/LoaderInfo-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f", "/sys/module/vboxdrv/version")


def snapshots():
    for path in sorted(TESTS.glob("machines/**/snapshot.json")):
        yield path.read_bytes()


def machines():
    for data in snapshots():
        yield json.loads(data)


def contents(machine, path):
    """Of a file, as bytes; nothing where it is not recorded."""
    value = machine.get("files", {}).get(path)
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    return base64.b64decode(value["base64"]) if isinstance(value, dict) and "base64" in value else None


def guests(pattern):
    for path in sorted(TESTS.glob("guests/**/guest.*")):
        data = path.read_bytes()
        if re.search(pattern, data):
            yield data


def pastes():
    for path in sorted(TESTS.glob("machines/**/inputs/*")):
        if path.is_file():
            yield path.read_bytes()


def dumps():
    """Of every tool whose dumps are known, and snapshots."""
    yield from pastes()
    yield from snapshots()


def modprobe():
    for machine in machines():
        files = [contents(machine, path) for path in sorted(machine.get("files", {})) if "/modprobe.d/" in path]
        if files:
            yield b"\0".join([contents(machine, "/proc/cmdline") or b""] + [text for text in files if text is not None])


def tables():
    for machine in machines():
        for number, name in enumerate(("DMAR", "IVRS")):
            table = contents(machine, "/sys/firmware/acpi/tables/" + name)
            if table:
                yield bytes([number]) + table


def command_lines():
    for words in ("--registers=IA32_FEATURE_CONTROL=0x5", "--registers=0x3a=5\n--json", "--registers=CPUID.1:ECX=0x20", "--explain=NP101",
                  "--explain=KVM: disabled by bios", "--format\njson\n--question\nkvm-here", "--from\na\n--diff\nb", "--prove=all-cpus,force"):
        yield words.encode()


def parsers():
    """Small ones of the others, and what only parsers take: the first byte is the place in fuzz_parsers.cpp's table."""
    def texts(path):
        return (text for machine in machines() if (text := contents(machine, path)) is not None)
    kinds = (texts("/sys/firmware/acpi/tables/DMAR"), texts("/sys/firmware/acpi/tables/IVRS"), SEEDS["log"](), texts("/proc/cpuinfo"),
             (b"0-6,8-15\n",), texts("/proc/config.gz"), (b"DMAR", b"RE1BUg=="), guests(b"<domain"), guests(b"qemu|kvm -|-enable-kvm"),
             guests(b"(?m)^(cores|memory|boot):"), ("a'b \u20ac \x1b[2J \u202e".encode(),), (b'{"a": "b\\u0000", "c": 1}',), snapshots(),
             texts("/proc/cmdline"), (b"root:x:0:\nkvm:x:104:user,user\n",))
    for number, seeds in enumerate(kinds):
        yield from (bytes([number]) + seed for seed in seeds if len(seed) < 4000)


SEEDS = {
    "parsers": parsers,
    "definition": lambda: guests(b""), "dump": dumps, "snapshot": snapshots, "diff": snapshots, "paste": pastes, "modprobe": modprobe,
    "acpi": tables, "registers": command_lines,
    "qemu": lambda: [bytes([n]) + data for n, kind in enumerate((b"qemu|kvm -|-enable-kvm", b"(?m)^(cores|memory|boot):", b"<domain"))
                     for data in guests(kind)],
    "file": lambda: (bytes([n + (0x80 if n % 2 else 0)]) + text for machine in machines() for n, path in enumerate(FILES)
                     if (text := contents(machine, path)) is not None),
    "log": lambda: ("\n".join(f"<6>[    1.000000] {line}" for line in machine["kernel_log"]).encode("utf-8", "surrogatepass")
                    for machine in machines() if isinstance(machine.get("kernel_log"), list) and machine["kernel_log"]),
}

folder = Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
for seed in SEEDS[sys.argv[1]]():
    if 0 < len(seed) <= LARGEST:
        (folder / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
