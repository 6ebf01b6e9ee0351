#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The lab's own honesty: what did not arrive whole, or did not boot, is a failure and never a skip."""
import base64
import gzip
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "lab"))
import emulators  # noqa: E402
import lab  # noqa: E402
from situations import SITUATIONS, Situation  # noqa: E402


def frame(name: str, content: bytes = b"OK\n") -> str:
    return f"@@BEGIN {name}\n{base64.encodebytes(gzip.compress(content)).decode()}@@END {name}\n"


def whole(names=tuple(lab.BLOCKS)) -> str:
    return "noise of the kernel\n" + "".join(map(frame, names)) + "@@DONE\n"


class Frames(unittest.TestCase):
    def test_a_whole_one_is_read(self):
        self.assertEqual(lab.blocks(whole())["kvmhlt.txt"], b"OK\n")

    def fails(self, serial: str, words: str):
        with self.assertRaisesRegex(emulators.BootFailure, words):
            lab.blocks(serial)

    def test_every_block_is_missed(self):
        for name in lab.BLOCKS:
            self.fails(whole([n for n in lab.BLOCKS if n != name]), f"did not send {name}")

    def test_cut_at_every_line(self):
        lines = whole().splitlines(keepends=True)
        for end in range(len(lines)):
            self.fails("".join(lines[:end]), "did not finish|damaged")

    def test_every_letter_of_a_block_counts(self):
        body = base64.b64encode(gzip.compress(b"kvm-here: yes\n" * 9, mtime=0)).decode()
        head = len(base64.b64encode(bytes(9))) + 2  # gzip's header has bytes that mean nothing: time, system
        for at in range(head, len(body.rstrip("=")) - 1):  # the last one has bits to spare
            other = "A" if body[at] != "A" else "B"
            serial = whole().replace("@@DONE", f"@@BEGIN x\n{body[:at]}{other}{body[at + 1:]}\n@@END x\n@@DONE")
            with self.subTest(at=at):
                self.fails(serial, "x came damaged")

    def test_a_block_that_comes_twice(self):
        self.fails(frame("json.txt", b"other") + whole(), "json.txt came twice")


class NeverBoots:
    bare_metal = True
    memory = 1

    def boot(self, what):
        raise emulators.BootFailure("still running after 1 s")


class Guests(unittest.TestCase):
    def test_a_guest_that_does_not_boot_is_a_failure(self):
        with tempfile.TemporaryDirectory() as folder:
            original, lab.boot = lab.boot, lambda *_: NeverBoots().boot(None)
            try:
                wrong, _, marks = lab.examine(Situation("x", NeverBoots()), Path("/bin/true"), b"", None, Path(folder))
            finally:
                lab.boot = original
        self.assertIn("still running", wrong[0])
        self.assertEqual(marks, [])

    def test_an_emulator_that_hangs_is_stopped(self):
        with tempfile.TemporaryDirectory() as folder:
            with self.assertRaisesRegex(emulators.BootFailure, "still running"):
                emulators.emulate(["sleep", "60"], Path(folder) / "log", 0.2)

    def test_the_table(self):
        names = [situation.name for situation in SITUATIONS]
        self.assertEqual(len(names), len(set(names)))
        self.assertGreaterEqual(len(names), 45)
        for situation in SITUATIONS:
            self.assertTrue(situation.here or situation.guests or situation.devices, situation.name)


if __name__ == "__main__":
    unittest.main()
