"""The situations that the lab sets up, and what nestprobe has to say in each.

An expectation is the answer and any words that must go with it: how ("yes svm"), the cause by the
rule's id or name ("no NP503 nested-parameter-off"), or "degraded", which a yes without the word must not be. None: not
looked at.
"""
# SPDX-License-Identifier: MIT
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Optional, Union

import fixes
from emulators import Bochs, LibvirtQemu, Qemu


@dataclass(frozen=True)
class L1:
    """A stock Linux in a KVM guest (guest/minivmm.c) of a stock Linux in an emulator."""

    machine: Union[Qemu, Bochs]
    modules: str  # of the system below
    options: str = ""  # for minivmm: "-M MSR=VALUE", "-d FEATURE", "-s HYPERVISOR"
    bare_metal: bool = False  # it looks so when the hypervisor bit is taken out


@dataclass(frozen=True)
class Situation:
    name: str
    machine: Union[Qemu, Bochs, L1]
    modules: str = ""  # loaded before nestprobe runs, with parameters: "kvm_intel nested=1; vfio-pci"
    here: Optional[str] = None  # what is expected of kvm-here
    guests: Optional[str] = None  # and of kvm-in-guests
    devices: Optional[str] = None  # and of device-assignment
    findings: dict[str, str] = field(default_factory=dict)  # rule -> its status: pass, fail, unknown, skipped
    never: dict[str, str] = field(default_factory=dict)  # rule -> what neither its message nor its fix may say
    report: dict[str, Any] = field(default_factory=dict)  # further values, by their path in the report
    msr: bool = True  # is the msr module loaded?
    user: str = "root"  # or nobody
    files: dict[str, str] = field(default_factory=dict)  # path -> content
    before: str = ""  # shell commands after the modules, before nestprobe
    kernel: str = "cloud"  # or generic
    command_line: str = ""  # added to the kernel's
    prove: str = ""  # nestprobe runs with this option: "--prove", "--prove=all-cpus"
    proof: dict[str, Optional[bool]] = field(default_factory=dict)  # a fact of it -> its value; None: absent
    group: str = "slow"  # or quick: run by default


def quick(*arguments: Any, **options: Any) -> Situation:
    return Situation(*arguments, group="quick", **options)


def options_for(module: str, text: str) -> dict[str, str]:
    return {"/etc/modprobe.d/lab.conf": f"options {module} {text}\n"}


def q35(*devices: str, memory: int = 512) -> Qemu:
    """With a device that has no driver, free to be assigned."""
    options = [word for device in (*devices, "edu") for word in ("-device", device)]
    return Qemu(memory=memory, options=("-M", "q35", *options))


QEMU = Qemu()
HASWELL = Bochs("corei7_haswell_4770")
BLACKLIST = "/etc/modprobe.d/blacklist-lab.conf"
IN_GROUP = {"/etc/group": "root:x:0:\nkvm:x:104:nobody\nnogroup:x:65534:\n"}


def bochs(name: str, model: str, modules: str, here: str, guests: Optional[str] = None, **options: Any) -> Situation:
    return Situation(f"bochs-{name}", Bochs(model), modules, here=here, guests=guests, **options)


PROOFS = ("kvm_here", "kvm_in_guests", "nested_paging", "long_mode", "long_mode_nested_paging", "shadow_vmcs")


def proofs(*without: str, value: Optional[bool] = None) -> dict[str, Optional[bool]]:
    """All of --prove's facts are true, but these."""
    return {name: value if name in without else True for name in PROOFS}


PROVEN = dict.fromkeys(("NP611", "NP612", "NP613", "NP614", "NP615"), "pass")


def prove(name: str, machine: Union[Qemu, Bochs, L1], modules: str, proof: dict[str, Optional[bool]],
          **options: Any) -> Situation:
    findings = PROVEN if options.get("guests", "").startswith("yes") else {}
    return Situation(name, machine, modules, proof=proof,
                     **{"here": "yes", "prove": "--prove", "findings": findings, **options})


PAGING = ("nested_paging", "long_mode_nested_paging")
ALL_NESTED = PROOFS[1:]
# A hundred proofs, killed at random points of the time that one takes: no process, no user of the module, no machine and
# no memory stays behind. What looks for remains has to find those of a guest that runs, first.
KILLED = r"""mount -t debugfs debug /sys/kernel/debug
now() { read -r up _ < /proc/uptime; echo "${up%.*}${up#*.}"; }
free() { sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo; }
remains() {
    [ "$(cat /sys/module/kvm_amd/refcnt)" = 0 ] || echo "kvm_amd has $(cat /sys/module/kvm_amd/refcnt) users"
    ls /sys/kernel/debug/kvm | sed -n 's/^[0-9]/a machine is left: &/p'
    cat /proc/[0-9]*/comm 2> /dev/null | sed -n 's/^\(nestprobe\|kvmhlt\)$/still running: \1/p'
}
kvmhlt hold > /dev/null & pid=$!
sleep 1
[ "$(remains | wc -l)" = 3 ] || { echo "of a guest that runs this is seen: $(remains)" >&2; exit 1; }
kill -9 $pid
wait $pid
begin=$(now)
nestprobe --prove > /dev/null 2>&1
whole=$(($(now) - begin)) before_all=$(free) killed=0 i=0
while [ $i -lt 100 ]; do
    nestprobe --prove > /dev/null 2>&1 & pid=$!
    at=$((RANDOM % whole))
    sleep "$(printf '%d.%02d' $((at / 100)) $((at % 100)))"
    kill -9 $pid 2> /dev/null
    wait $pid
    [ $? != 137 ] || killed=$((killed + 1))
    i=$((i + 1))
done
sleep 1
echo "killed $killed, within $whole hundredths of a second; free memory $before_all kB before, $(free) kB after"
[ $killed -gt 80 ] || { echo "only $killed were still running" >&2; exit 1; }
[ -z "$(remains)" ] || { remains >&2; exit 1; }
[ $((before_all - $(free))) -lt 4096 ] || { echo "memory is lost" >&2; exit 1; }
"""
# VirtualBox, as far as its name goes: nothing is run, and why not is one line.
REFUSED = """nestprobe --prove > /tmp/said 2>&1
[ $? = 2 ] && [ $(wc -l < /tmp/said) = 1 ] && grep -q 'not done: VirtualBox.*--prove=force' /tmp/said || { cat /tmp/said >&2; exit 1; }
nestprobe --prove=force 2>&1 > /dev/null | grep -q 'VirtualBox.*all the same' || { echo "forced without a word" >&2; exit 1; }
"""
# Nothing fails: there is no file, and that is said.
NO_REPORT = """nestprobe --prove=report /tmp/report 2> /tmp/said > /dev/null
grep -q '/tmp/report was not written: nothing failed' /tmp/said && ! test -e /tmp/report || { cat /tmp/said >&2; exit 1; }
"""
# A guest in real mode fails to enter where shadows of shadows translate for it: what the makers of that need.
REPORT = """nestprobe --prove=report /tmp/report 2> /tmp/said > /dev/null
cat /tmp/said /tmp/report
grep -q '/tmp/report tells what failed' /tmp/said || { echo "not said" >&2; exit 1; }
for part in 'kvm-here on CPU 0' 'failed at the guest' 'Exits:' 'What was read:' 'proof.kvm_here' 'hypervisor KVM' \
    "The guests' code" 'real_guest:' 'vmlaunch' 'vmrun'; do
    grep -q -e "$part" /tmp/report || { echo "the report lacks $part" >&2; exit 1; }
done
"""

# Debian's initramfs has a copy of modprobe.d; the script is run twice.
INITRAMFS = {"/lab/programs/update-initramfs": "#!/bin/sh\necho \"$*\" >> /tmp/calls\n"
             "mkdir -p /boot/copy\ncp /etc/modprobe.d/* /boot/copy\n"}
FIX_FILES = """chmod 0755 /lab/programs/*
PATH=/lab/programs:$PATH
nestprobe --fix > /tmp/fix.sh
cat /tmp/fix.sh
sh /tmp/fix.sh || exit 1
cat /tmp/calls /boot/copy/*
[ "$(cat /tmp/calls)" = '-u -k all' ] || { echo "called: $(cat /tmp/calls)" >&2; exit 1; }
grep -qx 'options kvm.amd.* nested=1.*\\|options kvm.amd nested=1.*' /boot/copy/lab.conf || { cat /boot/copy/lab.conf >&2; exit 1; }
! grep -rq 'nested=[0N]' /etc/modprobe.d/*.conf || exit 1
cp -r /etc/modprobe.d /tmp/once
sh /tmp/fix.sh || exit 1
for file in /etc/modprobe.d/*; do cmp $file /tmp/once/${file##*/} || exit 1; done
[ "$(cat /tmp/calls)" = '-u -k all' ] || { echo "called again: $(cat /tmp/calls)" >&2; exit 1; }
"""
NO_KVM_CLOCK = "tsc_early_khz=1000000 lpj=4000000"  # minivmm's timers are not good enough to calibrate by
INTEL, AMD = "kvm_intel nested=1", "kvm_amd nested=1"
# Bochs emulates no APICv, and on its older models no shadow VMCS: what runs two levels up is degraded.
WORKS = {"here": "yes vmx", "guests": "yes degraded"}

SITUATIONS = [
    # SVM, under QEMU
    quick("qemu-svm-nested", QEMU, AMD, here="yes svm", guests="yes", devices="no NP801",
          findings={"NP106": "fail", "NP308": "pass"},
          report={"machine.level": "guest", "machine.hypervisors": ["QEMU TCG"]}),
    quick("qemu-svm-nested-off", QEMU, "kvm_amd nested=0", here="yes svm", guests="no NP503 nested-parameter-off"),
    quick("qemu-svm-module-not-loaded", QEMU, "", here="no NP501 kvm-module-not-loaded", findings={"NP405": "pass"}),
    quick("qemu-svm-hidden", Qemu("max,-svm,-la57"), "kvm_amd", here="no NP301 hypervisor-hides-svm"),
    quick("qemu-unprivileged", QEMU, AMD, user="nobody", msr=False,
          before="chmod 0600 /dev/kvm", here="no NP603 dev-kvm-permission-denied"),
    quick("qemu-svm-4cpus", Qemu(cpus=4), AMD, here="yes svm", guests="yes", report={"machine.cpus": 4}),
    # VMX, under Bochs
    quick("bochs-haswell-nested", HASWELL, INTEL, **WORKS, findings={"NP106": "pass"},
          report={"machine.level": "bare-metal"}),
    quick("bochs-haswell-locked", Bochs(feature_control=1), "kvm_intel", here="no NP201 vmx-disabled-by-firmware"),
    # True guests of KVM
    quick("l1-svm-L0-nested-off", L1(QEMU, "kvm_amd nested=0"), "kvm_amd", here="no NP301 hypervisor-hides-svm",
          report={"machine.hypervisors": ["KVM"]}),

    # More of SVM under QEMU
    quick("qemu-npt-off", QEMU, "kvm_amd nested=1 npt=0", here="yes svm degraded", guests="yes degraded",
          findings={"NP510": "fail"}),
    quick("qemu-static-node", QEMU, "", before="mknod -m 0666 /dev/kvm c 10 232",
          here="no NP501 kvm-module-not-loaded", findings={"NP602": "fail"}),
    quick("qemu-configured-not-live", QEMU, "kvm_amd nested=0", files=options_for("kvm_amd", "nested=1"),
          here="yes svm", guests="no NP503", findings={"NP507": "fail", "NP508": "skipped"}),
    quick("qemu-live-not-configured", QEMU, AMD, files=options_for("kvm_amd", "nested=0"),
          here="yes svm", guests="yes", findings={"NP507": "pass", "NP508": "fail"}),
    quick("qemu-blacklisted", QEMU, "", files={BLACKLIST: "blacklist kvm_amd\n"},
          here="no NP502 kvm-module-blacklisted", findings={"NP502": "fail"}),
    quick("qemu-intel-iommu-intremap", q35("intel-iommu,intremap=on,caching-mode=on"), AMD, here="yes svm",
          command_line="intel_iommu=on", devices="yes",
          findings={"NP801": "pass", "NP802": "pass", "NP803": "pass", "NP804": "pass", "NP805": "pass", "NP807": "pass"}),
    # The script of --fix, run there; what is judged is the report after it.
    quick("qemu-fix-nested", QEMU, "kvm_amd nested=0", files=options_for("kvm_amd", "nested=0 npt=1"),
          before="nestprobe --fix > /tmp/fix.sh; sh /tmp/fix.sh; sh /tmp/fix.sh; "
          "grep -qx 'options kvm_amd nested=1 npt=1' /etc/modprobe.d/lab.conf && ! test -e /etc/modprobe.d/zz-nestprobe.conf",
          here="yes svm", guests="yes", findings={"NP503": "pass", "NP507": "pass", "NP508": "pass"}),
    quick("qemu-fix-in-use", QEMU, "kvm_amd nested=0", files=options_for("kvm_amd", "nested=0"),
          before="kvmhlt -name guest=alpha,debug-threads=on hold & sleep 1; nestprobe --fix > /tmp/fix.sh; "
          "sh /tmp/fix.sh 2> /tmp/said && exit 1; cat /tmp/said; grep -q 'process [0-9]*: alpha$' /tmp/said && "
          "grep -q 'Stop these virtual machines' /tmp/said",
          here="yes svm", guests="no NP503", findings={"NP507": "fail"}),
    quick("qemu-fix-blacklisted", QEMU, "", files={BLACKLIST: "blacklist kvm_amd\ninstall kvm-amd /bin/false\n"},
          before="nestprobe --fix > /tmp/fix.sh; sh /tmp/fix.sh; grep -c '^# nestprobe: ' " + BLACKLIST,
          here="yes svm", guests="yes"),
    # What reads modprobe.d has a copy of it in the initramfs: rebuilt once, and after the change.
    Situation("qemu-fix-two-files", QEMU, "kvm_amd nested=0", files={
        "/etc/modprobe.d/lab.conf": "options kvm_amd nested=0 npt=1\n", "/etc/modprobe.d/zzz-last.conf": "options kvm-amd nested=N\n",
        **INITRAMFS}, before=FIX_FILES, here="yes svm", guests="yes",
        findings={"NP503": "pass", "NP507": "pass", "NP508": "pass"}),
    Situation("qemu-fix-initramfs", QEMU, "kvm_amd nested=0", files={**options_for("kvm_amd", "nested=0"), **INITRAMFS},
              before=FIX_FILES, here="yes svm", guests="yes", findings={"NP503": "pass", "NP507": "pass", "NP508": "pass"}),
    # The file is right already, and the initramfs older than that.
    Situation("qemu-fix-stale-initramfs", QEMU, "kvm_amd nested=0", files={**options_for("kvm_amd", "nested=1"), **INITRAMFS},
              before=FIX_FILES, here="yes svm", guests="yes", findings={"NP503": "pass", "NP507": "pass", "NP508": "pass"}),
    # The kernel command line, by each way to boot, and where only a person can change it
    *(Situation(f"qemu-fix-by-{name}", QEMU, "kvm_amd nested=0", here="yes svm", guests="yes",
                command_line=f"{fixes.WORD}{' BOOT_IMAGE=/vmlinuz' if way.by_grub else ''}", before=fixes.fix_by(way),
                files={"/etc/os-release": f"ID={way.distribution}\n", **way.files, **fixes.programs(way)},
                findings={"NP503": "pass", "NP507": "pass", "NP508": "pass"}) for name, way in fixes.WAYS.items()),
    *(Situation(f"qemu-fix-by-hand-{name}", QEMU, "kvm_amd nested=0", here="yes svm", guests="no NP503",
                command_line=fixes.WORD, before=fixes.leave_by_hand(place, command),
                files={"/etc/os-release": f"ID={distribution}\n", **files, **fixes.programs()})
      for name, (distribution, files, place, command) in fixes.BY_HAND.items()),
    Situation("qemu-npt-not-there", Qemu("max,-la57,-npt"), AMD, here="yes svm degraded", findings={"NP510": "fail"}),
    Situation("qemu-epyc", Qemu("EPYC,+svm,+npt"), AMD, here="yes svm", guests="yes"),
    Situation("qemu-epyc-milan", Qemu("EPYC-Milan,+svm,+npt"), AMD, here="yes svm", guests="yes"),
    Situation("qemu-hygon", Qemu("max,-la57,vendor=HygonGenuine"), AMD, here="yes svm", guests="yes",
              report={"machine.vendor": "HygonGenuine"}),
    Situation("qemu-intel-vendor", Qemu("Haswell"), "kvm_intel", here="no NP302 hypervisor-hides-vmx"),
    Situation("qemu-cpu-offline", Qemu(cpus=4), AMD, before="echo 0 > /sys/devices/system/cpu/cpu3/online",
              here="yes svm", guests="yes", findings={"NP102": "pass"}, report={"machine.cpus": 3}),
    Situation("qemu-no-msr", QEMU, AMD, msr=False, here="yes svm", guests="yes"),
    Situation("qemu-group-kvm", QEMU, AMD, user="nobody", msr=False, files=IN_GROUP,
              before="chown root:kvm /dev/kvm; chmod 0660 /dev/kvm", here="yes svm", guests="yes"),
    Situation("qemu-not-in-group-kvm", QEMU, AMD, user="nobody", msr=False,
              before="chown root:kvm /dev/kvm; chmod 0660 /dev/kvm", here="no NP603"),
    Situation("qemu-dev-kvm-for-all", QEMU, AMD, user="nobody", before="chmod 0666 /dev/kvm",
              here="yes svm", guests="yes"),
    Situation("qemu-no-node", QEMU, AMD, before="rm /dev/kvm", here="no NP601 dev-kvm-missing",
              never={"NP601": "Load the KVM module"}),
    Situation("qemu-removed", QEMU, AMD, before="rmmod kvm_amd", here="no NP501"),
    Situation("qemu-install-false", QEMU, "", files={BLACKLIST: "install kvm_amd /bin/false\n"},
              here="no NP502", findings={"NP502": "fail"}),
    Situation("qemu-module-blacklist", QEMU, "kvm_amd", command_line="module_blacklist=kvm_amd",
              here="no NP502", findings={"NP502": "fail"}, never={"NP502": "initramfs"}),
    Situation("qemu-clearcpuid", QEMU, "kvm_amd", command_line="clearcpuid=svm",
              here="no NP401 flag-cleared-on-command-line"),
    Situation("qemu-module-missing", QEMU, "", before="rm /lib/modules/*/kernel/arch/x86/kvm/kvm-amd.ko; "
              "sed -i /kvm-amd/d /lib/modules/*/modules.dep", here="no NP504 kvm-module-missing"),
    Situation("qemu-dmesg-restricted", QEMU, AMD, user="nobody", msr=False,
              before="chmod 0666 /dev/kvm; echo 1 > /proc/sys/kernel/dmesg_restrict", here="yes svm", guests="yes"),
    Situation("qemu-generic", Qemu(memory=768), AMD, kernel="generic", here="yes svm", guests="yes"),
    # Guests that are run to find out
    quick("qemu-prove", QEMU, AMD, here="yes svm", guests="yes", prove="--prove", proof=proofs("shadow_vmcs"),
          findings={**PROVEN, "NP616": "pass"}),
    quick("bochs-prove", HASWELL, INTEL, **WORKS, prove="--prove", proof=proofs(),
          findings={**PROVEN, "NP616": "pass"}),
    prove("qemu-prove-4cpus", Qemu(cpus=4), AMD, proofs("shadow_vmcs"), prove="--prove=all-cpus", guests="yes"),
    prove("qemu-prove-unprivileged", QEMU, AMD, proofs("shadow_vmcs"), user="nobody", msr=False,
          before="chmod 0666 /dev/kvm; " + NO_REPORT, guests="yes"),
    prove("qemu-prove-nested-off", QEMU, "kvm_amd nested=0", proofs(*ALL_NESTED), guests="no NP503",
          findings={"NP611": "pass", "NP614": "skipped"}),
    prove("qemu-prove-npt-off", QEMU, "kvm_amd nested=1 npt=0", proofs("shadow_vmcs", *PAGING), here="yes degraded",
          guests="yes degraded"),
    prove("qemu-prove-force", Qemu(options=("-smbios", "type=1,product=VirtualBox")), AMD, proofs("shadow_vmcs"),
          prove="--prove=force", before=REFUSED, guests="yes"),
    prove("qemu-prove-killed", QEMU, AMD, proofs("shadow_vmcs"), before=KILLED, guests="yes"),
    prove("qemu-prove-broken", QEMU, AMD, proofs("shadow_vmcs"), before="prove_broken svm", guests="yes"),
    prove("bochs-prove-broken", HASWELL, INTEL, proofs(), before="prove_broken vmx", guests="yes degraded"),
    prove("bochs-prove-nested-off", HASWELL, "kvm_intel nested=0", proofs(*ALL_NESTED), guests="no NP503"),
    prove("bochs-prove-ept-off", HASWELL, "kvm_intel nested=1 ept=0", proofs(*PAGING), here="yes degraded",
          guests="yes degraded"),
    prove("bochs-prove-penryn", Bochs("core2_penryn_t9600"), INTEL, proofs(*PAGING), here="yes degraded",
          guests="yes degraded"),
    prove("bochs-prove-locked", Bochs(feature_control=1), "kvm_intel", proofs(*PROOFS), here="no NP201"),
    prove("l1-svm-prove", L1(QEMU, AMD), AMD, proofs("shadow_vmcs"), guests="yes"),
    prove("l1-vmx-prove", L1(HASWELL, INTEL), INTEL, proofs(), guests="yes degraded"),
    prove("l1-svm-prove-report", L1(QEMU, AMD, "-d npt"), AMD,
          {**proofs("shadow_vmcs", *PAGING), "kvm_here": False, "kvm_in_guests": False}, before=REPORT,
          here="no NP613 guest-entry-fails", guests="yes degraded",
          findings={"NP611": "fail", "NP612": "pass", "NP614": "pass", "NP615": "fail"}),
    prove("l1-svm-prove-nested-off", L1(QEMU, AMD), "kvm_amd nested=0", proofs(*ALL_NESTED), guests="no NP503",
          findings={"NP611": "pass", "NP614": "skipped"}),
    prove("l1-vmx-prove-ept-off", L1(HASWELL, INTEL), "kvm_intel nested=1 ept=0", proofs(*PAGING), here="yes degraded",
          guests="yes degraded"),
    prove("l1-vmx-prove-locked", L1(HASWELL, INTEL, "-M 0x3a=1"), "kvm_intel", proofs(*PROOFS), here="no NP304"),
    prove("bochs-prove-2cpus", Bochs(cpus=2), INTEL, proofs(), prove="--prove=all-cpus", guests="yes degraded"),
    # Devices for guests
    Situation("qemu-intel-iommu-no-intremap", q35("intel-iommu,intremap=off,caching-mode=on"), AMD,
              command_line="intel_iommu=on", devices="no NP802 no-interrupt-remapping", findings={"NP807": "pass"}),
    Situation("qemu-intel-iommu-no-caching-mode", q35("intel-iommu,intremap=on,caching-mode=off"), AMD,
              command_line="intel_iommu=on", devices="yes degraded NP803"),
    Situation("qemu-as-libvirt-starts-it", LibvirtQemu(options=("-device", "edu")), AMD, command_line="intel_iommu=on",
              here="yes svm", devices="yes", findings={"NP802": "pass", "NP803": "pass", "NP807": "pass"}),
    Situation("qemu-intel-iommu-unsafe", q35("intel-iommu,intremap=off,caching-mode=on"),
              f"{AMD}; vfio_iommu_type1 allow_unsafe_interrupts=1", command_line="intel_iommu=on",
              devices="yes degraded NP806"),
    Situation("qemu-intel-iommu-kernel-says-off", q35("intel-iommu,intremap=on,caching-mode=on"), AMD,
              command_line="intel_iommu=on intremap=off", devices="no NP802", findings={"NP803": "pass"}),
    Situation("qemu-intel-iommu-off", q35("intel-iommu,intremap=off,caching-mode=on"), AMD,
              command_line="intel_iommu=off", devices="no NP801 no-iommu", never={"NP801": "Give this guest an IOMMU"}),
    Situation("qemu-q35-no-iommu", q35(), AMD, devices="no NP801 no-iommu"),
    # Debian's kernel for clouds has a driver for Intel's IOMMU alone, and neither has one for virtio-iommu.
    Situation("qemu-amd-iommu-cloud-kernel", q35("amd-iommu,intremap=on"), AMD, devices="no NP801 no-iommu",
              never={"NP801": "AMD-Vi"}),
    Situation("qemu-virtio-iommu", q35("virtio-iommu-pci", memory=768), AMD, kernel="generic",
              devices="no NP801 no-iommu", never={"NP801": "Boot a kernel"}),
    Situation("qemu-amd-iommu", q35("amd-iommu,intremap=on", memory=768), AMD, kernel="generic", devices="yes"),

    # VMX and SVM under Bochs: the models
    bochs("broadwell", "broadwell_ult", INTEL, **WORKS),
    bochs("skylake-x", "corei7_skylake_x", INTEL, **WORKS),
    bochs("icelake", "corei7_icelake_u", INTEL, **WORKS),
    bochs("tigerlake", "tigerlake", INTEL, **WORKS),
    bochs("cannonlake", "corei3_cnl", INTEL, **WORKS),
    bochs("sandybridge", "corei7_sandy_bridge_2600k", INTEL, **WORKS, findings={"NP511": "fail", "NP512": "fail"}),
    bochs("ivybridge", "corei7_ivy_bridge_3770k", INTEL, **WORKS),
    bochs("lynnfield", "corei5_lynnfield_750", INTEL, "yes vmx degraded", "yes degraded"),
    bochs("arrandale", "corei5_arrandale_m520", INTEL, **WORKS),
    bochs("penryn", "core2_penryn_t9600", INTEL, "yes vmx degraded", "yes degraded",
          findings={"NP509": "fail", "NP513": "fail", "NP514": "fail"}),
    bochs("ryzen", "ryzen", AMD, "yes svm", "yes", findings={"NP202": "pass"}),
    bochs("zambezi", "zambezi", AMD, "yes svm", "yes"),
    bochs("trinity", "trinity_apu", AMD, "yes svm", "yes"),
    bochs("turion", "turion64_tyler", AMD, "yes svm degraded", "yes degraded"),
    bochs("prescott", "p4_prescott_celeron_336", "kvm_intel", "no NP101 no-hardware-virtualization", "no NP101"),
    bochs("clawhammer", "athlon64_clawhammer", "kvm_amd", "no NP101 no-hardware-virtualization", "no NP101"),
    # What the firmware left in IA32_FEATURE_CONTROL; 1 is bochs-haswell-locked, 5 every other Bochs
    Situation("bochs-0x3a-0", Bochs(feature_control=0), INTEL, **WORKS),
    Situation("bochs-0x3a-3", Bochs(feature_control=3), "kvm_intel", here="no NP203 vmx-tied-to-other-smx-mode"),
    Situation("bochs-0x3a-4", Bochs(feature_control=4), INTEL, **WORKS),
    Situation("bochs-0x3a-7", Bochs(feature_control=7), INTEL, **WORKS),
    # What the module was told
    Situation("bochs-nested-off", HASWELL, "kvm_intel nested=0", here="yes vmx", guests="no NP503"),
    Situation("bochs-ept-off", HASWELL, "kvm_intel nested=1 ept=0", here="yes vmx degraded", guests="yes degraded",
              findings={"NP509": "fail", "NP514": "fail"}),
    Situation("bochs-vpid-off", HASWELL, "kvm_intel nested=1 vpid=0", here="yes vmx degraded", guests="yes degraded",
              findings={"NP509": "pass", "NP513": "fail"}),
    Situation("bochs-unrestricted-guest-off", HASWELL, "kvm_intel nested=1 unrestricted_guest=0",
              here="yes vmx degraded", guests="yes degraded", findings={"NP509": "pass", "NP514": "fail"}),
    Situation("bochs-shadow-vmcs-off", HASWELL, "kvm_intel nested=1 enable_shadow_vmcs=0", here="yes vmx",
              guests="yes degraded", findings={"NP511": "fail"}),
    Situation("bochs-apicv-off", HASWELL, "kvm_intel nested=1 enable_apicv=0", here="yes vmx", guests="yes degraded",
              findings={"NP512": "fail"}),
    Situation("bochs-not-loaded", HASWELL, "", here="no NP501", guests="no NP501", findings={"NP402": "pass"}),
    Situation("bochs-blacklisted", HASWELL, "", files={BLACKLIST: "blacklist kvm_intel\n"}, here="no NP502"),
    Situation("bochs-removed", HASWELL, INTEL, before="rmmod kvm_intel", here="no NP501"),
    Situation("bochs-configured-not-live", HASWELL, "kvm_intel nested=0", files=options_for("kvm_intel", "nested=1"),
              here="yes vmx", guests="no NP503", findings={"NP507": "fail"}),
    Situation("bochs-live-not-configured", HASWELL, INTEL, files=options_for("kvm_intel", "nested=0"), **WORKS,
              findings={"NP508": "fail"}),
    Situation("bochs-2cpus", Bochs(cpus=2), INTEL, **WORKS, report={"machine.cpus": 2}),

    # More true guests of KVM: their MSRs and CPUID are not what firmware made them
    Situation("l1-svm", L1(QEMU, AMD), AMD, here="yes svm", guests="yes", report={"machine.hypervisors": ["KVM"]}),
    # kvmhlt's guest in real mode fails to enter there, paged by shadows three levels up; kvmnest's in long mode runs.
    Situation("l1-svm-no-npt", L1(QEMU, AMD, "-d npt"), AMD, guests="yes degraded",
              findings={"NP510": "fail"}, report={"answers.kvm-here.answer": "yes", "answers.kvm-here.degraded": True}),
    Situation("l1-svm-taken-out", L1(QEMU, AMD, "-d svm"), "kvm_amd", here="no NP301"),
    Situation("l1-svm-SVMDIS", L1(QEMU, AMD, "-M 0xc0010114=0x18"), "kvm_amd", here="no NP303 svm-disabled-in-guest"),
    Situation("l1-svm-no-hypervisor-bit", L1(QEMU, AMD, "-d hypervisor -d kvm", bare_metal=True), AMD, here="yes svm",
              guests="yes", command_line=NO_KVM_CLOCK),
    Situation("l1-svm-hyperv-signature", L1(QEMU, AMD, "-d svm -s hyperv"), "kvm_amd", here="no NP301",
              findings={"NP307": "pass"}, report={"machine.hypervisors": ["Hyper-V"]}, command_line=NO_KVM_CLOCK),
    Situation("l1-svm-vmware-signature", L1(QEMU, AMD, "-d svm -s vmware"), "kvm_amd", here="no NP301",
              report={"machine.hypervisors": ["VMware"]}, command_line=NO_KVM_CLOCK),
    Situation("l1-vmx", L1(HASWELL, INTEL), INTEL, **WORKS),
    Situation("l1-vmx-L0-nested-off", L1(HASWELL, "kvm_intel nested=0"), "kvm_intel", here="no NP302"),
    Situation("l1-vmx-taken-out", L1(HASWELL, INTEL, "-d vmx"), "kvm_intel", here="no NP302",
              report={"machine.hypervisors": ["KVM"]}),
    # IA32_VMX_BASIC still bears KVM's VMCS revision: this is no bare metal, whatever CPUID says.
    Situation("l1-vmx-no-hypervisor-bit", L1(HASWELL, INTEL, "-d hypervisor -d kvm"), INTEL, **WORKS,
              report={"machine.level": "guest"}, command_line=NO_KVM_CLOCK),
    Situation("l1-vmx-0x3a-1", L1(HASWELL, INTEL, "-M 0x3a=1"), "kvm_intel", here="no NP304 vmx-locked-off-in-guest"),
]
