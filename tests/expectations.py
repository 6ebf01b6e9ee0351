# SPDX-License-Identifier: MIT
"""What the files `expect` can say (tests/machines/README.md), and whether a report says so.

A subclass has .name, .folder, .report, .findings, .text (format -> output), .notes and .fault(text).
"""
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "lab"))
from situations import SITUATIONS  # noqa: E402

QUESTIONS = ("kvm-here", "kvm-in-guests", "device-assignment")
ANSWERS = {"yes": 0, "no": 1, "unknown": 2}
STATUSES = ("pass", "fail", "unknown", "skipped")
HOWS = ("vmx", "svm", "software")
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


class Expectations:
    def __init__(self):
        self.failing, self.passing = set(), set()  # rules that are expected to fail and to pass here, and do

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
        elif word == "then":
            question, *rules = rest.split()
            if self.report["answers"][question]["then"] != rules:
                self.fault(f"{line}: behind the cause is {self.report['answers'][question]['then']}")
        elif word == "fixed":
            question, answer = rest.split()
            if self.report["answers"][question]["fixed"] != (None if answer == "unforeseen" else answer):
                self.fault(f"{line}: it is {self.report['answers'][question]['fixed']}")
        elif word == "rung":
            self.expect_rung(line, *rest.split(None, 1))
        elif word == "retracts":  # tests/damage_check.py looks for a part that says it
            claim, why = rest.split(": ", 1)
            question, answer = claim.split()
            if not why or answer == "unknown" or answer == self.report["answers"][question]["answer"]:
                self.fault(f"{line}: it is what the whole says")
        elif word == "fits":
            self.expect_to_fit(line, int(rest))
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

    def expect_rung(self, line, layer, words):
        """A line of the ladder, with the lines that it goes on in. L0, L1 ... have no mark."""
        rung = re.search(rf"^  (?:\S+ +| +)({layer} +.*(?:\n {{20}}\S.*)*)", self.text["explain"], re.M)
        if not rung:
            self.fault(f"{line}: the ladder has no such line")
            return
        said = flat(rung[0]) if layer[0] != "L" else flat(rung[1]).partition(" ")[2]
        wanted = words if layer[0] == "L" else "{0} {2} {1}".format(*words.split(None, 1), layer)
        if not said.startswith(wanted):
            self.fault(f"{line}: it is {said}")

    def expect_to_fit(self, line, most):
        for name in ("explain", "summary"):
            lines = self.text[name].splitlines()
            if len(lines) > most or any(len(text) > 80 for text in lines):
                self.fault(f"{line}: --{name} has {len(lines)} lines, the longest of {max(map(len, lines))} columns")

    def expect_never(self, text, line):
        for name in ("explain", "every rule", "summary"):
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
