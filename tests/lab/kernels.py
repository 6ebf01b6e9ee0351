"""Stock Debian kernels: fetched as packages, never installed, and taken apart for the lab's use."""
# SPDX-License-Identifier: MIT
from __future__ import annotations

import lzma
import re
import shutil
import struct
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cache import Cache, run

KERNEL_PACKAGES = {"cloud": "linux-image-cloud-amd64", "generic": "linux-image-amd64"}

# The modules that a guest has under /lib/modules, beside those that they depend on.
MODULES = ["msr", "cpuid", "kvm-intel", "kvm-amd", "vfio-pci", "vfio_iommu_type1"]


@dataclass(frozen=True)
class Kernel:
    """A stock kernel: bzImage, the same unpacked, and the files that a guest is to have of it."""

    release: str
    bzimage: Path
    flat: Path
    tree: Path

    def has_module(self, name: str) -> bool:
        table = (self.tree / "lib/modules" / self.release / "modules.dep").read_text()
        return re.search(rf"/{re.sub('[-_]', '[-_]', name)}\.ko:", table) is not None


def debian_package(cache: Cache, flavour: str) -> Path:
    """The .deb of the newest kernel at the time of the first call. To renew it, delete it."""
    folder = cache.root / "packages" / flavour
    if not list(folder.glob("*.deb")):
        meta = KERNEL_PACKAGES[flavour]

        def find() -> list[str]:  # apt-cache fails when it does not know the package
            depends = subprocess.run(["apt-cache", "depends", meta], text=True, capture_output=True).stdout
            return re.findall(r"Depends: (linux-image-\d\S*)", depends)

        found = find()
        if not found:
            run("apt-get", "update")
            found = find()
        if not found:
            raise RuntimeError(f"apt does not know {meta}: the lab needs the archive of Debian, amd64")
        folder.mkdir(parents=True, exist_ok=True)
        run("apt-get", "download", found[0], cwd=folder)
    return next(folder.glob("*.deb"))


def fetch(cache: Cache, flavour: str) -> Kernel:
    """The kernel of that flavour, downloaded when the cache has none."""
    package = debian_package(cache, flavour)
    folder = cache.get(f"kernel-{flavour}", [package.name.encode(), Path(__file__).read_bytes()],
                       lambda path: unpack_kernel(package, path))
    release = (folder / "release").read_text()
    return Kernel(release, folder / "bzimage", folder / "flat", folder / "tree")


def unpack_kernel(package: Path, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as unpacked:
        run("dpkg", "-x", package, unpacked)
        boot = Path(unpacked) / "boot"
        modules = next(Path(unpacked).glob("**/lib/modules/*"))
        release = modules.name
        tree = folder / "tree"
        (tree / "boot").mkdir(parents=True)
        shutil.copy(boot / f"config-{release}", tree / "boot")
        install_modules(modules, tree / "lib/modules" / release)
        bzimage = (boot / f"vmlinuz-{release}").read_bytes()
    (folder / "release").write_text(release)
    (folder / "bzimage").write_bytes(bzimage)
    (folder / "flat").write_bytes(flat_kernel(bzimage))


def install_modules(source: Path, target: Path) -> None:
    """MODULES and what they need, where they belong, with the modules.dep that depmod would write.

    Without signature, BTF and local symbols: this halves the time that Bochs takes to load them.
    """
    files = {p.name.split(".ko")[0].replace("-", "_"): p for p in source.glob("kernel/**/*.ko*")}
    needed: dict[str, list[str]] = {}  # module -> all that it needs, nearest first

    def visit(name: str) -> list[str]:
        if name not in needed:
            image = files[name].read_bytes()
            if files[name].suffix == ".xz":
                image = lzma.decompress(image)
            path = target / files[name].relative_to(source).with_name(files[name].name.split(".ko")[0] + ".ko")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(image)
            run("objcopy", "--strip-unneeded", "-R", ".BTF", "-R", ".BTF_ids", path)
            direct = re.search(rb"\0depends=([^\0]*)", image)[1].decode().replace("-", "_").split(",")
            needed[name] = []
            for other in filter(None, direct):
                further = visit(other)
                needed[name] = [m for m in needed[name] if m not in [other, *further]] + [other, *further]
            files[name] = path
        return needed[name]

    for module in MODULES:
        if module.replace("-", "_") in files:
            visit(module.replace("-", "_"))

    def path(name: str) -> str:
        return str(files[name].relative_to(target))

    (target / "modules.dep").write_text("".join(
        f"{path(name)}:" + "".join(" " + path(other) for other in others) + "\n" for name, others in needed.items()))
    for table in ("modules.builtin", "modules.builtin.modinfo"):
        shutil.copy(source / table, target)


def flat_kernel(bzimage: bytes) -> bytes:
    """The kernel as it lies in memory from 16 MB on, which is what its own loader makes of a bzImage."""
    base = 0x1000000
    setup = ((bzimage[0x1F1] or 4) + 1) * 512
    offset, length = struct.unpack_from("<II", bzimage, 0x248)
    payload = bzimage[setup + offset:setup + offset + length]
    if payload.startswith(b"\x02\x21\x4c\x18"):  # the kernel's build appends the size
        elf = subprocess.run(["lz4", "-dcq"], input=payload[:-4], stdout=subprocess.PIPE, check=True).stdout
    elif payload.startswith(b"\xfd7zXZ\0"):
        elf = lzma.LZMADecompressor(lzma.FORMAT_XZ).decompress(payload)
    else:
        raise RuntimeError("the kernel is packed neither with lz4 nor with xz")
    entry, segments = struct.unpack_from("<QQ", elf, 24)
    size, count = struct.unpack_from("<HH", elf, 54)
    if entry != base:
        raise RuntimeError(f"the kernel wants to be entered at {entry:#x}, not {base:#x}")
    flat = bytearray()
    for i in range(count):
        kind, _, start, _, physical, filesize = struct.unpack_from("<IIQQQQ", elf, segments + i * size)
        if kind == 1 and filesize:
            at = physical - base
            flat.extend(bytes(max(0, at + filesize - len(flat))))
            flat[at:at + filesize] = elf[start:start + filesize]
    return bytes(flat)
