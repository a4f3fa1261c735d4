"""The real window, offscreen, on the big session: opening it, scrubbing, playing, zooming.

A frame is the time from what the hand does until what follows it is painted: the timeline and the
context. The table of events follows in a turn of its own right behind the frame, with what its rows
say; that is told beside it, of a hand that rests between two seeks. In a drag the hand moves 60
times a second whether the window is ready or not, and a frame is counted from then on: what holds
it up, the table's turn or anything else, is in it. The table follows a drag in passing, each 100 ms
and without what rows say; that comes once the hand rests, which is told beside it, too.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from math import floor
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication, QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app import start
from app.collector import collected_at_rest
from app.models.opening import Wish
from app.theme import ThemeChoice
from app.window import Window
from benchmarks.figures import Figure, p99
from benchmarks.limits import bare_scan
from benchmarks.logs import SESSION, Logs
from benchmarks.plotted import zoom_frames
from core.projectors.rules import RECENCY
from core.replay.moment import Moment
from core.replay.playback import Playhead

FRAMES = 300
PLAYED = 240
PACE = 16
"""So often (ms) a hand that drags moves."""
REST = 80
"""So long (ms) a hand rests between two seeks; what follows quicker is a drag."""


def measure(logs: Logs) -> Iterator[Figure]:
    """One run: cold, then again from what was kept, then the frames."""
    path = logs.big
    # As the program does, once its modules are there.
    gc.freeze()
    start.offscreen(1)
    start.application()
    peer, scan = bare_scan(path, SESSION)
    with ShownWindow() as window:
        overview, whole, beats = opened_in(window, path)
        yield Figure("open: overview on screen", overview, "s")
        yield Figure("open: all of it", whole, "s", peer, scan)
        yield Figure("load: GUI thread away, p99", p99(beats), "ms")
    with ShownWindow() as window:
        _, again, _ = opened_in(window, path)
        yield Figure("open again, unchanged", again, "s")
        with collected_at_rest(lambda: not window.busy):
            yield from _frames(window)


class ShownWindow:
    """A window of the size in the drawings."""

    def __enter__(self) -> Window:
        self._window = Window(start.NoSettings(), theme=ThemeChoice.DARK)
        self._window.resize(1600, 1000)
        self._window.show()
        QApplication.processEvents()
        return self._window

    def __exit__(self, *_: object) -> None:
        self._window.close()
        self._window.deleteLater()
        QApplication.processEvents()


def opened_in(window: Window, path: Path) -> tuple[float, float, list[float]]:
    """Seconds to the overview and to all of the session; what a heartbeat of 2 ms saw (ms)."""
    beats: list[float] = []
    last = [time.perf_counter()]

    def beat() -> None:
        now = time.perf_counter()
        beats.append((now - last[0]) * 1e3)
        last[0] = now

    heart = QTimer(interval=2)
    heart.timeout.connect(beat)
    first: list[float] = []
    began = time.perf_counter()
    window.opening.log_changed.connect(lambda _: first.append(0) if not first else None)
    window.open(path, Wish(SESSION, Moment("#0")))
    heart.start()
    start.wait(lambda: bool(first))
    QApplication.processEvents()
    overview = time.perf_counter() - began
    start.wait(lambda: window.replay.index is not None)
    QApplication.processEvents()
    whole = time.perf_counter() - began
    start.wait(lambda: not window.busy)
    heart.stop()
    return overview, whole, beats


def _frames(window: Window) -> Iterator[Figure]:
    log, axis, rng = window.opening.log, window.viewport.axis, np.random.default_rng(2)
    assert log is not None and axis is not None and window.replay.index is not None
    count, middle, all_frames = len(log), axis.length / 2, []

    def seek(position: int) -> None:
        window.clock.seek(Playhead(position, log.instant_at(position)))

    def told(name: str, act: Callable[[int], object], values: Iterable[int]) -> Figure:
        taken = frames(act, values)
        all_frames.extend(taken)
        return Figure(name, p99(taken), "ms")

    anywhere = rng.integers(0, count + 1, FRAMES).tolist()
    near = np.clip(count // 2 + np.cumsum(rng.integers(-500, 501, FRAMES)), 0, count).tolist()
    seeks, tables = sought(window, seek, anywhere)
    scrubs, moved = dragged(seek, near)
    start.wait(lambda: not window.busy)
    QApplication.processEvents()
    rested = (time.perf_counter() - moved) * 1e3
    all_frames += [*seeks, *scrubs]
    yield Figure("seek: timeline and context painted, p99", p99(seeks), "ms")
    yield Figure("seek: the table painted, too, p99", p99(tables), "ms")
    yield Figure("scrub: frame, p99", p99(scrubs), "ms")
    yield Figure("scrub: the table painted, too, where it ends", rested, "ms")
    yield told("play: frame, p99", lambda _: window.clock.change(_played), range(PLAYED))
    zooms = [*(1 for _ in range(20)), *(-1 for _ in range(20))]
    zoomed = told("zoom: frame, p99", lambda by: window.viewport.zoom(by, middle), zooms)
    yield zoomed
    peer = "a pyqtgraph plot of ten curves alone"
    yield replace(
        zoomed, name="zoom: against a plot", peer=peer, peer_value=p99(zoom_frames(log, zooms))
    )
    window.viewport.zoom(6, middle)
    yield told("pan: frame, p99", lambda _: window.viewport.pan(0.1), range(60))
    window.viewport.fit()
    yield Figure("longest frame", max(all_frames), "ms")
    start.wait(lambda: not window.busy)
    began = time.perf_counter()
    window.actions_by_id["rules-recency"].trigger()
    start.wait(lambda: window.replay.index is not None and window.replay.index.rules == RECENCY)
    QApplication.processEvents()
    yield Figure("change a rule: repainted window", (time.perf_counter() - began) * 1e3, "ms")
    start.wait(lambda: not window.busy)


def _played(playback: object) -> object:
    return playback.advanced(1 / 60)  # type: ignore[attr-defined]


def sought(
    window: Window, seek: Callable[[int], object], values: Iterable[int]
) -> tuple[list[float], list[float]]:
    """The times (ms) of each seek: until what follows the hand is painted; until all is."""
    first, whole = [], []
    for value in values:
        began = time.perf_counter()
        seek(value)
        QCoreApplication.sendPostedEvents()
        first.append((time.perf_counter() - began) * 1e3)
        start.wait(lambda: not window.busy)
        QApplication.processEvents()
        whole.append((time.perf_counter() - began) * 1e3)
        rested = QEventLoop()
        QTimer.singleShot(REST, rested.quit)
        rested.exec()
    return first, whole


def dragged(act: Callable[[int], object], values: Iterable[int]) -> tuple[list[float], float]:
    """The time (ms) of each act, from when the hand moves until what follows it is painted.

    And when (s) the hand moved last.
    """
    taken: list[float] = []
    waiting, loop = iter(values), QEventLoop()
    hand = QTimer(interval=PACE, timerType=Qt.TimerType.PreciseTimer)
    began = time.perf_counter()
    due = last = began + PACE / 1e3

    def move() -> None:
        nonlocal due, last
        value, now = next(waiting, None), time.perf_counter()
        if value is None:
            hand.stop()
            loop.quit()
            return
        act(value)
        QCoreApplication.sendPostedEvents()
        taken.append((time.perf_counter() - due) * 1e3)
        last = due
        # Where it is held up, what it did meanwhile is one movement.
        moves = floor((now - began) * 1e3 / PACE + 0.1)
        due = began + (moves + 1) * PACE / 1e3

    hand.timeout.connect(move)
    hand.start()
    loop.exec()
    return taken, last


def frames(act: Callable[[int], object], values: Iterable[int]) -> list[float]:
    """The time (ms) of each act until everything that it asked of the GUI thread is painted."""
    taken = []
    for value in values:
        began = time.perf_counter()
        act(value)
        QApplication.processEvents()
        taken.append((time.perf_counter() - began) * 1e3)
    return taken
