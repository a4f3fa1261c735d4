"""The store of events in a table of DynamoDB."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

from core.events.errors import ReadOnlyStore
from core.events.instants import from_datetime
from core.events.problems import Problem
from core.events.rows import decode_row
from core.events.schema import EventEnvelope
from core.events.store.base import Appended, EventPage, SessionSummary
from core.events.store.dynamodb import listing, reading, table
from core.events.store.dynamodb.capacity import Capacity
from core.events.store.dynamodb.client import ATTEMPTS, READ_SECONDS, Client
from core.events.store.dynamodb.heads import Head, head_of
from core.events.store.dynamodb.items import row_of
from core.events.store.dynamodb.keys import event_key, head_key, id_marker
from core.events.store.dynamodb.location import TableLocation, parse_location
from core.events.store.dynamodb.reading import Page
from core.events.store.dynamodb.survey import OnProgress, survey
from core.events.store.dynamodb.verifying import write_heads
from core.events.store.dynamodb.writing import Writer
from core.events.store.sessions import newest_first

_CURSOR = re.compile(r"(-?[0-9]{1,19})\.([0-9]{1,19})#(.*)", re.DOTALL)
_MARK = re.compile(r"([0-9]{1,19})(?:#(.*))?", re.DOTALL)
_EVENTS_A_TIME = 500


class DynamoDBEventStore:
    """A table, as `location` names it. Any thread may use one store. Raises StoreError.

    The order of arrival is kept within a session, for what we append; what a backend writes into
    the same table comes before it among equal instants, by event id. Reads are consistent, except
    for the list of sessions, which may be a moment behind. A session is read as it is asked for:
    what reads one whole (`replay`, `since` without a mark) holds it in memory.
    """

    def __init__(
        self,
        location: TableLocation | str,
        *,
        writable: bool = False,
        attempts: int = ATTEMPTS,
        read_seconds: float = READ_SECONDS,
        on_progress: OnProgress = lambda _: None,
    ) -> None:
        self.location = parse_location(location) if isinstance(location, str) else location
        self.writable = writable
        self.client = Client(self.location, attempts=attempts, read_seconds=read_seconds)
        self.on_progress = on_progress
        try:
            self.description = table.describe(self.client)
        except BaseException:
            self.client.close()
            raise
        self._writer = Writer(self.client)
        self._lock = threading.Lock()

    @property
    def capacity(self) -> Capacity:
        """What was consumed since the store was opened."""
        return self.client.capacity.now()

    # What the mirror builds on.

    def head(self, session_id: str) -> Head | None:
        """What is known of a session without reading it; None where it has no head.

        A session that the backend alone writes has none; its events after the head was written are
        not in it.
        """
        if reading.unwritable(session_id):
            return None
        item = self.client.get(head_key(session_id))
        return None if item is None else head_of(item)

    def heads(self) -> Iterator[Head]:
        """Every head of the table, by the index on them, which may be a moment behind."""
        return listing.heads(self.client) if self.description.heads_index else iter(())

    def session_pages(
        self,
        session_id: str,
        *,
        after: str | None = None,
        consistent: bool = True,
        limit: int | None = None,
    ) -> Iterator[Page]:
        """Pages of the session in the order of the table, after a key that a page gave.

        `limit` is how many rows a page has at the most; it has 1 MB of items at the most. What is
        not `consistent` costs half, and may lack what was written in the last second.
        """
        return reading.session_pages(
            self.client, session_id, after=after, consistent=consistent, limit=limit
        )

    def write_heads(self, on_progress: OnProgress | None = None) -> int:
        """Write the heads that are missing or wrong, by reading the table; how many were."""
        self._check_writable()
        return write_heads(self.client, on_progress or self.on_progress)

    # What every store offers.

    def append(self, event: EventEnvelope) -> Appended:
        """Store one event; the same idempotency key or event id answers with the first."""
        return self.append_many([event])[0]

    def append_many(self, events: Sequence[EventEnvelope]) -> list[Appended]:
        """Store events, and answer for each in turn.

        What cannot be stored is refused before anything is written. All or none holds for as many
        as a transaction takes, from 33 with keys to 49 without; where the network fails between two
        of them the same batch again goes on from there.
        """
        self._check_writable()
        with self._lock:
            return self._writer.append(events)

    def list_events(
        self, session_id: str, after_ts: datetime | None = None, limit: int | None = 100
    ) -> list[EventEnvelope]:
        """The session's first `limit` events after `after_ts` (exclusive); None means all."""
        first = None if after_ts is None else from_datetime(after_ts) + 1
        if limit is None and first is None:
            return list(self.replay(session_id))
        if limit is not None and limit < 1:
            return []
        most = sys.maxsize if limit is None else limit
        rows = reading.some(self.client, session_id, first=first, limit=most)
        return [reading.event_of(each) for each in rows]

    def page(self, session_id: str, *, cursor: str | None = None, limit: int = 1000) -> EventPage:
        """The events after the cursor of the page before; loses none that share an instant.

        Raises ValueError for any other text.
        """
        if limit < 1:
            raise ValueError("a page has at least one event")
        after = None if cursor is None else _place(cursor)
        rows = reading.some(
            self.client,
            session_id,
            first=None if after is None else after[0],
            after=after,
            limit=limit + 1,
        )
        events = [reading.event_of(each) for each in rows[:limit]]
        return EventPage(events, _cursor(rows[limit - 1].place) if len(rows) > limit else None)

    def since(self, session_id: str, mark: str | None = None) -> Iterator[EventPage]:
        """Pages of the session's events that came after a mark; the first mark is None.

        From None on they come as `replay` gives them, after a mark in order of arrival. The last
        page's cursor is the mark to go on from when more arrives, so there is always a page, if an
        empty one; the other pages have none. What a backend writes late, before what it had written
        already, is not among what came after a mark. Raises ValueError for any other text.
        """
        if mark is None:
            rows = reading.whole(self.client, session_id)
            newest = max((each.row.rowid for each in rows), default=0)
            foreign = reading.last_foreign_key(rows)
        else:
            seen, foreign = _marked(mark)
            head = self.head(session_id)
            newest = max(seen, 0 if head is None else head.arrivals)
            rows = reading.arrived(
                self.client, session_id, after=seen, newest=newest, last_foreign=foreign
            )
            foreign = max(foreign, reading.last_foreign_key(rows))
        last = f"{newest}#{foreign}" if foreign else str(newest)
        starts = range(0, max(1, len(rows)), _EVENTS_A_TIME)
        for start in starts:
            events = [reading.event_of(each) for each in rows[start : start + _EVENTS_A_TIME]]
            yield EventPage(events, last if start == starts[-1] else None)

    def position(self, session_id: str) -> int:
        """How many readable events the session has now: the position of its last context.

        By its head, where it has one: what a backend writes later is not counted there.
        """
        head = self.head(session_id)
        return len(reading.whole(self.client, session_id)) if head is None else head.count

    def replay(self, session_id: str) -> Iterator[EventEnvelope]:
        """Every event that the session has now, without limit."""
        for each in reading.whole(self.client, session_id):
            yield reading.event_of(each)

    def iter_events(self, session_id: str | None = None) -> Iterator[EventEnvelope]:
        """Every event of the session as `replay`, or of the whole table, by reading all of it.

        The whole comes session by session, each in order of arrival.
        """
        if session_id is not None:
            yield from self.replay(session_id)
            return
        for page in reading.partitions(self.client):
            for each in sorted(reading.placed(page), key=lambda each: each.arrival):
                yield reading.event_of(each)

    def sessions(self, *, counts: bool = False) -> list[SessionSummary]:
        """The sessions that have a readable event, the most recent first, all counted.

        By the index on heads. Where the table has none, or no head, all of it is read, which
        `on_progress` is told of.
        """
        found = [head.summary() for head in self.heads() if head.count]
        return newest_first(found) if found else self.survey()

    def survey(self, on_progress: OnProgress | None = None) -> list[SessionSummary]:
        """As `sessions`, by reading the whole table, whatever heads it has."""
        found = survey(self.client, on_progress or self.on_progress)
        return newest_first(head.summary() for head in found.heads())

    def get(self, event_id: str) -> EventEnvelope | None:
        """The event of this id, or None; a backend's is found once its marker was written."""
        if reading.unwritable(event_id):
            return None
        marker = self.client.get(id_marker(event_id))
        if marker is None:
            return None
        item = self.client.get(event_key(marker["event_pk"]["S"], marker["event_sk"]["S"]))
        return None if item is None else decode_row(row_of(item)[0])[0]

    def problems(self, session_id: str | None = None) -> Iterator[Problem]:
        """What cannot be read as it should; of the whole table, by reading all of it.

        An idempotency key that several events have is one too: all of them are shown.
        """
        keys: set[str] = set()
        if session_id is None:
            pages = reading.partitions(self.client)
        else:
            pages = self.session_pages(session_id)
        for page in pages:
            yield from reading.problems_of(page, keys)

    def close(self) -> None:
        """Let go of the connections; closing twice is no fault."""
        self.client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _check_writable(self) -> None:
        if not self.writable:
            raise ReadOnlyStore(f"“{self.location}” is open for reading only.")


def _marked(mark: str) -> tuple[int, str]:
    """The number of arrival and the backend's last sort key that a mark stands for."""
    match = _MARK.fullmatch(mark)
    if match is None:
        raise ValueError(f"{mark!r} is not the mark of an earlier page")
    return int(match[1]), match[2] or ""


def _place(cursor: str) -> tuple[int, int, str]:
    """The place in a session that a cursor stands for."""
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise ValueError(f"{cursor!r} is not the cursor of an earlier page")
    return int(match[1]), int(match[2]), match[3]


def _cursor(place: tuple[int, int, str]) -> str:
    return "{}.{}#{}".format(*place)
