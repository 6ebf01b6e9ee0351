#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""record_check.py BINARY SNAPSHOT

Where --record writes: devices and pipes as they are, through links, with the mode and owner of the file that is there;
and nothing is left behind when it is told to end.
"""
import json
import os
import resource
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

binary, snapshot = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
passed = failed = skipped = 0


def record(path, **options):
    return subprocess.run([binary, "--from", snapshot, "--record", str(path)], capture_output=True, timeout=60,
                          **options)


def expect(name, *wrong):
    """`wrong`: what does not hold, each a text or something false."""
    global passed, failed
    found = [str(w) for w in wrong if w][:3]
    if found:
        failed += 1
        print(f"FAIL {name}: {'; '.join(found)}")
    else:
        passed += 1


def is_snapshot(text):
    try:
        return json.loads(text)["format"] == "nestprobe-snapshot/1"
    except ValueError:
        return False


def devices(folder):
    """Nodes of our own, as no test may touch the system's."""
    global skipped
    for name, minor, status in (("null", 3, 0), ("full", 7, 74)):
        node = folder / name
        try:
            os.mknod(node, stat.S_IFCHR | 0o666, os.makedev(1, minor))
            os.close(os.open(node, os.O_WRONLY))
        except OSError as error:
            print(f"skipped a device: {error}")
            skipped += 1
            continue
        done = record(node)
        expect(f"device {name}", done.returncode != status and f"status {done.returncode}: {done.stderr}",
               not stat.S_ISCHR(os.stat(node).st_mode) and "it is no device any more")


def pipes(folder):
    fifo = folder / "fifo"
    os.mkfifo(fifo)
    got = []
    reader = threading.Thread(target=lambda: got.append(fifo.read_text(encoding="utf-8")), daemon=True)
    reader.start()
    done = record(fifo)
    reader.join(10)
    expect("FIFO", done.returncode and done.stderr, not stat.S_ISFIFO(os.stat(fifo).st_mode) and "no FIFO any more",
           not (got and is_snapshot(got[0])) and "no snapshot came through")
    out = folder / "substituted"
    done = subprocess.run(["bash", "-c", '"$1" --from "$2" --record >(cat > "$3"); wait $!', "bash", binary, snapshot, out],
                          capture_output=True, timeout=60)
    expect("process substitution", done.returncode and done.stderr,
           not is_snapshot(out.read_text(encoding="utf-8")) and "no snapshot came through")
    done = record("/dev/stdout")
    expect("/dev/stdout", done.returncode and done.stderr, not is_snapshot(done.stdout) and "nothing on stdout")


def links(folder):
    target, link, dangling = folder / "target", folder / "link", folder / "dangling"
    target.write_text("old")
    link.symlink_to("target")
    done = record(link)
    expect("link", done.returncode and done.stderr, not link.is_symlink() and "the link was replaced",
           not is_snapshot(target.read_text(encoding="utf-8")) and "its target was not written")
    dangling.symlink_to(folder / "to come")
    done = record(dangling)
    expect("dangling link", done.returncode and done.stderr, not dangling.is_symlink() and "the link was replaced",
           not (folder / "to come").exists() and "its target was not made")
    one, other = folder / "one name", folder / "other name"
    one.write_text("old")
    os.link(one, other)
    done = record(one)
    expect("hard link", done.returncode and done.stderr, one.stat().st_ino != other.stat().st_ino and "the names part")
    loop = folder / "loop"
    loop.symlink_to("loop")
    done = record(loop)
    expect("loop of links", done.returncode != 74 and f"status {done.returncode}",
           done.stderr.count(b"\n") != 1 and done.stderr)


def mode_and_owner(folder):
    plain, fresh = folder / "plain", folder / "fresh"
    plain.write_text("old")
    plain.chmod(0o664)
    if os.geteuid() == 0:
        os.chown(plain, 65534, 12345)
    before = plain.stat()
    done = record(plain)
    after = plain.stat()
    expect("mode and owner", done.returncode and done.stderr,
           (before.st_mode, before.st_uid, before.st_gid) != (after.st_mode, after.st_uid, after.st_gid) and "changed",
           not is_snapshot(plain.read_text(encoding="utf-8")) and "not written")
    record(fresh)
    expect("a new file's mode", fresh.stat().st_mode & 0o777 != 0o600 and oct(fresh.stat().st_mode))


def limits(folder):
    out = folder / "limited"
    out.write_text("old")
    done = record(out, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)))
    expect("RLIMIT_FSIZE", done.returncode != 74 and f"status {done.returncode}", out.read_text() != "old" and "half written",
           os.listdir(folder) != ["limited"] and os.listdir(folder))


def ended(folder):
    """The file is the old one or the new one, and alone, whenever TERM, INT or HUP comes."""
    out = folder / "r.json"
    out.write_text("old")
    began = time.monotonic()
    record(out)
    length = time.monotonic() - began
    wrong = []
    for turn in range(60):
        out.write_text("old")
        process = subprocess.Popen([binary, "--from", snapshot, "--record", str(out)], stderr=subprocess.DEVNULL)
        time.sleep(length * 1.2 * turn / 60)
        process.send_signal((signal.SIGTERM, signal.SIGINT, signal.SIGHUP)[turn % 3])
        process.wait()
        text = out.read_text(encoding="utf-8")
        if text != "old" and not is_snapshot(text):
            wrong.append(f"turn {turn}: half a file")
        if os.listdir(folder) != ["r.json"]:
            wrong.append(f"turn {turn}: left behind {os.listdir(folder)}")
    expect("told to end", *wrong)


def time_of_reading(folder):
    """collected_at: now, and of a snapshot the time that it was recorded."""
    out = folder / "here.json"
    before = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    live = subprocess.run([binary, "--record", str(out), "--json"], capture_output=True, timeout=60)
    after = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    report, recorded = json.loads(live.stdout), json.loads(out.read_text(encoding="utf-8"))["recorded"]
    expect("this machine's time", not before <= report["collected_at"] <= after and report["collected_at"],
           list(report)[:4] != ["schema", "tool", "collected_at", "machine"] and list(report)[:4])
    replayed = subprocess.run([binary, "--from", str(out), "--json"], capture_output=True, timeout=60)
    said = json.loads(replayed.stdout)["collected_at"]
    expect("a snapshot's time", said != recorded and f"{said}, but it was recorded at {recorded}")
    older, none = folder / "older.json", folder / "none.json"
    older.write_text('{"format": "nestprobe-snapshot/1", "recorded": "2020-01-02T03:04:05Z", "files": {}}')
    none.write_text('{"format": "nestprobe-snapshot/1", "files": {}}')
    for files, wanted in (((none,), None), ((none, older), "2020-01-02T03:04:05Z"), ((out, older), "2020-01-02T03:04:05Z")):
        given = [word for path in files for word in ("--from", str(path))]
        said = json.loads(subprocess.run([binary, *given, "--json"], capture_output=True, timeout=60).stdout)["collected_at"]
        expect(f"the time of {len(files)} files", said != wanted and f"{said}, not {wanted}")


def closed_streams(folder):
    """What is opened later must not become standard output."""
    out = folder / "closed"
    done = subprocess.run(["sh", "-c", '"$1" --from "$2" --record "$3" --json >&- 2>&-; echo $?', "sh", binary, snapshot, out],
                          capture_output=True, text=True, timeout=60)
    expect("closed streams", done.stdout.strip() != "74" and f"status {done.stdout.strip()}",
           not is_snapshot(out.read_text(encoding="utf-8")) and "the snapshot is damaged")


for check in (devices, pipes, links, mode_and_owner, limits, ended, time_of_reading, closed_streams):
    with tempfile.TemporaryDirectory() as name:
        check(Path(name))
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(failed != 0)
