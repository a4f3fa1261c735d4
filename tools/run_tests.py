"""Runs all tests, in parts beside each other: as many at once as there are processors.

python tools/run_tests.py

The core's tests are run where Qt cannot be imported. What each part says comes whole, one after
the other. A few tests that failed are tried once more, alone; those that then pass are named as
unsteady, for that is a fault as well, of the test or of the program. The last line is pytest's, and
it is that of a part that failed, if one did. Interrupting this interrupts all.
"""

from __future__ import annotations

import json
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
TESTS_FAILED = 1
OF_THE_WINDOW = 4
"""So many parts have the tests of the window: what is small goes round evenly."""
WORTH_ANOTHER_TRY = 3
"""Of more tests than these that failed, none is taken for unsteady."""


@dataclass(frozen=True)
class Part:
    """Some of the tests: what they are, and what pytest is told."""

    name: str
    arguments: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()


def parts() -> list[Part]:
    """All tests, each in one part, and those of tables in two; of the window, which take longest,
    in several."""
    files = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("tests/app/test_*.py"))]
    left_out = (f"--ignore={name}" for name in ("tests/core", *files))
    core = ("-q", "-p", "no:pytest-qt", "tests/core")
    return [
        Part("tests of the core, where Qt cannot be imported", core, (("WITHOUT_QT", "1"),)),
        # Among them is the longest test: begun last, it would run alone.
        Part("all other tests", tuple(left_out)),
        Part(
            "tests of tables, on a second server",
            # It is slow with many items; the first server has them.
            ("-q", "tests/core/events/dynamodb", "-k", "not replay_has_no_limit"),
            (("DYNAMODB_TEST_ENDPOINT", "moto"),),
        ),
        *(
            Part(f"tests of the window, {n + 1} of {OF_THE_WINDOW}", tuple(files[n::OF_THE_WINDOW]))
            for n in range(OF_THE_WINDOW)
        ),
    ]


class Run:
    """A part that runs, and the file that takes what it says."""

    def __init__(self, number: int, part: Part, held: ExitStack, *more: str) -> None:
        folder = held.enter_context(tempfile.TemporaryDirectory(prefix="tests-"))
        log = Path(folder) / "said.txt"
        saying = held.enter_context(log.open("wb"))
        self._said: IO[bytes] = held.enter_context(log.open("rb"))
        self.number, self.part = number, part
        # Each part remembers what failed in a place of its own.
        self._cache = f".pytest_cache/{number}"
        own = ("-o", f"cache_dir={self._cache}", *more)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *own, *part.arguments],
            cwd=ROOT,
            env=os.environ | dict(part.environment),
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

    def failed(self) -> list[str]:
        """The tests that failed, as pytest remembers them; none where it could not run them."""
        if self.process.returncode != TESTS_FAILED:
            return []
        kept = ROOT / self._cache / "v" / "cache" / "lastfailed"
        return sorted(json.loads(kept.read_text(encoding="utf-8")))

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
        failed = [run for run in runs if run.process.returncode and not _passes_alone(run, held)]
        if failed:
            print("== once more, what failed", flush=True)
            failed[-1].tell(again=True)
    return max((abs(run.process.returncode) for run in failed), default=0)


def _passes_alone(run: Run, held: ExitStack) -> bool:
    """Whether the few tests that failed pass with nothing beside them; says what it finds."""
    names = run.failed()
    if not 0 < len(names) <= WORTH_ANOTHER_TRY:
        return False
    print(f"== tried again, alone: {', '.join(names)}", flush=True)
    alone = Run(run.number, run.part, held, "--last-failed")
    passed = alone.process.wait() == 0
    if passed:
        print(f"== UNSTEADY, to be mended: {', '.join(names)}", flush=True)
    alone.tell()
    return passed


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
