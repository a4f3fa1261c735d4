"""Appending to the table: all of a batch or nothing, and never the same event twice."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import apsw

from core.events.errors import EventRejected
from core.events.rows import RawRow, decode_row
from core.events.schema import EventEnvelope
from core.events.store.base import Appended
from core.events.store.layout import COLUMNS
from core.events.upcasting import UPCASTERS

_WRITTEN = COLUMNS[:-1]
_INSERT = (
    f"INSERT INTO events ({', '.join(_WRITTEN)}) VALUES ({', '.join('?' * len(_WRITTEN))})"
    " ON CONFLICT DO NOTHING"
)
_FIRST = (
    f"SELECT rowid, {', '.join(COLUMNS)} FROM events"
    " WHERE idempotency_key = ? OR event_id = ? ORDER BY rowid LIMIT 1"
)


def append_all(connection: apsw.Connection, events: Sequence[EventEnvelope]) -> list[Appended]:
    """Store the events in one transaction; the answer to each is what is stored.

    An event whose idempotency key or id is there already, in the log or earlier in the batch, is
    not stored again. Raises EventRejected for one that cannot be stored, and what apsw raises;
    then nothing is stored.
    """
    rows = [_row(event) for event in events]
    with _transaction(connection):
        cursor = connection.cursor()
        return [_append(cursor, *each) for each in zip(events, rows, strict=True)]


def _append(cursor: apsw.Cursor, event: EventEnvelope, row: tuple[Any, ...]) -> Appended:
    try:
        cursor.execute(_INSERT, row)
    except (UnicodeEncodeError, OverflowError, apsw.TooBigError) as error:
        raise EventRejected(f"The event {event.event_id!r} cannot be stored: {error}.") from error
    if cursor.connection.changes():
        return Appended(event, existed=False)
    found = cursor.execute(_FIRST, (event.idempotency_key, event.event_id)).fetchone()
    is_same = found is not None and found[1:-1] == row
    if is_same and (event.event_type, event.version) not in UPCASTERS:
        # As in an import that is repeated: reading what is there would take most of the time.
        return Appended(event, existed=True)
    return Appended(_stored(event, found), existed=True)


def first_like(connection: apsw.Connection, event: EventEnvelope) -> EventEnvelope | None:
    """The first event of the same key or id, None where an append would store this one.

    Raises EventRejected where what is there cannot be read.
    """
    values = (event.idempotency_key, event.event_id)
    found = connection.execute(_FIRST, values).fetchone()
    return None if found is None else _stored(event, found)


def _stored(event: EventEnvelope, found: tuple[Any, ...] | None) -> EventEnvelope:
    """The event that stands in the way of this one."""
    envelope = None if found is None else decode_row(RawRow._make(found))[0]
    if envelope is None:
        raise EventRejected(
            f"The event {event.event_id!r} was not stored: what is there in its place cannot be "
            "read."
        )
    return envelope


@contextmanager
def _transaction(connection: apsw.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _row(event: EventEnvelope) -> tuple[Any, ...]:
    """The event as the backend writes it: naive UTC, JSON in ASCII."""
    ref = event.object_ref
    return (
        event.event_id,
        event.event_type,
        event.session_id,
        event.actor_id,
        event.occurred_at.isoformat().removesuffix("+00:00"),
        event.version,
        event.idempotency_key,
        event.correlation_id,
        event.trace_id,
        None if ref is None else ref.type,
        None if ref is None else ref.id,
        _payload(event),
    )


def _payload(event: EventEnvelope) -> str:
    try:
        return json.dumps(event.payload)
    except (TypeError, ValueError, RecursionError) as error:
        raise EventRejected(
            f"The payload of the event {event.event_id!r} is no JSON: {error}."
        ) from error
