"""What every event store offers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from types import TracebackType
from typing import Literal, Protocol, Self

from core.events.problems import Problem
from core.events.schema import EventEnvelope
from core.late_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Appended:
    """The answer to an append: the event as it is stored, and whether it was there before."""

    event: EventEnvelope
    existed: bool


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A session in a list: its first and last instants in microseconds, its number of events.

    `count` is None until it was asked for; `actor_id` is the actor of the first event. `parts` is
    how many sessions a linked one joins, 0 for a session of the log.
    """

    session_id: str
    first: int
    last: int
    count: int | None = None
    actor_id: str | None = None
    parts: int = 0


@dataclass(frozen=True, slots=True)
class Arrival:
    """A row that arrived: its key, its session, its instant (µs) and its actor.

    The session is None where there is none, the instant where it cannot be read.
    """

    row: int
    session_id: str | None
    instant: int | None
    actor_id: str | None


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events, and where to go on: None when there are no more today."""

    events: list[EventEnvelope]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class FileIdentity:
    """Which file it is, and how large and of what time (nanoseconds) when it was looked at."""

    device: int
    inode: int
    size: int
    mtime_ns: int


Change = Literal["same", "grown", "replaced", "deleted"]
"""What happened to a file that is open: `replaced` and `deleted` ask for opening it again."""


class EventStore(Protocol):
    """An append-only log of events, in order by instant and then by arrival.

    Known faults are raised as `core.events.errors.StoreError`. Rows that cannot be read are left
    out by every reader and listed by `problems`.
    """

    def append(self, event: EventEnvelope) -> Appended:
        """Store one event; the same idempotency key or event id answers with the first."""
        ...

    def append_many(self, events: Sequence[EventEnvelope]) -> list[Appended]:
        """Store events, all or none, and answer for each in turn."""
        ...

    def list_events(
        self, session_id: str, after_ts: datetime | None = None, limit: int | None = 100
    ) -> list[EventEnvelope]:
        """The session's first `limit` events after `after_ts` (exclusive); None means all."""
        ...

    def page(self, session_id: str, *, cursor: str | None = None, limit: int = 1000) -> EventPage:
        """The events after the cursor of the page before; loses none that share an instant.

        A cursor is good for as long as the store is open. Raises ValueError for any other text.
        """
        ...

    def since(self, session_id: str, mark: str | None = None) -> Iterator[EventPage]:
        """Pages of the session's events that came after a mark; the first mark is None.

        From None on they come as `replay` gives them, after a mark in order of arrival. The last
        page's cursor is the mark to go on from when more arrives, so there is always a page, if an
        empty one; the other pages have none. A mark is good for as long as the store is open.
        Raises ValueError for any other text.
        """
        ...

    def position(self, session_id: str) -> int:
        """How many readable events the session has now: the position of its last context."""
        ...

    def replay(self, session_id: str) -> Iterator[EventEnvelope]:
        """Every event of the session, without limit."""
        ...

    def iter_events(self, session_id: str | None = None) -> Iterator[EventEnvelope]:
        """Every event of the session as `replay`, or of the whole log in order of arrival."""
        ...

    def sessions(self, *, counts: bool = False) -> list[SessionSummary]:
        """The sessions that have a readable event, the most recent first."""
        ...

    def get(self, event_id: str) -> EventEnvelope | None:
        """The event of this id, or None."""
        ...

    def problems(self, session_id: str | None = None) -> Iterator[Problem]:
        """What cannot be read as it should, in order of arrival."""
        ...

    def close(self) -> None:
        """Let go of the source; closing twice is no fault."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...
