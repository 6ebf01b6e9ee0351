#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Edits of definitions that nobody wrote by hand: random ones, the same each time, laid out in every way.

    edits_check.py NESTPROBE MACHINES_DIR [COUNT [SEED]]

Each is judged, its diff applied with patch(1), and what comes out must be well-formed, keep every comment, be found
good, and need no further edit; where the first was valid by libvirt's schema, so must the second be. A guest that an
edit cannot mend must say why in a note.
"""
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import xml.dom.minidom
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import recorded
import run

HOSTS = ("lab-bochs-haswell-nested", "amd-zen3-nested-on", "lab-qemu-svm-nested", "kvm-guest-only-vmcs-revision",
         "intel-skylake-only-cpuid-recorded")
BEYOND = {"NP701", "NP708"}  # of another kind, or encrypted
SCHEMA = Path("/usr/share/libvirt/schemas/domain.rng")
NO_EDIT = "no edit of a few lines does it"


class Maker:
    """Definitions as people and programs write them."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def maybe(self, chance):
        return self.random.random() < chance

    def one(self, *values):
        return self.random.choice(values)

    def attribute(self, name, value):
        quote = self.one("'", '"')
        return f" {name}{self.one('=', '=', '=', ' = ')}{quote}{value}{quote}"

    def element(self, name, attributes=(), children=(), indent=""):
        tag = name + "".join(self.attribute(*pair) for pair in attributes)
        if not children:
            return indent + self.one(f"<{tag}/>", f"<{tag} />", f"<{tag}></{name}>") + self.newline
        if isinstance(children, str):
            return f"{indent}<{tag}>{children}</{name}>{self.newline}"
        text = f"{indent}<{tag}>{self.newline}"
        for child in children:
            if self.maybe(0.1):
                self.comments += 1
                comment = self.one("a comment <cpu>", "</devices>", "<feature name='vmx'/>")
                text += f"{indent}{self.unit}<!-- {self.comments} {comment} -->{self.newline}"
            text += self.element(*child, indent=indent + self.unit)
        return f"{text}{indent}</{name}>{self.newline}"

    def domain(self):
        self.comments = 0
        self.newline = self.one("\n", "\n", "\n", "\r\n", "")
        self.unit = self.one("  ", "\t", "    ", "")
        children = [("name", (), "vm"), ("memory", (("unit", "MiB"),), "1024")]
        for chance, make in ((0.8, self.vcpu), (0.9, self.os), (0.8, self.features), (0.85, self.cpu), (0.9, self.devices)):
            if self.maybe(chance):
                children.append(make())
        if self.maybe(0.3):
            self.random.shuffle(children)
        text = self.element("domain", (("type", self.one("kvm", "kvm", "kvm", "qemu")),), children)
        if self.maybe(0.2):
            text = '<?xml version="1.0" encoding="UTF-8"?>' + (self.newline or "\n") + text
        if self.maybe(0.2):
            text = text.rstrip("\r\n")
        return ("\ufeff" if self.maybe(0.1) else "") + text

    def vcpu(self):
        return "vcpu", (), self.one("1", "2", "4", "288")

    def os(self):
        machine = (("machine", self.one("q35", "pc-q35-7.2", "pc", "pc-i440fx-7.2")),) if self.maybe(0.9) else ()
        return "os", (), [("type", (("arch", "x86_64"), *machine), "hvm")]

    def features(self):
        children = [("acpi",)] if self.maybe(0.8) else []
        if self.maybe(0.5):
            children.append(("apic",))
        if self.maybe(0.3):
            children.append(("ioapic", (("driver", self.one("kvm", "qemu")),)))
        return "features", (), children

    def cpu(self):
        mode = self.one("custom", "custom", "host-model", "host-passthrough", "maximum", None)
        attributes = [("mode", mode)] if mode else []
        if self.maybe(0.5):
            attributes.append(("match", "exact"))
        if self.maybe(0.5):
            attributes.append(("check", self.one("none", "partial", "full")))
        children = []
        if mode in ("custom", None) and self.maybe(0.9):
            children.append(("model", (("fallback", "allow"),), self.one("Haswell", "EPYC-Milan", "qemu64", "Odd")))
            if self.maybe(0.3):
                children.append(("vendor", (), self.one("Intel", "AMD")))
        if self.maybe(0.4):
            children.append(("topology", (("sockets", "1"), ("cores", "2"), ("threads", "1"))))
        for name in self.random.sample(("vmx", "svm", "pcid"), self.random.randint(0, 3)):
            policy = self.one("require", "disable", "forbid", "optional", "force")
            children.append(("feature", self.random.sample((("policy", policy), ("name", name)), 2)))
        return "cpu", attributes, children

    def devices(self):
        children = [("emulator", (), "/usr/bin/qemu-system-x86_64")] if self.maybe(0.9) else []
        for chance in (0.5, 0.1):
            if self.maybe(chance):
                children.append(self.iommu())
        if self.maybe(0.2):
            host = ("address", (("domain", "0"), ("bus", "1"), ("slot", "0"), ("function", "0")))
            children.append(("hostdev", (("mode", "subsystem"), ("type", "pci"), ("managed", "yes")), [("source", (), [host])]))
        if self.maybe(0.1):
            place = ("address", (("type", "pci"), ("domain", "0"), ("bus", "0"), ("slot", "3"), ("function", "0")))
            children.append(("memballoon", (("model", "virtio"),), [place]))
        return "devices", (), children

    def iommu(self):
        children = []
        if self.maybe(0.7):
            driver = [(name, self.one("on", "off")) for name in ("intremap", "caching_mode", "eim", "iotlb") if self.maybe(0.5)]
            children.append(("driver", driver + ([("aw_bits", self.one("39", "50"))] if self.maybe(0.2) else [])))
        if self.maybe(0.2):
            children.append(("address", (("type", "pci"), ("domain", "0"), ("bus", "1"), ("slot", "0"), ("function", "0"))))
        return "iommu", (("model", self.one("intel", "intel", "virtio", "amd")),), children


class Case:
    def __init__(self, number, maker, folder):
        self.host = maker.one(*HOSTS)
        self.path, self.mended = folder / f"{number}.xml", folder / f"{number}.mended.xml"
        self.path.write_text(maker.domain(), encoding="utf-8", newline="")

    def ask(self, nestprobe, machines, path, question):
        done = nestprobe.run("--from", recorded.snapshot_path(machines, self.host), "--domain", path, "--question", question,
                             "--json")
        if done.returncode not in (0, 1, 2) or done.stderr:
            raise AssertionError(f"exit status {done.returncode}: {done.stderr.decode(errors='replace')}")
        report = json.loads(done.stdout)
        bad = [f["id"] for f in report["findings"] if f["layer"] == "guest" and f["role"] == "blocker"
               and f["question"] == question and f["status"] in ("fail", "unknown") and f["id"] not in BEYOND]
        return bad, report["edit"]

    def run(self, nestprobe, machines):
        """What is wrong; empty: nothing.  One edit for each question, the second of what the first made."""
        return self.run_one(nestprobe, machines, "kvm-in-guests") or self.run_one(nestprobe, machines, "device-assignment")

    def run_one(self, nestprobe, machines, question):
        path = self.mended if self.mended.exists() else self.path
        try:
            bad, edit = self.ask(nestprobe, machines, path, question)
            given_up = any(NO_EDIT in note for note in edit["notes"])
            if not edit["diff"]:
                assert not bad or given_up, f"{bad}, and neither an edit nor a note"
                return ""
            before = path.read_bytes()
            self.mended.write_bytes(before)
            done = subprocess.run(["patch", "--binary", "--no-backup-if-mismatch", self.mended], capture_output=True,
                                  input=edit["diff"].encode(), check=False)
            said = done.stdout.decode(errors="replace")
            assert done.returncode == 0 and "fuzz" not in said and "offset" not in said, f"patch: {said}\n{edit['diff']}"
            after = self.mended.read_bytes()
            xml.dom.minidom.parseString(after)
            lost = set(re.findall(rb"<!--.*?-->", before)) - set(re.findall(rb"<!--.*?-->", after))
            gone = set(re.findall(rb"<!--.*?-->", b"".join(re.findall(rb"<iommu.*?</iommu>", before, re.DOTALL))))
            assert lost <= gone, f"comments lost: {lost}\n{edit['diff']}"
            bad, further = self.ask(nestprobe, machines, self.mended, question)
            assert not bad or given_up, f"after the edit these still fail: {bad}\n{edit['diff']}"
            assert not further["diff"], f"after the edit there is another:\n{edit['diff']}\n{further['diff']}"
        except (AssertionError, ValueError, xml.parsers.expat.ExpatError) as error:
            return f"{self.host}, {question}: {error}\n{self.path.read_text(encoding='utf-8')}"
        return ""


def valid_by_schema(paths):
    """Those that libvirt's schema accepts; None where nobody can tell."""
    if not shutil.which("xmllint") or not SCHEMA.exists():
        return None
    done = subprocess.run(["xmllint", "--noout", "--relaxng", SCHEMA, *paths], capture_output=True, text=True, check=False)
    return {Path(line.removesuffix(" validates")) for line in done.stderr.splitlines() if line.endswith(" validates")}


def main():
    nestprobe, machines = run.shipped(sys.argv[1]), Path(sys.argv[2]).resolve()
    count, seed = (int(sys.argv[n]) if len(sys.argv) > n else default for n, default in ((3, 150), (4, 1)))
    with tempfile.TemporaryDirectory() as name:
        maker = Maker(seed)
        cases = [Case(number, maker, Path(name)) for number in range(count)]
        with ThreadPoolExecutor(2) as pool:
            wrong = [said for said in pool.map(lambda case: case.run(nestprobe, machines), cases) if said]
        mended = [case for case in cases if case.mended.exists()]
        valid = valid_by_schema([path for case in mended for path in (case.path, case.mended)])
        if valid is None:
            print("xmllint or libvirt's schema is not installed: what the edits made was not validated")
        else:
            wrong += [f"no longer valid by libvirt's schema:\n{case.mended.read_text()}" for case in mended
                      if case.path in valid and case.mended not in valid and "amd" not in case.mended.read_text()]
        print(*(f"FAIL {said}" for said in wrong), sep="\n")
        print(f"{count} definitions, {len(mended)} edited, {len(valid or ()) // 2} of them checked by the schema; {len(wrong)} failed")
    return 1 if wrong or not mended else 0


if __name__ == "__main__":
    sys.exit(main())
