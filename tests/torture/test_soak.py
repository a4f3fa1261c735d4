"""Everything at once for as long as one likes: memory, threads, files and lag stay as they are.

Two minutes here; `make soak` for an hour, `make soak MINUTES=5` for less.
"""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from app.models.opening import Wish
from app.window import Window
from core.events.store.sqlite import SQLiteEventStore
from tests.app.windows import PATIENCE, make_window
from tests.builders import chat, claim, viewed
from tests.builders_files import in_session, write_log
from tests.core.server.serving import Serving, frame_at, serving
from tests.torture.conftest import Figure

MINUTES = float(os.environ.get("SOAK", "2"))
"""The first third of them warms up."""
SLACK = 0.1
"""By how much of it memory may grow, for the log does too."""
BURST = 5
"""So many events a round, as a learner makes them at most."""


@dataclass(frozen=True)
class Reading:
    """What the process holds after a round, and how long (ms) an append took to be on screen."""

    minutes: float
    events: int
    memory: float
    threads: int
    files: int
    lag: float

    HEAD = f"{'minutes':>8} {'events':>9} {'MB':>8} {'threads':>8} {'files':>6} {'lag ms':>8}"

    def __str__(self) -> str:
        return (
            f"{self.minutes:8.1f} {self.events:9,} {self.memory:8.1f} {self.threads:8}"
            f" {self.files:6} {self.lag:8.0f}"
        )


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Serving]:
    path = write_log(tmp_path / "events.db", in_session("study", [viewed("raft", name="Raft")]))
    with serving(path, writable=True, window=True) as found:
        yield found


def test_nothing_grows(qtbot: QtBot, tmp_path: Path, served: Serving, figure: Figure) -> None:
    """What is left open all day on a wall would slow down, and end with the memory."""
    window = make_window(qtbot, tmp_path / "settings.json")
    window.open(served.path, Wish("study"))
    qtbot.wait_until(lambda: not window.busy, timeout=PATIENCE)
    began, readings = time.monotonic(), list[Reading]()
    print(f"\n{Reading.HEAD}")
    with SQLiteEventStore(served.path, writable=True) as store, ExitStack() as stack:
        lasting = [stack.enter_context(served.stream("study")) for _ in range(3)]
        number, told = 1, 0.0
        while time.monotonic() - began < MINUTES * 60:
            number, lag = _round(qtbot, window, served, store, number)
            for stream in lasting:
                frame_at(stream, number)
            minutes = (time.monotonic() - began) / 60
            readings.append(_reading(minutes, number, lag))
            if minutes >= told:
                told = minutes + MINUTES / 60
                print(readings[-1])
            qtbot.wait(100)
    window.close()

    settled = readings[len(readings) // 3 :]
    threads, files = {each.threads for each in settled}, {each.files for each in settled}
    assert max(threads) <= readings[len(readings) // 3].threads + 2
    assert max(files) <= readings[len(readings) // 3].files + 4
    grown = settled[-1].memory - settled[0].memory
    assert grown <= SLACK * settled[0].memory
    events = settled[-1].events - settled[0].events
    lags = sorted(each.lag for each in settled)
    figure("minutes and events", f"{readings[-1].minutes:.1f} and {readings[-1].events:,}")
    figure("memory after warming up", f"{grown:+.1f} MB in {events:,} events")
    figure("threads, files", f"{min(threads)}–{max(threads)}, {min(files)}–{max(files)}")
    figure("append to drawn, median and worst", f"{lags[len(lags) // 2]:.0f} and {lags[-1]:.0f} ms")


def _round(
    qtbot: QtBot, window: Window, served: Serving, store: SQLiteEventStore, number: int
) -> tuple[int, float]:
    """Some events come, a client comes and goes, somebody scrubs; the number and the lag (ms)."""
    events = [
        (viewed, chat, claim)[(number + k) % 3](f"c-{(number + k) % 40}", seconds=float(number + k))
        for k in range(BURST)
    ]
    began = time.monotonic()
    made = enumerate(in_session("study", events), number)
    store.append_many([each.model_copy(update={"event_id": f"e-{at}"}) for at, each in made])
    number += BURST
    qtbot.wait_until(lambda: _shown(window) == number, timeout=PATIENCE)
    lag = (time.monotonic() - began) * 1000
    with served.stream("study") as stream:
        frame_at(stream, number)
    for command in ("start", "next", "show-people", "show-events", "end"):
        window.actions_by_id[command].trigger()
    qtbot.wait_until(lambda: not window.background.busy, timeout=PATIENCE)
    return number, lag


def _shown(window: Window) -> int:
    log = window.opening.log
    return 0 if log is None else len(log)


def _reading(minutes: float, events: int, lag: float) -> Reading:
    process = psutil.Process()
    gc.collect()
    files = process.num_fds() if os.name == "posix" else process.num_handles()
    memory = process.memory_info().rss / 1e6
    return Reading(minutes, events, memory, threading.active_count(), files, lag)
