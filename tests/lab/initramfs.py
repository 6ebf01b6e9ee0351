"""The initramfs of a guest, made of layers: Linux unpacks archives that follow one another as if they were one.

The base (busybox, kernel modules, helpers) is kept in the cache; the program under test and the situation's own
files are small archives laid over it, made anew each time.
"""
# SPDX-License-Identifier: MIT
from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

from cache import Cache, run
from kernels import Kernel

HERE = Path(__file__).resolve().parent

APPLETS = """[ base64 basename cat chmod chown cut dd dirname dmesg echo env false grep gzip head hexdump insmod ln
ls lsmod mkdir mknod mount mv poweroff reboot rm rmdir rmmod sed sh sleep sort stty su tail test touch tr true
umount uname wc""".split()

DIRECTORIES = """bin boot dev etc etc/modprobe.d etc/modules-load.d lab lib lib64 lib/x86_64-linux-gnu proc root run
sbin sys usr usr/bin usr/lib usr/lib/modprobe.d usr/sbin var var/lib""".split()

ETC = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n",
    "etc/group": "root:x:0:\nkvm:x:104:\nnogroup:x:65534:\n",
    "etc/os-release": 'ID=debian\nNAME="Debian GNU/Linux"\nPRETTY_NAME="nestprobe lab"\n',
}


class Archive:
    """A cpio archive ("newc"), the same bytes for the same content. Everything belongs to root."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.known: set[str] = set()

    def add(self, name: str, mode: int, content: bytes = b"") -> None:
        parent = os.path.dirname(name)
        if parent and parent not in self.known:
            self.add(parent, stat.S_IFDIR | 0o755)
        self.known.add(name)
        fields = [len(self.known), mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0]
        header = b"070701" + b"".join(b"%08x" % f for f in fields) + name.encode() + b"\0"
        self.parts += [header, bytes(-len(header) % 4), content, bytes(-len(content) % 4)]

    def file(self, name: str, content: bytes | str, mode: int = 0o644) -> None:
        self.add(name, stat.S_IFREG | mode, content.encode() if isinstance(content, str) else content)

    def program(self, name: str, path: Path) -> None:
        self.file(name, path.read_bytes(), 0o755)

    def tree(self, folder: Path) -> None:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            self.file(str(path.relative_to(folder)), path.read_bytes())

    def finish(self) -> bytes:
        self.add("TRAILER!!!", 0)
        whole = b"".join(self.parts)
        return whole + bytes(-len(whole) % 512)


def helpers(cache: Cache) -> Path:
    """The programs of guest/*.c, static, and the boot sector for Bochs."""
    sources = sorted([*(HERE / "guest").glob("*.[ch]"), HERE / "bochs/boot.S"])

    def build(folder: Path) -> None:
        for source in sources:
            target = folder / source.stem
            if source.suffix == ".c":
                run("gcc", "-O2", "-Wall", "-Wextra", "-static", "-s", "-o", target, source)
            elif source.suffix == ".S":
                run("gcc", "-c", "-o", f"{target}.o", source)
                run("ld", "-Ttext", "0x7c00", "--oformat", "binary", "-o", target, f"{target}.o")

    return cache.get("helpers", [b for s in [*sources, Path(__file__)] for b in (s.name.encode(), s.read_bytes())], build)


def base_layer(cache: Cache, kernel: Kernel, tools: Path) -> bytes:
    busybox = Path(shutil.which("busybox") or "/bin/busybox")
    init = HERE / "guest/init"
    ingredients = [busybox.read_bytes(), init.read_bytes(), Path(__file__).read_bytes(),
                   str(kernel.tree).encode(), str(tools).encode()]  # whose names are hashes

    def build(folder: Path) -> None:
        archive = Archive()
        for name in DIRECTORIES:
            archive.add(name, stat.S_IFDIR | 0o755)
        archive.add("tmp", stat.S_IFDIR | 0o1777)
        archive.program("init", init)
        archive.program("bin/busybox", busybox)
        for applet in APPLETS:
            archive.add(f"bin/{applet}", stat.S_IFLNK | 0o777, b"busybox")
        for name, text in ETC.items():
            archive.file(name, text)
        for helper in ("kvmhlt", "kvmnest", "minivmm", "vfio"):
            archive.program(f"lab/{helper}", tools / helper)
        archive.tree(kernel.tree)
        (folder / "base.cpio").write_bytes(archive.finish())

    return (cache.get("base", ingredients, build) / "base.cpio").read_bytes()


def program_layer(binary: Path, name: str = "nestprobe") -> bytes:
    """A program, as /usr/bin/NAME, and the shared libraries that ldd names."""
    archive = Archive()
    with tempfile.TemporaryDirectory() as folder:
        stripped = Path(folder) / name
        shutil.copy(binary, stripped)
        if stripped.read_bytes().startswith(b"\x7fELF"):
            run("objcopy", "--strip-debug", stripped)
        archive.program(f"usr/bin/{name}", stripped)
    libraries = subprocess.run(["ldd", binary], text=True, capture_output=True).stdout
    if "not found" in libraries:
        raise RuntimeError(f"{binary} lacks libraries:\n{libraries}")
    for path in map(Path, re.findall(r"(/\S+) \(0x", libraries)):
        loader = path.name.startswith("ld-linux")
        archive.program(f"lib64/{path.name}" if loader else f"lib/x86_64-linux-gnu/{path.name}", path)
    return archive.finish()


def situation_layer(settings: str, files: dict[str, str], inner: dict[str, bytes]) -> bytes:
    """/lab/settings for the guest's /init, the situation's own files and, for an L1, what to boot in it."""
    archive = Archive()
    archive.file("lab/settings", settings)
    for name, text in files.items():
        archive.file(name.lstrip("/"), text)
    for name, content in inner.items():
        archive.file(f"lab/inner/{name}", content)
    return archive.finish()
