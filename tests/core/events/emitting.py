"""Emitters for tests: on real files, over stores that fail when they are told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from core.events.backoff import Backoff
from core.events.event_emitter import EventEmitter
from core.events.schema import EventEnvelope
from core.events.spool import Spool
from core.events.store import EventStore, SQLiteEventStore
from core.events.store.base import Appended

QUICK = Backoff(first=0.001, longest=0.01)
PATIENCE = 60.0
"""Seconds after which a condition that should come true within milliseconds is a failure."""


def wait_until(condition: Callable[[], object]) -> None:
    """Wait for what another thread brings about."""
    end = time.monotonic() + PATIENCE
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < end, "this did not come true"
        pause.wait(0.002)


class Faulty:
    """Opens a log of its own; while `fault` is set, opening and appending raise it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fault: Exception | None = None
        self.poison: set[object] = set()
        self.refusal: Exception | None = None
        self.opened = 0
        self.appends = 0

    def __call__(self) -> EventStore:
        self.opened += 1
        if self.fault is not None:
            raise self.fault
        return FaultyStore(self)

    def events(self) -> list[EventEnvelope]:
        """Everything that is in the log, in order of arrival."""
        if not self.path.exists():
            return []
        with SQLiteEventStore(self.path) as store:
            return list(store.iter_events())

    def numbers(self) -> list[Any]:
        return [each.payload.get("n") for each in self.events()]


class FaultyStore(SQLiteEventStore):
    """A log that fails as its maker says."""

    def __init__(self, maker: Faulty) -> None:
        self.maker = maker
        super().__init__(maker.path, writable=True, create=True, busy_timeout=0.05)

    def append_many(self, events: Sequence[EventEnvelope]) -> list[Appended]:
        self.maker.appends += 1
        if self.maker.fault is not None:
            raise self.maker.fault
        if self.maker.refusal and any(e.payload.get("n") in self.maker.poison for e in events):
            raise self.maker.refusal
        return super().append_many(events)


@contextmanager
def emitter(
    open_store: Callable[[], EventStore], spool: Spool, **options: Any
) -> Iterator[EventEmitter]:
    made = EventEmitter(open_store, **{"target": "log", "spool": spool, "backoff": QUICK} | options)
    try:
        yield made
    finally:
        made.close()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another connection writes all the while."""
    connection = apsw.Connection(str(path))
    connection.set_busy_timeout(10_000)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
    finally:
        connection.close()
