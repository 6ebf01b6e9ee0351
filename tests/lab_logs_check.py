# SPDX-License-Identifier: MIT
"""What a pasted dmesg says alone, against what the guest that it comes from says of itself.

    lab_logs_check.py NESTPROBE MACHINES_DIR

The kernel log of every machine that was recorded in the lab is given as a paste. A yes where the guest says no, or the other
way round, fails; how many logs settle the answer is printed, and how many say something that bears on it: KVM on Intel
prints nothing when all is well, and a module that was loaded may have been removed, so most settle nothing.

Of those the summary names a command. Its output, as the guest would give it, is added to the paste, and so on: that has to
settle kvm-here as the guest says it, by three commands at most.
"""
import json
import sys
from pathlib import Path

from run import Nestprobe, plain_environment

QUESTIONS = ("kvm-here", "kvm-in-guests")


def answers(nestprobe, *words, given=b""):
    done = nestprobe.run(*words, "--json", input=given, env=plain_environment())
    return {name: json.loads(done.stdout)["answers"][name] for name in QUESTIONS}


def outputs(snapshot):
    """What the commands that a summary may name print on the machine of this snapshot; None: it was not recorded."""
    files = snapshot.get("files", {})
    modules, cpuinfo = files.get("/proc/modules"), files.get("/proc/cpuinfo")
    fields = {}
    for line in cpuinfo.splitlines() if isinstance(cpuinfo, str) else []:
        key, _, value = line.partition(":")
        fields.setdefault(key.strip(), value.strip())
    words = fields.get("flags", "").split()
    lscpu = ["Architecture:          x86_64", f"Vendor ID:             {fields.get('vendor_id', '')}",
             f"Model name:            {fields.get('model name', '')}"]
    lscpu += ["Virtualization:        VT-x"] if "vmx" in words else ["Virtualization:        AMD-V"] if "svm" in words else []
    lscpu += ["Hypervisor vendor:     KVM", "Virtualization type:   full"] if "hypervisor" in words else []
    lscpu += [f"Flags:                 {fields.get('flags', '')}"]
    opened = snapshot.get("kvm", {}).get("open")
    missing = isinstance(opened, dict) and "No such file" in opened.get("detail", "")
    shown = {"lsmod": None if not isinstance(modules, str) else
             "".join(" ".join(line.split()[:4]).rstrip(" -,") + "\n" for line in modules.splitlines() if "kvm" in line)}
    shown["lscpu"] = "\n".join(lscpu) + "\n" if isinstance(cpuinfo, str) else None
    shown["ls"] = ("ls: cannot access '/dev/kvm': No such file or directory\n" if missing else
                   "crw-rw---- 1 root kvm 10, 232 Nov 20 10:00 /dev/kvm\n")
    return shown


def commands_until_settled(nestprobe, snapshot, given, wanted):
    """How many of the commands that the summaries name are needed for that answer; 0: they do not bring it."""
    shown = outputs(snapshot)
    for count in range(1, 4):
        text = nestprobe.run("--from", "-", input=given, env=plain_environment()).stdout.decode()
        named = text.partition("\nnext, on the machine itself\n")[2].splitlines()
        command = named[0].strip() if named else ""
        output = shown.get(command.split(" ", 1)[0])
        if output is None:
            return 0
        given += f"root@lab:~# {command}\n{output}root@lab:~# \n".encode()
        if answers(nestprobe, "--from", "-", given=given)["kvm-here"]["answer"] == wanted:
            return count
    return 0


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    nestprobe = Nestprobe(sys.argv[1])
    seen = settled = speaking = contradicting = 0
    needed, never = {}, []
    for path in sorted(Path(sys.argv[2]).glob("lab/*/snapshot.json")):
        snapshot = json.loads(path.read_text(encoding="utf-8"))
        log = snapshot.get("kernel_log")
        if not isinstance(log, list) or not log:
            continue
        seen += 1
        own = answers(nestprobe, "--from", path)
        given = "".join(f"[    1.000000] {line}\n" for line in log).encode()
        paste = answers(nestprobe, "--from", "-", given=given)
        settled += any(answer["answer"] != "unknown" for answer in paste.values())
        text = nestprobe.run("--from", "-", input=given, env=plain_environment()).stdout
        speaking += b"nothing that bears on it is known" not in text
        if paste["kvm-here"]["answer"] == "unknown" and own["kvm-here"]["answer"] != "unknown":
            count = commands_until_settled(nestprobe, snapshot, given, own["kvm-here"]["answer"])
            needed[count] = needed.get(count, 0) + 1
            if count == 0:
                never.append(path.parent.name)
        for name in QUESTIONS:
            if {own[name]["answer"], paste[name]["answer"]} == {"yes", "no"}:
                contradicting += 1
                print(f"FAIL  {path.parent.name}  {name}: the guest says {own[name]['answer']}, "
                      f"its log alone {paste[name]['answer']}: {paste[name]['because']}")
    print(f"{settled} of {seen} logs settle an answer, {speaking} say something that bears on it")
    print("; ".join(f"{count} more by {commands} command{'s' * (commands > 1)}" for commands, count in sorted(needed.items())
                    if commands))
    for name in never:
        print(f"      {name}: the commands that are named do not settle it")
    print(f"{seen - contradicting} passed, {contradicting} failed")
    return 1 if contradicting or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
