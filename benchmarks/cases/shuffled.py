"""Opening a session whose rows lie in random order, as after a merge of many devices."""

from __future__ import annotations

import time
from collections.abc import Iterator

from app.models.reading import session_steps
from benchmarks.figures import Figure
from benchmarks.limits import bare_scan
from benchmarks.logs import SESSION, Logs
from core.events.store.sqlite import SQLiteEventStore
from core.projectors.rules import BRAIN_WEB


def measure(logs: Logs) -> Iterator[Figure]:
    """One run."""
    peer, scan = bare_scan(logs.shuffled, SESSION)
    began = time.perf_counter()
    with SQLiteEventStore(logs.shuffled) as store:
        for _ in session_steps(store, SESSION, BRAIN_WEB):
            pass
    taken = time.perf_counter() - began
    yield Figure("open, rows shuffled: all of it", taken, "s", peer, scan)
