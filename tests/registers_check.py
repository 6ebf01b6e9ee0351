#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What --registers says of machines and dumps, bit for bit beside the second decoder.

    registers_check.py BINARY MACHINES_DIR SCHEMA CORPUS_DIR

Every snapshot below MACHINES_DIR, every dump of CORPUS_DIR with VMX MSRs or VM_CR, and what QEMU's vmxcap printed:
the document is validated with SCHEMA; its raw values are compared with what the file has, its fields and controls
with second_decoder.py, its rows of the VMX capability MSRs with that decoder's tables. Registers are matched by
their address and fields by their bits, never by name. Prints each difference; 1 when one is not explained.
"""
import concurrent.futures
import json
import pathlib
import subprocess
import sys
import tempfile

import recorded as golden_machines
import second_decoder as second
from corpus_check import FORMATS, number
from run import Nestprobe
from validation import load_validator

VMX_MSRS = range(0x480, 0x494)
LETTERS = {"eax": "a", "ebx": "b", "ecx": "c", "edx": "d"}

# (register, bit): why one table has a row there and the other none.
CR_BITS = "the second decoder names only the bits that VMX asks for: PE, NE, PG and VMXE"
EXPLAINED_ROWS = {(register, bit): CR_BITS for register in (0x486, 0x487, 0x488, 0x489) for bit in range(64)}

# Bits of CPUID that follow what the guest itself has set: 0 is not a refusal, and the document says null.
TSC_DEADLINE, OSXSAVE, HTT, OSPKE = ((1, 0, "c"), 24), ((1, 0, "c"), 27), ((1, 0, "d"), 28), ((7, 0, "c"), 4)
GUESTS_OWN = {TSC_DEADLINE, OSXSAVE, HTT, OSPKE}

ENABLE_VM_FUNCTIONS = 13  # of PROC2: without it there is no VMFUNC

TABLES = second.MSRS | second.CPUID

# A processor to put vmxcap's registers into: Intel's, with VMX and nothing else.
INTEL = {
    "00000000:00": ["0x1", "0x756e6547", "0x6c65746e", "0x49656e69"],
    "00000001:00": ["0x306c3", "0x10800", "0x20", "0x0"],
}


class Document:
    """What was found in one of them; `where` is its name in messages."""
    def __init__(self, where):
        self.where = where
        self.values = self.controls = 0
        self.found = []

    def differ(self, register, what, text):
        self.found.append(f"{self.where}: {name_of(register)} {what}: {text}")

    def same(self, register, what, expected, actual):
        if expected != actual:
            self.differ(register, what, f"expected {expected!r}, nestprobe {actual!r}")


def name_of(register):
    return "{:#x}.{}.{}".format(*register) if isinstance(register, tuple) else f"{register:#x}"


def address_of(entry):
    at = entry["address"]
    return number(at["msr"]) if "msr" in at else (number(at["leaf"]), number(at["subleaf"]), LETTERS[at["output"]])


def field_at(bits):
    """"5" or "9:1", as the second decoder writes it."""
    high, _, low = bits.partition(":")
    return (int(high), int(low)) if low else int(high)


def bits_of(field):
    return set(range(field[1], field[0] + 1)) if isinstance(field, tuple) else {field}


def numbers(text):
    """"0-3,5" """
    parts = (part.partition("-") for part in text.split(","))
    return {value for low, _, high in parts for value in range(int(low), int(high or low) + 1)}


def width(register, layout):
    return 32 if isinstance(register, tuple) or layout == "controls" else 64


# --- one side of a field: this machine, or what its guests get ---


def decoded(entry, register, raw, true_raw, field):
    """(value, state) by the second decoder; (None, None) where there is no raw value."""
    if raw is None:
        return None, None
    msrs = {register: raw, second.BASIC: 1 << second.TRUE_CTLS if register != second.BASIC else raw}
    if true_raw is not None:
        msrs[second.TRUE_OF[register]] = true_raw
    if entry["layout"] == "fields":
        return second.field_of(raw, field), None
    if register in second.CONTROLS:
        state = second.state_of(msrs, register, field)
    else:
        state = "optional" if second.field_of(raw, field) else "not-supported"  # VMFUNC
    return int(state in ("optional", "default-on", "forced")), state


def offer_of(here, guests):
    if here is None or guests is None:
        return "unknown"
    return {(1, 1): "both", (1, 0): "hardware_only", (0, 0): "neither", (0, 1): "guest_only"}[here, guests]


def word(state):
    return None if state is None else state.replace("not supported", "not-supported")


def check_side(document, register, field, side, expected):
    what = f"bits {field['bits']}, {side}"
    document.same(register, what, expected[0], field[side])
    document.values += expected[0] is not None
    if "state" in field:
        document.same(register, what, expected[1], word(field["state" if side == "here" else "guests_state"]))
        document.controls += expected[1] is not None


def check_field(document, entry, register, field, at, here_raw, guests_raw):
    here = decoded(entry, register, *here_raw, at)
    guests = decoded(entry, register, *guests_raw, at)
    if (register, at) in GUESTS_OWN and guests[0] == 0:
        guests = (None, None)
    check_side(document, register, field, "here", here)
    check_side(document, register, field, "guests", guests)
    offer = None if isinstance(at, tuple) else offer_of(here[0], guests[0])
    document.same(register, f"bits {field['bits']}, offer", offer, field["offer"])


def check_group(document, entry, register, group, guests_raw):
    """The rows in their order; then every bit without one that says something, and no other."""
    raw = number(group.get("raw") or "")
    true_raw = number(group["true"]) if isinstance(group.get("true"), str) else None
    here_raw, rows = (raw, true_raw), [field for field in group["fields"] if field["name"] is not None]
    document.same(register, "rows", [row["bits"] for row in entry["rows"]], [field["bits"] for field in rows])
    for field in rows:
        check_field(document, entry, register, field, field_at(field["bits"]), here_raw, guests_raw)
    undescribed = set()
    for field in group["fields"][len(rows):]:
        for bit in numbers(field["bits"]):
            undescribed.add(bit)
            check_field(document, entry, register, field, bit, here_raw, guests_raw)
    named = set().union(*(bits_of(field_at(field["bits"])) for field in rows))
    saying = {bit for bit in set(range(width(register, entry["layout"]))) - named
              for side in (here_raw, guests_raw)
              if decoded(entry, register, *side, bit) not in ((None, None), (0, None), (0, "not-supported"))}
    document.same(register, "bits without a row", sorted(saying), sorted(undescribed))


def guests_raw_of(guests):
    if "absent" in guests:
        return None, None
    return number(guests["raw"] or "0x0"), number(guests.get("true", ""))


def check_rows(document, entry, register):
    ours = set().union(*(bits_of(field_at(row["bits"])) for row in entry["rows"]))
    theirs = set().union(*map(bits_of, TABLES.get(register, ())))
    unlike = ours ^ theirs if register in VMX_MSRS else theirs - ours
    for bit in sorted(unlike):
        if register in TABLES and (register, bit) not in EXPLAINED_ROWS:
            document.differ(register, f"bit {bit}", "a row only " + ("here" if bit in ours else "in second_decoder.py"))


# --- raw values, beside the file ---


def recorded(snapshot):
    """{cpu: {register: raw}}"""
    found = {}
    for group in snapshot.get("cpus", []):
        raws = {number(index): number(raw) for index, raw in group.get("msr", {}).items() if isinstance(raw, str)}
        for at, values in group.get("cpuid", {}).items():
            if isinstance(values, dict):
                continue  # it was withheld
            leaf, subleaf = (int(part, 16) for part in at.split(":"))
            raws |= {(leaf, subleaf, letter): number(raw) for letter, raw in zip("abcd", values)}
        found |= {cpu: raws for cpu in numbers(group["ids"])}
    return found


def check_raw(document, register, group, raws):
    """`raws` of one of the group's CPUs."""
    if group.get("raw"):
        document.same(register, "raw", f"{raws.get(register, 0):#x}", group["raw"])
    elif isinstance(register, int) and register in VMX_MSRS and register in raws:
        document.same(register, "raw", f"{raws[register]:#x}", None)
    if register in second.TRUE_OF and group.get("raw"):
        has_true = second.field_of(raws.get(second.BASIC, 0), second.TRUE_CTLS)
        twin = raws.get(second.TRUE_OF[register]) if has_true else None
        given = group.get("true")
        document.same(register, "TRUE twin", twin, number(given) if isinstance(given, str) else None)


# --- documents ---


def check_document(document, report, raws, validator):
    for error in list(validator.iter_errors(report))[:3]:
        path = "/".join(map(str, error.absolute_path))
        document.found.append(f"{document.where}: schema: {path}: {error.message[:200]}")
    for entry in report["registers"]:
        register = address_of(entry)
        check_rows(document, entry, register)
        for group in entry["values"]:
            check_group(document, entry, register, group, guests_raw_of(entry["guests"]))
            for cpu in numbers(group["cpus"]) & raws.keys() if "cpus" in group else ():
                if "hypervisor" not in entry["address"]:
                    check_raw(document, register, group, raws[cpu])


def registers_of(nestprobe, path):
    result = nestprobe.run("--registers", "--json", "--from", path)
    if result.returncode != 0 or result.stderr:
        raise ValueError(f"exit {result.returncode}: {result.stderr.decode(errors='replace').strip()}")
    return json.loads(result.stdout)


def run(nestprobe, where, path, raws, validator, printed=None):
    document = Document(where)
    try:
        report = registers_of(nestprobe, path)
        check_document(document, report, raws, validator)
        for register, fields in (printed or {}).items():
            check_printed(document, report, register, fields)
    except (ValueError, KeyError, subprocess.TimeoutExpired) as error:
        document.found.append(f"{where}: {error!r}")
    return document


def check_printed(document, report, register, fields):
    """What vmxcap says of a register's fields."""
    entry = next(entry for entry in report["registers"] if address_of(entry) == register)
    shown = {field_at(field["bits"]): field for field in entry["values"][0]["fields"] if field["name"]}
    for at, expected in fields.items():
        control = register in second.CONTROLS
        field = shown.get(at, {"state": None, "here": None})
        document.same(register, f"{at}, vmxcap", expected, word(field["state"]) if control else field["here"])
        document.values += not control
        document.controls += control


def jobs_of_machines(folder):
    for path in golden_machines.snapshots(folder):
        yield path.parent.name, path, recorded(json.loads(path.read_text(encoding="utf-8")))


def jobs_of_dumps(corpus):
    for row in second.read_index(corpus):
        if row["format"] in FORMATS and (row["has_vmx_msrs"] == "1" or row["vm_cr"]):
            path, raws = corpus / row["path"], {}
            if row["format"] in second.RAW_FORMATS:
                text = path.read_text(errors="replace")
                raws = {0: second.read_msrs(text) | second.read_cpuid(text)}
            yield row["path"], path, raws


def snapshot_of(msrs):
    cpu = {"ids": "0", "cpuid": INTEL, "msr": {f"{register:#x}": f"{raw:#x}" for register, raw in msrs.items()}}
    return {"format": "nestprobe-snapshot/1", "cpus": [cpu]}


def of_vmxcap(corpus):
    """(name, MSRs, printed fields); controls, whose raw values are not printed, are made from their states."""
    for path in sorted((corpus / "transcribed/vmxcap").glob("*.txt")):
        printed, msrs = second.parse_vmxcap(path.read_text()), second.parse_vmxcap_hex(path.read_text())
        for register in second.PAIRS.keys() & printed.keys():
            plain, true = second.raw_pair(printed[register])
            msrs |= {register: plain} | ({second.TRUE_OF[register]: true} if register in second.TRUE_OF else {})
        if printed.get(second.PROC2, {}).get(ENABLE_VM_FUNCTIONS) == "not-supported":
            for table in (printed, msrs):  # vmxcap prints 0 of a register that is not there
                table.pop(second.VMFUNC, None)
        yield path.name, msrs, printed
    for path in sorted((corpus / "transcribed/vmxcap").glob("*.tsv")):
        for row in path.read_text().splitlines()[1:]:
            name, *cells = row.split("\t")
            raws = zip((second.BASIC, second.MISC, second.EPT_VPID), cells)
            yield name, {register: number(cell) for register, cell in raws if cell != "-"}, None


def jobs_of_vmxcap(corpus, scratch):
    for count, (name, msrs, printed) in enumerate(of_vmxcap(corpus)):
        path = pathlib.Path(scratch) / f"{count}.json"
        path.write_text(json.dumps(snapshot_of(msrs)), encoding="utf-8")
        yield f"vmxcap {name}", path, recorded(snapshot_of(msrs)), printed


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    nestprobe, machines, schema, corpus = Nestprobe(sys.argv[1]), *map(pathlib.Path, sys.argv[2:])
    validator = load_validator(schema)
    if not validator:
        return 77
    with tempfile.TemporaryDirectory() as scratch:
        jobs = [(*job, None) for job in jobs_of_machines(machines)]
        if not jobs:
            sys.exit(f"no machines in {machines}")
        if (corpus / "INDEX.tsv").is_file():
            jobs += [(*job, None) for job in jobs_of_dumps(corpus)] + list(jobs_of_vmxcap(corpus, scratch))
        else:
            print(f"no corpus at {corpus}: only the machines")
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            documents = list(pool.map(lambda job: run(nestprobe, *job[:3], validator, job[3]), jobs))
    found = [line for document in documents for line in document.found]
    for line in dict.fromkeys(found):
        print(line)
    values, controls = sum(each.values for each in documents), sum(each.controls for each in documents)
    print(f"{len(documents)} documents, {values} values, {controls} controls compared, {len(found)} differences")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
