#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""broken_input_check.py BATCH

Files that cannot be understood get one line on stderr with the file and the place, exit status 65, nothing on
stdout, and neither much time (1 s) nor much memory (64 MiB). The last two are asked of NESTPROBE_RELEASE, the first
three of BATCH too, which has sanitizers.
"""
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

from run import Nestprobe

watched = Nestprobe(sys.argv[1])
binary = os.environ.get("NESTPROBE_RELEASE") or sys.argv[1].replace("tests/program/batch", "src/nestprobe")
sanitized = b"__asan_init" in open(binary, "rb").read()
passed = failed = 0

SMALL = json.dumps({
    "format": "nestprobe-snapshot/1",
    "cpus": [{"ids": "0-1", "cpuid": {"00000000:00": ["0xd", "0x1", "0x2", "0x3"]}, "msr": {"0x3a": "0x5"}}],
    "files": {"/proc/cpuinfo": "processor\t: 0\n", "/x": {"base64": "RE1BUg=="}},
    "kvm": {"open": {"absent": "no_device", "detail": "No such file or directory"}},
    "kernel_log": ["kvm: disabled by bios"]})


def run(path, stdin=None, option="--from"):
    began = time.monotonic()
    done = subprocess.run([binary, option, path, "--json"], stdin=stdin, capture_output=True, timeout=60,
                          preexec_fn=None if sanitized else limit_memory)
    return done, time.monotonic() - began


def limit_memory():
    """64 MiB of address space, which is more than what is resident: one that needs more ends with status 70."""
    resource.setrlimit(resource.RLIMIT_AS, (64 << 20, 64 << 20))


def faults_of(done, path):
    """Of a refusal."""
    shown = "standard input" if path == "-" else path
    if done.returncode != 65:
        yield f"exit status {done.returncode}, not 65"
    if done.stdout:
        yield "something on stdout"
    lines = done.stderr.decode("utf-8", "replace").splitlines()
    if len(lines) != 1 or shown not in lines[0] or len(lines[0]) > 500:
        yield f"not one line with the file's name: {lines[:2]}"
    if any(c < 0x20 and c != 0x0a for c in done.stderr):
        yield "control characters on stderr"


def count(name, wrong):
    global passed, failed
    passed, failed = passed + (not wrong), failed + bool(wrong)
    if wrong:
        print(f"FAIL {name}: {'; '.join(wrong)}")


def expect_refusal(name, path, stdin=None, option="--from"):
    done, seconds = run(path, stdin, option)
    count(name, [*faults_of(done, path), *([f"{seconds:.2f} s"] if not sanitized and seconds > 1 else [])])


def in_file(folder, name, data, option="--from"):
    path = os.path.join(folder, "input")
    with open(path, "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())
    expect_refusal(name, path, option=option)
    count(f"{name}, under sanitizers", [*faults_of(watched.run(option, path, "--json", timeout=300), path)])


def guests(folder):
    """Definitions of guests that are none."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    domain = "<domain type='kvm'><name>a</name><vcpu>2</vcpu></domain>"
    for name, data in {
            "empty": "", "prose": "hello, world\n", "binary": os.urandom(65536), "a wrong root": "<html><body/></html>",
            "capabilities": "<domainCapabilities/>", "no type": "<domain/>", "an unclosed element": "<domain type='kvm'><cpu>",
            "another end tag": "<domain type='kvm'><a></b></domain>", "two roots and prose": domain + "x<",
            "UTF-16": domain.encode("utf-16"), "Latin-1": domain.replace("a<", "\xe4<").encode("latin-1"),
            "NUL": domain.replace("a<", "\0<"), "a control character by its number": domain.replace("a<", "&#27;<"), "billion laughs": f'<!DOCTYPE a [<!ENTITY l0 "ha">{laughs}]>' + domain,
            "an external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "/etc/passwd">]>' + domain.replace("a<", "&x;<"),
            "100 MB of elements": b"<domain type='kvm'>" + b"<a/>" * (25 << 20), "100 MB of nothing": b" " * (100 << 20),
            "4 MB deep": "<a>" * (1 << 20), "an unknown mode": "<domain type='kvm'><cpu mode='best'/></domain>",
            "QEMU with an open quotation": "qemu-system-x86_64 -name 'a", "Proxmox with words": "cores: many\nmemory: 512\n"}.items():
        in_file(folder, f"a guest: {name}", data, "--domain")


def guests_in_pastes(folder):
    """A definition that is refused is not called taken as well: for people, too, the refusal is the one line."""
    domain = "<domain type='kvm'>\n  <name>a</name>\n  <vcpu>2</vcpu>\n  <cpu mode='host-passthrough'>"
    for name, data in {"an unclosed element": domain, "a control character": domain + "<a>&#27;</a></cpu></domain>\n",
                       "Latin-1": (domain.replace("a<", "\xe4<") + "</cpu></domain>\n").encode("latin-1"),
                       "an open quotation": "qemu-system-x86_64 -enable-kvm -cpu host -name 'a\n"}.items():
        path = os.path.join(folder, "input")
        with open(path, "wb") as f:
            f.write(data if isinstance(data, bytes) else data.encode())
        count(f"a guest in a paste: {name}", list(faults_of(subprocess.run([binary, "--explain", "--from", path], capture_output=True, timeout=60, check=False), path)))


def long_words(folder):
    """What a complaint quotes is cut, however long it is."""
    word = "x" * 1000000
    for name, rest in {
            "a file twice": f'"files": {{"/{word}": "1", "/{word}": "2"}}}}', "a key twice": f'"{word}": 1, "{word}": 2}}',
            "a directory twice": f'"directories": {{"/{word}": [], "/{word}": []}}}}', "a leaf": f'"cpus": [{{"ids": "0", "cpuid": {{"{word}": []}}}}]}}',
            "an MSR": f'"cpus": [{{"ids": "0", "msr": {{"{word}": "0x1"}}}}]}}', "a value": f'"cpus": [{{"ids": "0", "msr": {{"0x3a": "{word}"}}}}]}}',
            "CPUs": f'"cpus": [{{"ids": "{word}"}}]}}', "a capability": f'"kvm": {{"extensions": {{"{word}": 0}}}}}}',
            "an absence": f'"files": {{"/a": {{"absent": "{word}"}}}}}}', "a path": f'"files": {{"/{word}/..": "1"}}}}',
            "a name": f'"directories": {{"/a": ["/{word}"]}}}}'}.items():
        in_file(folder, f"{name} of 1 MB", head(rest))
    in_file(folder, "400,000 brackets on a line that names a snapshot", '"nestprobe-snapshot/' + "x{" * 400000)
    in_file(folder, "400,000 objects on a line that names a snapshot", "{}" * 400000 + '"nestprobe-snapshot/')
    in_file(folder, "400,000 lines of brackets that name a snapshot", "x\n[{\n" * 400000 + '"nestprobe-snapshot/')
    in_file(folder, "a format of 1 MB", f'{{"format": "{word}"}}')
    for name, data in {"an element": f"<domain type='kvm'><{word}></b></domain>", "a root": f"<{word}/>", "a mode": f"<domain type='kvm'><cpu mode='{word}'/></domain>",
                       "a policy": f"<domain type='kvm'><cpu><feature policy='{word}' name='vmx'/></cpu></domain>",
                       "a quotation": f"qemu-system-x86_64 -name '{word}", "a number": f"cores: {word}\nmemory: 512\n"}.items():
        in_file(folder, f"a guest: {name} of 1 MB", data, "--domain")


def long_arguments():
    """What the command line holds is quoted no longer than a path may be."""
    global passed, failed
    for argument in ("--explain=", "--bogus", "--label=", "--from=", "--assume="):
        done = subprocess.run([binary, argument + "x" * 100000], capture_output=True, timeout=60, check=False)
        wrong = done.returncode not in (64, 66) or done.stderr.count(b"\n") != 1 or len(done.stderr) > 4600 or done.stdout
        passed, failed = passed + (not wrong), failed + bool(wrong)
        if wrong:
            print(f"FAIL {argument} of 100,000 letters: {done.returncode}, {len(done.stderr)} bytes on stderr")


def pipes(folder):
    """A pipe that nobody has open for writing is no file; one whose writer is slow is waited for."""
    global passed, failed
    folder = os.path.join(folder, "pipes")
    os.mkdir(folder)
    fifo = os.path.join(folder, "pu0")  # of hwloc's folders
    os.mkfifo(fifo)
    for option in ("--from", "--diff", "--domain"):
        done, _ = run(fifo, option=option)
        in_a_folder = subprocess.run([binary, option, folder, "--json"], capture_output=True, timeout=60, check=False)
        wrong = done.returncode != 66 or done.stderr.count(b"\n") != 1 or in_a_folder.returncode not in (65, 66)
        passed, failed = passed + (not wrong), failed + wrong
        if wrong:
            print(f"FAIL {option} of a pipe without a writer: {done.returncode} {done.stderr!r}, {in_a_folder.returncode}")
    # It opens the pipe for reading first: only then can this open it for writing.
    writer = subprocess.Popen(["sh", "-c", 'exec > "$1"; sleep 2; printf %s "$2"', "sh", fifo, SMALL])
    done, seconds = run(fifo)
    writer.wait()
    wrong = done.returncode not in (0, 1, 2) or seconds < 1.5
    passed, failed = passed + (not wrong), failed + wrong
    if wrong:
        print(f"FAIL a pipe whose writer is slow: {done.returncode} {done.stderr!r} after {seconds:.1f} s")


def head(rest):
    return '{"format": "nestprobe-snapshot/1", ' + rest


with tempfile.TemporaryDirectory() as folder:
    for n in range(1, len(SMALL)):
        in_file(folder, f"cut off after {n} bytes", SMALL[:n])
    in_file(folder, "empty", "")
    in_file(folder, "ids past every Linux", head('"cpus": [{"ids": "0-4294967295"}]}'))
    in_file(folder, "a million CPUs", head('"cpus": [{"ids": "0-999999"}]}'))
    in_file(folder, "a million entries", head('"cpus": [' + ",".join('{"ids": "0"}' for _ in range(1000000)) + "]}"))
    in_file(folder, "nested 10,000 deep", head('"files": ' + '{"a":' * 10000 + "1" + "}" * 10000 + "}"))
    in_file(folder, "brackets 10,000 deep", "[" * 10000)
    in_file(folder, "invalid UTF-8", head('"files": {"/a": "').encode() + b'\xff\xfe"}}')
    in_file(folder, "a key twice", head('"files": {}, "files": {}}'))
    long_words(folder)
    in_file(folder, "a file twice", head('"files": {"/a": "1", "/a": "2"}}'))
    for name in ("a/b.conf", "/a.conf", "..", ".", "", "a/../../tmp/b.conf", "a\0b.conf"):
        in_file(folder, f"{name!r} in a directory", head(f'"directories": {{"/usr/lib/modprobe.d": {json.dumps([name])}}}}}'))
    for path in ("/usr/lib/modprobe.d/../../../tmp/b.conf", "/a/..", "..", "../a", "/a\0b"):
        in_file(folder, f"{path!r} as a file", head(f'"files": {{{json.dumps(path)}: "x"}}}}'))
        in_file(folder, f"{path!r} as a directory", head(f'"directories": {{{json.dumps(path)}: []}}}}'))
    in_file(folder, "an escape sequence in what is complained of", head('"files": {"/a\\u001b[2J\\n/..": "x"}}'))
    in_file(folder, "a wrong format", '{"format": "nestprobe-snapshot/9"}')
    in_file(folder, "another tool's JSON", '{"blockdevices": [{"name": "sda", "size": "10G"}]}')
    in_file(folder, "not a dump", "hello, world\n")
    in_file(folder, "binary", os.urandom(65536))
    for value in ("5", "null", "[]", "{}", '"x"', "1.5", "true"):
        for key in ("cpus", "files", "directories", "kvm", "kernel_log"):
            if (key, value) in (("cpus", "[]"), ("kernel_log", "[]")) or (value == "{}" and key in ("files", "directories", "kvm")):
                continue
            in_file(folder, f"{key}: {value}", head(f'"{key}": {value}}}'))
    blanks = os.path.join(folder, "blanks")
    with open(blanks, "wb") as f:  # not sparse: holes would read as NUL
        chunk = b" " * (1 << 20)
        for _ in range(64 if sanitized else 1024):
            f.write(chunk)
    expect_refusal("1 GB of blanks", blanks)
    with open(blanks, "rb") as f:
        expect_refusal("1 GB of blanks on standard input", "-", f)
    cat = subprocess.Popen(["cat", blanks], stdout=subprocess.PIPE)
    expect_refusal("1 GB of blanks through a pipe", "-", cat.stdout)
    cat.stdout.close()
    cat.wait()

    guests(folder)
    guests_in_pastes(folder)
    pipes(folder)
    long_arguments()
    missing = os.path.join(folder, "missing")
    done, _ = run(missing)
    if done.returncode == 66 and missing in done.stderr.decode() and not done.stdout:
        passed += 1
    else:
        failed += 1
        print(f"FAIL a missing file: {done.returncode} {done.stderr!r}")

print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
