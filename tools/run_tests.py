"""Runs all tests: those of the core, where Qt cannot be imported, and all others beside them.

python tools/run_tests.py

What the core's tests say comes first, then what the others say; the last line is pytest's, and of
the two runs it is the one that failed, if one did. Interrupting this interrupts both.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
PYTEST = (sys.executable, "-m", "pytest")
# Each run remembers what failed in a place of its own.
CORE = ("-q", "-p", "no:pytest-qt", "-o", "cache_dir=.pytest_cache/core", "tests/core")
OTHERS = ("--ignore=tests/core",)
GRACE_SECONDS = 15


@dataclass(frozen=True)
class Run:
    """A run of pytest, and the file that takes what it says."""

    process: subprocess.Popen[bytes]
    said: IO[bytes]

    def follow(self) -> int:
        """Print what it says until it ends; its exit code."""
        running = True
        while running:
            running = self.process.poll() is None
            shutil.copyfileobj(self.said, sys.stdout.buffer)
            sys.stdout.flush()
            if running:
                time.sleep(0.1)
        return self.process.returncode


def main() -> int:
    with running(CORE, WITHOUT_QT="1") as core, running(OTHERS) as others:
        print("== tests of the core, where Qt cannot be imported", flush=True)
        core_status = core.follow()
        print("== all other tests", flush=True)
        status = others.follow()
        if core_status and not status:
            print("== the tests of the core again, which failed", flush=True)
            core.said.seek(0)
            core.follow()
    return core_status or status


@contextmanager
def running(arguments: tuple[str, ...], **environment: str) -> Iterator[Run]:
    """A run that ends with the block at the latest."""
    with tempfile.TemporaryDirectory(prefix="tests-") as folder:
        log = Path(folder) / "said.txt"
        with log.open("wb") as saying, log.open("rb") as said:
            process = subprocess.Popen(
                [*PYTEST, *arguments],
                cwd=ROOT,
                env=os.environ | environment,
                stdout=saying,
                stderr=subprocess.STDOUT,
            )
            try:
                yield Run(process, said)
            finally:
                # An interrupt from the keyboard reached it, too: it has time to say what it found.
                end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
