#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The DMAR and IVRS tables of real machines: every one must parse, as a second decoder here does, and cut off anywhere.

    acpi_check.py BINARY UNIT CORPUS

Each table becomes a snapshot, and what nestprobe --json says of it is compared with what is decoded here. UNIT is the
unit test program, whose suite "acpi" cuts each table off at every byte. Exit status 77, which Meson calls skipped,
where the corpus is not there.
"""
import base64
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from run import Nestprobe

TABLES = "/sys/firmware/acpi/tables"


def tables_of(dump):
    """name -> bytes, of acpidump's text."""
    found, name = {}, None
    for line in dump.read_text(encoding="utf-8", errors="replace").splitlines():
        heading = re.match(r"(\S{4}) @ 0x", line)
        if heading:
            name = heading[1]
            found[name] = b""
        elif name and (row := re.match(r"\s+[0-9A-Fa-f]+: ((?:[0-9A-Fa-f]{2} )+)", line)):
            found[name] += bytes.fromhex(row[1])
    return {name: data for name, data in found.items() if name in ("DMAR", "IVRS")}


def structures(name, data):
    """(type, length) of what stands behind byte 48."""
    at, found = 48, []
    while at < len(data):
        kind, length = struct.unpack_from("<HH" if name == "DMAR" else "<BxH", data, at)
        found.append((kind, length))
        at += length
    assert at == len(data), f"ends at {at} of {len(data)}"
    return found


def x2apic_of_amd(data):
    """XTSup and GASup of every unit, by its newest blocks; nothing where no block was filled in."""
    at, found = 48, {}
    while at < len(data):
        kind, length = struct.unpack_from("<BxH", data, at)
        if kind == 0x10:
            word, = struct.unpack_from("<I", data, at + 20)
            bits = word & 1, word >> 6 & 1
        elif kind in (0x11, 0x40):
            word = struct.unpack_from("<Q", data, at + 24)[0] & 0xFFFFFFFF
            bits = word >> 2 & 1, word >> 7 & 1
        if kind in (0x10, 0x11, 0x40) and word:
            found.setdefault(kind, []).append(bits)
        at += length
    if not found:
        return {}
    return dict(zip(("iommu.eim", "iommu.posted_interrupts"), (all(bits) for bits in zip(*found[max(found)]))))


def expected(name, data):
    """fact -> value, decoded without a line of nestprobe's."""
    kinds = [kind for kind, _ in structures(name, data)]
    if name == "DMAR":
        flags = data[37]
        return {"iommu.table": name, "iommu.table_damage": "", "iommu.table_units": kinds.count(0),
                "iommu.table_intremap": bool(flags & 1), "iommu.x2apic_opt_out": bool(flags & 2)}
    units = next((kinds.count(kind) for kind in (0x10, 0x11, 0x40) if kind in kinds), 0)
    return {"iommu.table": name, "iommu.table_damage": "", "iommu.table_units": units, **x2apic_of_amd(data)}


def check(nestprobe, name, data, folder):
    path = Path(folder) / "machine.json"
    path.write_text(json.dumps({"format": "nestprobe-snapshot/1", "directories": {TABLES: [name], "/sys/class/iommu": []},
                                "files": {f"{TABLES}/{name}": {"base64": base64.b64encode(data).decode()}}}))
    facts = json.loads(nestprobe.run("--from", path, "--json").stdout)["facts"]
    return [f"{fact}: {facts[fact].get('value', facts[fact])}, decoded here: {value}"
            for fact, value in expected(name, data).items() if facts[fact].get("value") != value]


def main():
    nestprobe, unit, corpus = Nestprobe(sys.argv[1]), *(Path(argument).resolve() for argument in sys.argv[2:4])
    dumps = sorted((corpus / "linuxhw-ACPI").rglob("*.acpidump.txt"))
    if not dumps:
        print(f"no corpus of ACPI tables in {sys.argv[3]}")
        return 77
    found = {f"{dump.parent.name}/{dump.name}, {name}": (name, data)
             for dump in dumps for name, data in tables_of(dump).items()}
    failed = 0

    def one(item):
        with tempfile.TemporaryDirectory() as folder:
            return item[0], check(nestprobe, *item[1], folder)
    with ThreadPoolExecutor(2) as pool:
        for label, wrong in pool.map(one, found.items()):
            failed += bool(wrong)
            for line in wrong:
                print(f"FAIL {label}: {line}")
    with tempfile.TemporaryDirectory() as folder:
        for number, (_, data) in enumerate(found.values()):
            (Path(folder) / str(number)).write_bytes(data)
        cut = subprocess.run([unit, "--test-suite=acpi"], env={**os.environ, "NESTPROBE_ACPI_TABLES": folder},
                             capture_output=True, text=True, check=False)
    if cut.returncode:
        failed += 1
        print(cut.stdout[-4000:], cut.stderr[-2000:])
    names = [name for name, _ in found.values()]
    print(f"{len(dumps)} dumps, {names.count('DMAR')} DMAR, {names.count('IVRS')} IVRS, "
          f"{sum(len(data) for _, data in found.values())} bytes, {failed} failed")
    return 1 if failed or not found else 0


if __name__ == "__main__":
    sys.exit(main())
