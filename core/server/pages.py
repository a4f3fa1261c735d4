"""Pages of what a log has: some of it, and where to go on."""

from __future__ import annotations

import base64
import binascii
from bisect import bisect_right
from dataclasses import replace

from core.events.schema import EventEnvelope
from core.events.store.base import EventPage, SessionSummary
from core.events.store.sqlite import SQLiteEventStore
from core.late_dataclass import dataclass
from core.server.encoding import encode
from core.server.errors import BadRequest

PAGE_BYTES = 8 << 20
"""About so many bytes of events in a page."""
_READ_AT_ONCE = 16
_ENVELOPE = 400
"""Bytes of an event beside its payload, about."""
# Of events that share an instant, the cursor after all of them.
_LAST_KEY = 2**63 - 1
_WHOLE = 2**63


@dataclass(frozen=True, slots=True)
class SessionPage:
    """Some sessions, the latest first, and where to go on."""

    sessions: list[SessionSummary]
    cursor: str | None


def session_page(store: SQLiteEventStore, *, cursor: str | None, limit: int) -> SessionPage:
    """The sessions with their numbers of events, the latest first, after a cursor.

    Raises BadRequest for a cursor that is none.
    """
    found = store.sessions()
    start = 0 if cursor is None else bisect_right(found, _after(cursor), key=_key)
    stop = start + limit
    named = found[start:stop]
    counts = store.session_counts(each.session_id for each in named)
    page = [replace(each, count=counts[each.session_id]) for each in named]
    return SessionPage(page, _cursor(named[-1]) if stop < len(found) else None)


def event_page(
    store: SQLiteEventStore, session_id: str, *, after: int | None, cursor: str | None, limit: int
) -> EventPage:
    """Events of a session after an instant (µs, exclusive), or after a cursor if one is given.

    It is read by and by, and ends early, with a cursor, where its events have about 8 MB; it has
    one event at least. Raises BadRequest for a cursor that is none.
    """
    if cursor is None and after is not None:
        cursor = f"{after}.{_LAST_KEY}"
    try:
        return _bounded(store, session_id, _whole(cursor), limit)
    except ValueError as error:
        raise BadRequest("The cursor is not one of an earlier page.") from error


def _bounded(store: SQLiteEventStore, session_id: str, cursor: str | None, limit: int) -> EventPage:
    events: list[EventEnvelope] = []
    room = PAGE_BYTES
    while True:
        part = store.page(session_id, cursor=cursor, limit=min(_READ_AT_ONCE, limit - len(events)))
        events += part.events
        cursor = part.cursor
        room -= sum(len(encode(each.payload)) + _ENVELOPE for each in part.events)
        if cursor is None or len(events) >= limit or room <= 0:
            return EventPage(events, cursor)


def _key(summary: SessionSummary) -> tuple[int, str]:
    return -summary.last, summary.session_id


def _cursor(last: SessionSummary) -> str:
    text = f"{last.last}.{last.session_id}"
    return base64.urlsafe_b64encode(text.encode()).decode("ascii").rstrip("=")


def _after(cursor: str) -> tuple[int, str]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        instant, _, session_id = text.partition(".")
        return -int(instant), session_id
    except (ValueError, binascii.Error) as error:
        raise BadRequest("The cursor is not one of an earlier page.") from error


def _whole(cursor: str | None) -> str | None:
    """The cursor, if its numbers are such as a store has."""
    for number in () if cursor is None else cursor.split("."):
        if not -_WHOLE <= int(number) < _WHOLE:
            raise ValueError("beyond the numbers of a store")
    return cursor
