"""What is expensive to make is made once and kept, under a hash of all that it was made from."""
# SPDX-License-Identifier: MIT
from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Callable


def run(*command: str | Path, **options) -> str:
    """The output of a command; CalledProcessError, with what it said, when it fails."""
    return subprocess.run(command, check=True, text=True, capture_output=True, **options).stdout


class Cache:
    """Folders under one root, each named after a hash of what it was made from. Forgets the unused."""

    KEEP = 14 * 24 * 3600  # seconds

    def __init__(self, root: Path):
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        for path in root.glob("*-*"):
            if path.stat().st_mtime < time.time() - self.KEEP:
                shutil.rmtree(path, ignore_errors=True)

    def get(self, label: str, ingredients: list[bytes], make: Callable[[Path], None]) -> Path:
        """The folder for these ingredients; make(folder) fills it the first time."""
        digest = hashlib.sha256()
        for ingredient in ingredients:
            digest.update(len(ingredient).to_bytes(8, "little") + ingredient)
        path = self.root / f"{label}-{digest.hexdigest()[:16]}"
        if not path.is_dir():
            unfinished = Path(tempfile.mkdtemp(dir=self.root, prefix="unfinished-"))
            try:
                make(unfinished)
                unfinished.chmod(0o755)
                unfinished.rename(path)  # at once, so that two labs can share a cache
            except OSError:
                if not path.is_dir():  # otherwise the other lab was first
                    raise
            finally:
                shutil.rmtree(unfinished, ignore_errors=True)
        os.utime(path)
        return path
