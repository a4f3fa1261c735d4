"""Runs all tests, in parts beside each other: as many at once as there are processors.

python tools/run_tests.py

The core's tests are run where Qt cannot be imported. What each part says comes whole, one after
the other; the last line is pytest's, and it is that of a part that failed, if one did. Interrupting
this interrupts all.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
GRACE_SECONDS = 15


@dataclass(frozen=True)
class Part:
    """Some of the tests: what they are, and what pytest is told."""

    name: str
    arguments: tuple[str, ...]
    without_qt: bool = False


def parts() -> list[Part]:
    """All tests, each in one part; those of the window, which take longest, in two."""
    files = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("tests/app/test_*.py"))]
    left_out = (f"--ignore={name}" for name in ("tests/core", *files))
    core = ("-q", "-p", "no:pytest-qt", "tests/core")
    return [
        Part("tests of the core, where Qt cannot be imported", core, without_qt=True),
        Part("tests of the window, half of them", tuple(files[::2])),
        Part("tests of the window, the other half", tuple(files[1::2])),
        Part("all other tests", tuple(left_out)),
    ]


class Run:
    """A part that runs, and the file that takes what it says."""

    def __init__(self, number: int, part: Part, held: ExitStack) -> None:
        folder = held.enter_context(tempfile.TemporaryDirectory(prefix="tests-"))
        log = Path(folder) / "said.txt"
        saying = held.enter_context(log.open("wb"))
        self._said: IO[bytes] = held.enter_context(log.open("rb"))
        # Each part remembers what failed in a place of its own.
        own = ("-o", f"cache_dir=.pytest_cache/{number}")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *own, *part.arguments],
            cwd=ROOT,
            env=os.environ | ({"WITHOUT_QT": "1"} if part.without_qt else {}),
            stdout=saying,
            stderr=subprocess.STDOUT,
        )
        # An interrupt from the keyboard reaches it, too: it has time to say what it found.
        held.callback(self._end)

    def tell(self, *, again: bool = False) -> None:
        """Print what it has said since the last time, or all of it again."""
        if again:
            self._said.seek(0)
        shutil.copyfileobj(self._said, sys.stdout.buffer)
        sys.stdout.flush()

    def _end(self) -> None:
        try:
            self.process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def main() -> int:
    waiting = list(enumerate(parts()))
    names = [part.name for _, part in waiting]
    at_once = os.cpu_count() or 1
    runs: list[Run] = []
    told = 0
    with ExitStack() as held:
        while told < len(names):
            going = sum(run.process.poll() is None for run in runs)
            if waiting and going < at_once:
                runs.append(Run(*waiting.pop(0), held))
                if len(runs) == told + 1:
                    print(f"== {names[told]}", flush=True)
                continue
            ended = told < len(runs) and runs[told].process.poll() is not None
            if told < len(runs):
                runs[told].tell()
            if ended:
                told += 1
                if told < len(runs):
                    print(f"== {names[told]}", flush=True)
                continue
            time.sleep(0.1)
        failed = [run for run in runs if run.process.returncode]
        if failed and runs[-1] not in failed:
            print("== once more, of the tests that failed", flush=True)
            failed[-1].tell(again=True)
    return max((abs(run.process.returncode) for run in runs), default=0)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
