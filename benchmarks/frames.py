"""How long the window's frames take over a log: while it loads, scrubbing, zooming and panning.

    python benchmarks/frames.py LOG SESSION

Make a big log by `python resources/make_events.py big big.db`. The window is real but offscreen,
unless a display is named and QT_QPA_PLATFORM says otherwise. Times are in ms; a heartbeat of 2 ms
tells how long the GUI thread was away from its events while the session loads.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app import start
from app.models.opening import Wish
from app.theme import ThemeChoice
from app.window import Window
from core.projectors.rules import RECENCY
from core.replay.moment import Moment
from core.replay.playback import Playhead

FRAMES = 300


def report(name: str, milliseconds: Iterable[float]) -> None:
    values = np.array(list(milliseconds))
    p50, p95, p99 = np.percentile(values, [50, 95, 99])
    print(f"{name:32} p50 {p50:7.1f}  p95 {p95:7.1f}  p99 {p99:7.1f}  max {values.max():7.1f}")


def frames(act: Callable[[int], object], values: Iterable[int]) -> list[float]:
    """The time of each act until everything that it asked of the GUI thread is painted."""
    taken = []
    for value in values:
        began = time.perf_counter()
        act(value)
        QApplication.processEvents()
        taken.append((time.perf_counter() - began) * 1e3)
    return taken


def load(window: Window, path: Path, session: str) -> None:
    beats, last = [], [time.perf_counter()]

    def beat() -> None:
        now = time.perf_counter()
        beats.append((now - last[0]) * 1e3)
        last[0] = now

    heart = QTimer(interval=2)
    heart.timeout.connect(beat)
    began, first = time.perf_counter(), []
    window.opening.log_changed.connect(lambda _: first.append(time.perf_counter() - began))
    heart.start()
    window.open(path, Wish(session, Moment("#0")))
    start.wait(lambda: window.replay.index is not None and not window.busy)
    heart.stop()
    print(f"overview after {first[0]:.2f} s, all after {time.perf_counter() - began:.2f} s")
    report("heartbeat while loading", beats)


def main(path: Path, session: str) -> None:
    app = start.application()
    window = Window(start.NoSettings(), theme=ThemeChoice.DARK)
    window.resize(1600, 1000)
    window.show()
    app.processEvents()
    load(window, path, session)
    log, axis, rng = window.opening.log, window.viewport.axis, np.random.default_rng(2)
    assert log is not None and axis is not None
    count = len(log)

    def seek(position: int) -> None:
        window.clock.seek(Playhead(position, log.instant_at(position)))

    near = np.clip(count // 2 + np.cumsum(rng.integers(-500, 501, FRAMES)), 0, count)
    anywhere = rng.integers(0, count + 1, FRAMES)
    report("scrub, hand moving", frames(seek, near.tolist()))
    report("scrub, anywhere", frames(seek, anywhere.tolist()))
    middle = axis.length / 2
    report("zoom in", frames(lambda _: window.viewport.zoom(1, middle), range(20)))
    report("zoom out", frames(lambda _: window.viewport.zoom(-1, middle), range(20)))
    window.viewport.zoom(6, middle)
    report("pan", frames(lambda _: window.viewport.pan(1), range(30)))
    report("scrub, the view turning pages", frames(seek, anywhere.tolist()))
    window.viewport.fit()
    assert window.replay.index is not None
    window.replay.select(window.replay.index.top_concepts(0, count, 1)[0])
    start.wait(lambda: not window.busy)
    report("scrub, a concept explained", frames(seek, anywhere.tolist()))
    began = time.perf_counter()
    window.actions_by_id["rules-recency"].trigger()
    start.wait(lambda: window.replay.index is not None and window.replay.index.rules == RECENCY)
    app.processEvents()
    print(f"other rules: {(time.perf_counter() - began) * 1e3:.0f} ms to the repainted window")
    start.wait(lambda: not window.busy)
    report("scrub, Recency", frames(seek, anywhere.tolist()))
    window.close()


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2])
