"""The situations that the lab sets up, and what nestprobe has to say in each.

An expectation is the answer and any words that must go with it: how ("yes svm"), the cause by the
rule's id or name ("no NP503 nested-parameter-off"), or "degraded". None: not looked at.
"""
# SPDX-License-Identifier: MIT
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Optional, Union

from emulators import Bochs, Qemu


@dataclass(frozen=True)
class L1:
    """A stock Linux in a KVM guest (guest/minivmm.c) of a stock Linux in an emulator."""

    machine: Union[Qemu, Bochs]
    modules: str  # of the system below
    options: str = ""  # for minivmm: "-M MSR=VALUE", "-d FEATURE"
    bare_metal = False


@dataclass(frozen=True)
class Situation:
    name: str
    machine: Union[Qemu, Bochs, L1]
    modules: str = ""  # loaded before nestprobe runs, with parameters: "kvm_intel nested=1; vfio-pci"
    here: Optional[str] = None  # what is expected of kvm-here
    guests: Optional[str] = None  # and of kvm-in-guests
    report: dict[str, Any] = field(default_factory=dict)  # further values, by their path in the report
    msr: bool = True  # is the msr module loaded?
    user: str = "root"  # or nobody
    files: dict[str, str] = field(default_factory=dict)  # path -> content
    before: str = ""  # shell commands after the modules, before nestprobe
    kernel: str = "cloud"  # or generic
    command_line: str = ""  # added to the kernel's


QEMU = Qemu()
HASWELL = Bochs("corei7_haswell_4770")

SITUATIONS = [
    # SVM, under QEMU
    Situation("qemu-svm-nested", QEMU, "kvm_amd nested=1", here="yes svm", guests="yes"),
    Situation("qemu-svm-nested-off", QEMU, "kvm_amd nested=0", here="yes svm", guests="no NP503 nested-parameter-off"),
    Situation("qemu-svm-module-not-loaded", QEMU, "", here="no NP501 kvm-module-not-loaded"),
    Situation("qemu-svm-hidden", Qemu("max,-svm,-la57"), "kvm_amd", here="no NP301 hypervisor-hides-svm"),
    Situation("qemu-unprivileged", QEMU, "kvm_amd nested=1", user="nobody", msr=False,
              before="chmod 0600 /dev/kvm", here="no NP603 dev-kvm-permission-denied"),
    Situation("qemu-svm-4cpus", Qemu(cpus=4), "kvm_amd nested=1", here="yes svm", guests="yes",
              report={"machine.cpus": 4}),
    # VMX, under Bochs
    Situation("bochs-haswell-nested", HASWELL, "kvm_intel nested=1", here="yes vmx", guests="yes"),
    Situation("bochs-haswell-locked", Bochs(feature_control=1), "kvm_intel", here="no NP201 vmx-disabled-by-firmware"),
    # True guests of KVM
    Situation("l1-svm-L0-nested-off", L1(QEMU, "kvm_amd nested=0"), "kvm_amd", here="no NP301 hypervisor-hides-svm"),
]
