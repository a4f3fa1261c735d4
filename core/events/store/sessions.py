"""Listing the sessions of a log: names and times at once, counts and activity on request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from core.events.instants import UNREADABLE, InstantError, parse_instant, parse_instants
from core.events.rows import RepairedText
from core.events.store.base import SessionSummary
from core.events.store.lane import Lane, Row, Select
from core.events.store.scan import Scan
from core.late_dataclass import dataclass

_SIGN = re.compile("[+-]")
_OFFSET = re.compile(r".*[+-][0-9]{2}(:?[0-9]{2})?")


def list_sessions(
    lane: Lane, scan: Scan, index: str | None, *, actors: bool = True
) -> list[SessionSummary]:
    """Sessions that have a readable event, the latest first, without counts.

    With an index on session and instant only its two ends are looked at for each session. They are
    ordered as text: where instants in between carry offsets from UTC, first and last can be hours
    off, until the session is counted. Without one the whole log is read, and so counted. Without
    ``actors`` most are left out: half of the time goes by looking for a row of each.
    """
    found = _surveyed(scan) if index is None else _by_skipping(lane, scan, index, actors)
    return newest_first(found)


def newest_first(summaries: Iterable[SessionSummary]) -> list[SessionSummary]:
    """Sorted by the last event, the latest first, then by name."""
    return sorted(summaries, key=lambda summary: (-summary.last, summary.session_id))


def counted(scan: Scan, summary: SessionSummary) -> SessionSummary | None:
    """The summary with its exact times and number of events; None if no event can be read."""
    extent = _Extent()
    for page in scan.instant_pages(summary.session_id):
        extent.take(page.rowids, page.instants)
    if not extent.count:
        return None
    actor = summary.actor_id if extent.first == summary.first else scan.actor(extent.first_row)
    return SessionSummary(summary.session_id, extent.first, extent.last, extent.count, actor)


def activity(scan: Scan, session_id: str, bins: int) -> list[int]:
    """How many events fall into each of `bins` equal parts of the session's time."""
    pages = [page.instants for page in scan.instant_pages(session_id)]
    instants = np.concatenate([np.zeros(0, dtype=np.int64), *pages])
    return spread(instants[instants != UNREADABLE], bins)


def spread(instants: NDArray[np.int64], bins: int) -> list[int]:
    """How many of these instants fall into each of `bins` equal parts of the time they span."""
    if not len(instants):
        return [0] * bins
    since = instants - instants.min()
    places = (since / max(int(since.max()), 1) * bins).astype(np.int64)
    counts: list[int] = np.bincount(np.minimum(places, bins - 1), minlength=bins).tolist()
    return counts


@dataclass(slots=True)
class _Extent:
    """How many events there are, their first and last instants, and the first one's key."""

    count: int = 0
    first: int = 0
    last: int = 0
    first_row: int = 0

    def take(self, rowids: NDArray[np.int64], instants: NDArray[np.int64]) -> None:
        readable = instants != UNREADABLE
        if not np.all(readable):
            rowids, instants = rowids[readable], instants[readable]
        if not len(instants):
            return
        first, last = int(instants.min()), int(instants.max())
        first_row = int(rowids[instants == first].min())
        if not self.count or (first, first_row) < (self.first, self.first_row):
            self.first, self.first_row = first, first_row
        self.last = last if not self.count else max(self.last, last)
        self.count += len(instants)


def _by_skipping(lane: Lane, scan: Scan, index: str, actors: bool) -> Iterator[SessionSummary]:
    for page in _ends(lane, index, actors):
        names, firsts, lasts, *stored = zip(*page, strict=True)
        ids, starts, ends = (
            lane.texts(names),
            _plain_instants(lane, firsts),
            _plain_instants(lane, lasts),
        )
        acting = lane.texts(stored[0]) if actors else repeat(None, len(ids))
        for session_id, first, last, actor in zip(ids, starts, ends, acting, strict=True):
            if session_id is None or isinstance(session_id, RepairedText):
                continue
            if UNREADABLE < first <= last:
                yield SessionSummary(
                    session_id, first, last, None, None if actor is None else str(actor)
                )
            elif exact := counted(scan, SessionSummary(session_id, UNREADABLE, UNREADABLE)):
                yield replace(exact, count=None)


def _plain_instants(lane: Lane, stored: Sequence[bytes | None]) -> list[int]:
    """The instants whose order among texts can be trusted, the others UNREADABLE."""
    texts = lane.texts(stored)
    instants: list[int] = parse_instants(texts)[0].tolist()
    if not _SIGN.search("".join(text[19:] for text in texts if text)):
        # None of them has an offset.
        return instants
    return [
        UNREADABLE if text is None or (len(text) > 19 and _OFFSET.fullmatch(text, 19)) else instant
        for text, instant in zip(texts, instants, strict=True)
    ]


def _ends(lane: Lane, index: str, actors: bool) -> Iterator[list[Row]]:
    """Of each session: its id, its first and last instants in the index, maybe its first actor.

    All as bytes of text, or None where the instant is no text.
    """
    last, complete, beyond = b"", False, ">="
    while not complete:
        rows, complete, _ = lane.page(_ends_from(index, beyond, actors), (last,))
        if rows:
            last, beyond = rows[-1][0], ">"
            yield rows


def _ends_from(index: str, beyond: str, actors: bool) -> Select:
    events = f"FROM events INDEXED BY {index} WHERE session_id"
    # An empty BLOB sorts after every text and before every other BLOB.
    step = "AND session_id < x'' ORDER BY session_id LIMIT 1"
    instant = "CASE typeof(occurred_at) WHEN 'text' THEN CAST(occurred_at AS BLOB) END"
    actor = f"(SELECT CAST(actor_id AS BLOB) {events} = id ORDER BY occurred_at, rowid LIMIT 1)"
    return Select(
        (
            "CAST(id AS BLOB)",
            f"(SELECT {instant} {events} = id ORDER BY occurred_at LIMIT 1)",
            f"(SELECT {instant} {events} = id ORDER BY occurred_at DESC LIMIT 1)",
            *([actor] if actors else []),
        ),
        f"""FROM (
            WITH RECURSIVE ids(id) AS (
                SELECT (SELECT session_id {events} {beyond} CAST(?1 AS TEXT) {step})
                UNION ALL
                SELECT (SELECT session_id {events} > ids.id {step}) FROM ids WHERE id IS NOT NULL
            )
            SELECT id FROM ids WHERE id IS NOT NULL
        )""",
    )


def _surveyed(scan: Scan) -> list[SessionSummary]:
    """Every session, counted, by one reading of the whole log."""
    extents: dict[str, _Extent] = {}
    for page in scan.matching("?1", 1, more=("e.session_id", "e.occurred_at")):
        by_session: dict[str, list[tuple[int, int]]] = {}
        for rowid, session_id, raw in page:
            if type(session_id) is not str:
                continue
            try:
                by_session.setdefault(session_id, []).append((rowid, parse_instant(raw)))
            except InstantError:
                continue
        for session_id, events in by_session.items():
            rowids, instants = np.array(events, dtype=np.int64).reshape(-1, 2).T
            extents.setdefault(session_id, _Extent()).take(rowids, instants)
    return [
        SessionSummary(name, e.first, e.last, e.count, scan.actor(e.first_row))
        for name, e in extents.items()
        if e.count
    ]
