"""The core alone: sessions listed, contexts anywhere, and the fold that they are held against."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.figures import Figure
from benchmarks.logs import SESSION, Logs
from core.events.store.sqlite import SQLiteEventStore
from core.projectors.session_context import fold
from core.replay.index import ContextIndex
from core.replay.loader import load

SEEKS = 2_000
FOLDED = 20_000
"""The fold of everything before is what others compute for a seek; of so many events here."""


def measure(logs: Logs) -> Iterator[Figure]:
    """One run."""
    with SQLiteEventStore(logs.big) as store:
        store.sessions(actors=False)
        began = time.perf_counter()
        store.sessions(actors=False)
        yield Figure("list 10,000 sessions", (time.perf_counter() - began) * 1e3, "ms")
        envelopes = list(islice(store.replay(SESSION), FOLDED))
    began = time.perf_counter()
    fold(SESSION, envelopes)
    folded = (time.perf_counter() - began) * 1e3 * logs.events / 2 / len(envelopes)
    peer = "folding half of the session"
    yield Figure("seek: context, p99", seeks(logs.big), "ms", peer, folded)
    yield Figure("seek: context with 100,000 concepts, p99", seeks(logs.concepts), "ms")


def seeks(path: Path) -> float:
    """The time (ms) to the context that one of a hundred random positions takes longer than."""
    with SQLiteEventStore(path) as store:
        index = ContextIndex(load(store, SESSION)).prepare()
    taken = []
    for position in np.random.default_rng(1).integers(0, len(index.log) + 1, SEEKS).tolist():
        began = time.perf_counter()
        index.context_at(position)
        taken.append((time.perf_counter() - began) * 1e3)
    return float(np.percentile(taken, 99))
