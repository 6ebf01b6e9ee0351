# SPDX-License-Identifier: MIT
"""What a pasted dmesg says alone, against what the guest that it comes from says of itself.

    lab_logs_check.py NESTPROBE MACHINES_DIR

The kernel log of every machine that was recorded in the lab is given as a paste. A yes where the guest says no, or the other
way round, fails; how many logs settle the answer is printed, and how many say something that bears on it: KVM on Intel
prints nothing when all is well, and a module that was loaded may have been removed, so most settle nothing.
"""
import json
import sys
from pathlib import Path

from run import Nestprobe, plain_environment

QUESTIONS = ("kvm-here", "kvm-in-guests")


def answers(nestprobe, *words, given=b""):
    done = nestprobe.run(*words, "--json", input=given, env=plain_environment())
    return {name: json.loads(done.stdout)["answers"][name] for name in QUESTIONS}


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    nestprobe = Nestprobe(sys.argv[1])
    seen = settled = speaking = contradicting = 0
    for path in sorted(Path(sys.argv[2]).glob("lab/*/snapshot.json")):
        log = json.loads(path.read_text(encoding="utf-8")).get("kernel_log")
        if not isinstance(log, list) or not log:
            continue
        seen += 1
        own = answers(nestprobe, "--from", path)
        given = "".join(f"[    1.000000] {line}\n" for line in log).encode()
        paste = answers(nestprobe, "--from", "-", given=given)
        settled += any(answer["answer"] != "unknown" for answer in paste.values())
        text = nestprobe.run("--from", "-", input=given, env=plain_environment()).stdout
        speaking += b"nothing that bears on it is known" not in text
        for name in QUESTIONS:
            if {own[name]["answer"], paste[name]["answer"]} == {"yes", "no"}:
                contradicting += 1
                print(f"FAIL  {path.parent.name}  {name}: the guest says {own[name]['answer']}, "
                      f"its log alone {paste[name]['answer']}: {paste[name]['because']}")
    print(f"{settled} of {seen} logs settle an answer, {speaking} say something that bears on it")
    print(f"{seen - contradicting} passed, {contradicting} failed")
    return 1 if contradicting or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
