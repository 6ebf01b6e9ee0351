#!/usr/bin/env python3
"""Boot real Linux guests under QEMU and Bochs, run nestprobe in each, compare its answers with the truth.

Exit status: 0 all passed, 1 not all, 2 something that the lab needs is missing.
"""
# SPDX-License-Identifier: MIT
from __future__ import annotations

import argparse
import base64
import fnmatch
import gzip
import itertools
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Iterator

import emulators
import golden
import guests_column
import initramfs
import kernels
import mutate
import peers
from cache import Cache
from emulators import Boot, BootFailure
from golden import QUESTIONS
from situations import L1, SITUATIONS, Situation

# Debian package -> what proves that it is there
PACKAGES = {
    "bochs": "/usr/bin/bochs-bin",
    "bochs-term": f"{emulators.Bochs.PLUGINS}/libbx_term_gui.so",
    "bochsbios": str(emulators.Bochs.BIOS),
    "vgabios": str(emulators.Bochs.VGA_BIOS),
    "qemu-system-x86": "/usr/bin/qemu-system-x86_64",
    "busybox-static": "/usr/share/doc/busybox-static",
    "gcc": "/usr/bin/gcc",
    "libc6-dev": "/usr/lib/x86_64-linux-gnu/libc.a",
    "lz4": "/usr/bin/lz4",
}

L1_MEMORY, L0_MEMORY = 192, 512  # MB: of the inner guest, and of the outer one beside it

EVENTS = {"here": "kvmhlt.txt", "guests": "kvmnest.txt", "devices": "vfio.txt"}  # who has seen it happen, or not
BLOCKS = ["setup.status", "json.txt", "witness.txt", *EVENTS.values()]

# Which module parameter, as it reads after loading, each rule about the price of a "yes" is about
PRICES = {"NP509": "kvm_intel/parameters/ept", "NP510": "kvm_amd/parameters/npt",
          "NP511": "kvm_intel/parameters/enable_shadow_vmcs", "NP512": "kvm_intel/parameters/enable_apicv",
          "NP513": "kvm_intel/parameters/vpid", "NP514": "kvm_intel/parameters/unrestricted_guest"}
# The same, but where one is off the processor may lack it, which is no failure
HELPERS = {"NP519": "kvm_intel/parameters/eptad", "NP520": "kvm_intel/parameters/pml",
           "NP521": "kvm_intel/parameters/flexpriority", "NP522": "kvm_intel/parameters/vnmi",
           "NP523": "kvm_intel/parameters/preemption_timer", "NP524": "kvm_intel/parameters/enable_ipiv",
           "NP525": "kvm_amd/parameters/nrips", "NP526": "kvm_amd/parameters/vls",
           "NP527": "kvm_amd/parameters/vgif", "NP528": "kvm_amd/parameters/lbrv",
           "NP529": "kvm_amd/parameters/tsc_scaling", "NP530": "kvm_amd/parameters/vnmi"}
# Where a guest ran, nothing stands in its way, every word that the kernel made of the registers agrees with them, and
# /dev/kvm and the module prove it; where a guest's guest ran, KVM's offer of VMX or SVM proves it.
RAN = ("NP403", "NP404", "NP406", "NP407", "NP505", "NP506", "NP515", "NP516", "NP517", "NP518", "NP532", "NP605", "NP606")
RAN_BY = {"vmx": ("NP103", "NP104", "NP105", "NP305"), "svm": ()}
NESTED = ("NP607", "NP608")
# What no guest of the lab has: the rule must stand back, and say what it did not see.
STANDS_BACK = {"NP306": "no sign of Xen", "NP604": "no sign of another hypervisor on this system"}
NESTED_BY = {"vmx": (), "svm": ("NP531",)}
FORMATS = ("json", "facts", "summary", "explain")
ONLY_NESTED = ("NP511", "NP512")  # of no interest while nested is off
EXIT_STATUS = {"yes": 0, "no": 1, "unknown": 2}


def boot(situation: Situation, programs: bytes, cache: Cache, folder: Path, ask: str) -> None:
    """Set the situation up and let it run to its end; what it said is then in folder/serial.txt."""
    kernel = kernels.fetch(cache, situation.kernel)
    tools = initramfs.helpers(cache)
    base = initramfs.base_layer(cache, kernel, tools)

    def settings(load: str, **others: str) -> str:
        for module in filter(str.strip, load.split(";")):
            if not kernel.has_module(module.split()[0]):
                raise BootFailure(f"a module that the kernel does not have: {module.strip()}")
        return "".join(f"{name}={shlex.quote(value)}\n" for name, value in {"load": load, **others}.items())

    modules = "; ".join(["msr"] * situation.msr + [situation.modules])
    machine = situation.machine
    more = peers.MEMORY if ask else 0
    registers = "yes" if isinstance(machine, L1) else ""
    own = settings(modules, before=situation.before, user=situation.user, formats=" ".join(FORMATS), registers=registers,
                   prove=situation.prove,                   peers=ask)
    ramdisk = base + programs + initramfs.situation_layer(own, situation.files, {})
    command_line = f"{emulators.COMMAND_LINE} {situation.command_line}".strip()
    if isinstance(machine, L1):
        inner_memory = L1_MEMORY + more
        below = settings(machine.modules, inner=f"-m {inner_memory} {machine.options}", cmdline=command_line)
        inner = {"bzimage": kernel.bzimage.read_bytes(), "initramfs": ramdisk}
        ramdisk = base + programs + initramfs.situation_layer(below, {}, inner)
        command_line = emulators.COMMAND_LINE
        machine = replace(machine.machine, memory=L0_MEMORY + inner_memory + more)
    machine = replace(machine, memory=machine.memory + more)
    machine.boot(Boot(kernel, ramdisk, command_line, tools / "boot", folder))


def blocks(serial: str) -> dict[str, bytes]:
    """The blocks that the guest sent (guest/init). Raises BootFailure when one is missing or damaged."""
    found: dict[str, bytes] = {}
    lines = iter(serial.splitlines())
    for line in map(str.strip, lines):
        if line == "@@DONE":
            missing = [name for name in BLOCKS if name not in found]
            if missing:
                raise BootFailure(f"the guest did not send {', '.join(missing)}")
            return found
        if line.startswith("@@BEGIN "):
            name = line.split()[1]
            if name in found:
                raise BootFailure(f"{name} came twice")
            body = itertools.takewhile(lambda line: line != f"@@END {name}", map(str.strip, lines))
            try:
                found[name] = gzip.decompress(base64.b64decode("".join(body), validate=True))
            except (ValueError, OSError, EOFError, zlib.error) as error:
                raise BootFailure(f"{name} came damaged: {error}") from None
    raise BootFailure("the guest did not finish")


def serial_output(folder: Path) -> str:
    path = folder / "serial.txt"
    return path.read_text(errors="replace") if path.exists() else ""


def last_words(serial: str) -> str:
    """The line that best tells why a guest did not finish."""
    lines = [line.strip() for line in serial.splitlines() if line.strip()]
    telling = [line for line in lines if re.search("panic|failed:|segfault", line)] or lines[-1:]
    return f"; its serial line says: {telling[0]}" if telling else ""


def judge(situation: Situation, got: dict[str, bytes]) -> list[str]:
    """What is wrong with the report, each as "expected ... got ...". Empty: nothing."""
    try:
        report = json.loads(got["json.txt"])
        return list(complaints(situation, report, got))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        said = got.get("json.txt.stderr", b"").decode(errors="replace").strip()
        return [f"expected a report got {error!r}" + (f", and on standard error: {said}" if said else "")]


def complaints(situation: Situation, report: dict, got: dict[str, bytes]) -> Iterator[str]:
    names = {finding["id"]: finding["name"] for finding in report["findings"]}
    for short, question in QUESTIONS.items():
        expected = getattr(situation, short)
        if expected is None:
            continue
        answer = report["answers"][question]
        words = [answer["answer"], answer.get("how"), answer.get("cause"), names.get(answer.get("cause")),
                 "degraded" if answer.get("degraded") else None]
        wanted = expected.split()
        if wanted[0] != words[0] or not set(wanted) <= set(words) or ("degraded" in wanted) != ("degraded" in words):
            yield f"expected {question} {expected} got {' '.join(filter(None, words))}"
        # The truth itself: a table that expects the wrong thing is a failure too.
        seen = happened(got, EVENTS[short])
        if wanted[0] != "unknown" and seen != (wanted[0] == "yes"):
            yield f"expected {question} {wanted[0]} got {EVENTS[short]} that {'succeeds' if seen else 'fails'}"

    # The question that decides the exit status depends on whether there is a hypervisor above.
    question = "kvm-in-guests" if situation.machine.bare_metal else "kvm-here"
    expected = EXIT_STATUS[report["answers"][question]["answer"]]
    for name in FORMATS:
        if int(got[f"{name}.status"]) != expected:
            yield f"expected {name}.status {expected} for {question} got {int(got[f'{name}.status'])}"

    if int(got["setup.status"]):
        said = got.get("setup.txt.stderr", b"").decode(errors="replace").strip()
        yield f"expected a set-up without errors got {said}"

    findings = {finding["id"]: finding for finding in report["findings"]}
    for rule, expected in {**witnessed(report, got), **prices(got), **situation.findings}.items():
        if findings[rule]["status"] != expected:
            yield f"expected {rule} {expected} got {findings[rule]['status']}"
    for rule, text in (standing_back(got) if happened(got, EVENTS["here"]) else {}).items():
        cited = " ".join([findings[rule]["message"], *(reading["where"] for reading in findings[rule]["readings"])])
        if findings[rule]["status"] != "pass" and text not in cited:
            yield f"expected {rule} to speak of {text} got {cited}"
    for rule, text in situation.never.items():
        said = f"{findings[rule]['message']} {findings[rule].get('fix') or ''}"
        if text in said:
            yield f"expected {rule} not to speak of {text!r} got {said}"

    for name, expected in situation.proof.items():
        fact = report["facts"][f"proof.{name}"]
        if fact.get("value") != expected:
            yield f"expected proof.{name} {expected} got {fact}"

    for path, expected in situation.report.items():
        value = report
        for key in path.split("."):
            value = value[key]
        if value != expected:
            yield f"expected {path} {expected!r} got {value!r}"


def happened(got: dict[str, bytes], witness: str) -> bool:
    return got[witness].decode(errors="replace").split("\n")[-2:][0] == "OK"


def witnessed(report: dict, got: dict[str, bytes]) -> dict[str, str]:
    """What rules have to say where a guest ran, or a guest in it."""
    how = report["answers"]["kvm-here"].get("how")
    rules: tuple[str, ...] = ()
    if happened(got, EVENTS["here"]):
        rules += RAN + RAN_BY.get(how, ())
    if happened(got, EVENTS["guests"]):
        rules += NESTED + NESTED_BY.get(how, ())
    return dict.fromkeys(rules, "pass")


def prices(got: dict[str, bytes]) -> dict[str, str]:
    """What the rules about slow guests have to say, by what the shell read from the module's parameters."""
    on = {name: value in ("Y", "1") for name, value in parameters(got).items()}
    nested = on.get("kvm_intel/parameters/nested") or on.get("kvm_amd/parameters/nested")
    helpers = {rule: "pass" for rule, name in HELPERS.items() if on.get(name) and nested}
    return helpers | {rule: "pass" if on[name] else "fail" for rule, name in PRICES.items()
            if name in on and (nested or rule not in ONLY_NESTED)}


def parameters(got: dict[str, bytes]) -> dict[str, str]:
    """The modules' parameters, kvm_amd/parameters/nested and so on, as the shell read them."""
    return dict(re.findall(r"^/sys/module/(\S+?):(.*)$", got["witness.txt"].decode(errors="replace"), re.MULTILINE))


def standing_back(got: dict[str, bytes]) -> dict[str, str]:
    """What rules without anything to say must have looked at where KVM works: the parameter, or that there is none."""
    live = parameters(got)
    nested = next((name for name, value in live.items() if name.endswith("/nested") and value in ("Y", "1")), None)
    said = dict(STANDS_BACK)
    for rule, name in HELPERS.items():
        module, _, parameter = name.split("/")
        if nested and nested.startswith(f"{module}/"):
            said[rule] = f"/sys/module/{name}" if name in live else f"{module} here has no parameter {parameter}"
    return said


def replay(binary: Path, folder: Path, got: dict[str, bytes]) -> Iterator[str]:
    """A snapshot must give here, byte for byte, what was printed in the guest when it was recorded."""
    for name in FORMATS:
        snapshot = f"{name}.snapshot"
        if snapshot not in got:
            yield f"expected {snapshot} got none"
            continue
        if got[snapshot].strip() == f"{FORMATS[0]}.snapshot".encode():
            snapshot = f"{FORMATS[0]}.snapshot"  # the guest found them alike
        done = subprocess.run([binary, "--from", folder / snapshot, "--format", name], timeout=60,
                              stdin=subprocess.DEVNULL, capture_output=True, env={"PATH": os.defpath})
        (folder / f"{name}.replay").write_bytes(done.stdout)
        if done.stderr:
            yield f"expected nothing on standard error of --from {snapshot} got {done.stderr.decode().strip()}"
        if done.returncode != int(got[f"{name}.status"]):
            yield f"expected --from {snapshot} with {name} to exit with {int(got[f'{name}.status'])} got {done.returncode}"
        if got[f"{name}.txt"] != done.stdout:
            there, here = (text.decode(errors="replace").splitlines() for text in (got[f"{name}.txt"], done.stdout))
            where = next((i for i, (a, b) in enumerate(zip(there, here)) if a != b), min(len(there), len(here)))
            first = [f"{lines[where].strip()!r}" if where < len(lines) else "its end" for lines in (there, here)]
            yield f"expected {name} line {where + 1} {first[0]}, as in the guest, got {first[1]} from its snapshot"


def examine(situation: Situation, binary: Path, programs: bytes, cache: Cache, out: Path,
            ask: str = "") -> tuple[list[str], float, list[peers.Mark]]:
    """Run one situation: what is wrong, the seconds that it took, and how every tool fared that was asked."""
    folder = out / situation.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    start = time.monotonic()
    marks: list[peers.Mark] = []
    try:
        boot(situation, programs, cache, folder, ask)
        got = blocks(serial_output(folder))
        for name, content in got.items():
            (folder / name).write_bytes(content)
        wrong = [*judge(situation, got), *replay(binary, folder, got)]
        if isinstance(situation.machine, L1) and not situation.machine.options:
            wrong += guests_column.compare(got)
        if ask:
            marks = peers.marks(situation, got)
    except BootFailure as failure:
        wrong = [f"expected a boot and a report got {failure}{last_words(serial_output(folder))}"]
    return wrong, time.monotonic() - start, marks


def output_folder(binary: Path) -> Path:
    """BUILD/lab when the binary lies in a build folder, otherwise a new folder in /tmp."""
    for parent in binary.parents:
        if (parent / "build.ninja").exists():
            return parent / "lab"
    return Path(tempfile.mkdtemp(prefix="nestprobe-lab-"))


def arguments() -> argparse.Namespace:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nestprobe-lab"
    parser = argparse.ArgumentParser(prog="lab.py", description=__doc__.split("\n")[0])
    parser.add_argument("situations", nargs="*", metavar="SITUATION", help="name or pattern (default: all)")
    parser.add_argument("--quick", action="store_true", help="only those that take a minute or two together")
    parser.add_argument("--binary", type=Path, metavar="PATH", help="the nestprobe to test")
    parser.add_argument("--cache", type=Path, metavar="DIR", default=cache, help="kernels and images (%(default)s)")
    parser.add_argument("--out", type=Path, metavar="DIR",
                        help="serial output and reports (default: lab/ in the binary's build folder)")
    parser.add_argument("--jobs", type=int, metavar="N", default=2, help="guests at a time (%(default)s)")
    parser.add_argument("--peers", action="store_true", help="ask other tools too, and print how each fared")
    parser.add_argument("--mutate", type=Path, metavar="MUTANT",
                        help="judge the last run again without each rule in turn (tests/mutant.cpp)")
    parser.add_argument("--golden", action="store_true",
                        help="make golden machines of what the last run recorded, and print what changes")
    parser.add_argument("--list", action="store_true", help="name the situations and what is expected")
    parser.add_argument("--packages", action="store_true", help="name the Debian packages that the lab needs")
    options = parser.parse_args()
    patterns = options.situations or ["*"]
    chosen = [s for s in SITUATIONS if s.group == "quick" or not options.quick]
    for pattern in patterns:
        if not fnmatch.filter([s.name for s in SITUATIONS], pattern):
            parser.error(f"no situation is called {pattern}; --list names them")
    options.situations = [s for s in chosen if any(fnmatch.fnmatch(s.name, p) for p in patterns)]
    if not (options.list or options.packages or options.binary):
        parser.error("--binary PATH is needed")
    return options


def main() -> int:
    options = arguments()
    if options.packages:
        print(*PACKAGES, *(peers.PACKAGES if options.peers else ()))
        return 0
    if options.list:
        for s in options.situations:
            print(f"{s.name:32} {s.group:6}" + "; ".join(
                f"{question} {getattr(s, short)}" for short, question in QUESTIONS.items() if getattr(s, short)))
        return 0
    out = (options.out or output_folder(options.binary.resolve())).resolve()
    machines = Path(__file__).resolve().parents[1] / "machines"
    if options.mutate:
        found = mutate.noticed(options.mutate.resolve(), out, options.situations, judge)
        return 1 if mutate.report(found, machines) else 0
    if options.golden:
        golden.refresh(out, options.situations, machines)
        return 0
    needed = {**PACKAGES, **(peers.PACKAGES if options.peers else {})}
    missing = [package for package, proof in needed.items() if not os.path.exists(proof)]
    if missing:
        print(f"lab: missing; try: apt-get install --no-install-recommends {' '.join(missing)}", file=sys.stderr)
        return 2

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that no emulator outlives us
    binary = options.binary.resolve()
    pool = ThreadPoolExecutor(max(1, options.jobs))
    passed = 0
    marks: list[peers.Mark] = []
    try:
        cache = Cache(options.cache.resolve())
        for flavour in sorted({s.kernel for s in options.situations}):  # once, not in every thread
            initramfs.base_layer(cache, kernels.fetch(cache, flavour), initramfs.helpers(cache))
        layer = initramfs.program_layer(binary) + (peers.layer() if options.peers else b"")
        if any("prove_broken" in s.before for s in options.situations):
            layer += initramfs.program_layer(binary.parents[1] / "tests/lab/prove_broken", "prove_broken")
        ask = ";".join(f"{name} {command}" for name, command in peers.COMMANDS.items()) if options.peers else ""
        # Longest first, so that no emulator runs alone at the end.
        options.situations.sort(key=lambda s: not isinstance(s.machine, L1))
        results = pool.map(lambda s: examine(s, binary, layer, cache, out, ask), options.situations)
        for situation, (wrong, seconds, found) in zip(options.situations, results):
            passed += not wrong
            marks += found
            print(f"FAIL {situation.name}: {'; '.join(wrong)}" if wrong else
                  f"ok   {situation.name:32} {seconds:5.1f} s", flush=True)
    except KeyboardInterrupt:
        return 130
    except subprocess.CalledProcessError as error:
        print(f"lab: {shlex.join(map(str, error.cmd))}: {error.stderr.strip()}", file=sys.stderr)
        return 2
    except (OSError, RuntimeError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return 2
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        emulators.stop_all()
    if options.peers:
        print("", peers.scoreboard(marks), "", *peers.errors(marks), "", sep="\n")
        if any(mark.claim.tool == "nestprobe" for mark in marks if mark.word == "wrong"):
            passed = min(passed, len(options.situations) - 1)
    failed = len(options.situations) - passed
    if failed:
        print(f"serial output and reports: {out}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
