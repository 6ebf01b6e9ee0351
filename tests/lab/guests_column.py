"""What nestprobe says below that a guest gets, beside what Linux in that guest then reads.

An L1 is a guest of KVM whose CPUID is KVM_GET_SUPPORTED_CPUID as it is (guest/minivmm.c), so the column "guests" of
`--registers` below and the column "here" in the L1 are two views of one thing.
"""
# SPDX-License-Identifier: MIT
from __future__ import annotations

import json
from typing import Iterator

BELOW, ABOVE = "below-registers.json", "registers.json"

# Bits that differ although both sides are right: register -> which, and why.
EXCUSED = {
    "CPUID.1:ECX": (1 << 27 | 1 << 31, "OSXSAVE is the guest's kernel's; minivmm sets the hypervisor bit, as all do"),
    "CPUID.7:ECX": (1 << 4, "OSPKE is the guest's kernel's"),
}
FEWEST = 16  # registers that must have been compared: a comparison of nothing is a failure


def registers(document: bytes) -> dict[str, dict]:
    return {register["name"]: register for register in json.loads(document)["registers"]}


def number(value: object) -> int | None:
    """None where nestprobe gave a reason instead of a value."""
    return int(value, 16) if isinstance(value, str) else None


def compare(got: dict[str, bytes]) -> Iterator[str]:
    """Each register that the guest finds otherwise than was said below."""
    if BELOW not in got or ABOVE not in got:
        yield f"expected {BELOW} and {ABOVE} got {', '.join(name for name in got if 'registers' in name) or 'neither'}"
        return
    below, above = registers(got[BELOW]), registers(got[ABOVE])
    compared = 0
    for name, register in below.items():
        guests, values = register.get("guests") or {}, above[name]["values"]
        said, found = number(guests.get("raw")), number(values[0].get("raw")) if values else None
        if found and "raw" in guests and said is None:
            yield f"expected no {name}, as was said below ({guests['detail']}), got {found:#x} in the guest"
        if said is None or found is None:
            continue
        compared += 1
        excused, _ = EXCUSED.get(name, (0, ""))
        if (said ^ found) & ~excused:
            yield f"expected {name} {said:#x}, as was said below, got {found:#x} in the guest"
    if compared < FEWEST:
        yield f"expected at least {FEWEST} registers to compare got {compared}"
