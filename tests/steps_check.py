#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The fix of every golden machine and every guest's definition: text, JSON and script say the same, step by step.

    steps_check.py NESTPROBE MACHINES_DIR GUESTS_DIR

Of each answer that is no: every step of JSON's `steps` is in the script, as calls of its functions or as left to be done by hand, with
the same words; every call of the script is a step of what failed; and every command stands in the summary, alone on its line and whole.
All different commands of all machines go through `sh -n`, and once through shellcheck; those that read the machine stand in
round_trip.tsv, each with what it prints and what is heard of that (round_trip_check.py), or with the reason why not.
"""
import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import recorded
import round_trip_check
import run

HOST = "lab-bochs-haswell-nested"
# A command as JSON has it, and the calls of the script that do the same; {0} is what the first parenthesis took.
COUNTERPARTS = [(re.compile(command), calls) for command, calls in (
    (r"echo 'options (\S+) (\S+)' \| sudo tee -a (\S+)", ["want_option {2} {0} {1}"]),
    (r"sudo sed -i '[\d,]+s/\\b([^=/]+?)(?:=[^/]*|\\b)/(\w+)=(\w+)/' (\S+)", ["set_option {3} * {1} {2}"]),
    (r"sudo sed -i '\d+s/\^/# /' (\S+)", ["drop_line {0} *"]),
    (r"sudo cp (\S+) /etc/modprobe\.d/", ["take_over {0}"]),
    (r"echo (\S+) \| sudo tee -a (/etc/modules-load\.d/\S+)", ["load_at_boot {0} {1}"]),
    (r"sudo modprobe -r (\S+)", ["reload {0} *"]),
    (r"sudo modprobe (\S+)", ["reload {0} *", "load {0}", "load {0} /dev/kvm"]),
    (r"sudo (update-initramfs .*|dracut .*|mkinitcpio .*|mkinitfs|dracut-rebuild|/usr/lib/booster/\S+|transactional-update initrd)",
     ["renew_initramfs_by {0}", "renew_boot_loader", "renew_initramfs"]),
    (r"sudo (?:update-grub|grub2?-mkconfig .*|kernel-install add-all|proxmox-boot-tool refresh|update-extlinux|reinstall-kernels"
     r"|transactional-update grub.cfg|sdbootutil update-all-entries)", ["renew_boot_loader"]),
    (r"sudo grep -srlw -e '(\S+)' /etc/default/grub .*", ["drop_word {0}"]),
    (r"echo 'GRUB_CMDLINE_LINUX_DEFAULT=\"\$GRUB_CMDLINE_LINUX_DEFAULT (\S+)\"' \| sudo tee -a \S+", ["add_word {0}"]),
    (r"sudo mkdir -p /etc/default/grub\.d", ["add_word *"]),
    (r"sudo sed -i '1s/ \*\\b(\S+)\\b//' /etc/kernel/cmdline", ["drop_word {0}"]),
    (r"sudo sed -i '1s/\$/ (\S+)/' /etc/kernel/cmdline", ["add_word {0}"]),
    (r"sudo grubby --update-kernel=ALL --args=(\S+)", ["add_word {0}"]),
    (r"sudo grubby --update-kernel=ALL --remove-args=(\S+)", ["drop_word {0}"]),
    (r"sudo rpm-ostree kargs --append-if-missing=(\S+)", ["add_word {0}"]),
    (r"sudo rpm-ostree kargs --delete-if-present=(\S+)", ["drop_word {0}"]),
    (r"sudo kernelstub -a (\S+)", ["add_word {0}"]),
    (r"sudo kernelstub -d (\S+)", ["drop_word {0}"]),
    (r"sudo sed -i '/\^default_kernel_opts=/s/ \*\\b(\S+)\\b//' /etc/update-extlinux.conf", ["drop_word {0}"]),
    (r"sudo sed -i '/\^default_kernel_opts=/s/\"\$/ (\S+)\"/' /etc/update-extlinux.conf", ["add_word {0}"]),
    (r"sudo usermod -aG (\S+) \"\$USER\"", ["join_group {0}"]),
    (r"sudo gpasswd -a \"\$USER\" (\S+)", ["join_group {0}"]),
    (r"getent group kvm \|\| sudo groupadd --system kvm", ["give_node_to_kvm"]),
    (r"echo 'KERNEL==\"kvm\", GROUP=\"kvm\", MODE=\"0660\"' \| sudo tee /etc/udev/rules.d/65-kvm.rules", ["give_node_to_kvm"]),
    (r"sudo udevadm control --reload", ["give_node_to_kvm"]),
    (r"sudo udevadm trigger --settle --name-match=kvm", ["give_node_to_kvm", "make_node"]),
)]
NOT_STEPS = {"dropped", "added", "stale_unless_on"}  # these look at what is
FUNCTIONS = {call.split()[0] for _, calls in COUNTERPARTS for call in calls} | {"renew_initramfs"} | NOT_STEPS
# A command inside a sentence cannot be pasted. What a message says in quotation marks is no command.
IN_PROSE = re.compile(r"\b(?:sudo|doas) [a-z]|\bmodprobe (?:-r )?\w*kvm|\| ?grep\b|\bgrep -|\bvirsh [a-z]+|\bqm (?:set|stop|start)\b"
                      r"|\b(?:cat|echo|stat|ls) [-/]|\bdmesg\b|\bsystemctl [a-z]|\b(?:update-initramfs|dracut|mkinitcpio) -|\bwsl --"
                      r"|\bnestprobe --|\bmokutil\b|\bdepmod\b|\brdmsr\b|\bpct set\b")
# Commands for another shell than sh, or with a name that the person has to put in
ELSEWHERE = {"windows-host"}
# A name for GRUB to expand, in single quotation marks so that this shell does not
EXCLUDED = "SC2016"


def flat(text):
    return " ".join(text.split())


def is_in(step, said):
    """What is done, in that text; of the first step against what shows behind the cause, without the sentence that names it."""
    text = flat(step["do"])
    parts = [text] + ([text[at.end():] for at in re.finditer(r"\. ", text)] if text.startswith("Then NP") else [])
    return any(part in said for part in parts)


def counterparts(command):
    """The calls that do the same, or nothing: it is left to be done by hand."""
    for pattern, calls in COUNTERPARTS:
        found = pattern.fullmatch(command)
        if found:
            return [call.format(*(re.sub(r"\\(.)", r"\1", part or "") for part in found.groups())) for call in calls]
    return []


def fits(wanted, call):
    """"reload kvm_intel *" fits "reload kvm_intel nested"; * stands for one word or more."""
    pattern = " ".join(r".+" if word == "*" else re.escape(word) for word in wanted.split(" "))
    return re.fullmatch(pattern, call) is not None


class Script:
    def __init__(self, text):
        body = text.rpartition("\n}\n")[2] or text
        body = re.sub(r"<< 'NESTPROBE_PATCH'; then\n.*?\nNESTPROBE_PATCH\n", "; then\n", body, flags=re.DOTALL)
        self.edits_guest = "patch_file" in body or "\nqm set " in body
        self.calls, self.by_hand = [], []
        for line in body.replace(" \\\n", " ").splitlines():
            words = [] if line.startswith("#") else shlex.split(line)
            if words[:5] == ["[", "$reboot", "=", "yes", "]"]:
                words = words[6:]
            if words[:1] == ["by_hand"]:
                self.by_hand.append((flat(words[1]), words[2:]))
            elif words and words[0] in FUNCTIONS:
                self.calls.append(" ".join(words))

    def does(self, step):
        """Each of its commands has a counterpart here."""
        return bool(step["commands"]) and all(any(fits(wanted, call) for wanted in counterparts(command) for call in self.calls) for command in step["commands"])

    def leaves(self, step):
        lines = step["commands"] + ([f"In {step['file']}:", *step["lines"]] if "file" in step else [])
        return any(is_in(step, said) and extra == lines for said, extra in self.by_hand)


class Case:
    def __init__(self, folder, snapshot, definition=None):
        self.name, self.faults, self.commands, self.all_commands = folder.name, [], set(), set()
        self.argv = ["--from", str(snapshot)] + (["--domain", str(definition)] if definition else [])
        self.in_guest = definition is not None

    def ask(self, nestprobe, *options):
        done = nestprobe.text(*self.argv, *options)
        if done.returncode not in (0, 1, 2) or done.stderr:
            self.faults.append(f"{options}: exit status {done.returncode}, {done.stderr}")
        return done.stdout

    def check(self, nestprobe):
        for question in ([], ["--question", "device-assignment"]):
            report = json.loads(self.ask(nestprobe, "--json", *question))
            script = Script(self.ask(nestprobe, "--fix", *question))
            summary = self.ask(nestprobe, *question)
            asked = question[1:] or ["kvm-here", "kvm-in-guests"]
            self.check_answers(report, script, summary, asked)
            self.check_calls(report, script)
        return self

    def check_answers(self, report, script, summary, asked):
        lines = {line.strip() for line in summary.splitlines()}
        for question in asked:
            answer = report["answers"][question]
            for step in answer["steps"] if answer["answer"] == "no" else []:
                self.check_step(answer["cause"], step, script, lines, summary)

    def check_step(self, cause, step, script, lines, summary):
        does, leaves = script.does(step), script.leaves(step)
        edits = self.in_guest and script.edits_guest and step["where"] == "guest-definition"
        if not does and not leaves and not edits:
            self.faults.append(f"{cause}: the script has nothing for {step}; it has {script.calls}, and by hand {script.by_hand}")
        if does and leaves:
            self.faults.append(f"{cause}: the script does what it leaves to be done by hand: {step}")
        if not is_in(step, flat(summary)):
            self.faults.append(f"{cause}: the summary does not say {step['do']}")
        for command in step["commands"] + step.get("lines", []):
            if command.strip() not in lines:
                self.faults.append(f"{cause}: not alone on a line of the summary: {command}")
        place = {"firmware": "in the firmware setup", "hypervisor-host": "on the hypervisor's host"}.get(step["where"], "")
        if place and flat(summary).lower().count(f"{place}: {flat(step['do']).lower()}") and place in flat(step["do"]).lower():
            self.faults.append(f"{cause}: the place is said twice: {step['do']}")

    def check_calls(self, report, script):
        """And no others than those of steps of what failed; the commands of all of them are collected."""
        steps = [step for finding in report["findings"] for step in finding["steps"]]
        steps += [step for answer in report["answers"].values() for step in answer["steps"]]
        self.commands |= {command for step in steps if step["where"] not in ELSEWHERE for command in step["commands"]}
        self.all_commands |= {command for step in steps for command in step["commands"]}
        for step in steps:
            if IN_PROSE.search(re.sub(r'"[^"]*"', "", step["do"])):
                self.faults.append(f"a command in a sentence: {step['do']}")
        known = {call for step in steps for command in step["commands"] for call in counterparts(command)} | {"renew_initramfs"}
        for call in script.calls:
            if call.split()[0] not in NOT_STEPS and not any(fits(wanted, call) for wanted in known):
                self.faults.append(f"no step is behind the script's {call}")
        for said, _ in script.by_hand:
            if not any(is_in(step, said) for step in steps) and "Its name cannot be" not in said:
                self.faults.append(f"no step is behind what is left by hand: {said}")


def check_commands(commands):
    """What is wrong with any of them, as a line of a script."""
    commands = sorted(commands)
    with tempfile.TemporaryDirectory() as folder:
        for command in commands:
            done = subprocess.run(["sh", "-n", "-c", command], capture_output=True, text=True, check=False)
            if done.returncode or "\n" in command:
                yield f"sh -n: {command}: {done.stderr}"
        if not shutil.which("shellcheck"):
            print("shellcheck is not installed: the commands were not checked by it")
            return
        path = Path(folder) / "commands.sh"
        path.write_text("#!/bin/sh\n" + "\n".join(commands) + "\n")
        said = subprocess.run(["shellcheck", "-s", "sh", "-e", EXCLUDED, "-f", "gcc", path], capture_output=True, text=True, check=False).stdout
        for line in said.splitlines():
            number = int(line.split(":")[1])
            yield f"shellcheck: {commands[number - 2]}: {line.partition(': ')[2]}"


def main():
    nestprobe, machines, guests = run.shipped(sys.argv[1]), *(Path(argument).resolve() for argument in sys.argv[2:4])
    cases = [Case(path.parent, path) for path in recorded.snapshots(machines)]
    host = recorded.snapshot_path(machines, HOST)
    cases += [Case(path.parent, host, path) for path in sorted(guests.glob("*/guest.*"))]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda case: case.check(nestprobe), cases))
    for case in cases:
        for fault in case.faults:
            print(f"FAIL {case.name}: {fault}")
    commands = set().union(*(case.commands for case in cases))
    wrong = list(check_commands(commands))
    asked = set().union(*(case.all_commands for case in cases))
    table = Path(__file__).with_name("round_trip.tsv")
    wrong += [f"{command}: neither in {table.name} nor known to change something" for command in round_trip_check.commands_without_a_row(table, asked)]
    for said in wrong:
        print(f"FAIL {said}")
    used = sum(1 for pattern, _ in COUNTERPARTS if any(pattern.fullmatch(command) for command in commands))
    failed = sum(bool(case.faults) for case in cases) + len(wrong)
    print(f"{len(cases)} machines and guests, {len(commands)} different commands, {used} of {len(COUNTERPARTS)} kinds; {failed} failed")
    return 1 if failed or not commands or used < len(COUNTERPARTS) else 0


if __name__ == "__main__":
    sys.exit(main())
