"""The store of events in an SQLite file, one's own or someone else's."""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from core.distinct import distinct
from core.events.errors import (
    NotADatabase,
    ReadOnlyStore,
    SourceChanged,
    SourceDamaged,
    SourceLocked,
    SourceNotFound,
)
from core.events.instants import from_datetime
from core.events.problems import Problem
from core.events.rows import RawRow, decode_row
from core.events.schema import EventEnvelope
from core.events.store import files
from core.events.store.appending import append_all, first_like
from core.events.store.base import (
    Appended,
    Arrival,
    Change,
    EventPage,
    FileIdentity,
    SessionSummary,
)
from core.events.store.counting import short_counts
from core.events.store.index_walk import Rowids
from core.events.store.joined import JoinedRows
from core.events.store.lane import Lane, Row
from core.events.store.likely import Need
from core.events.store.opening import open_to_read, open_to_write
from core.events.store.order import NOTHING, SessionOrder
from core.events.store.recovery import discard
from core.events.store.scan import CorrelationRow, InstantPage, Scan
from core.events.store.sessions import activity, counted, list_sessions, newest_first

_ORDERS_KEPT = 16
_MARK = re.compile(r"-?[0-9]{1,19}")
_EVENTS_A_TIME = 500


class SQLiteEventStore:
    """An `events.db`. Several threads may use one store; each read is short for other programs.

    Opened read-only unless `writable`. `create` makes a new log where there is none. A row's key is
    its rowid, the order of arrival; keep none across openings. Raises StoreError.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        *,
        writable: bool = False,
        create: bool = False,
        busy_timeout: float = 2.0,
        cache: Path | None = None,
    ) -> None:
        self.path = Path(path)
        if create and not writable:
            raise ValueError("a log is created to be written: give writable=True too")
        if writable:
            self._opened = open_to_write(self.path, create=create, busy_timeout=busy_timeout)
        else:
            self._opened = open_to_read(self.path, busy_timeout=busy_timeout, cache=cache)
        self.writable = writable
        self._lane = Lane(self._opened.connection, self.path, self._opened.was_changed)
        self._scan = Scan(self._lane, self._opened.layout)
        self._orders: dict[str, SessionOrder] = {}
        self._told_version = self._lane.data_version()
        copy = self._opened.copy
        self._discard = None if copy is None else weakref.finalize(self, discard, copy.parent)

    @property
    def scan(self) -> Scan:
        """What it reads by."""
        return self._scan

    def read_by(self, wrap: Callable[[Scan], Scan]) -> None:
        """Read by another scan from now on, made from the one there is."""
        self._scan = wrap(self._scan.bare)

    @property
    def notice(self) -> str | None:
        """A sentence for the user where the file could not be opened in the ordinary way."""
        return self._opened.notice

    @property
    def recovered_from(self) -> Path | None:
        """The file whose recovered copy is read, or None where the file itself is."""
        return None if self._opened.copy is None else self._opened.file

    def append(self, event: EventEnvelope) -> Appended:
        """Store one event durably; the same idempotency key or event id answers with the first."""
        return self.append_many([event])[0]

    def append_many(self, events: Sequence[EventEnvelope]) -> list[Appended]:
        """Store events durably, all or none, and answer for each in turn."""
        if not self.writable:
            raise ReadOnlyStore(f"“{self.path}” is open for reading only. Open it to be written.")
        if not events:
            return []
        with self._lane.turn() as connection:
            return append_all(connection, events)

    def list_events(
        self, session_id: str, after_ts: datetime | None = None, limit: int | None = 100
    ) -> list[EventEnvelope]:
        """The session's first `limit` events after `after_ts` (exclusive); None means all."""
        order = self._order(session_id)
        start = 0 if after_ts is None else order.after_instant(from_datetime(after_ts))
        stop = len(order) if limit is None else start + max(limit, 0)
        return list(self._in_order(order.rowids[start:stop]))

    def page(self, session_id: str, *, cursor: str | None = None, limit: int = 1000) -> EventPage:
        """The events after the cursor of the page before; loses none that share an instant.

        A cursor is good for as long as the store is open. Raises ValueError for any other text.
        """
        if limit < 1:
            raise ValueError("a page has at least one event")
        order = self._order(session_id)
        start = 0 if cursor is None else order.after_cursor(cursor)
        stop = start + limit
        events = list(self._in_order(order.rowids[start:stop]))
        return EventPage(events, order.cursor_at(stop) if stop < len(order) else None)

    def since(self, session_id: str, mark: str | None = None) -> Iterator[EventPage]:
        """Pages of the session's events that came after a mark; the first mark is None.

        From None on they come as `replay` gives them, after a mark in order of arrival. The last
        page's cursor is the mark to go on from when more arrives, so there is always a page, if an
        empty one; the other pages have none. A mark is good for as long as the store is open.
        Raises ValueError for any other text.
        """
        if mark is None:
            order = self._order(session_id)
            newest, rowids = order.seen, order.rowids
        else:
            newest, rowids = self.last_rowid(), self._arrived(session_id, _marked(mark))
            rowids = rowids[rowids <= newest]
        starts = range(0, max(1, len(rowids)), _EVENTS_A_TIME)
        for start in starts:
            block = rowids[start : start + _EVENTS_A_TIME].tolist()
            events = list(self.envelopes(block).values())
            # Only the last page says where to go on: in order of time there is no way between.
            yield EventPage(events, str(newest) if start == starts[-1] else None)

    def position(self, session_id: str) -> int:
        """How many readable events the session has now: the position of its last context."""
        return len(self._order(session_id))

    def summary(self, session_id: str) -> SessionSummary | None:
        """The session as `sessions` lists it, counted; None where it has no readable event."""
        order = self._order(session_id)
        if not len(order):
            return None
        first, last = int(order.instants[0]), int(order.instants[-1])
        actor = self._scan.actor(int(order.rowids[0]))
        return SessionSummary(session_id, first, last, len(order), actor)

    def replay(self, session_id: str) -> Iterator[EventEnvelope]:
        """Every event that the session has now, without limit."""
        yield from self._in_order(self._order(session_id).rowids)

    def iter_events(self, session_id: str | None = None) -> Iterator[EventEnvelope]:
        """Every event of the session as `replay`, or of the whole log in order of arrival."""
        if session_id is not None:
            yield from self.replay(session_id)
            return
        for page in self._scan.raw_pages():
            yield from _decoded(page).values()

    def get(self, event_id: str) -> EventEnvelope | None:
        """The event of this id, or None."""
        rowids = self._scan.rowids_of(event_id)
        return next(iter(self.envelopes(rowids).values()), None)

    def first_like(self, event: EventEnvelope) -> EventEnvelope | None:
        """The first event of this one's idempotency key or id: what `append` would answer with."""
        with self._lane.turn() as connection:
            return first_like(connection, event)

    def whereabouts(self, event_ids: Iterable[str]) -> dict[str, Arrival]:
        """Where the events of these ids are, by id; those that are not there are left out.

        Each takes a look into the index on ids; a pass over the log where there is none.
        """
        rowids = {event_id: self._scan.rowids_of(event_id) for event_id in event_ids}
        events = self.envelopes([rowid for found in rowids.values() for rowid in found])
        return {
            event_id: _arrival(found[0], events[found[0]])
            for event_id, found in rowids.items()
            if found and found[0] in events
        }

    def problems(self, session_id: str | None = None) -> Iterator[Problem]:
        """What cannot be read as it should, in order of arrival."""
        for page in self.problem_pages(session_id):
            yield from page

    def problem_pages(self, session_id: str | None = None) -> Iterator[list[Problem]]:
        """The same by page, a page without any too, so that a search for them can be stopped."""
        for page in self._raw_pages(session_id):
            yield [problem for row in page for problem in decode_row(row)[1]]

    def _raw_pages(self, session_id: str | None) -> Iterator[list[RawRow]]:
        if session_id is None:
            return self._scan.raw_pages()
        rowids = [page.rowids for page in self._scan.instant_pages(session_id)]
        return self._scan.raw_rows(np.sort(np.concatenate([NOTHING.rowids, *rowids])))

    def _order(self, session_id: str) -> SessionOrder:
        """The order of the session, kept and brought up to date."""
        known = self._orders.pop(session_id, NOTHING)
        newest = self.last_rowid()
        if known is NOTHING:
            known = NOTHING.with_pages(self._scan.instant_pages(session_id), newest)
        elif newest != known.seen:
            known = known.with_pages(self._scan.arrivals(session_id, known.seen), newest)
        self._orders[session_id] = known
        for oldest in list(self._orders)[:-_ORDERS_KEPT]:
            self._orders.pop(oldest, None)
        return known

    def _in_order(self, rowids: Rowids) -> Iterator[EventEnvelope]:
        for start in range(0, len(rowids), _EVENTS_A_TIME):
            block = rowids[start : start + _EVENTS_A_TIME].tolist()
            yield from self.envelopes(block).values()

    def sessions(self, *, counts: bool = False, actors: bool = True) -> list[SessionSummary]:
        """The sessions that have a readable event, the most recent first.

        Without `counts` and `actors` the index alone is read; where instants carry offsets from UTC
        the times can be hours off, until the session is counted.
        """
        bare, shown = self._scan.bare, self._scan.shown
        found = list_sessions(self._lane, bare, self._opened.layout.index, actors=actors)
        if not counts:
            return found if self._scan is bare else [shown(each) for each in found]
        exact = (each if each.count else counted(bare, each) for each in found)
        return newest_first(shown(each) for each in exact if each is not None)

    def session_counts(self, session_ids: Iterable[str]) -> dict[str, int]:
        """The number of events of each session, 0 for an unknown one."""
        names, index = list(session_ids), self._opened.layout.index
        found = {} if index is None else short_counts(self._lane, index, names)
        return {n: found[n] if n in found else sum(self.activity(n, 1)) for n in names}

    def activity(self, session_id: str, bins: int) -> list[int]:
        """How many events fall into each of `bins` equal parts of the session's time."""
        return activity(self._scan, session_id, bins)

    def instant_pages(self, session_id: str) -> Iterator[InstantPage]:
        """Key and instant (int64 arrays) of each row of the session, from the index alone.

        In the order of the index (which is by text), or of arrival where there is none.
        """
        return self._scan.instant_pages(session_id)

    def row_pages(self, session_id: str, rowids: Rowids) -> Iterator[list[Row]]:
        """Rows for columns, of ascending keys of one session; those that are gone are left out.

        A row is (rowid, event_type, actor_id, object_ref_type, object_ref_id, payload, odd). `odd`
        is true where something is not stored as usual: decode what `rows` gives for it instead.
        """
        return self._scan.row_pages(session_id, rowids)

    def joined_rows(self, rowids: Rowids) -> JoinedRows | None:
        """The rows of some ascending keys in one step where they are as usual; else None."""
        return self._scan.joined_rows(rowids)

    def correlation_pages(self, session_id: str, rowids: Rowids) -> Iterator[list[CorrelationRow]]:
        """Key, correlation id and trace id of rows, as `row_pages` gives them."""
        return self._scan.correlation_pages(session_id, rowids)

    def created_pages(self, session_id: str, rowids: Rowids) -> Iterator[InstantPage]:
        """Key and time of storing (µs) of rows, as `row_pages` gives them.

        The clock is the writer's, often to the second; UNREADABLE where there is no readable time.
        """
        return self._scan.created_pages(session_id, rowids)

    def correlated(self, correlation_id: str, limit: int) -> list[str] | None:
        """The sessions of some rows with a correlation id; None where no index finds them."""
        return self._scan.correlated(correlation_id, limit)

    def neighbours(self, first: int, last: int) -> Iterator[tuple[str | None, ...]]:
        """Session, correlation id and trace id of the rows from one key to another."""
        return self._scan.neighbours(first, last)

    def rows(self, rowids: Sequence[int]) -> list[RawRow]:
        """Whole rows by key, in the order asked for; those that are gone are left out."""
        ascending = distinct(np.array(rowids, dtype=np.int64))
        found = {row.rowid: row for page in self._scan.raw_rows(ascending) for row in page}
        return [found[rowid] for rowid in rowids if rowid in found]

    def likely(self, rowids: Rowids, need: Need) -> Rowids:
        """Those of some ascending keys whose rows may hold what is needed; the others do not."""
        return self._scan.likely(rowids, need)

    def envelopes(self, rowids: Sequence[int]) -> dict[int, EventEnvelope]:
        """Events by key, in the order asked for; unreadable ones are left out."""
        return _decoded(self.rows(rowids))

    def arrivals(self, session_id: str, after_rowid: int) -> list[int]:
        """The keys of the session's rows that are newer than a key."""
        rowids: list[int] = self._arrived(session_id, after_rowid).tolist()
        return rowids

    def arrival_pages(self, session_id: str, after_rowid: int) -> Iterator[InstantPage]:
        """As `instant_pages`, of the rows that are newer than a key, by order of arrival."""
        return self._scan.arrivals(session_id, after_rowid)

    def _arrived(self, session_id: str, after_rowid: int) -> Rowids:
        pages = self._scan.arrivals(session_id, after_rowid)
        return np.concatenate([NOTHING.rowids, *(page.rowids for page in pages)])

    def arrivals_in_all(self, after_rowid: int) -> Iterator[list[Arrival]]:
        """Pages of the rows of the whole log that are newer than a key, in order of arrival."""
        return self._scan.arrivals_in_all(after_rowid)

    def last_rowid(self) -> int:
        """The newest row's key, 0 in an empty log."""
        row = self._lane.one("SELECT max(rowid) FROM events")
        return 0 if row is None or row[0] is None else int(row[0])

    @property
    def opened_as(self) -> FileIdentity:
        """Which file was opened, and its size and time then."""
        return self._opened.identity

    def identity(self) -> FileIdentity:
        """Which file the path names now, its size and time; SourceNotFound if it was deleted."""
        return files.identity(self._opened.file)

    def data_version(self) -> int:
        """A number that changes when another connection has written."""
        return self._lane.data_version()

    def revision(self) -> tuple[int, int]:
        """What differs once anybody, this store or another program, has written."""
        return self._lane.revision()

    def forget_pages(self) -> None:
        """Let go of what of the file is kept in memory; it is read again when it is asked for."""
        self._lane.forget_pages()

    def changed(self) -> Change:
        """What others did to the file since the last call or the opening.

        `grown` also where rows were only changed. A file that is locked at the moment is looked at
        again with the next call.
        """
        try:
            if not self._opened.same_file():
                return "replaced"
            if self._opened.frozen:
                return "same" if self._opened.untouched() else "replaced"
            version = self._lane.data_version()
            if version == self._told_version:
                return "same"
            if not self._lane.same_file():
                return "replaced"
        except SourceNotFound:
            return "deleted"
        except SourceLocked:
            return "same"
        except (SourceChanged, SourceDamaged, NotADatabase):
            return "replaced"
        self._told_version = version
        return "grown"

    def close(self) -> None:
        """Let go of the file; closing twice is no fault."""
        self._lane.close()
        if self._discard is not None:
            self._discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _marked(mark: str) -> int:
    """The key that a mark stands for."""
    if not _MARK.fullmatch(mark):
        raise ValueError(f"{mark!r} is not the mark of an earlier page")
    return int(mark)


def _arrival(rowid: int, event: EventEnvelope) -> Arrival:
    return Arrival(rowid, event.session_id, from_datetime(event.occurred_at), event.actor_id)


def _decoded(rows: Iterable[RawRow]) -> dict[int, EventEnvelope]:
    pairs = ((row.rowid, decode_row(row)[0]) for row in rows)
    return {rowid: envelope for rowid, envelope in pairs if envelope is not None}
