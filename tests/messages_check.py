#!/usr/bin/env python3
"""Check the pages of messages as they are printed: for each line of SAMPLES the page that the program gives, its
commands by sh -n, and that nestprobe-messages(7) holds every message with its patterns and its commands.

    messages_check.py BINARY SAMPLES TABLE MESSAGES_PAGE LOG_SAMPLES

TABLE is the source of the table; LOG_SAMPLES are lines of the kernel's log.  Each sample of both is taken by --from, alone.  Prints what is wrong.  Exit status: 0 nothing, 1 something.
"""
# SPDX-License-Identifier: MIT
from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Iterator

from run import Nestprobe

WANTED = ("\nlikely causes:\n", "\nwhat to do:\n", "\nsource:\n")


def page_of(nestprobe: Nestprobe, what: str) -> tuple[int, str]:
    run = nestprobe.text("--explain=" + what)
    return run.returncode, run.stdout


def sample_faults(nestprobe: Nestprobe, samples: list[str]) -> Iterator[str]:
    for line in samples:
        wanted, text = line.split("\t", 1)
        status, page = page_of(nestprobe, text)
        if wanted == "NONE":
            if status != 64 and "\na line of the kernel's log" not in page:
                yield f"{text}: exit status {status}, not 64"
        elif status != 0 or page.split("\n", 1)[0] != wanted:
            yield f"{text}: exit status {status}, page {page[:40]!r}, not {wanted}"


def log_faults(nestprobe: Nestprobe, samples: list[str]) -> Iterator[str]:
    """A line that the log is searched for has a page of its own, or a message's."""
    for line in samples:
        if line.startswith("#") or not line:
            continue
        status, page = page_of(nestprobe, line.split("\t", 1)[1])
        if status != 0 or not ("\na line of the kernel's log" in page or "\na message of " in page):
            yield f"{line}: exit status {status}, no page"


def refusal_faults(nestprobe: Nestprobe, samples: list[str]) -> Iterator[str]:
    """Who has the message in a file gives the file."""
    for line in samples:
        if line.startswith("#") or not line:
            continue
        wanted, text = line.split("\t", 1)
        status = nestprobe.text("--from", "-", input=text + "\n").returncode
        if wanted != "NONE" and status == 65:
            yield f"{text}: --from refuses a text of a message that has a page"


# What somebody asks for by a product's name, or in a sentence of their own.
PLATFORMS = {
    "DigitalOcean": "DigitalOcean", "hetzner": "Hetzner Cloud", "Fly.io": "Fly.io", "amazon ec2": "Amazon EC2",
    "DigitalOcean droplet nested virtualization": "DigitalOcean",
    "running inside a virtualized VMware Workstation, Hyper-V or WSL 2 are not available": "VMware",
    "My VPS at Vultr has no vmx": "Vultr",
    "my host is AMD EPYC on cloudstack": "Apache CloudStack",
    "I cannot run it inside a virtual machine of Xen": "Xen", "Is nested virtualization possible in xhyve": "bhyve",
    "our EKS nodes have no device": "Amazon EC2",
}
NO_PLATFORM = ("WSL 2 needs Hyper-V, which conflicts with VMware or VirtualBox", "I want to install VirtualBox here")


def platform_faults(nestprobe: Nestprobe) -> Iterator[str]:
    for text, name in PLATFORMS.items():
        status, page = page_of(nestprobe, text)
        if status or page.split("\n", 1)[0] != name or "\nnested virtualization:\n" not in page:
            yield f"{text}: exit status {status}, not the page of {name}: {page[:60]!r}"
    for text in NO_PLATFORM:
        status, page = page_of(nestprobe, text)
        if "\nnested virtualization:\n" in page:
            yield f"{text}: the page of a platform, though none is meant"


def definition_faults(nestprobe: Nestprobe) -> Iterator[str]:
    """--domain takes the definition of another hypervisor's guest for what it is evidence of: that guest."""
    for text, said in (('virtualHW.version = "14"\nguestOS = "ubuntu-64"\n', "without vhv.enable"),
                       ('type = "hvm"\nname = "a"\nmemory = 2048\n', "a file of xl's, without nestedhvm")):
        run = nestprobe.text("--domain", "-", input=text)
        if run.returncode != 1 or said not in " ".join(run.stdout.split()):
            yield f"--domain of {text!r}: exit status {run.returncode}, {run.stderr.strip()}"


def command_faults(name: str, page: str) -> Iterator[str]:
    for line in page.splitlines():
        if not line.startswith("    "):
            continue
        command = line[4:]
        check = subprocess.run(["sh", "-n"], input=command + "\n", text=True, capture_output=True)
        if check.returncode:
            yield f"{name}: sh does not take it: {command}: {check.stderr.strip()}"
        if re.search(r"[.,;]$", command):
            yield f"{name}: something stands behind the command: {command}"


def manual_faults(name: str, patterns: list[str], page: str, section: str | None) -> Iterator[str]:
    if section is None:
        yield f"{name} is not in nestprobe-messages(7)"
        return
    for pattern in patterns:
        if f".It\n{pattern}\n" not in section:
            yield f"{name}: nestprobe-messages(7) lacks the pattern {pattern}"
    for line in page.splitlines():
        if line.startswith("    ") and line[4:] not in section.splitlines():
            yield f"{name}: nestprobe-messages(7) lacks the command {line[4:]}"


def plain(roff: str) -> str:
    return roff.replace(r"\-", "-").replace(r"\&", "").replace(r"\e", "\\")


def main() -> int:
    if len(sys.argv) != 6:
        print("usage: messages_check.py NESTPROBE SAMPLES TABLE MESSAGES_PAGE LOG_SAMPLES", file=sys.stderr)
        return 64
    nestprobe = Nestprobe(sys.argv[1])
    samples, table, manual, log = (Path(path).read_text() for path in sys.argv[2:])
    patterns = {name: "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', words)).replace('\\"', '"').replace(r'\\', '\\').split("\\n")
                for name, words in re.findall(r'\.id = "(.*?)".*?\.patterns = (.*?),\n +\.means', table, re.S)}
    sections = dict(re.findall(r"^\.Ss (.*?)$(.*?)(?=^\.S|\Z)", plain(manual), re.M | re.S))
    wrong = list(sample_faults(nestprobe, samples.splitlines()))
    wrong += log_faults(nestprobe, log.splitlines())
    wrong += refusal_faults(nestprobe, samples.splitlines() + log.splitlines())
    wrong += platform_faults(nestprobe)
    wrong += definition_faults(nestprobe)
    ids = re.findall(r'\.id = "(.*?)"', table)
    if len(ids) < 100 or set(ids) != set(patterns):
        wrong.append(f"{len(ids)} messages and {len(patterns)} lists of patterns in the table")
    for name in ids:
        status, page = page_of(nestprobe, name)
        wrong += [f"{name}: no {word.strip()}" for word in WANTED if status or word not in page]
        wrong += command_faults(name, page)
        wrong += manual_faults(name, patterns.get(name, []), page, sections.pop(name, None))
    wrong += [f"{name} is in nestprobe-messages(7) and not in the table" for name in sections]
    print(*wrong, sep="\n", end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
