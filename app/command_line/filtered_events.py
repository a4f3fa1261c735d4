"""Events of a log for the command line: of one session or of all, those that a filter means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from app.models.lateness import Late, Lateness
from core.events.schema import EventEnvelope
from core.events.store.sqlite import SQLiteEventStore
from core.filter.predicate import verdict
from core.filter.query import EVERYTHING, Field, Has, Query, Term
from core.filter.search import search
from core.replay.arrival import ArrivalOrder
from core.replay.columns import Int64, SessionLog
from core.replay.index import ContextIndex
from core.replay.loader import load

_PAGE = 500


def filtered(
    store: SQLiteEventStore, query: Query, session: str | None = None
) -> Iterator[tuple[str, int, EventEnvelope]]:
    """Session, position and event of each that is meant; without a session the latest first.

    Positions, times of day and what changed are those of each event's own session. Raises
    FilterError where a condition stands for too much, and what the store raises.
    """
    sessions = [session] if session is not None else [s.session_id for s in store.sessions()]
    for each in sessions:
        if _may_hold(query, each):
            for position, event in _of_session(store, query, each):
                yield each, position, event


def _may_hold(query: Query, session: str) -> bool:
    """Whether anything of a session can be meant, by its id alone."""

    def told(term: Term) -> bool | None:
        by_session = isinstance(term, Has) and term.field is Field.SESSION
        return term.pattern.matches(session) if by_session else None  # type: ignore[union-attr]

    return verdict(query, told) is not False


def _of_session(
    store: SQLiteEventStore, query: Query, session: str
) -> Iterator[tuple[int, EventEnvelope]]:
    if query == EVERYTHING:
        yield from enumerate(store.replay(session), 1)
        return
    log = load(store, session)
    yield from _read(store, log, _meant(store, query, log))


def arrived(
    store: SQLiteEventStore, query: Query, session: str | None = None
) -> Iterator[tuple[str, int, EventEnvelope, Late | None]]:
    """As `filtered`, in the order in which they arrived, each with how late it came."""
    sessions = [session] if session is not None else [s.session_id for s in store.sessions()]
    for each in sessions:
        if not _may_hold(query, each):
            continue
        log = load(store, each)
        lateness = Lateness.read(store, ArrivalOrder(log))
        events = _meant(store, query, log)
        by_arrival = events[np.argsort(log.rows[events], kind="stable")]
        for position, event in _read(store, log, by_arrival):
            yield each, position, event, lateness.of(position - 1)


def arrival_to_wire(position: int, late: Late | None) -> dict[str, Any]:
    """What `arrived` adds to an event in JSON; no delay is known for one that was not late."""
    return {
        "position": position,
        "late_by_events": 0 if late is None else late.events,
        "late_by_seconds": None if late is None or late.delay is None else late.delay / 1e6,
    }


def _meant(store: SQLiteEventStore, query: Query, log: SessionLog) -> Int64:
    """The events (indexes, ascending) of a log that a filter means."""
    if query == EVERYTHING:
        return np.arange(len(log))
    found = [step.events for step in search(store, ContextIndex(log), query)]
    return np.sort(np.concatenate(found)).astype(np.int64)


def _read(
    store: SQLiteEventStore, log: SessionLog, events: Int64
) -> Iterator[tuple[int, EventEnvelope]]:
    """Position and event of each."""
    for start in range(0, len(events), _PAGE):
        page = events[start : start + _PAGE]
        envelopes = store.envelopes(log.rows[page].tolist())
        for event, row in zip(page.tolist(), log.rows[page].tolist(), strict=True):
            if row in envelopes:
                yield event + 1, envelopes[row]
