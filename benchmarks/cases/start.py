"""How long the program takes from its start to a picture of the window with the sample open."""

from __future__ import annotations

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
    """One run, whose files are warm."""
    del logs
    with tempfile.TemporaryDirectory(prefix="start-") as folder:
        picture = Path(folder, "window.png")
        command = [
            sys.executable, "-m", "app", "render", str(sample_path()), "--session",
            "session_1794474072480_9c2hv6ron", "--out", str(picture),
        ]  # fmt: skip
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        yield Figure("start: window with the sample", time.perf_counter() - began, "s")
