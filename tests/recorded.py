# SPDX-License-Identifier: MIT
"""The golden machines, by name: MACHINES_DIR/{lab,cases,made}/NAME. No two have one name, whatever room they are in."""
import json
from pathlib import Path

ROOMS = ("lab", "cases", "made")


def folders(machines):
    """Every machine's folder, by name."""
    found = sorted((path for room in ROOMS for path in (Path(machines) / room).iterdir()), key=lambda path: path.name)
    twice = [one.name for one, next_one in zip(found, found[1:]) if one.name == next_one.name]
    if twice:
        raise SystemExit(f"two machines of one name: {', '.join(twice)}")
    return found


def snapshots(machines):
    """Every recorded machine's snapshot; those with inputs/ have none."""
    return [path for folder in folders(machines) for path in [folder / "snapshot.json"] if path.exists()]


def snapshot_path(machines, name):
    for room in ROOMS:
        path = Path(machines) / room / name / "snapshot.json"
        if path.exists():
            return path
    raise SystemExit(f"no machine {name} in {machines}")


def snapshot(machines, name):
    return json.loads(snapshot_path(machines, name).read_text(encoding="utf-8"))


def on_debian(machine):
    """As if Debian's GRUB had booted it, where the machine does not say what did: scripts change the command line by what is known."""
    files = machine.setdefault("files", {})
    if "/etc/os-release" not in files and isinstance(files.get("/proc/cmdline"), str):
        files["/etc/os-release"] = "ID=debian\n"
        if "BOOT_IMAGE=" not in files["/proc/cmdline"]:
            files["/proc/cmdline"] = "BOOT_IMAGE=/vmlinuz " + files["/proc/cmdline"]
    return machine
