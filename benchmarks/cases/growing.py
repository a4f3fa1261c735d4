"""What things cost as a session grows: seeks and frames are to stay flat, opening to be linear."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator

import numpy as np
import psutil

from app import start
from benchmarks.cases.window import ShownWindow, frames, opened_in
from benchmarks.figures import Figure, p99
from benchmarks.logs import Logs

SEEKS = 500
ZOOMS = (*(1 for _ in range(20)), *(-1 for _ in range(20)))


def measure(logs: Logs) -> Iterator[Figure]:
    """One run over sizes up to that of the logs, ten times as large each."""
    start.offscreen(1)
    start.application()
    size = 10_000
    while size <= logs.events:
        yield from _at(logs, size)
        size *= 10


def _at(logs: Logs, size: int) -> Iterator[Figure]:
    path = logs.of(size)
    with ShownWindow() as window:
        before = psutil.Process().memory_info().rss
        _, whole, _ = opened_in(window, path)
        yield Figure("growing: opened", whole, "s", size=size)
        gc.collect()
        more = (psutil.Process().memory_info().rss - before) / 1e6
        yield Figure("growing: memory", more, "MB", size=size)
        if size * 10 > logs.events:
            # Beyond the program itself: what it needs for any log the smaller ones have asked for.
            yield Figure("memory an event", more * 1e6 / size, "bytes")
        index, axis = window.replay.index, window.viewport.axis
        assert index is not None and axis is not None
        taken = []
        for position in np.random.default_rng(1).integers(0, size + 1, SEEKS).tolist():
            began = time.perf_counter()
            index.context_at(position)
            taken.append((time.perf_counter() - began) * 1e3)
        yield Figure("growing: seek, p99", p99(taken), "ms", size=size)
        middle = axis.length / 2
        zoomed = frames(lambda by: window.viewport.zoom(by, middle), ZOOMS)
        yield Figure("growing: zoom, frame, p99", p99(zoomed), "ms", size=size)
        start.wait(lambda: not window.busy)
