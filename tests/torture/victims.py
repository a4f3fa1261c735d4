"""Starts programs, kills them at a random moment, and says what was acknowledged by then."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Killed:
    """The last number that was acknowledged, 0 where none was; whether it came to its end."""

    acknowledged: int
    finished: bool


class Victims:
    """One program that forks a child for each piece of work: a fork starts at once."""

    def __init__(self, program: subprocess.Popen[str], seed: int) -> None:
        self._program = program
        self._pid: int | None = None
        self._chance = random.Random(seed)
        self._pause = threading.Event()

    def kill_during(
        self, kind: str, *, within: float, after: int = 0, **arguments: object
    ) -> Killed:
        """Have some work done, and kill it -9 at a moment of these seconds after it began.

        They begin once it was acknowledged so much, by default at once.
        """
        self._say(kind, {name: _plain(value) for name, value in arguments.items()})
        acknowledged, finished, killed = 0, False, False
        for said, value in self._heard():
            if said == "started":
                self._pid = int(value)
            elif said == "acknowledged":
                acknowledged = int(value)
            elif said == "failed":
                raise AssertionError(f"the program failed before it was killed:\n{value}")
            elif said == "done":
                finished = True
            elif said == "reaped":
                break
            # What a child says may come before it is said that there is one.
            if not killed and self._pid is not None and (acknowledged >= after or finished):
                self._kill_within(within)
                killed = True
        self._pid = None
        return Killed(acknowledged, finished)

    def _kill_within(self, seconds: float) -> None:
        assert self._pid is not None
        self._pause.wait(self._chance.uniform(0, seconds))
        os.kill(self._pid, signal.SIGKILL)
        self._say("reap", self._pid)

    def end(self) -> None:
        """Leave none behind where the test has failed."""
        os.killpg(self._program.pid, signal.SIGKILL)

    def _say(self, kind: str, arguments: object) -> None:
        assert self._program.stdin is not None
        self._program.stdin.write(json.dumps([kind, arguments]) + "\n")
        self._program.stdin.flush()

    def _heard(self) -> Iterator[tuple[str, str]]:
        assert self._program.stdout is not None
        for line in self._program.stdout:
            said, value = json.loads(line)
            yield said, value
        raise AssertionError("the program ended")


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Path) else value


@contextmanager
def victims(seed: int) -> Iterator[Victims]:
    """A program that is ended at the end."""
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.torture.victim"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    )
    made = Victims(program, seed)
    try:
        yield made
    finally:
        made.end()
        program.communicate()
