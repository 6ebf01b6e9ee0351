"""The machines that the lab boots: QEMU's TCG, which has a real SVM, and Bochs, which has VMX and SVM.

Neither uses the virtualization of the machine that they run on. Both end when the guest powers off.
"""
# SPDX-License-Identifier: MIT
from __future__ import annotations

import re
import struct
import shlex
import os
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

from kernels import Kernel

HERE = Path(__file__).resolve().parent

# No self-tests, no zeroing, no certificates: two seconds of Bochs that change nothing which we look at.
COMMAND_LINE = ("console=ttyS0,115200n8 quiet panic=-1 reboot=t nokaslr random.trust_cpu=on cryptomgr.notests "
                "init_on_alloc=0 initcall_blacklist=load_system_certificate_list")

_running: set[subprocess.Popen] = set()
_lock = threading.Lock()


class BootFailure(Exception):
    """The emulator did not come to a clean end."""


@dataclass(frozen=True)
class Boot:
    """What to boot and where to put what comes of it."""

    kernel: Kernel
    initramfs: bytes
    command_line: str
    boot_sector: Path
    folder: Path  # scratch, and log files

    @property
    def serial(self) -> Path:
        return self.folder / "serial.txt"


def patience(seconds: float) -> float:
    """Others use the machine too: as much longer as it is overloaded, up to four times."""
    return seconds * min(4.0, max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)))


def emulate(command: list[str], log: Path, seconds: float, **options) -> int:
    """Run an emulator to its end and return its exit status. It has no terminal and no input."""
    timeout = patience(seconds)
    with open(log, "wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                   start_new_session=True, **options)
    with _lock:
        _running.add(process)
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        raise BootFailure(f"still running after {timeout:.0f} s") from None
    finally:
        process.kill()  # SIGKILL: Bochs ignores SIGTERM
        process.wait()
        with _lock:
            _running.discard(process)


def stop_all() -> None:
    with _lock:
        for process in _running:
            process.kill()


@dataclass(frozen=True)
class Qemu:
    """QEMU without KVM. TCG reads 0 for every MSR that it lacks, and drops writes to them."""

    cpu: str = "max,-la57"  # with la57 and -svm, user space dies in glibc
    cpus: int = 1
    memory: int = 512
    options: tuple[str, ...] = ()
    timeout: float = 180
    bare_metal = False  # TCG sets the hypervisor bit

    def boot(self, what: Boot) -> None:
        (what.folder / "initramfs").write_bytes(what.initramfs)
        status = emulate(
            ["qemu-system-x86_64", "-accel", "tcg", "-cpu", self.cpu, "-smp", str(self.cpus), "-m", str(self.memory),
             "-nodefaults", "-no-user-config", "-display", "none", "-vga", "none", "-monitor", "none", "-no-reboot",
             "-serial", f"file:{what.serial}", "-kernel", str(what.kernel.bzimage),
             "-initrd", str(what.folder / "initramfs"), "-append", what.command_line, *self.options],
            what.folder / "emulator.txt", self.timeout)
        (what.folder / "initramfs").unlink()
        if status:
            raise BootFailure("QEMU: " + (what.folder / "emulator.txt").read_text(errors="replace").strip())


@dataclass(frozen=True)
class LibvirtQemu(Qemu):
    """QEMU with the arguments that libvirt makes of a definition (../guests/libvirt-argv), but for what ties it to a
    running libvirtd: the monitor, the key for secrets, and -S, which waits for libvirt's word."""

    ARGUMENTS = Path(__file__).resolve().parents[1] / "guests/libvirt-argv/guest.qemu"
    WITH_VALUE = ("-chardev", "-mon")

    def boot(self, what: Boot) -> None:
        (what.folder / "initramfs").write_bytes(what.initramfs)
        ours = {"/KERNEL": str(what.kernel.bzimage), "/INITRD": str(what.folder / "initramfs"), "CMDLINE": what.command_line}
        words = iter(shlex.split(self.ARGUMENTS.read_text()))
        command = []
        for word in words:
            if word in self.WITH_VALUE:
                next(words)
            elif word == "-object" and "masterKey0" in (value := next(words)):
                continue
            elif word == "-object":
                command += [word, value]
            elif word not in ("-S", "-no-shutdown"):
                command.append(ours.get(word, word))
        status = emulate([*command, "-no-reboot", "-serial", f"file:{what.serial}", *self.options],
                         what.folder / "emulator.txt", self.timeout)
        (what.folder / "initramfs").unlink()
        if status:
            raise BootFailure("QEMU: " + (what.folder / "emulator.txt").read_text(errors="replace").strip())


@dataclass(frozen=True)
class Bochs:
    """Bochs, which shows a guest no sign of a hypervisor: as far as Linux can tell, bare metal."""

    model: str = "corei7_haswell_4770"
    cpus: int = 1
    memory: int = 256
    feature_control: int = 5  # what the firmware writes to IA32_FEATURE_CONTROL, MSR 0x3a
    timeout: float = 300
    bare_metal = True

    BIOS = Path("/usr/share/bochs/BIOS-bochs-latest")
    VGA_BIOS = Path("/usr/share/vgabios/vgabios.bin")
    PLUGINS = Path("/usr/lib/x86_64-linux-gnu/bochs/plugins")

    def boot(self, what: Boot) -> None:
        disk, bios = what.folder / "disk.img", what.folder / "bios.bin"
        cylinders = write_disk(disk, what)
        bios.write_bytes(self.bios())
        # Debian's Bochs is built with its debugger, which waits for a first "continue".
        (what.folder / "debugger.rc").write_text("c\n")
        (what.folder / "bochsrc").write_text(f"""\
config_interface: textconfig
display_library: term
plugin_ctrl: unmapped=1, biosdev=1, speaker=0, extfpuirq=1, parallel=0, serial=1, gameport=0, iodebug=0
cpu: model={self.model}, count={self.cpus}, ips=50000000, reset_on_triple_fault=0, {self.quirks()}
memory: guest={self.memory}, host={self.memory}
romimage: file={bios}, options=fastboot
vgaromimage: file={self.VGA_BIOS}
clock: sync=none, time0=1700000000
pci: enabled=1, chipset=i440fx
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=disk, mode=flat, path="{disk}", cylinders={cylinders}, heads=16, spt=63
ata1: enabled=0
boot: disk
floppy_bootsig_check: disabled=1
com1: enabled=1, mode=file, dev="{what.serial}"
log: {what.folder / "bochs.log"}
debugger_log: /dev/null
panic: action=fatal
error: action=report
info: action=report
debug: action=ignore
mouse: enabled=0
""")
        emulate(["bochs-bin", "-q", "-f", str(what.folder / "bochsrc"), "-rc", str(what.folder / "debugger.rc")],
                what.folder / "emulator.txt", self.timeout, cwd=what.folder,
                env={"PATH": "/usr/bin:/bin", "TERM": "dumb", "LTDL_LIBRARY_PATH": str(self.PLUGINS)})
        disk.unlink()
        bios.unlink()
        # A power-off is a panic to Bochs, and its exit status always 1: only the log knows.
        log = "".join(path.read_text(errors="replace") for path in what.folder.glob("*.log"))
        if "ACPI control: soft power off" not in log:
            said = re.findall(r">>PANIC<< (.*)", log) or ["no power-off in bochs.log, see emulator.txt"]
            raise BootFailure(f"Bochs: {said[-1]}")

    def quirks(self) -> str:
        """How the model treats MSRs that it lacks: #GP as on silicon, wherever Linux boots that way."""
        if self.model == "ryzen":  # Linux's boot stub reads 0xc0010131; MWAITX in its delays never wakes up
            return "ignore_bad_msrs=1, mwait_is_nop=1"
        amd = re.match("zambezi|trinity|phenom|turion|athlon", self.model)
        return f'ignore_bad_msrs=0, msrs="{HERE / "bochs" / ("amd.msrs" if amd else "intel.msrs")}"'

    def bios(self) -> bytes:
        """Bochs's BIOS does `or $5, %eax` to what it read from MSR 0x3a: once for the boot CPU, once for the others."""
        image = bytearray(self.BIOS.read_bytes())
        places = [m.start(1) for m in re.finditer(rb"\xb9\x3a\0\0\0\x0f\x32\x66?\x83\xc8(\x05)\x66?\x0f\x30", image)]
        if len(places) != 2:
            raise BootFailure(f"{self.BIOS} writes MSR 0x3a in {len(places)} places; the lab knows one with 2")
        for place in places:
            image[place] = self.feature_control
        image[-1] = (image[-1] - sum(image[0x10000:]) + sum(self.BIOS.read_bytes()[0x10000:])) & 0xFF
        return bytes(image)


def write_disk(path: Path, what: Boot) -> int:
    """The disk that bochs/boot.S describes; returns its number of cylinders."""
    SECTOR, PAGE, RUN = 512, 4096, 256 * 512
    HEAD, KERNEL, INITRAMFS = 0x9000, 0x1000000, 0x8000000
    COMMAND_LINE_AT, TABLES = HEAD + PAGE, HEAD + 2 * PAGE
    kernel, header = what.kernel.flat.read_bytes(), what.kernel.bzimage.read_bytes()[:PAGE]
    if KERNEL + len(kernel) + (16 << 20) > INITRAMFS or len(what.command_line) >= PAGE:
        raise BootFailure("the kernel or its command line is too long for the loader")

    params = bytearray(PAGE)  # Documentation/x86/zero-page.rst
    end = 0x202 + header[0x201]
    params[0x1F1:end] = header[0x1F1:end]
    params[6], params[7], params[14], params[15], params[16] = 3, 80, 25, 1, 16  # a VGA in text mode
    params[0x210] = 0xFF  # loader: unknown
    params[0x211] |= 1  # loaded high
    struct.pack_into("<II", params, 0x218, INITRAMFS, len(what.initramfs))
    struct.pack_into("<I", params, 0x228, COMMAND_LINE_AT)

    tables = struct.pack("<Q", TABLES + PAGE | 3).ljust(PAGE, b"\0")
    tables += struct.pack("<Q", TABLES + 2 * PAGE | 3).ljust(PAGE, b"\0")
    tables += b"".join(struct.pack("<Q", i << 21 | 0x83) for i in range(512))

    load_list, body = b"", [bytes(RUN)]
    for address, content in ((KERNEL, kernel), (INITRAMFS, what.initramfs)):
        runs = -(-len(content) // RUN)
        load_list += struct.pack("<III", address, sum(map(len, body)) // SECTOR, runs)
        body.append(content.ljust(runs * RUN, b"\0"))
    body[0] = (what.boot_sector.read_bytes() + params + what.command_line.encode().ljust(PAGE, b"\0") + tables
               + load_list).ljust(RUN, b"\0")

    cylinder = 16 * 63 * SECTOR
    cylinders = -(-sum(map(len, body)) // cylinder)
    with open(path, "wb") as disk:
        disk.writelines(body)
        disk.truncate(cylinders * cylinder)
    return cylinders
