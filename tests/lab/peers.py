"""Other tools beside nestprobe: what each says in a guest of the lab, and whether that is true.

A tool is judged only on the question that it claims to answer. What is true is not what nestprobe says, but what the
witnesses saw: a guest that halted in KVM or could not, the bits that /dev/cpu/0/cpuid holds, and whether the
machine was an emulator that shows no hypervisor, or not.
"""
# SPDX-License-Identifier: MIT
from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

import initramfs
from situations import Situation

# Debian package -> what proves that it is there
PACKAGES = {
    "cpu-checker": "/usr/sbin/kvm-ok", "msr-tools": "/usr/sbin/rdmsr", "libvirt-clients": "/usr/bin/virt-host-validate",
    "util-linux": "/usr/bin/lscpu", "systemd": "/usr/bin/systemd-detect-virt", "virt-what": "/usr/sbin/virt-what",
    "dmidecode": "/usr/sbin/dmidecode", "cpuid": "/usr/bin/cpuid",
}
# The peers, and the programs that the two shell scripts among them call, as Debian has them.
PROGRAMS = [*PACKAGES.values(), "/usr/libexec/virt-what-cpuid-helper", "/bin/bash", "/bin/grep", "/bin/egrep",
            "/bin/sed", "/usr/bin/id", "/usr/bin/which", "/usr/bin/awk"]

# What each is asked in the guest; guest/init keeps its output as peer-NAME.txt and its status as peer-NAME.status.
COMMANDS = {
    "kvm-ok": "kvm-ok", "virt-host-validate": "virt-host-validate qemu", "lscpu": "lscpu",
    "systemd-detect-virt": "systemd-detect-virt --vm", "virt-what": "virt-what", "cpuid": "cpuid -1",
}

MEMORY = 256  # MB more, as the peers come with 80 MB of libraries

Said = Optional[bool]  # None: it cannot say


@dataclass(frozen=True)
class Output:
    text: str
    status: int


@dataclass(frozen=True)
class Claim:
    """A question that a tool claims to answer, and how its verdict is read."""

    tool: str
    question: str
    how: str  # for people
    read: Callable[[Output], Said]


def line(output: Output, pattern: str) -> str:
    found = re.search(pattern, output.text, re.MULTILINE)
    return found.group(1) if found else ""


def kvm_ok(output: Output) -> Said:
    """Its "can be used" with a hint to load the module means afterwards: no statement about now."""
    if output.status == 0 and "modprobe" in output.text:
        return None
    return {0: True, 1: False}.get(output.status)


def validate_kvm(output: Output) -> Said:
    """Each of its lines about KVM must pass; those that are not printed were not reached."""
    words = re.findall(r"QEMU: Checking (?:for hardware virtualization|if device /dev/kvm \S+(?: accessible)?)\s*: (\w+)",
                       output.text)
    return None if not words else all(word == "PASS" for word in words)


def validate_iommu(output: Output) -> Said:
    words = re.findall(r"QEMU: Checking (?:for device assignment IOMMU support|if IOMMU is enabled by kernel)\s*: (\w+) ?(.*)",
                       output.text)
    if not words or any("Unknown" in rest for _, rest in words):
        return None
    return all(word == "PASS" for word, _ in words)


def cpuid_bit(output: Output) -> Said:
    bits = re.findall(r"^\s+(?:VMX: virtual machine extensions|SVM: secure virtual machine)\s+= (\w+)", output.text, re.M)
    return "true" in bits if bits else None


def answer(question: str) -> Callable[[Output], Said]:
    def read(output: Output) -> Said:
        return {"yes": True, "no": False}.get(json.loads(output.text)["answers"][question]["answer"])
    return read


def nestprobe_bit(output: Output) -> Said:
    facts = json.loads(output.text)["facts"]
    values = [group.get("value") for name in ("cpu.vmx", "cpu.svm") for group in known(facts[name])]
    return True in values if any(value is not None for value in values) else None


def known(fact: object) -> list[dict]:
    groups = fact if isinstance(fact, list) else fact.get("groups", [fact])
    return [group for group in groups if isinstance(group, dict)]


def nestprobe_level(output: Output) -> Said:
    return {"guest": True, "bare-metal": False}.get(json.loads(output.text)["machine"]["level"])


KVM, NESTED, BIT, GUEST, DEVICES = "KVM runs here", "guests run KVM", "CPU has VMX or SVM", "is a guest", "VFIO works"
CLAIMS = [
    Claim("nestprobe", KVM, "kvm-here", answer("kvm-here")),
    Claim("kvm-ok", KVM, "exit status; with a hint to load the module, it says nothing", kvm_ok),
    Claim("virt-host-validate", KVM, "hardware virtualization and /dev/kvm: PASS", validate_kvm),
    Claim("nestprobe", NESTED, "kvm-in-guests", answer("kvm-in-guests")),
    Claim("nestprobe", BIT, "facts cpu.vmx, cpu.svm", nestprobe_bit),
    Claim("lscpu", BIT, "a line \"Virtualization:\"", lambda o: bool(line(o, r"^Virtualization:\s+(\S+)"))),
    Claim("cpuid", BIT, "VMX or SVM = true", cpuid_bit),
    Claim("nestprobe", GUEST, "machine.level", nestprobe_level),
    Claim("lscpu", GUEST, "a line \"Hypervisor vendor:\"; without it, it says nothing",
          lambda o: True if line(o, r"^Hypervisor vendor:\s+(\S+)") else None),
    Claim("systemd-detect-virt", GUEST, "exit status", lambda o: {0: True, 1: False}.get(o.status)),
    Claim("virt-what", GUEST, "prints a name", lambda o: bool(o.text.strip()) if o.status == 0 else None),
    Claim("nestprobe", DEVICES, "device-assignment", answer("device-assignment")),
    Claim("virt-host-validate", DEVICES, "its lines about the IOMMU: PASS", validate_iommu),
]


def truth(situation: Situation, question: str, got: dict[str, bytes]) -> Said:
    """What the witnesses saw. None: nobody can know, or the situation does not look at it."""
    if question == GUEST:
        hidden = isinstance(getattr(situation.machine, "options", None), str) and "hypervisor" in situation.machine.options
        return None if hidden else not situation.machine.bare_metal
    if question == BIT:
        seen = got["witness.txt"].decode(errors="replace")
        basic, extended = (re.search(rf"/dev/cpu/0/cpuid {leaf}: ((?:[0-9a-f]{{2}} ?){{16}})", seen)
                           for leaf in ("1", "0x80000001"))
        if not basic or not extended:
            return None
        ecx = [int.from_bytes(bytes.fromhex(found.group(1))[8:12], "little") for found in (basic, extended)]
        return bool(ecx[0] >> 5 & 1 or ecx[1] >> 2 & 1)
    witness = {KVM: "kvmhlt.txt", NESTED: "kvmnest.txt", DEVICES: "vfio.txt"}[question]
    if {KVM: situation.here, NESTED: situation.guests, DEVICES: situation.devices}[question] is None:
        return None
    return got[witness].decode(errors="replace").split("\n")[-2:][0] == "OK"


def layer() -> bytes:
    """The peers with their libraries, as an archive for the initramfs."""
    archive = initramfs.Archive()
    libraries: set[str] = set()
    for program in map(Path, PROGRAMS):
        archive.program(str(program).lstrip("/"), program)
        ldd = subprocess.run(["ldd", program], text=True, capture_output=True).stdout
        libraries |= set(re.findall(r"(/\S+) \(0x", ldd))
    for path in map(Path, sorted(libraries)):
        place = "lib64" if path.name.startswith("ld-linux") else "lib/x86_64-linux-gnu"
        archive.program(f"{place}/{path.name}", path)
    private = Path("/usr/lib/x86_64-linux-gnu/systemd")
    for path in sorted(private.glob("libsystemd-shared-*.so")):
        archive.program(str(path).lstrip("/"), path)
    return archive.finish()


@dataclass(frozen=True)
class Mark:
    situation: str
    claim: Claim
    said: Said
    true: bool

    @property
    def word(self) -> str:
        return "cannot say" if self.said is None else "right" if self.said == self.true else "wrong"


def marks(situation: Situation, got: dict[str, bytes]) -> list[Mark]:
    found = []
    for claim in CLAIMS:
        true = truth(situation, claim.question, got)
        name = "json" if claim.tool == "nestprobe" else f"peer-{claim.tool}"
        if true is None or f"{name}.txt" not in got:
            continue
        output = Output(got[f"{name}.txt"].decode(errors="replace"), int(got[f"{name}.status"]))
        found.append(Mark(situation.name, claim, claim.read(output), true))
    return found


def scoreboard(all_marks: list[Mark]) -> str:
    """The counts of each tool, question by question, as a table of Markdown."""
    rows = ["| question | tool | read from | right | wrong | cannot say |", "|---|---|---|---:|---:|---:|"]
    for question in (KVM, NESTED, BIT, GUEST, DEVICES):
        for claim in CLAIMS:
            if claim.question != question:
                continue
            words = [mark.word for mark in all_marks if mark.claim is claim]
            rows.append(f"| {question} | {claim.tool} | {claim.how} | " +
                        " | ".join(str(words.count(word)) for word in ("right", "wrong", "cannot say")) + " |")
    return "\n".join(rows)


def errors(all_marks: list[Mark]) -> list[str]:
    yes = {True: "yes", False: "no"}
    return [f"{mark.claim.tool} says {yes[mark.said]} to \"{mark.claim.question}\", true is {yes[mark.true]}: "
            f"./dev lab --peers {mark.situation}" for mark in all_marks if mark.word == "wrong"]
