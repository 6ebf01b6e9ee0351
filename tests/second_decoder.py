#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A second decoder of the VMX and SVM registers: written apart from nestprobe's own, to be its witness in tests.

A register is an MSR's number or (leaf, subleaf, letter) of CPUID, the letter one of a b c d; a field is a bit or
(high, low). MSRS and CPUID give every field's name. What tests use:

    control_state(raw, true_raw, bit)  a VMX control: not-supported, optional, default-on, forced or inconsistent
    decode(msrs, cpuid)                {register: {name: state of a control, else number}}
    unnamed_bits(register, raw)        what the machine sets and the tables have no name for
    parse_vmxcap(text)                 {register: {field: state or number}}, from what QEMU's vmxcap printed
    parse_vmxcap_hex(text)             {register: raw}, as far as vmxcap prints it
    read_msrs(text), read_cpuid(text)  the raw registers of the first CPU in a dump, for decode()

second_decoder.py SHARED_DIR checks the tables against what others decoded of real and emulated machines: vmxcap,
the Linux kernel (the flags of /proc/cpuinfo), libcpuid, turbostat and the corpus's index. Status 1 when one of them
disagrees and it is not explained, 77 (skipped) when there is no vmxcap output.
"""
import collections
import csv
import pathlib
import re
import sys

from corpus_check import flag, number

# --- tables: VMX controls ---

PIN, PROC, EXIT, ENTRY, PROC2 = 0x481, 0x482, 0x483, 0x484, 0x48b
BASIC, MISC, EPT_VPID, VMFUNC, PROC3, EXIT2 = 0x480, 0x485, 0x48c, 0x491, 0x492, 0x493

# The lower half has the bits that must be 1, the upper half those that may be 1.
PAIRS = {
    PIN: {
        0: "External-interrupt exiting", 3: "NMI exiting", 5: "Virtual NMIs", 6: "Activate VMX-preemption timer",
        7: "Process posted interrupts",
    },
    PROC: {
        2: "Interrupt-window exiting", 3: "Use TSC offsetting", 7: "HLT exiting", 9: "INVLPG exiting",
        10: "MWAIT exiting", 11: "RDPMC exiting", 12: "RDTSC exiting", 15: "CR3-load exiting", 16: "CR3-store exiting",
        17: "Activate tertiary controls", 19: "CR8-load exiting", 20: "CR8-store exiting", 21: "Use TPR shadow",
        22: "NMI-window exiting", 23: "MOV-DR exiting", 24: "Unconditional I/O exiting", 25: "Use I/O bitmaps",
        27: "Monitor trap flag", 28: "Use MSR bitmaps", 29: "MONITOR exiting", 30: "PAUSE exiting",
        31: "Activate secondary controls",
    },
    EXIT: {
        2: "Save debug controls", 9: "Host address-space size", 12: "Load IA32_PERF_GLOBAL_CTRL",
        15: "Acknowledge interrupt on exit", 18: "Save IA32_PAT", 19: "Load IA32_PAT", 20: "Save IA32_EFER",
        21: "Load IA32_EFER", 22: "Save VMX-preemption timer value", 23: "Clear IA32_BNDCFGS",
        24: "Conceal VM exits from PT", 25: "Clear IA32_RTIT_CTL", 26: "Clear IA32_LBR_CTL", 27: "Clear UINV",
        28: "Load CET state", 29: "Load PKRS", 30: "Save IA32_PERF_GLOBAL_CTRL",
        31: "Activate secondary VM-exit controls",
    },
    ENTRY: {
        2: "Load debug controls", 9: "IA-32e mode guest", 10: "Entry to SMM", 11: "Deactivate dual-monitor treatment",
        13: "Load IA32_PERF_GLOBAL_CTRL", 14: "Load IA32_PAT", 15: "Load IA32_EFER", 16: "Load IA32_BNDCFGS",
        17: "Conceal VM entries from PT", 18: "Load IA32_RTIT_CTL", 19: "Load UINV", 20: "Load CET state",
        21: "Load IA32_LBR_CTL", 22: "Load PKRS", 23: "Load IA32 FRED MSRs", 24: "Load IA32_SPEC_CTRL",
    },
    PROC2: {
        0: "Virtualize APIC accesses", 1: "Enable EPT", 2: "Descriptor-table exiting", 3: "Enable RDTSCP",
        4: "Virtualize x2APIC mode", 5: "Enable VPID", 6: "WBINVD exiting", 7: "Unrestricted guest",
        8: "APIC-register virtualization", 9: "Virtual-interrupt delivery", 10: "PAUSE-loop exiting",
        11: "RDRAND exiting", 12: "Enable INVPCID", 13: "Enable VM functions", 14: "VMCS shadowing",
        15: "Enable ENCLS exiting", 16: "RDSEED exiting", 17: "Enable PML", 18: "EPT-violation #VE",
        19: "Conceal VMX from PT", 20: "Enable XSAVES/XRSTORS", 21: "PASID translation",
        22: "Mode-based execute control for EPT", 23: "Sub-page write permissions for EPT",
        24: "Intel PT uses guest physical addresses", 25: "Use TSC scaling", 26: "Enable user wait and pause",
        27: "Enable PCONFIG", 28: "Enable ENCLV exiting", 30: "VMM bus-lock detection", 31: "Instruction timeout",
    },
}

# With bit 55 of BASIC these tell which of the bits that are 1 by default may be 0.
TRUE_OF = {PIN: 0x48d, PROC: 0x48e, EXIT: 0x48f, ENTRY: 0x490}
PLAIN_OF = {true: plain for plain, true in TRUE_OF.items()}
TRUE_CTLS = 55

# 64 bits that may be 1; none must be.
WORDS = {
    PROC3: {
        0: "LOADIWKEY exiting", 1: "Enable HLAT", 2: "EPT paging-write control", 3: "Guest-paging verification",
        4: "IPI virtualization", 6: "Enable MSR-list instructions", 7: "Virtualize IA32_SPEC_CTRL",
        8: "APIC-timer virtualization",
    },
    EXIT2: {
        0: "Save IA32 FRED MSRs", 1: "Load IA32 FRED MSRs", 2: "Load IA32_SPEC_CTRL",
        3: "Prematurely busy shadow stack",
    },
}
CONTROLS = PAIRS | {true: PAIRS[plain] for true, plain in PLAIN_OF.items()} | WORDS

# The lower halves that software from before the TRUE MSRs relied on, and the least that a TRUE MSR has there.
DEFAULT_1 = {PIN: 0x16, PROC: 0x0401e172, EXIT: 0x36dff, ENTRY: 0x11ff, PROC2: 0}
TRUE_LEAST = {PIN: 0x16, PROC: 0x04006172, EXIT: 0x36dfb, ENTRY: 0x11fb}

# --- tables: the other MSRs ---

CR0_BITS = {0: "PE", 5: "NE", 31: "PG"}
CR4_BITS = {13: "VMXE"}
MSRS = CONTROLS | {
    0x3a: {
        0: "LOCK", 1: "VMX inside SMX", 2: "VMX outside SMX", (14, 8): "SENTER local enables",
        15: "SENTER global enable", 17: "SGX launch control", 18: "SGX global enable", 20: "LMCE",
    },
    0x8b: {(63, 32): "Microcode revision"},
    0xce: {31: "CPUID faulting"},
    0x10a: {
        0: "RDCL_NO", 1: "IBRS_ALL", 2: "RSBA", 3: "SKIP_L1DFL_VMENTRY", 4: "SSB_NO", 5: "MDS_NO",
        6: "PSCHANGE_MC_NO", 7: "TSX_CTRL", 8: "TAA_NO",
    },
    0x122: {0: "RTM disable", 1: "CPUID clear"},
    0x140: {0: "CPUID fault active"},
    BASIC: {
        (30, 0): "VMCS revision", (44, 32): "VMCS region size", 48: "Physical addresses limited to 32 bits",
        49: "Dual-monitor treatment", (53, 50): "VMCS memory type", 54: "INS/OUTS exit information",
        TRUE_CTLS: "TRUE controls", 56: "Event injection with any error code", 58: "Nested exception",
        60: "SEAMRET keeps the current-VMCS pointer",
    },
    MISC: {
        (4, 0): "Preemption-timer rate", 5: "Store EFER.LMA into IA-32e control", 6: "HLT activity state",
        7: "Shutdown activity state", 8: "Wait-for-SIPI", 14: "PT usable in VMX operation",
        15: "RDMSR of IA32_SMBASE in SMM", (24, 16): "Number of CR3-target values",
        (27, 25): "Recommended MSR-list size", 28: "IA32_SMM_MONITOR_CTL[2] settable",
        29: "VMWRITE to any VM-exit-info field", 30: "Zero-length injection", (63, 32): "MSEG revision",
    },
    0x486: CR0_BITS, 0x487: CR0_BITS, 0x488: CR4_BITS, 0x489: CR4_BITS,
    0x48a: {(9, 1): "Highest VMCS field index"},
    EPT_VPID: {
        0: "Execute-only translations", 6: "Page-walk length 4", 7: "Page-walk length 5", 8: "Memory type UC",
        14: "Memory type WB", 16: "2 MiB pages", 17: "1 GiB pages", 20: "INVEPT", 21: "Accessed and dirty flags",
        22: "Advanced VM-exit information for EPT violations", 23: "Supervisor shadow-stack control",
        25: "Single-context INVEPT", 26: "All-context INVEPT", 32: "INVVPID", 40: "Individual-address INVVPID",
        41: "Single-context INVVPID", 42: "All-context INVVPID", 43: "Single-context-retaining-globals INVVPID",
        (53, 48): "Maximum HLAT prefix size",
    },
    VMFUNC: {0: "EPTP switching"},
    0xc0000080: {
        0: "SCE", 8: "LME", 10: "LMA", 11: "NXE", 12: "SVME", 13: "LMSLE", 14: "FFXSR", 15: "TCE", 20: "UAIE",
        21: "AIBRSE",
    },
    0xc0000104: {(31, 0): "TSC ratio, fraction", (39, 32): "TSC ratio, integer"},
    0xc0010010: {19: "MFDM", 23: "SMEE", 24: "SNP_EN", 25: "VMPL_EN"},
    0xc0010015: {0: "SmmLock"},
    0xc0010114: {0: "DPD", 1: "R_INIT", 2: "DIS_A20M", 3: "LOCK", 4: "SVMDIS"},
    0xc0010131: {0: "SEV", 1: "SEV-ES", 2: "SEV-SNP"},
}

# --- tables: CPUID ---

CPUID = {
    (0, 0, "a"): {(31, 0): "max basic leaf"},
    (1, 0, "a"): {
        (3, 0): "stepping", (7, 4): "model", (11, 8): "family", (19, 16): "extended model",
        (27, 20): "extended family",
    },
    (1, 0, "c"): {5: "vmx", 6: "smx", 21: "x2apic", 30: "rdrand", 31: "hypervisor"},
    (7, 0, "b"): {2: "sgx", 10: "invpcid", 18: "rdseed"},
    (7, 0, "c"): {5: "waitpkg", 30: "sgx_lc"},
    (7, 0, "d"): {15: "hybrid", 28: "flush_cmd", 29: "arch_capabilities"},
    (0xd, 1, "a"): {3: "xsaves"},
    (0x1a, 0, "a"): {(31, 24): "core type"},
    (0x80000000, 0, "a"): {(31, 0): "max extended leaf"},
    (0x80000001, 0, "c"): {2: "svm", 12: "skinit"},
    (0x80000001, 0, "d"): {20: "nx", 29: "lm"},
    (0x80000008, 0, "a"): {(7, 0): "maxphyaddr", (15, 8): "linear bits", (23, 16): "guest maxphyaddr"},
    (0x8000000a, 0, "a"): {(7, 0): "svm_rev"},
    (0x8000000a, 0, "b"): {(31, 0): "asids"},
    (0x8000000a, 0, "c"): {4: "pml", 6: "x2avic_ext"},
    (0x8000000a, 0, "d"): {
        0: "npt", 1: "lbrv", 2: "svm_lock", 3: "nrip_save", 4: "tsc_scale", 5: "vmcb_clean", 6: "flushbyasid",
        7: "decodeassists", 8: "pmc_virt", 10: "pausefilter", 12: "pfthreshold", 13: "avic", 15: "v_vmsave_vmload",
        16: "vgif", 17: "gmet", 18: "x2avic", 19: "sss_check", 20: "v_spec_ctrl", 21: "ro_gpt",
        23: "h_mce_override", 24: "tlbsync_int", 25: "vnmi", 26: "ibs_virt", 27: "ext_lvt_off_chg",
        28: "svme_addr_chk", 29: "bus_lock_threshold", 30: "idle_hlt",
    },
    (0x8000001f, 0, "a"): {
        0: "sme", 1: "sev", 2: "vm_page_flush", 3: "sev_es", 4: "sev_snp", 5: "vmpl", 6: "rmpquery", 7: "vmpl_sss",
        8: "secure_tsc", 9: "v_tsc_aux", 10: "sme_coherent", 11: "req_64bit_hypervisor", 12: "restricted_injection",
        13: "alternate_injection", 14: "debug_swap", 15: "disallow_host_ibs", 16: "virt_transparent_enc",
        17: "vmgexit_parameter", 18: "virt_tom_msr", 19: "virt_ibs", 21: "rmpread", 23: "segmented_rmp",
        24: "vmsa_reg_protection", 25: "smt_protection", 27: "allowed_sev_features", 28: "svsm",
        29: "nested_virt_snp_msr", 30: "hv_inuse_wr_allowed",
    },
    (0x8000001f, 0, "b"): {(5, 0): "c_bit", (11, 6): "phys_addr_reduction", (15, 12): "vmpls"},
    (0x8000001f, 0, "c"): {(31, 0): "encrypted_guests"},
    (0x8000001f, 0, "d"): {(31, 0): "min_asid_without_es"},
    (0x80000021, 0, "a"): {17: "gp_on_user_cpuid"},
}

# --- decoding ---


def field_of(raw, field):
    high, low = field if isinstance(field, tuple) else (field, field)
    return raw >> low & (1 << high - low + 1) - 1


def control_state(raw, true_raw, bit):
    """`true_raw` is the TRUE twin, None where there is none. Inconsistent: must be 1 and may not."""
    must, may = field_of(raw, bit), field_of(raw, 32 + bit)
    if must and may and true_raw is not None and not field_of(true_raw, bit) and field_of(true_raw, 32 + bit):
        return "default-on"
    return (("not-supported", "optional"), ("inconsistent", "forced"))[must][may]


def state_of(msrs, register, bit):
    raw = msrs[register]
    if register in WORDS:
        return "optional" if field_of(raw, bit) else "not-supported"
    has_true = field_of(msrs.get(BASIC, 0), TRUE_CTLS)
    return control_state(raw, msrs.get(TRUE_OF.get(register)) if has_true else None, bit)


def value_of(msrs, register, field):
    return state_of(msrs, register, field) if register in CONTROLS else field_of(msrs[register], field)


def decode(msrs, cpuid):
    """A plain control MSR is seen together with its TRUE twin, if BASIC has bit 55; a TRUE MSR is seen alone."""
    decoded = {register: {name: value_of(msrs, register, field) for field, name in MSRS[register].items()}
               for register in msrs if register in MSRS}
    return decoded | {register: {name: field_of(raw, field) for field, name in CPUID[register].items()}
                      for register, raw in cpuid.items() if register in CPUID}


def unnamed_bits(register, raw):
    """Of a pair of halves: what may be 1. Bits that are 1 by default have no name where no software may clear them."""
    named = sum(1 << bit for field in (MSRS | CPUID)[register]
                for bit in (range(field[1], field[0] + 1) if isinstance(field, tuple) else [field]))
    plain = PLAIN_OF.get(register, register)
    if plain in PAIRS:
        raw, named = raw >> 32, named | DEFAULT_1[plain]
    return [bit for bit in range(64) if field_of(raw & ~named, bit)]


# --- what vmxcap prints ---

VMXCAP_GROUPS = {
    "Basic VMX Information": BASIC, "pin-based controls": PIN, "primary processor-based controls": PROC,
    "secondary processor-based controls": PROC2, "tertiary processor-based controls": PROC3,
    "VM-Exit controls": EXIT, "secondary VM-Exit controls": EXIT2, "VM-Entry controls": ENTRY,
    "Miscellaneous data": MISC, "VPID and EPT capabilities": EPT_VPID, "VM Functions": VMFUNC,
}
VMXCAP_STATES = {
    "no": "not-supported", "yes": "optional", "default": "default-on", "forced": "forced", "?": "inconsistent",
}
# Where vmxcap has other words than the tables.
VMXCAP_WORDS = {
    BASIC: {
        "Revision": "VMCS revision", "VMCS size": "VMCS region size",
        "VMCS restricted to 32 bit addresses": "Physical addresses limited to 32 bits",
        "Dual-monitor support": "Dual-monitor treatment",
        "INS/OUTS instruction information": "INS/OUTS exit information",
        "IA32_VMX_TRUE_*_CTLS support": "TRUE controls",
        "Skip checks on event error code": "Event injection with any error code",
    },
    PROC: {"Activate secondary control": "Activate secondary controls"},
    PROC2: {
        "APIC register emulation": "APIC-register virtualization",
        "Conceal non-root operation from PT": "Conceal VMX from PT",
        "Mode-based execute control (XS/XU)": "Mode-based execute control for EPT",
        "Sub-page write permissions": "Sub-page write permissions for EPT",
        "GPA translation for PT": "Intel PT uses guest physical addresses", "TSC scaling": "Use TSC scaling",
        "User wait and pause": "Enable user wait and pause", "ENCLV exiting": "Enable ENCLV exiting",
    },
    PROC3: {"Enable IPI virtualization": "IPI virtualization"},
    MISC: {
        "VMX-preemption timer scale (log2)": "Preemption-timer rate",
        "Store EFER.LMA into IA-32e mode guest control": "Store EFER.LMA into IA-32e control",
        "Wait-for-SIPI activity state": "Wait-for-SIPI", "PT in VMX operation": "PT usable in VMX operation",
        "IA32_SMBASE support": "RDMSR of IA32_SMBASE in SMM",
        "MSR-load/store count recommendation": "Recommended MSR-list size",
        "IA32_SMM_MONITOR_CTL[2] can be set to 1": "IA32_SMM_MONITOR_CTL[2] settable",
        "VMWRITE to VM-exit information fields": "VMWRITE to any VM-exit-info field",
        "Inject event with insn length=0": "Zero-length injection", "MSEG revision identifier": "MSEG revision",
    },
    EPT_VPID: {
        "Execute-only EPT translations": "Execute-only translations",
        "Paging-structure memory type UC": "Memory type UC", "Paging-structure memory type WB": "Memory type WB",
        "2MB EPT pages": "2 MiB pages", "1GB EPT pages": "1 GiB pages", "INVEPT supported": "INVEPT",
        "EPT accessed and dirty flags": "Accessed and dirty flags", "INVVPID supported": "INVVPID",
    },
}
VMXCAP_LINE = re.compile(r"  (\S.*?)\s+(\d+|yes|no|default|forced|\?)")
VMXCAP_HEX = re.compile(r"  Hex: (0x[0-9a-f]+)")


def plainly(words):
    return words.lower().replace("-", " ")


def vmxcap_field(register, words):
    name = VMXCAP_WORDS.get(register, {}).get(words, words)
    return {plainly(name): field for field, name in MSRS[register].items()}[plainly(name)]


def vmxcap_value(register, field, word):
    if register in CONTROLS:
        return VMXCAP_STATES[word]
    return int(word) if isinstance(field, tuple) else {"no": 0, "yes": 1}[word]


def vmxcap_lines(text):
    """(register, line) for each line under a heading; lines that start with ## tell where the text is from."""
    register = None
    for line in text.splitlines():
        if line and not line.startswith((" ", "#")):
            register = VMXCAP_GROUPS[line.strip()]
        elif line.startswith("  "):
            yield register, line.rstrip()


def parse_vmxcap(text):
    """Raises KeyError or ValueError at what vmxcap, as far as known here, does not print."""
    found = {}
    for register, line in vmxcap_lines(text):
        if VMXCAP_HEX.fullmatch(line):
            continue
        match = VMXCAP_LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"not a line of vmxcap: {line!r}")
        field = vmxcap_field(register, match[1])
        found.setdefault(register, {})[field] = vmxcap_value(register, field, match[2])
    return found


def parse_vmxcap_hex(text):
    lines = ((register, VMXCAP_HEX.fullmatch(line)) for register, line in vmxcap_lines(text))
    return {register: int(match[1], 16) for register, match in lines if match}


# --- raw dumps ---

HEX = "([0-9a-fA-F]+)"
MSR_LINES = (
    re.compile(rf"^MSR 0x{HEX} = 0x{HEX}", re.M),
    re.compile(rf"^MSR {HEX}: ((?:[0-9A-F]{{4}}-){{3}}[0-9A-F]{{4}})", re.M),  # AIDA64
)
# Leaf, subleaf (or none) and the four registers.
CPUID_LINES = (
    re.compile(rf"^CPUID 0x{HEX}\.{HEX} eax={HEX} ebx={HEX} ecx={HEX} edx={HEX}", re.M),
    re.compile(rf"^ +0x{HEX} 0x{HEX}: eax=0x{HEX} ebx=0x{HEX} ecx=0x{HEX} edx=0x{HEX}", re.M),  # cpuid -r
    re.compile(rf"^CPUID (?P<leaf>{HEX[1:-1]}):? +\t?{HEX}-{HEX}-{HEX}-{HEX}(?:.*\[SL (?P<sub>{HEX[1:-1]})\])?", re.M),
)
LIBCPUID_LINE = re.compile(rf"^(basic|ext)_cpuid\[(\d+)\]={HEX} {HEX} {HEX} {HEX}", re.M)


def read_msrs(text):
    found = {}
    for pattern in MSR_LINES:
        for register, raw in pattern.findall(text):
            found.setdefault(int(register, 16), int(raw.replace("-", ""), 16))
    return found


def cpuid_rows(text):
    """(leaf, subleaf, the four values)"""
    for pattern in CPUID_LINES:
        for match in pattern.finditer(text):
            if "leaf" in match.groupdict():
                yield int(match["leaf"], 16), int(match["sub"] or "0", 16), match.groups()[1:5]
            else:
                yield int(match[1], 16), int(match[2], 16), match.groups()[2:]
    for base, leaf, *values in LIBCPUID_LINE.findall(text):
        yield int(leaf) + (0x80000000 if base == "ext" else 0), 0, values


def read_cpuid(text):
    """Without extended leaves past the highest that there is."""
    found = {}
    for leaf, subleaf, values in cpuid_rows(text):
        for letter, value in zip("abcd", values):
            found.setdefault((leaf, subleaf, letter), int(value, 16))
    highest = {base: found.get((base, 0, "a"), 0) for base in (0, 0x80000000)}
    return {register: raw for register, raw in found.items() if register[0] <= highest[register[0] & 0x80000000]}


# --- checks: what others decoded ---

# One word of the kernel's `vmx flags`: the controls and capabilities that it wants. Of Linux 6.1; `eptp_switching`
# is left out, because the kernel reads the wrong half of the MSR and never shows it.
VNMI, TPR, EPT = (PIN, "Virtual NMIs"), (PROC, "Use TPR shadow"), (PROC2, "Enable EPT")
VAPIC, VAPIC_REG, VID = [(PROC2, name) for name in (
    "Virtualize APIC accesses", "APIC-register virtualization", "Virtual-interrupt delivery")]
POSTED, EPT_AD = (PIN, "Process posted interrupts"), (EPT_VPID, "Accessed and dirty flags")
UNRESTRICTED = (PROC2, "Unrestricted guest")
VMX_FLAGS = {
    "vnmi": [VNMI], "preemption_timer": [(PIN, "Activate VMX-preemption timer")], "posted_intr": [POSTED],
    "invvpid": [(EPT_VPID, "INVVPID")], "ept_x_only": [(EPT_VPID, "Execute-only translations")], "ept_ad": [EPT_AD],
    "ept_1gb": [(EPT_VPID, "1 GiB pages")], "flexpriority": [TPR, VAPIC], "apicv": [TPR, VAPIC_REG, VID, POSTED],
    "tsc_offset": [(PROC, "Use TSC offsetting")], "vtpr": [TPR], "mtf": [(PROC, "Monitor trap flag")],
    "vapic": [VAPIC], "ept": [EPT], "vpid": [(PROC2, "Enable VPID")], "unrestricted_guest": [UNRESTRICTED],
    "vapic_reg": [VAPIC_REG], "vid": [VID], "ple": [(PROC2, "PAUSE-loop exiting")],
    "shadow_vmcs": [(PROC2, "VMCS shadowing")], "pml": [(PROC2, "Enable PML")],
    "ept_mode_based_exec": [(PROC2, "Mode-based execute control for EPT")],
    "tsc_scaling": [(PROC2, "Use TSC scaling")], "usr_wait_pause": [(PROC2, "Enable user wait and pause")],
    "notify_vm_exiting": [(PROC2, "Instruction timeout")], "ipi_virt": [(PROC3, "IPI virtualization")],
}
# The same in `flags`, where `vpid` is computed from virtual NMIs.
SYNTHETIC_FLAGS = {
    "tpr_shadow": [TPR], "flexpriority": [TPR, VAPIC], "vnmi": [VNMI], "ept": [EPT], "vpid": [VNMI],
    "ept_ad": [EPT_AD],
}
OF_LEAF_1 = ["smx", "x2apic", "rdrand", "hypervisor"]
OF_SVM = [
    "npt", "lbrv", "svm_lock", "nrip_save", "tsc_scale", "vmcb_clean", "flushbyasid", "decodeassists", "pausefilter",
    "pfthreshold", "avic", "v_vmsave_vmload", "vgif", "x2avic", "v_spec_ctrl",
]
# Words of the kernel's `flags` that are bits of CPUID, and those of libcpuid.
KERNEL_WORDS = OF_LEAF_1 + OF_SVM + ["svm", "skinit", "nx", "lm", "invpcid", "rdseed", "waitpkg"]
LIBCPUID_WORDS = OF_LEAF_1 + ["vmx", "svm", "skinit", "lm", "rdseed", "sgx"]
# Whose vmx, smx and nx libcpuid has no words for.
NOT_IN_LIBCPUID = ("CentaurHauls", "  Shanghai  ")
# Columns of the index, and the formats that the raw registers are read from here.
INDEX_WORDS = ("vmx", "svm", "hypervisor", "npt")
INDEX_CONTROLS = {"ept": EPT, "unrestricted_guest": UNRESTRICTED}
SIGNATURE = ("family", "model", "stepping")
RAW_FORMATS = ("aida64", "etallen", "libcpuid-aida64", "libcpuid-raw")
# Of the others the tables have only what matters here.
NAMED_IN_FULL = (set(range(0x480, 0x494)) - {0x486, 0x487, 0x488, 0x489}) | {
    0x3a, 0xc0010114, (0x8000000a, 0, "d"), (0x8000001f, 0, "a"),
}
# Bit 7 of the lower and the upper half, the same of the TRUE twin: the state by hand.
STATES_BY_HAND = [
    ((0, 0), None, "not-supported"), ((0, 1), None, "optional"), ((1, 1), None, "forced"),
    ((1, 0), None, "inconsistent"), ((1, 1), (0, 1), "default-on"), ((1, 1), (1, 1), "forced"),
    ((1, 1), (0, 0), "forced"), ((0, 1), (0, 1), "optional"), ((0, 0), (0, 0), "not-supported"),
]


class Tally:
    def __init__(self):
        self.checked = collections.Counter()
        self.faults = []
        self.unnamed = collections.defaultdict(set)  # (register, bit): where it was seen

    def same(self, kind, where, what, theirs, ours):
        self.checked[kind] += 1
        if theirs != ours:
            self.faults.append((where, what, f"{kind} says {theirs!r}, the tables say {ours!r}"))

    def names(self, where, registers):
        for register, raw in registers.items():
            if register in NAMED_IN_FULL:
                for bit in unnamed_bits(register, raw):
                    self.unnamed[PLAIN_OF.get(register, register), bit].add(where)


def words_of(cpuid):
    return {name: value for fields in decode({}, cpuid).values() for name, value in fields.items()}


def supported(decoded, fields):
    return all(decoded.get(register, {}).get(name, 0) not in (0, "not-supported") for register, name in fields)


def raw_pair(states):
    """A pair of halves and its TRUE twin, from which each control has the state given."""
    def bits(*wanted):
        return sum(1 << bit for bit, state in states.items() if state in wanted)
    may = bits("optional", "default-on", "forced") << 32
    return may | bits("forced", "default-on"), may | bits("forced")


def check_vmxcap(tally, where, text):
    """What vmxcap prints with its raw value; then the controls, of which it prints no raw value, there and back."""
    printed, msrs = parse_vmxcap(text), parse_vmxcap_hex(text)
    tally.names(where, msrs)
    for register in PAIRS.keys() & printed.keys():
        plain, true = raw_pair(printed[register])
        msrs |= {register: plain} | ({TRUE_OF[register]: true} if register in TRUE_OF else {})
    for register, fields in printed.items():
        order = [field[1] if isinstance(field, tuple) else field for field in fields]
        tally.same("vmxcap, lines in the order of bits", where, f"{register:#x}", sorted(order), order)
        kind = "vmxcap, from states and back" if register in PAIRS else "vmxcap, beside its raw value"
        for field, value in fields.items():
            tally.same(kind, where, f"{register:#x} {MSRS[register][field]}", value, value_of(msrs, register, field))
    for register in TRUE_OF.keys() & printed.keys():
        clearable = DEFAULT_1[register] & ~TRUE_LEAST[register]
        default = sum(1 << bit for bit, state in printed[register].items() if state == "default-on")
        tally.same("vmxcap, controls on by default", where, f"{register:#x}", 0, default & ~clearable)


def check_states(tally):
    def raw(pair):
        return None if pair is None else pair[0] << 7 | pair[1] << 39
    for pair, true, state in STATES_BY_HAND:
        tally.same("states by hand", str(pair), f"TRUE {true}", state, control_state(raw(pair), raw(true), 7))


def check_halves(tally, where, msrs):
    """What always holds of the VMX capability MSRs."""
    def holds(register, what, condition):
        tally.same("rules of the halves", where, f"{register:#x} {what}", True, condition)
    for plain in PAIRS.keys() & msrs.keys():
        raw, true = msrs[plain], msrs.get(TRUE_OF.get(plain))
        holds(plain, "no control is inconsistent", not raw & ~(raw >> 32) & 0xffffffff)
        holds(plain, "has the default bits", not DEFAULT_1[plain] & ~raw)
        if true is not None and field_of(msrs[BASIC], TRUE_CTLS):
            holds(plain, "upper half equals the twin's", raw >> 32 == true >> 32)
            holds(plain, "the twin has what must be", not TRUE_LEAST[plain] & ~true)
            holds(plain, "the twin adds nothing that must be", not true & ~raw & 0xffffffff)
    holds(PROC2, "nothing must be 1", not msrs.get(PROC2, 0) & 0xffffffff)
    for fixed in {0x486, 0x488} & msrs.keys():
        holds(fixed, "what must be 1 may be 1", not msrs[fixed] & ~msrs[fixed + 1])
        holds(fixed, "PE, NE, PG, VMXE", set(decode(msrs, {})[fixed].values()) == {1})
    holds(BASIC, "size and bit 31", 0 < field_of(msrs[BASIC], (44, 32)) <= 4096 and not field_of(msrs[BASIC], 31))


def line_of(text, name):
    """Words after the colon, None without such a line."""
    match = re.search(rf"^{name}\s*: (.*)$", text, re.M)
    return None if match is None or match[1] == "(no such line)" else set(match[1].split())


def check_kernel(tally, where, text, cpuid_text):
    """The raw registers that Linux saw and what its /proc/cpuinfo says of them."""
    msrs, words = decode(read_msrs(text), {}), words_of(read_cpuid(cpuid_text))
    flags, vmx_flags = line_of(text, "flags"), line_of(text, "vmx flags")
    for word in KERNEL_WORDS + ["xsaves"] * ("xsaves" in words):  # its subleaf is not in every dump
        tally.same("Linux, CPUID", where, word, word in flags, words.get(word, 0) == 1)
    sizes = re.search(r"^address sizes\s*: (\d+) bits physical, (\d+) bits virtual", text, re.M)
    if sizes:
        tally.same("Linux, CPUID", where, "address sizes", [int(size) for size in sizes.groups()],
                   [words["maxphyaddr"], words["linear bits"]])
    if not msrs:
        return
    tally.same("Linux, EFER", where, "of a 64-bit kernel", {"SCE", "LME", "LMA", "NXE"},
               {name for name, bit in msrs[0xc0000080].items() if bit})
    vmx = words["vmx"] == 1
    usable = vmx and msrs[0x3a]["LOCK"] == 1 and msrs[0x3a]["VMX outside SMX"] == 1
    tally.same("Linux, usable VMX", where, "vmx", ("vmx" in flags, vmx_flags is not None), (usable, usable))
    if words.get("svm") and 0xc0010114 in msrs:
        tally.same("Linux, VM_CR", where, "SVMDIS", "'kvm_amd' disabled by bios" in text,
                   msrs[0xc0010114]["SVMDIS"] == 1)
    for word, fields in VMX_FLAGS.items() if usable else ():
        tally.same("Linux, vmx flags", where, word, word in vmx_flags, supported(msrs, fields))
    for word, fields in SYNTHETIC_FLAGS.items() if usable else ():
        tally.same("Linux, flags of VMX", where, word, word in flags, supported(msrs, fields))
    if usable:
        tally.same("Linux, vmx flags", where, "other words", set(), vmx_flags - VMX_FLAGS.keys())


def check_lab(tally, folder):
    """Linux on emulated machines; one file can have a machine and its guest."""
    for path in sorted(folder.glob("*.txt")):
        for count, text in enumerate(path.read_text(errors="replace").split("=== LAB START")):
            msrs, words = read_msrs(text), words_of(read_cpuid(text))
            if line_of(text, "flags") is None or "svm" not in words or not msrs:
                continue
            where = f"{path.name} {count}"
            check_kernel(tally, where, text, text)
            if words["vmx"] and BASIC in msrs:
                check_halves(tally, where, msrs)
                tally.names(where, msrs)


def check_transcribed(tally, folder):
    for path in sorted((folder / "cpuinfo").glob("*_kvm-guest_*.txt")):
        for raw in (folder / "etallen").glob(path.name.split("_vmx")[0] + "*"):
            check_kernel(tally, path.name, path.read_text(), raw.read_text())
    for path in sorted((folder / "turbostat").glob("*.txt")):
        for raw, words in re.findall(r"MSR_IA32_FEATURE_CONTROL: (0x\w+) \(([^)]*)\)", path.read_text()):
            fields = decode({0x3a: int(raw, 16)}, {})[0x3a]
            theirs = ("UN-Locked" not in words, "SGX" in words)
            tally.same("turbostat", path.name, raw, theirs, (fields["LOCK"] == 1, fields["SGX global enable"] == 1))
    for path in sorted((folder / "vmxcap").glob("*.tsv")):
        columns, *rows = [line.split("\t") for line in path.read_text().splitlines()]
        registers = [{"IA32_VMX_BASIC": BASIC, "IA32_VMX_MISC": MISC, "IA32_VMX_EPT_VPID_CAP": EPT_VPID}.get(name)
                     for name in columns]
        for row in rows:
            tally.names(row[0], {register: int(cell, 16) for register, cell in zip(registers, row)
                                 if register and cell != "-"})


def signature(words):
    family = words["family"] + (words["extended family"] if words["family"] == 0xf else 0)
    extended = words["extended model"] if words["family"] in (6, 0xf) else 0
    return [family, extended << 4 | words["model"], words["stepping"]]


def check_index(tally, where, row, msrs, cpuid):
    """The columns of the corpus's index, beside the raw registers of the file that they are of."""
    words, controls = words_of(cpuid), decode(msrs, {})
    for word in INDEX_WORDS:
        if row[word] and word in words:
            tally.same("the index", where, word, flag(row[word]), words[word] == 1)
    if "family" in words:
        tally.same("the index", where, "family", [int(row[column]) for column in SIGNATURE], signature(words))
    if "core type" in words:
        theirs = {int(core, 16) for core in row["hybrid"].split("+") if core}  # types of core, of a hybrid processor
        tally.same("the index", where, "hybrid", bool(theirs), words["hybrid"] == 1)
        tally.same("the index", where, "a type of core", True, words["core type"] in theirs or not theirs)
    for column, control in INDEX_CONTROLS.items():
        if row[column] and BASIC in msrs:
            tally.same("the index", where, column, flag(row[column]), supported(controls, [control]))


def check_libcpuid(tally, where, row, text, cpuid):
    """The words of libcpuid at the end of each of its tests."""
    theirs = next((line.split() for line in text.splitlines() if line.startswith("fpu ")), None)
    if theirs is None or row["vendor"] in NOT_IN_LIBCPUID:
        return
    ours = words_of(cpuid)
    for word in LIBCPUID_WORDS:
        tally.same("libcpuid", where, word, word in theirs, ours.get(word, 0) == 1)
    tally.same("libcpuid", where, "nx", "nx" in theirs or "xd" in theirs, ours.get("nx", 0) == 1)


def check_corpus(tally, corpus, row):
    where = row["path"]
    tally.names(where, {register: number(row[column]) for register, column in ((0x3a, "msr_3a"), (0xc0010114, "vm_cr"))
                        if row[column]})
    if row["format"] not in RAW_FORMATS:
        return
    text = (corpus / where).read_text(errors="replace")
    msrs, cpuid = read_msrs(text), read_cpuid(text)
    tally.names(where, msrs | cpuid)
    check_index(tally, where, row, msrs, cpuid)
    check_libcpuid(tally, where, row, text, cpuid)
    if BASIC in msrs:
        check_halves(tally, where, msrs)


def read_index(corpus):
    with open(corpus / "INDEX.tsv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def main():
    shared = pathlib.Path(sys.argv[1])
    corpus = shared / "corpus" if (shared / "corpus").is_dir() else shared
    outputs = sorted((corpus / "transcribed/vmxcap").glob("*.txt"))
    if not outputs:
        print(f"skipped: no output of vmxcap below {shared}")
        return 77
    tally = Tally()
    check_states(tally)
    for path in outputs:
        check_vmxcap(tally, path.name, path.read_text())
    check_transcribed(tally, corpus / "transcribed")
    for row in read_index(corpus):
        check_corpus(tally, corpus, row)
    check_lab(tally, shared / "lab/seen")
    for fault in tally.faults:
        print(": ".join(fault))
    for (register, bit), places in sorted(tally.unnamed.items(), key=str):
        name = "{:#x}.{}.{}".format(*register) if isinstance(register, tuple) else f"{register:#x}"
        print(f"no name for {name}[{bit}], set in {len(places)}, among them {min(places)}")
    for kind, count in tally.checked.items():
        print(f"{count:6} {kind}")
    print(f"{len(tally.faults)} disagreements")
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
