"""Events of a log for the command line: of one session or of all, those that a filter means."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.events.schema import EventEnvelope
from core.events.store.sqlite import SQLiteEventStore
from core.filter.predicate import verdict
from core.filter.query import EVERYTHING, Field, Has, Query, Term
from core.filter.search import search
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
    found = [step.events for step in search(store, ContextIndex(log), query)]
    events = np.sort(np.concatenate(found))
    for start in range(0, len(events), _PAGE):
        page = events[start : start + _PAGE]
        envelopes = store.envelopes(log.rows[page].tolist())
        for event, row in zip(page.tolist(), log.rows[page].tolist(), strict=True):
            if row in envelopes:
                yield event + 1, envelopes[row]
