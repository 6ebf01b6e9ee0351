#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every dump of a corpus through nestprobe, and its facts beside what the corpus's own index decoded.

corpus_check.py BINARY CORPUS_DIR: prints each disagreement and a count; 1 when one is not explained, 77
(skipped) when there is no corpus. INDEX.tsv has one row per file, its columns named in the first line.
"""
import concurrent.futures
import csv
import json
import pathlib
import subprocess
import sys

from run import Nestprobe

# What `nestprobe --from` reads; the index's word for it.
FORMATS = {
    "aida64", "cpuz-txt", "etallen", "hwloc-cpuid-dir", "libcpuid-aida64", "libcpuid-raw", "lscpu",
    "proc-cpuinfo", "rjcp-xml",
}

# These hold the kernel's flags and no CPUID: the index's bits are words of the flags line.
OF_THE_KERNEL = {"lscpu", "proc-cpuinfo"}

NO_EXTENDED = "the dump does not hold leaf 80000000H, and the index reads 0 from a leaf that is not there"
NO_FLAGS = "the dump has no line of flags, and the index takes that for none being set"
ALL_CPUS = "the index counts one CPU; the dump has a 'Logical CPU #' heading and leaves for every one"
ARM = "an ARM processor's registers: rightly no dump that nestprobe knows"
# (path, column): why the index is wrong there, as the raw dump shows.
EXPLAINED = {
    ("libcpuid/arm/armv7a/cortex-a7.test", "status"): ARM,
    ("libcpuid/arm/armv8a/cortex-a57.test", "status"): ARM,
    ("libcpuid/arm/armv8a/cortex-a72.test", "status"): ARM,
    ("libcpuid/intel/x86-64/skylake/intel-core-i9-9820x-cpu.test", "n_cpus"): ALL_CPUS,
    ("libcpuid/intel/x86-atom/silvermont/intel-celeron-cpu-n2930.test", "n_cpus"): ALL_CPUS,
    ("linuxhw-LsCPU/Intel/Xeon/Xeon E5620/6-44-2/234C991949", "n_cpus"):
        "'CPU(s): 0' in a container, without a list of CPUs: the flags are those of one CPU at least",
} | {
    (path, "svm"): NO_EXTENDED
    for path in ("RJCP.CpuId/contrib/other/AuthenticAMD0000470.xml",
                 "RJCP.CpuId/contrib/other/AuthenticAMD00004E4.xml",
                 "RJCP.CpuId/contrib/other/GenuineIntel000052C (Pentium-200).xml",
                 "RJCP.CpuId/contrib/other/GenuineIntel0000651 (Pentium2).xml",
                 "RJCP.CpuId/contrib/other/GenuineIntel0000673 (Pentium3).xml",
                 "bochs-cpudb/intel/p3_katmai.txt",
                 "bochs-cpudb/intel/pentium.txt",
                 "libcpuid/amd/k5/amd-k5-pr75.test",
                 "libcpuid/intel/ia-32/p6/intel-pentium-iii-katmai-dual.test")
} | {
    (path, column): NO_FLAGS
    for path in ("linuxhw-LsCPU/AMD/A8/A8-7410 APU with AMD Radeon R5 Graphics/22-48-1/D1AACBF0F4",
                 "linuxhw-LsCPU/Intel/Core/Core i5-2430M/6-42-7/877DD2F17D",
                 "linuxhw-LsCPU/VIA/Nano/Nano U2250/6-15-3/F3A7A16854")
    for column in ("vmx", "svm", "hypervisor")
}


def flag(text):
    return None if text == "" else text == "1"


def number(text):
    return None if text == "" else int(text, 16)


def answers(fact):
    """The values that CPUs gave; None where a CPU gave none."""
    if "per_cpu" in fact:
        return [group.get("value") for group in fact["per_cpu"]]
    return [fact.get("value")]


def bit(name):
    """Set on a CPU; the index decodes the first one alone. A register that is not there has no bits."""
    def of(facts):
        values = answers(facts[name])
        if facts[name].get("absent") == "not_applicable":
            return False
        return True if True in values else False if False in values else None
    return of


def first(name):
    return lambda facts: next((value for value in answers(facts[name]) if value is not None), None)


def raw(name):
    def of(facts):
        value = first(name)(facts)
        return None if value is None else int(value["raw"], 0)
    return of


def word(name):
    return lambda facts: name in facts["flags"]


# column: (what the index says, what nestprobe says)
COMMON = {
    "vendor": (lambda text: text or None, first("cpu.vendor_id")),
    "n_cpus": (lambda text: int(text) if text else None, lambda facts: facts["cpus"]),
}
# The index has raw control bits in `ept` and `unrestricted_guest`, nestprobe what KVM asks for, which is more
# than the bit. No processor of the corpus has the bit and lacks the rest.
OF_CPUID = COMMON | {
    "vmx": (flag, bit("cpu.vmx")),
    "svm": (flag, bit("cpu.svm")),
    "hypervisor": (flag, bit("cpu.hypervisor")),
    "has_vmx_msrs": (flag, lambda facts: bool(bit("vmx.capabilities")(facts))),
    "msr_3a": (number, raw("firmware.feature_control")),
    "vm_cr": (number, raw("firmware.vm_cr")),
    "ept": (flag, bit("vmx.ept")),
    "unrestricted_guest": (flag, bit("vmx.unrestricted_guest")),
    "npt": (flag, bit("svm.npt")),
}
OF_FLAGS = COMMON | {
    "vmx": (flag, bit("kernel.flag_vmx")),
    "svm": (flag, bit("kernel.flag_svm")),
    "hypervisor": (flag, bit("kernel.flag_hypervisor")),
    "ept": (flag, word("ept")),
    "npt": (flag, word("npt")),
}


def run(nestprobe, *words):
    result = nestprobe.run(*words)
    if result.returncode not in (0, 1, 2):
        raise ValueError(f"exit {result.returncode}: {result.stderr.decode(errors='replace').strip()}")
    return json.loads(result.stdout)


def facts_of(nestprobe, path, row):
    report = run(nestprobe, "--from", path, "--json")
    facts = report["facts"] | {"cpus": report["machine"]["cpus"]}
    if row["format"] in OF_THE_KERNEL and row["ept"] + row["npt"]:  # no fact rests on these two words
        lines = run(nestprobe, "--from", path, "--record", "-")["files"]["/proc/cpuinfo"].splitlines()
        facts["flags"] = {flag for line in lines if line.startswith("flags") for flag in line.split()}
    return facts


def compare(nestprobe, corpus, row):
    """(path, column, text) for each disagreement."""
    path = row["path"]
    try:
        facts = facts_of(nestprobe, corpus / path, row)
    except (ValueError, subprocess.TimeoutExpired) as error:
        return [(path, "status", str(error))]
    found = []
    columns = OF_FLAGS if row["format"] in OF_THE_KERNEL else OF_CPUID
    for column, (of_index, of_nestprobe) in columns.items():
        expected = of_index(row[column])
        actual = None if expected is None else of_nestprobe(facts)
        if expected != actual:
            found.append((path, column, f"index {expected!r}, nestprobe {actual!r}"))
    return found


def main():
    nestprobe, corpus = Nestprobe(sys.argv[1]), pathlib.Path(sys.argv[2])
    if not (corpus / "INDEX.tsv").is_file():
        print(f"skipped: no corpus at {corpus}")
        return 77
    with open(corpus / "INDEX.tsv", encoding="utf-8", newline="") as file:
        table = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        rows = [row for row in table if row["format"] in FORMATS]
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        results = pool.map(lambda row: compare(nestprobe, corpus, row), rows)
        found = [line for lines in results for line in lines]
    unexplained = 0
    for path, column, text in found:
        reason = EXPLAINED.get((path, column))
        unexplained += reason is None
        print(f"{path}: {column}: {text}" + (f"; explained: {reason}" if reason else ""))
    print(f"{len(rows)} dumps, {len(found)} disagreements, {unexplained} of them unexplained")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
