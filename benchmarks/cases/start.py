"""How long the program takes from its start to a picture of the window with the sample open."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from app.sample import sample_path
from benchmarks.figures import Figure
from benchmarks.logs import Logs


def measure(logs: Logs) -> Iterator[Figure]:
    """One run, whose files and byte code are warm, as they are from the second start on."""
    del logs
    with tempfile.TemporaryDirectory(prefix="start-") as folder:
        picture = Path(folder, "window.png")
        command = [
            sys.executable, "-m", "app", "render", str(sample_path()), "--session",
            "session_1794474072480_9c2hv6ron", "--out", str(picture),
        ]  # fmt: skip
        env = _with_byte_code(Path(folder, "byte-code"))
        for _ in "warm", "measured":
            began, worked = time.perf_counter(), _worked()
            subprocess.run(command, check=True, capture_output=True, env=env)
        yield Figure("start: window with the sample", time.perf_counter() - began, "s")
        yield Figure("start: processor time of it", _worked() - worked, "s")


def _worked() -> float:
    """The processor time (s) of the processes that were run: another one's work is not in it."""
    times = os.times()
    return times.children_user + times.children_system


def _with_byte_code(kept: Path) -> dict[str, str]:
    """The environment of a user, in which Python keeps what it compiled."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return env | {"PYTHONPYCACHEPREFIX": str(kept)}
