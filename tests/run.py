# SPDX-License-Identifier: MIT
"""How the check scripts run nestprobe: many command lines by few processes.

    nestprobe = Nestprobe("build-dev/tests/program/batch")
    done = nestprobe.run("--from", path, "--json")     # done.returncode, .stdout, .stderr

tests/program/batch is the program's own code without its start, which is most of what a run costs. Any other name is
a nestprobe, started for each. Threads may share one Nestprobe; it keeps as many of them as threads ask at a
time. What they leaked is told at the end, and makes the check script fail.
"""
import atexit
import os
import queue
import select
import subprocess
import time
from pathlib import Path

KEPT = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LD_LIBRARY_PATH", "PATH")


def plain_environment():
    """What a run depends on, and nothing of the person's."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {"PATH": "", **kept, "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}


class Batch:
    """One process of tests/program/batch."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        self.unread = b""

    def read(self, enough, until):
        """Bytes of its answer: `enough` says of those that are there how many."""
        stream = self.process.stdout.fileno()
        while (size := enough(self.unread)) is None or len(self.unread) < size:
            if not select.select([stream], [], [], max(0, until - time.monotonic()))[0]:
                raise TimeoutError
            more = os.read(stream, 1 << 20)
            if not more:
                raise RuntimeError(f"tests/program/batch ended: {self.process.wait()}")
            self.unread += more
        taken, self.unread = self.unread[:size], self.unread[size:]
        return taken

    def run(self, words, environment, folder, given, timeout):
        parts = [str(len(words)), *words, str(len(environment)), *(f"{k}={v}" for k, v in environment.items()),
                 os.path.abspath(folder or "."), str(len(given))]
        self.process.stdin.write(b"".join(os.fsencode(part) + b"\0" for part in parts) + given)
        self.process.stdin.flush()
        until = time.monotonic() + timeout
        line = self.read(lambda have: have.find(b"\n") + 1 or None, until)
        status, said, complained = map(int, line.split())
        return status, self.read(lambda _: said, until), self.read(lambda _: complained, until)

    def end(self):
        """Whether it did so without a complaint, of LeakSanitizer for instance."""
        self.process.stdin.close()
        return self.process.wait(60) == 0

    def kill(self):
        os.killpg(self.process.pid, 9)
        self.process.wait()


def shipped(given):
    """The code that ships, where ./dev test has named its batch; else what is given. For checks of what was written,
    which sanitizers make ten times as long: machines_check.py and guests_check.py have it written under them too.
    NESTPROBE_FULL=1 leaves all of it to what is given."""
    return Nestprobe(given if os.environ.get("NESTPROBE_FULL") else os.environ.get("NESTPROBE_SHIPPED_BATCH") or given)


class Nestprobe:
    def __init__(self, program):
        self.program = str(Path(program).resolve())
        self.batches = queue.LifoQueue() if Path(program).name == "batch" else None
        atexit.register(self.end)

    def end(self):
        ended = [self.batches.get_nowait().end() for _ in range(self.batches.qsize())] if self.batches else []
        if not all(ended):
            print("FAIL  tests/program/batch ended with a complaint: see stderr", flush=True)
            os._exit(1)

    def run(self, *words, input=b"", env=None, cwd=None, timeout=60):
        """As subprocess.run() answers, with bytes. Raises subprocess.TimeoutExpired."""
        words = [self.program, *map(os.fspath, words)]
        env = dict(os.environ) if env is None else env
        if self.batches is None:
            return subprocess.run(words, input=input, env=env, cwd=cwd, timeout=timeout, capture_output=True, check=False)
        try:
            batch = self.batches.get_nowait()
        except queue.Empty:
            batch = Batch(self.program)
        try:
            status, stdout, stderr = batch.run(words, env, cwd, input, timeout)
        except TimeoutError:
            batch.kill()
            raise subprocess.TimeoutExpired(words, timeout) from None
        self.batches.put(batch)
        return subprocess.CompletedProcess(words, status, stdout, stderr)

    def text(self, *words, input="", errors="strict", **options):
        """With texts instead of bytes."""
        done = self.run(*words, input=input.encode(errors="surrogatepass"), **options)
        done.stdout, done.stderr = done.stdout.decode(errors=errors), done.stderr.decode(errors=errors)
        return done
