"""Which sessions may be fragments of one conversation with another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

import numpy as np

from core.events.store.base import SessionSummary
from core.late_dataclass import dataclass
from core.replay.columns import Int64
from core.replay.linked import LinkedEventStore

GAP = 10 * 60 * 1_000_000
"""How long (µs) before or after a session another one of its actor is thought to go with it."""
MOST = 100
"""How many sessions are suggested at the most."""

_ROWS = 1_000
_IDS = 200
_ROWS_OF_ID = 200
_AROUND = 2_000


class Reason(StrEnum):
    """Why a session is suggested, the strongest first."""

    CORRELATION = "shares a correlation id"
    TRACE = "shares a trace id"
    ACTOR = "same actor"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A session, why it may belong, and the time (µs) between the two; 0 where they overlap."""

    session_id: str
    reason: Reason
    gap: int


def suggested_links(
    store: LinkedEventStore, session_id: str, sessions: Sequence[SessionSummary] | None = None
) -> list[Suggestion]:
    """The sessions that may belong to one, the likeliest first; none for an unknown one.

    Those that share a correlation id are found by its index; there is none on trace ids, so for
    them (and where the first lacks) some thousands of rows around the session's first and last are
    read. Of a long session the first and last thousand rows are looked at, so that what grows with
    the log is reading its keys from the index and the list of its ``sessions``, looked up where it
    is not given.
    """
    known = {s.session_id: s for s in (store.sessions() if sessions is None else sessions)}
    this = known.pop(session_id, None)
    if this is None:
        return []
    found: dict[str, Reason] = {}
    for reason, names in (
        *_by_ids(store, session_id),
        (Reason.ACTOR, _of_same_actor(this, known.values())),
    ):
        for name in names:
            if name in known and not known[name].parts:
                found.setdefault(name, reason)
    made = [Suggestion(name, reason, _gap(this, known[name])) for name, reason in found.items()]
    order = list(Reason)
    made.sort(key=lambda each: (order.index(each.reason), each.gap, known[each.session_id].first))
    return made[:MOST]


def _by_ids(store: LinkedEventStore, session_id: str) -> list[tuple[Reason, set[str]]]:
    rows = _ends(store, session_id)
    if not len(rows):
        return []
    tied = [row for page in store.correlation_pages(session_id, rows) for row in page]
    correlations = {row[1] for row in tied if row[1]}
    traces = {row[2] for row in tied if row[2]}
    sharing: set[str] = set()
    for correlation in sorted(correlations)[:_IDS]:
        sharing.update(store.correlated(correlation, _ROWS_OF_ID) or ())
    traced: set[str] = set()
    for name, correlation_id, trace_id in _around(store, rows) if correlations or traces else ():
        if name is not None and correlation_id in correlations:
            sharing.add(name)
        if name is not None and trace_id in traces:
            traced.add(name)
    return [(Reason.CORRELATION, sharing), (Reason.TRACE, traced)]


def _ends(store: LinkedEventStore, session_id: str) -> Int64:
    """The keys of the first and the last rows of a session to arrive, ascending."""
    pages = [page.rowids for page in store.instant_pages(session_id)]
    rows = np.sort(np.concatenate([np.zeros(0, dtype=np.int64), *pages]))
    return rows if len(rows) <= 2 * _ROWS else np.concatenate([rows[:_ROWS], rows[-_ROWS:]])


def _around(store: LinkedEventStore, rows: Int64) -> Iterable[tuple[str | None, ...]]:
    first, last = int(rows[0]), int(rows[-1])
    if last - first <= 2 * _AROUND:
        yield from store.neighbours(first - _AROUND, last + _AROUND)
        return
    for row in (first, last):
        yield from store.neighbours(row - _AROUND, row + _AROUND)


def _of_same_actor(this: SessionSummary, others: Iterable[SessionSummary]) -> list[str]:
    actor = this.actor_id
    return [
        other.session_id
        for other in others
        if actor and other.actor_id == actor and _gap(this, other) <= GAP
    ]


def _gap(one: SessionSummary, other: SessionSummary) -> int:
    return max(0, one.first - other.last, other.first - one.last)
