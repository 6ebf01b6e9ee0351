#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Golden machines: what nestprobe says of every snapshot under MACHINES_DIR, against what is written beside it.

    machines_check.py BINARY MACHINES_DIR [SCHEMA]

For each machine the binary is run with --json, --explain, without a format, and with --format facts. Compared are
the file `expect` (see MACHINES_DIR/README.md), the exit status with the answers, the JSON with SCHEMA, the output
with the golden files report.json and explain.txt, byte for byte, where they are there, and INDEX.tsv with all of them.
NESTPROBE_REFRESH=1 rewrites the index and the golden files that are there, and prints the difference.
NESTPROBE_MACHINES="zen3 case-" looks only at machines with such a part in their name.
"""
import difflib
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import machine_index
import recorded

sys.path.insert(0, str(Path(__file__).parent / "lab"))
from situations import SITUATIONS  # noqa: E402

QUESTIONS = ("kvm-here", "kvm-in-guests", "device-assignment")
ANSWERS = {"yes": 0, "no": 1, "unknown": 2}
NEVER_IN_A_GUEST = ("BIOS", "firmware setup", "VT-x", "SVM Mode")
STATUSES = ("pass", "fail", "unknown", "skipped")
HOWS = ("vmx", "svm", "software")
GOLDEN = {"report.json": "json", "explain.txt": "explain"}
PARTS = {"snapshot.json", "inputs", "expect", *GOLDEN}
# The first line of `expect`: where the machine comes from
ORIGIN = {"lab": r"# origin: recorded in the lab: (?P<situation>\S+) under (?:QEMU|Bochs|KVM under QEMU|KVM under Bochs)",
          "cases": r"# origin: (?:public report, case (?P<case>\d\d)|written by hand in the form of \S.*)",
          "made": r"# origin: written by hand"}
FEWEST = 3  # expectations


class BadExpectation(Exception):
    pass


def flat(text):
    """Without the line breaks that wrapping put in."""
    return " ".join(text.split())


class Machine:
    def __init__(self, folder, binary):
        self.name = folder.name
        self.place = f"{folder.parent.name}/{folder.name}"
        self.folder = folder
        self.binary = binary
        self.faults = []
        self.is_paste = (folder / "inputs").is_dir()
        self.inputs = sorted((folder / "inputs").iterdir()) if self.is_paste else [folder / "snapshot.json"]
        self.failing, self.passing = set(), set()  # rules that are expected to fail and to pass here, and do

    def fault(self, text):
        self.faults.append(text)

    # --- running ---

    def run(self):
        formats = {"json": "--json", "explain": "--explain", "summary": "--format=summary", "facts": "--format=facts"}
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
        for option in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH"):
            if option in os.environ:
                environment[option] = os.environ[option]
        self.text, self.status, self.notes = {}, {}, ""
        given = [word for path in self.inputs for word in ("--from", str(path))]
        for name, option in formats.items():
            done = subprocess.run([self.binary, *given, option],
                                  stdin=subprocess.DEVNULL, capture_output=True, env=environment, timeout=60, check=False)
            self.text[name] = done.stdout.decode("utf-8", "replace")
            self.status[name] = done.returncode
            said = done.stderr.decode("utf-8", "replace")
            if name == "explain" and self.is_paste:
                self.notes, said = said, "".join(line for line in said.splitlines() if ": taken for " not in line)
                if self.notes.count(": taken for ") != len(self.inputs):
                    self.fault(f"--explain does not say what each input was taken for: {self.notes.strip()[:300]}")
            if said:
                self.fault(f"{option} wrote on stderr: {said.strip()[:300]}")
            if not done.stdout:
                self.fault(f"{option} printed nothing (exit {done.returncode})")
        try:
            self.report = json.loads(self.text["json"])
        except json.JSONDecodeError as error:
            self.fault(f"--json is no JSON: {error}")
            self.report = None

    # --- checking ---

    def check(self, validator):
        for part in sorted(path.name for path in self.folder.iterdir()):
            if part not in PARTS:
                self.fault(f"{part} does not belong here")
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9.]+)+", self.name):
            self.fault("its name is not vendor-codename-situation")
        if self.report is None:
            return
        if validator:
            for error in sorted(validator.iter_errors(self.report), key=str)[:3]:
                self.fault(f"schema: {'/'.join(map(str, error.absolute_path)) or 'top'}: {error.message[:200]}")
        self.findings = {finding["id"]: finding for finding in self.report["findings"]}
        self.check_status()
        self.check_guest()
        self.check_expectations()

    def check_guest(self):
        """Inside a guest nobody is sent to a BIOS; only the kernel's own words may be quoted."""
        if self.report["machine"]["level"] != "guest":
            return
        if self.is_paste:
            log = "".join(path.read_text(encoding="utf-8", errors="replace") for path in self.inputs if path.is_file())
        else:
            log = (self.folder / "snapshot.json").read_text(encoding="utf-8").partition('"kernel_log"')[2]
        for word in NEVER_IN_A_GUEST:
            if word not in log:
                self.expect_never(word, f'a guest, so never "{word}"')

    def check_status(self):
        question = "kvm-here" if self.report["machine"]["level"] == "guest" else "kvm-in-guests"
        wanted = ANSWERS[self.report["answers"][question]["answer"]]
        for name, status in self.status.items():
            if status != wanted:
                self.fault(f"exit status of the {name} output is {status}, but {question} is "
                           f"{self.report['answers'][question]['answer']}")

    def check_expectations(self):
        path = self.folder / "expect"
        if not path.exists():
            self.fault("no file expect")
            return
        lines = path.read_text(encoding="utf-8").splitlines()
        expectations = {line for line in lines if line.strip() and not line.startswith("#")}
        if not any(line.startswith(QUESTIONS) for line in expectations):
            self.fault("expect: no answer is expected")
        if len(expectations) < FEWEST:
            self.fault(f"expect: fewer than {FEWEST} expectations")
        self.check_origin(lines[0] if lines else "")
        self.check_degraded(expectations)
        self.expect_all(lines)

    def expect_all(self, lines):
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            try:
                self.expect(line)
            except (BadExpectation, ValueError, IndexError) as error:
                self.fault(f"expect:{number}: cannot be understood: {line} ({error})")

    def check_origin(self, line):
        room = self.folder.parent.name
        found = re.fullmatch(ORIGIN[room], line)
        if not found:
            return self.fault(f"expect: its first line is not {ORIGIN[room]}: {line}")
        named = found.groupdict()
        if room == "lab":
            true = self.name == f"lab-{named['situation'].lower()}" and \
                any(situation.name == named["situation"] for situation in SITUATIONS)
        elif room == "cases":
            true = self.name.startswith(f"case-{named['case']}-" if named["case"] else ("paste-", "dump-", "folder-", "inputs-"))
        else:
            true = not self.name.startswith(("lab-", "case-", "paste-"))
        if not true:
            self.fault(f"expect: this is not where {self.name} comes from: {line}")
        if named.get("case") and f"| {self.name} |" not in (self.folder.parent.parent / "README.md").read_text(encoding="utf-8"):
            self.fault("it is not among the cases in README.md")

    def check_degraded(self, expectations):
        """That it is degraded is the file's to say: an answer about which it says nothing is not."""
        for question, answer in self.report["answers"].items():
            told = any(line.startswith(question + " ") for line in expectations)  # then expect_answer compares
            if answer["degraded"] and not told:
                self.fault(f"expect: says nothing of {question}, which is degraded: {answer['because'][:200]}")

    def expect(self, line):
        word, rest = line.split(None, 1)
        if word in QUESTIONS:
            self.expect_answer(line, word, rest.split())
        elif word == "rule":
            self.expect_rule(line, rest)
        elif word == "says":
            if rest not in flat(self.causes_text()):  # a fix is laid out in lines
                self.fault(f"{line}: not in the causes: {self.causes_text()[:400]}")
        elif word == "never":
            self.expect_never(rest, line)
        elif word == "shows":
            for name in ("explain", "summary"):
                if rest not in flat(self.text[name]):
                    self.fault(f"{line}: but --{name} has it not")
        elif word == "machine":
            key, value = rest.split(None, 1)
            if str(self.report["machine"].get(key)) != value:
                self.fault(f"{line}: it is {self.report['machine'].get(key)}")
        elif word == "summary":
            if rest not in flat(self.text["summary"]):
                self.fault(f"{line}: but the summary has it not")
        elif word == "taken":
            if rest not in self.notes:
                self.fault(f"{line}: but stderr says {self.notes.strip()[:300]}")
        elif word == "fact":
            name, value = rest.split(None, 1)
            fact = self.report["facts"].get(name)
            if fact is None:
                raise BadExpectation("no such fact")
            if value not in json.dumps(fact):
                self.fault(f"{line}: it is {json.dumps(fact)[:300]}")
        else:
            raise BadExpectation(f"no expectation begins with {word}")

    def expect_never(self, text, line):
        for name in ("explain", "summary"):
            said = flat(self.text[name])
            if text in said:
                at = said.index(text)
                self.fault(f"{line}: but --{name} has it: …{said[max(0, at - 60):at + 60]}…")

    def expect_answer(self, line, question, words):
        answer = self.report["answers"][question]
        wanted = {"answer": words[0], "degraded": "degraded" in words}
        if words[0] not in ANSWERS:
            raise BadExpectation(words[0])
        for word in words[1:]:
            if word.startswith("NP"):
                wanted["cause"] = word
            elif word in HOWS:
                wanted["how"] = word
            elif word != "degraded":
                raise BadExpectation(word)
        said = [answer["answer"], answer.get("how") or "", "degraded" if answer["degraded"] else "", answer["cause"] or ""]
        if any(answer.get(key) != value for key, value in wanted.items()):
            self.fault(f"{line}: it says {' '.join(word for word in said if word)}: {answer['because'][:300]}")
        elif "cause" in wanted and self.findings[wanted["cause"]]["status"] == "fail":
            self.failing.add(wanted["cause"])

    def expect_rule(self, line, rest):
        rule, word = rest.split(None, 2)[:2]
        if rule not in self.findings:
            raise BadExpectation(f"no rule {rule}")
        finding = self.findings[rule]
        if word in ("says", "reads"):
            text = rest.split(None, 2)[2]
            readings = " ".join(f"{reading['where']} = {reading['raw']}" for reading in finding["readings"])
            said = readings if word == "reads" else flat(f"{finding['message']} {finding.get('fix') or ''}")
            if text not in said:
                self.fault(f"{line}: it says: {said}")
        elif word not in STATUSES:
            raise BadExpectation(word)
        elif finding["status"] != word:
            self.fault(f"{line}: it is {finding['status']}: {finding['message'][:300]}")
        elif word == "fail":
            self.failing.add(rule)
        elif word == "pass":
            self.passing.add(rule)

    def causes_text(self):
        """Message and fix of the cause of every answer."""
        parts = []
        for answer in self.report["answers"].values():
            finding = self.findings.get(answer["cause"], {})
            parts += [answer.get("because"), answer.get("fix"), finding.get("message"), finding.get("fix")]
        return " ".join(dict.fromkeys(part for part in parts if part))

    # --- golden files ---

    def check_golden(self, refresh):
        shown = []
        for name, output in GOLDEN.items():
            path = self.folder / name
            if not path.exists():
                continue
            old = path.read_text(encoding="utf-8")
            new = self.text[output]
            if old == new:
                continue
            difference = list(difflib.unified_diff(old.splitlines(), new.splitlines(), f"{self.name}/{name}", f"{self.name}/{name} now", lineterm=""))
            if refresh:
                path.write_text(new, encoding="utf-8")
                shown += difference
            else:
                self.fault("\n    ".join([f"{name} differs (NESTPROBE_REFRESH=1 rewrites it):"] + difference[:16]))
        return shown


def load_validator(schema):
    if not schema or not Path(schema).exists():
        print("no schema: the JSON is not validated")
        return None
    try:
        import jsonschema
    except ImportError:
        print("no python3-jsonschema: the JSON is not validated")
        return None
    content = json.loads(Path(schema).read_text(encoding="utf-8"))
    kind = jsonschema.validators.validator_for(content)
    kind.check_schema(content)
    return kind(content)


def uncovered(binary, machines):
    """Rules that fail nowhere, or pass nowhere, where a machine expects it."""
    listed = subprocess.run([binary, "--rules"], capture_output=True, text=True, timeout=60, check=True)
    rules = re.findall(r"^NP[^7\s]\d+", listed.stdout, re.MULTILINE)  # NP7xx are about guests: guests_check.py
    failing = set().union(*(machine.failing for machine in machines))
    passing = set().union(*(machine.passing for machine in machines))
    lacking = [f"{rule}: no machine where it fails" for rule in rules if rule not in failing]
    lacking += [f"{rule}: no machine where it passes" for rule in rules if rule not in passing]
    return sorted(lacking)


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    binary = str(Path(sys.argv[1]).resolve())
    only = os.environ.get("NESTPROBE_MACHINES", "").split()
    folders = recorded.folders(sys.argv[2])
    machines = [Machine(folder, binary) for folder in folders if not only or any(part in folder.name for part in only)]
    if not machines:
        sys.exit(f"no machines in {sys.argv[2]}")
    validator = load_validator(sys.argv[3] if len(sys.argv) == 4 else None)
    refresh = os.environ.get("NESTPROBE_REFRESH", "")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(Machine.run, machines))
    failed = 0
    for machine in machines:
        machine.check(validator)
        if machine.report is not None:
            for line in machine.check_golden(refresh):
                print(line)
        if machine.faults:
            failed += 1
            print(f"FAIL  {machine.name}")
            for fault in machine.faults:
                print(f"    {fault}")
    lacking = uncovered(binary, machines) if not only else []
    for line in lacking:
        print(f"FAIL  coverage  {line}")
    wrong_index = not only and machine_index.check(Path(sys.argv[2]) / "INDEX.tsv", binary, machines)
    failed_coverage = bool(lacking) + bool(wrong_index)
    print(f"{len(machines) - failed} passed, {failed + failed_coverage} failed")
    return 1 if failed + failed_coverage else 0


if __name__ == "__main__":
    sys.exit(main())
