"""What things cost as a session grows: seeks and frames are to stay flat, opening to be linear."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import psutil

from benchmarks.figures import Figure
from benchmarks.logs import SESSION, Logs
from core.events.store.sqlite import SQLiteEventStore
from core.replay.index import ContextIndex
from core.replay.loader import load

SEEKS = 500


def measure(logs: Logs) -> Iterator[Figure]:
    """One run over sizes up to that of the logs, ten times as large each."""
    size = 10_000
    while size <= logs.events:
        yield from _at(logs, size)
        size *= 10


def _at(logs: Logs, size: int) -> Iterator[Figure]:
    path = logs.of(size)
    before = psutil.Process().memory_info().rss
    began = time.perf_counter()
    with SQLiteEventStore(path) as store:
        index = ContextIndex(load(store, SESSION)).prepare()
    yield Figure("growing: opened", time.perf_counter() - began, "s", size=size)
    more = (psutil.Process().memory_info().rss - before) / 1e6
    yield Figure("growing: memory", more, "MB", size=size)
    taken = []
    for position in np.random.default_rng(1).integers(0, size + 1, SEEKS).tolist():
        began = time.perf_counter()
        index.context_at(position)
        taken.append((time.perf_counter() - began) * 1e3)
    yield Figure("growing: seek, p99", float(np.percentile(taken, 99)), "ms", size=size)
