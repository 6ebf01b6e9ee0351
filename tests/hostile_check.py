#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Shell code in what a machine, a definition of a guest or a file's name says: no script of --fix runs it.

    hostile_check.py NESTPROBE MACHINES_DIR

Each text in each place makes a script. sh must take it, it must hold no control character, and, where root and busybox are there, it is
run in a root of its own (fix_run_check.py), after which update-grub sources /etc/default/grub: a text that became code makes a file named
PWNED. So are the commands of the report, as somebody would paste them. What the script's functions give to awk stays what it is. A word that no configuration can hold is left to be done by hand, with exit status 1, and changes no file. Names of files that
programs take for options or assignments are patched as any other; processes' names reach the terminal without control characters.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import recorded
from fix_run_check import APPLETS, Root
from run import shipped

TEXTS = {
    "a command": "$(touch${IFS}PWNED)", "backticks": "`touch${IFS}PWNED`", "a quotation mark": "';touch PWNED;'",
    "two of them": '";touch PWNED;"', "octal": "\\042;touch${IFS}PWNED;\\042", "awk": '"; system("touch PWNED"); "',
    "octal for awk": "\\042);system(\\042touch${IFS}PWNED\\042);print(\\042", "a newline": "\ntouch PWNED\n",
    "the end of a document": "\nNESTPROBE_PATCH\ntouch PWNED\n", "a blank": "x root=/dev/sda1", "an escape sequence": "\x1b[2J\x07",
    "C1": "\u009b2J", "another direction": "a\u202eb", "an option": "--help",
}
COMMAND_LINES = {  # machine, words; a word with {} in quotation marks keeps its blanks
    "module_blacklist": ("intel-skylake-module-blacklist-command-line", 'module_blacklist="kvm_intel,{}"'),
    "modprobe.blacklist": ("intel-skylake-modprobe-blacklist-command-line", 'modprobe.blacklist="kvm_intel,{}"'),
    "clearcpuid": ("intel-haswell-clearcpuid-vmx", 'clearcpuid="vmx,{}"'),
}
FILES = {  # machine, name of a file of modprobe.d, its text
    "a file in /etc": ("lab-qemu-svm-nested-off", "/etc/modprobe.d/{}.conf", "options kvm_amd nested=0\n"),
    "a package's file": ("lab-qemu-svm-nested-off", "/usr/lib/modprobe.d/{}.conf", "options kvm_amd nested=0\n"),
    "a file that blocks": ("intel-skylake-module-blacklist-command-line", "/usr/lib/modprobe.d/{}.conf", "blacklist kvm_intel\n"),
}
LINES = {  # whose modprobe.d has what a step changes in a way of its own: its files' names and lines get the text
    "a misspelt line": "intel-skylake-line-misspelt", "a file that is not read": "intel-skylake-file-not-read",
    "a file of an image": "intel-skylake-nested-off-on-silverblue", "a line that does nothing": "intel-skylake-blacklist-kvm-alone",
    "a misspelt parameter": "amd-zen3-option-parameter-misspelt", "a misspelt module": "intel-skylake-option-module-misspelt",
}
DOMAIN = """<domain type='kvm'>
  <name>{}</name>
  <os>
    <type arch='x86_64' machine='pc-q35-7.2'>hvm</type>
  </os>
  <cpu mode='custom'>
    <model>Skylake-Client</model>
    <!-- {} -->
  </cpu>
</domain>
"""
PROXMOX = {  # what of a guest as Proxmox VE has it comes into qm's words
    "a guest's name in Proxmox VE": "name: {}\ncpu: kvm64\n", "a cpu: of Proxmox VE": "cpu: kvm64,flags=+aes;{}\n",
    "an args: of Proxmox VE": "cpu: kvm64\nargs: -cpu Haswell,-vmx -x {}\n",
}
NAMING = {  # machines whose steps name what they name, and the words that are tried
    "paste-vfio-ids-taken": ".", "paste-group-not-viable-with-groups": ".", "paste-dmi-two-files-ec2": ".",
    "intel-skylake-dev-kvm-group-libvirt": "libvirt", "intel-skylake-pvm-in-place-of-kvm-intel": "pvm",
}
HOST = "lab-bochs-haswell-nested"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
# Of a script that has it: machine, call, file, what is in it before and after. awk would make B of \\102 where it may.
FUNCTIONS = {
    "set_option": ("amd-zen3-nested-off-by-file", r"set_option FILE kvm_amd nested '\102'", "/etc/modprobe.d/a.conf",
                   "options kvm_amd nested=0\n", "options kvm_amd nested=\\102\n"),
    "drop_line": ("lab-qemu-blacklisted", r"drop_line FILE '\102'", "/etc/modprobe.d/a.conf", "blacklist B\n", "blacklist B\n"),
    "drop_from_lines": ("intel-haswell-clearcpuid-on-debian", r"drop_from_lines '\102' FILE '\102='", "/etc/default/grub",
                        "B='a B'\n\\102='a \\102 B'\n", "B='a B'\n\\102='a B'\n"),
    "drop_from_cmdline": ("intel-skylake-words-by-proxmox", r"drop_from_cmdline '\102'", "/etc/kernel/cmdline", "a B \\102\n", "a B\n"),
    "add_to_cmdline": ("intel-skylake-words-by-proxmox", r"add_to_cmdline '\102'", "/etc/kernel/cmdline", "a\n", "a \\102\n"),
    "add_to_extlinux": ("intel-skylake-built-in-on-alpine", r"add_to_extlinux '\102'", "/etc/update-extlinux.conf",
                        'default_kernel_opts="a"\n', 'default_kernel_opts="a \\102"\n'),
}
PROCESSES = ("guest=$(touch /PWNED)", "guest=\x1b]0;title\x07\x1b[2J", "guest=\u009b2J", "guest=a\nb`touch /PWNED`", "%s%s%n", "-n")


def machine(machines, name):
    return recorded.snapshot(machines, name)


class Case:
    """A machine, and perhaps a definition: (name of the file, text)."""

    def __init__(self, name, snapshot, by_hand, guest=None):
        self.name, self.snapshot, self.by_hand, self.guest = name, snapshot, by_hand, guest

    def ask(self, nestprobe, option):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "machine.json").write_text(json.dumps(self.snapshot))
            argv = ["--from", "machine.json", option]
            if self.guest:
                (Path(folder) / self.guest[0]).write_bytes(self.guest[1].encode())
                argv.append(f"--domain={self.guest[0]}")
            done = nestprobe.run(*argv, cwd=folder)
        assert done.returncode in (0, 1, 2) and not done.stderr, f"exit status {done.returncode}: {done.stderr}"
        return done.stdout.decode()

    def commands(self, nestprobe):
        """Of the report, each once, as one script; no line of it may need another."""
        commands = list(dict.fromkeys(commands_in(json.loads(self.ask(nestprobe, "--json")))))
        for command in commands:
            assert not CONTROL.search(command), f"a control character in a command: {command!r}"
            parsed = subprocess.run(["sh", "-n"], input=command, capture_output=True, text=True, check=False)
            assert parsed.returncode == 0, f"sh -n: {parsed.stderr}\n{command}"
        return 'sudo() { "$@"; }\n' + "".join(f"{command}\n" for command in commands)

    def script(self, nestprobe):
        script = self.ask(nestprobe, "--fix")
        control = CONTROL.search(script)
        assert not control, f"{control} in the script:\n{script[control.start() - 100:control.end() + 100]}"
        parsed = subprocess.run(["sh", "-n"], input=script, capture_output=True, text=True, check=False)
        assert parsed.returncode == 0, f"sh -n: {parsed.stderr}\n{script}"
        said = re.findall(r"^by_hand ", script, re.MULTILINE)
        assert bool(said) or not self.by_hand, f"nothing is left to be done by hand:\n{script}"
        return script

    def run(self, nestprobe, shell):
        """What is wrong; empty: nothing. Without a shell the script is not run."""
        try:
            script, commands = self.script(nestprobe), self.commands(nestprobe)
            if shell:
                with tempfile.TemporaryDirectory() as folder:
                    self.check_run(Path(folder), script, shell)
                with tempfile.TemporaryDirectory() as folder:
                    self.check_pasted(Path(folder), commands, shell)
        except AssertionError as error:
            return f"{self.name}, {shell}: {error}"
        return ""

    def root(self, folder, script, shell):
        root = Root(folder, dict(self.snapshot, files={"/proc/cmdline": "root=/dev/sda1 quiet\n"}), shell)
        root.path("/proc/cmdline").write_text(self.snapshot["files"].get("/proc/cmdline", ""))
        if self.guest:
            (folder / self.guest[0]).write_bytes(self.guest[1].encode())
            root.program("qm", "#!/bin/sh\n")
        root.path("/tmp/fix.sh").write_text(script)
        return root

    def check_pasted(self, folder, commands, shell):
        root = self.root(folder, commands, shell)
        root.run("sh", "/tmp/fix.sh")
        root.run("update-grub")
        assert not list(folder.rglob("PWNED*")), f"the text was run, in the commands of the report:\n{commands}"

    def check_run(self, folder, script, shell):
        root = self.root(folder, script, shell)
        before = root.state()
        done = root.run("sh", "/tmp/fix.sh")
        root.run("update-grub")
        assert not list(folder.rglob("PWNED*")), f"the text was run:\n{script}"
        if self.by_hand:
            assert done.returncode == 1 and "left to do by hand" in done.stderr, f"{done.returncode}: {done.stderr}"
            after = root.state()
            changed = sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
            assert not changed, f"{changed} changed: {done.stderr}"


def commands_in(node):
    """Every command of a report in JSON, wherever it stands."""
    if isinstance(node, dict):
        yield from (command for command in node.get("commands", []))
        node = list(node.values())
    for child in node if isinstance(node, list) else []:
        yield from commands_in(child)


def in_lines(snapshot, change):
    """The machine with other files of modprobe.d: `change` makes a path and its text of them."""
    snapshot["directories"] = {path: names for path, names in snapshot.get("directories", {}).items() if "modprobe" not in path}
    snapshot["files"] = dict(change(path, text) if "modprobe.d/" in path and isinstance(text, str) else (path, text)
                             for path, text in snapshot["files"].items())
    return snapshot


def hostile_cases(machines):
    for label, text in TEXTS.items():
        for place, (name, words) in COMMAND_LINES.items():
            snapshot = machine(machines, name)
            given = text.replace('"', "")  # it would end the quotation
            snapshot["files"]["/proc/cmdline"] = f"root=/dev/sda1 {words.format(given)} quiet\n"
            recorded.on_debian(snapshot)
            yield Case(f"{label} in {place}", snapshot, text != "--help")
        for place, (name, path, lines) in FILES.items():
            snapshot = machine(machines, name)
            snapshot["files"]["/proc/cmdline"] = "root=/dev/sda1 quiet\n"
            snapshot["directories"] = {k: v for k, v in snapshot.get("directories", {}).items() if "modprobe" not in k}
            snapshot["files"] = {k: v for k, v in snapshot["files"].items() if "modprobe" not in k}
            snapshot["files"][path.format(text.replace("/", "_"))] = lines
            yield Case(f"{label} in the name of {place}", snapshot, text != "--help")
        for place, name in LINES.items():
            yield Case(f"{label} in the name of {place}", in_lines(machine(machines, name), lambda path, lines: (
                "{1}{0}{2}".format(text.replace("/", "_"), *re.fullmatch(r"(.*)(\.\w+)", path).groups()), lines)), False)
            given = text.replace("\n", " ")
            yield Case(f"{label} behind {place}", in_lines(machine(machines, name), lambda path, lines: (
                path, re.sub(r"(?m)$", given, lines.rstrip("\n")) + "\n")), False)
        host = machine(machines, HOST)
        in_xml = "".join(c if c.isalnum() else f"&#{ord(c)};" for c in text)
        raw = text.replace("&", "&amp;").replace("<", "&lt;")
        if "\x1b" in text:  # which XML has not, as a reference neither
            line = f"qemu-system-x86_64 -accel kvm -cpu qemu64 -name '{text}'\n"
            yield Case(f"{label} in a guest's name", host, False, ("vm.cmd", line))
        else:
            yield Case(f"{label} in a guest's name", host, False, ("vm.xml", DOMAIN.format(in_xml, "")))
            yield Case(f"{label} beside what is to be changed", host, False, ("vm.xml", DOMAIN.format("vm", raw.replace("--", "=="))))
        yield Case(f"{label} in a file's name", host, False, (text.replace("/", "_") + ".xml", DOMAIN.format("vm", "")))
        for place, lines in PROXMOX.items():
            yield Case(f"{label} in {place}", host, False, ("101.conf", "cores: 2\nmemory: 2048\n" + lines.format(text.replace("\n", " "))))
    for sign in "'$`;":  # one in a known word is a slip of the hand, which a step puts right
        yield Case(f"{sign} in a misspelt parameter", in_lines(machine(machines, LINES["a misspelt parameter"]), lambda path, lines: (
            path, f"options kvm_amd nest{sign}ed=1\n")), False)


def runs_it(command):
    """Does PWNED stand where sh would take it for code? Between single quotation marks it would not."""
    quote, i = "", 0
    while i < len(command):
        c = command[i]
        if c == "\\" and quote != "'":
            i += 1
        elif quote:
            if c == quote:
                quote = ""
            elif quote == '"' and (command.startswith("$(touch", i) or c == "`"):
                return True
        elif c in "'\"":
            quote = c
        elif command.startswith("PWNED", i):
            return True
        i += 1
    return False


def check_words(nestprobe, machines):
    """Each word of a machine, with shell code behind it: a command has it between single quotation marks or not at all."""
    assert runs_it("usermod -aG kvm;touch PWNED x") and runs_it("echo 'a';touch PWNED;''") and not runs_it("echo 'a;touch PWNED'")
    for name, wanted in NAMING.items():
        folder, tried = next(machines.glob(f"*/{name}")), 0
        for path in sorted((folder / "inputs").glob("*")) or [folder / "snapshot.json"]:
            text = path.read_text()
            for word in re.finditer(r"[A-Za-z0-9_.:/-]{2,60}", text):
                if not re.search(wanted, word[0]):
                    continue
                for code in (";touch${IFS}PWNED;", "';touch${IFS}PWNED;'"):
                    done = nestprobe.run("--from", "-", "--json", input=(text[:word.end()] + code + text[word.end():]).encode())
                    tried += 1
                    if b"PWNED" in done.stdout:
                        yield from (f"{name}, behind {word[0]}: {command}" for command in commands_in(json.loads(done.stdout))
                                    if runs_it(command))
        if tried < 2:
            yield f"{name}: no word of it was tried"


def check_names(nestprobe, machines, shell):
    """-o.xml is an option to patch(1), a=b.xml an assignment to awk."""
    for name in ("-o.xml", "a=b.xml", "--help", "a b.xml", "-.xml"):
        case = Case(name, machine(machines, HOST), False, (name, DOMAIN.format("vm", "")))
        script = case.script(nestprobe)
        with tempfile.TemporaryDirectory() as folder:
            root = Root(Path(folder), case.snapshot, shell)
            root.bring("patch", "patch")  # busybox prefers its own, which has no --force
            root.path("/tmp/fix.sh").write_text(script.replace("set -eu\n", 'set -eu\npatch() { /bin/patch "$@"; }\n', 1))
            (Path(folder) / name).write_text(case.guest[1])
            for said in ("shut the guest", "is defined as it should be"):
                done = root.run("sh", "/tmp/fix.sh")
                if done.returncode or said not in done.stderr or "host-passthrough" not in (Path(folder) / name).read_text():
                    yield f"{name}, {shell}: {done.returncode}, {done.stderr}"


def check_quoted_word(nestprobe, machines, shell):
    """The kernel takes quotation marks off; who looks for the word must, or nothing is done and that is called done."""
    name, words = COMMAND_LINES["clearcpuid"]
    snapshot = machine(machines, name)
    snapshot["files"]["/proc/cmdline"] = 'root=/dev/sda1 clearcpuid="vmx" quiet\n'
    recorded.on_debian(snapshot)
    script = Case(words, snapshot, False).script(nestprobe)
    with tempfile.TemporaryDirectory() as folder:
        root = Root(Path(folder), dict(snapshot, files={}), shell)
        root.path("/proc/cmdline").write_text(snapshot["files"]["/proc/cmdline"])
        root.path("/etc/default/grub").write_text("GRUB_CMDLINE_LINUX='clearcpuid=\"vmx\"'\nGRUB_CMDLINE_LINUX_DEFAULT=quiet\n")
        root.path("/tmp/fix.sh").write_text(script)
        done = root.run("sh", "/tmp/fix.sh")
        if done.returncode != 1 or "left to do by hand" not in done.stderr:
            yield f"a quoted word, {shell}: {done.returncode}, {done.stderr}"


def check_processes(nestprobe, machines, shell):
    """Those that have a virtual machine are listed where a module cannot be reloaded."""
    snapshot = machine(machines, "lab-qemu-svm-nested-off")
    script = Case("processes", snapshot, False).script(nestprobe)
    with tempfile.TemporaryDirectory() as folder:
        root = Root(Path(folder), snapshot, shell)
        root.path("/tmp/fix.sh").write_text(script)
        for number, name in enumerate((*PROCESSES, None), 100):
            root.path(f"/proc/{number}/fd").mkdir(parents=True)
            root.path(f"/proc/{number}/fd/9").symlink_to("/dev/kvm")
            root.path(f"/proc/{number}/cmdline").write_text("" if name is None else f"qemu\0-name\0{name}\0-m\0001\0")
            root.path(f"/proc/{number}/comm").write_text("\x1b[31m`touch /PWNED`\nx\n")
        done = root.run("sh", "/tmp/fix.sh")
        listed = re.findall(r"^  process (\d+): \S", done.stderr, re.MULTILINE)
        if done.returncode != 1 or listed != [str(100 + n) for n in range(len(PROCESSES) + 1)]:
            yield f"processes, {shell}: {done.returncode}, {listed}, {done.stderr!r}"
        if CONTROL.search(done.stderr) or (Path(folder) / "PWNED").exists():
            yield f"processes, {shell}: what they are called reached the terminal or the shell: {done.stderr!r}"


def check_functions(nestprobe, machines, shell):
    """What a function is given is no program text: a backslash in it stays one."""
    for function, (name, call, file, before, wanted) in FUNCTIONS.items():
        script = Case(function, machine(machines, name), False).script(nestprobe)
        begin = script.index(f"\n{function}() {{")
        with tempfile.TemporaryDirectory() as folder:
            root = Root(Path(folder), machine(machines, name), shell)
            root.path(file).write_text(before)
            root.path("/tmp/fix.sh").write_text(script[:script.rindex("\n}\n", begin) + 3] + call.replace("FILE", file) + "\n")
            done = root.run("sh", "/tmp/fix.sh")
            found = root.path(file).read_text()
        if done.returncode or found != wanted:
            yield f"{call}, {shell}: {found!r}, not {wanted!r}: {done.returncode}, {done.stderr}"


def main():
    nestprobe, machines = shipped(sys.argv[1]), Path(sys.argv[2]).resolve()
    missing = [program for program in ("busybox", "dash", "mawk", "patch", "chroot") if not shutil.which(program)]
    shells = ("busybox", "dash") if os.geteuid() == 0 and not missing else ()
    APPLETS.append("patch")
    cases = list(hostile_cases(machines))
    with ThreadPoolExecutor(2) as pool:
        # each in one shell, in turn: what a text becomes is the same in both
        wrong = list(filter(None, pool.map(lambda pair: pair[1].run(nestprobe, shells[pair[0] % 2] if shells else None),
                                           enumerate(cases))))
    for shell in shells:
        for check in (check_names, check_quoted_word, check_processes, check_functions):
            wrong += check(nestprobe, machines, shell)
    wrong += check_words(nestprobe, machines)
    for said in wrong:
        print(f"FAIL {said}")
    if not shells:
        print(f"the scripts were not run: that needs root{', and ' + ', '.join(missing) if missing else ''}")
    print(f"{len(cases)} hostile texts, {len(wrong)} failed")
    return 1 if wrong or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
