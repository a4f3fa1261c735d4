"""Decoding one stored row, as far as it can be read."""

from __future__ import annotations

from typing import Any, NamedTuple

from core.events.instants import InstantError, parse_instant, to_datetime
from core.events.payload_json import (
    MAX_DEPTH,
    RepairedText,
    decode_payload,
    payload_problems,
)
from core.events.problems import Problem, printable
from core.events.schema import EventEnvelope, EventType, ObjectRef
from core.events.upcasting import UPCASTERS, UpcastError, Upcasters, upcast

__all__ = [
    "MAX_DEPTH",
    "RawRow",
    "RepairedText",
    "SQLiteValue",
    "decode_payload",
    "decode_row",
    "payload_problems",
    "storage_class",
]

SQLiteValue = None | int | float | str | bytes

_TYPES = frozenset(str(member) for member in EventType)


class RawRow(NamedTuple):
    """A row of `events` as SQLite gave it, whatever its storage classes."""

    rowid: int
    event_id: SQLiteValue
    event_type: SQLiteValue
    session_id: SQLiteValue
    actor_id: SQLiteValue
    occurred_at: SQLiteValue
    version: SQLiteValue
    idempotency_key: SQLiteValue
    correlation_id: SQLiteValue
    trace_id: SQLiteValue
    object_ref_type: SQLiteValue
    object_ref_id: SQLiteValue
    payload: SQLiteValue
    created_at: SQLiteValue


def decode_row(
    row: RawRow, *, upcasters: Upcasters = UPCASTERS
) -> tuple[EventEnvelope | None, list[Problem]]:
    """The event of a row and what is wrong with it.

    None only where the instant or the session cannot be read: such a row has no place in a replay.
    A null event id is shown as `row:` and the row's key.
    """
    return _Reader(row).read(upcasters)


class _Reader:
    """Reads the columns of one row and notes what is wrong."""

    def __init__(self, row: RawRow) -> None:
        self.row = row
        self.wrong: list[tuple[str, SQLiteValue]] = []

    def read(self, upcasters: Upcasters) -> tuple[EventEnvelope | None, list[Problem]]:
        """The event, if it has an instant and a session, and all that is wrong."""
        row = self.row
        session_id = self.session_id()
        event_id = self.event_id()
        instant = self.instant()
        event_type = self.event_type()
        version = self.version()
        payload = self.payload(event_type)
        stored_version = version
        try:
            version, payload = upcast(event_type, version, payload, table=upcasters)
        except UpcastError as error:
            self.note(f"payload {error}", row.payload)
        texts = {name: self.text(name, getattr(row, name)) for name in _OPTIONAL_TEXTS}
        ref = self.object_ref()
        envelope = None
        if session_id is not None and instant is not None:
            envelope = EventEnvelope(
                event_id=event_id,
                event_type=event_type,
                session_id=session_id,
                occurred_at=to_datetime(instant),
                version=version,
                stored_version=stored_version,
                object_ref=ref,
                payload=payload,
                **texts,
            )
        problems = [
            Problem(row.rowid, session_id, event_id, reason, printable(raw))
            for reason, raw in self.wrong
        ]
        return envelope, problems

    def note(self, reason: str, raw: SQLiteValue) -> None:
        self.wrong.append((reason, raw))

    def text(self, column: str, raw: SQLiteValue) -> str | None:
        """The column as text; noted where it is not stored as (valid) text."""
        if raw is None or type(raw) is str:
            return raw
        if isinstance(raw, RepairedText):
            self.note(f"{column} is not valid text: unreadable bytes are shown as \ufffd", raw)
            return str(raw)
        self.note(f"{column} is stored as {storage_class(raw)}, not TEXT", raw)
        return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)

    def session_id(self) -> str | None:
        session_id = self.text("session_id", self.row.session_id)
        if session_id is None:
            self.note("session_id is missing, so the event belongs to no session", None)
        return session_id

    def event_id(self) -> str:
        event_id = self.text("event_id", self.row.event_id)
        if event_id is None:
            self.note("event_id is missing", None)
            return f"row:{self.row.rowid}"
        return event_id

    def instant(self) -> int | None:
        try:
            return parse_instant(self.row.occurred_at)
        except InstantError as error:
            self.note(
                f"occurred_at cannot be read, so the event is not shown: {error}",
                self.row.occurred_at,
            )
            return None

    def event_type(self) -> str:
        event_type = self.text("event_type", self.row.event_type)
        if event_type is None:
            self.note("event_type is missing", None)
            return ""
        if event_type not in _TYPES:
            self.note(f"event type “{printable(event_type, limit=60)}” is unknown", event_type)
        return event_type

    def version(self) -> int:
        raw = self.row.version
        if isinstance(raw, int):
            return raw
        self.note(f"version is stored as {storage_class(raw)}, not INTEGER: taken as 1", raw)
        return 1

    def payload(self, event_type: str) -> dict[str, Any]:
        payload, reason = decode_payload(self.row.payload)
        if reason is not None:
            self.note(f"payload {reason}", self.row.payload)
        for wrong in payload_problems(event_type, payload):
            self.note(f"payload {wrong}", self.row.payload)
        return payload

    def object_ref(self) -> ObjectRef | None:
        kind = self.text("object_ref_type", self.row.object_ref_type)
        key = self.text("object_ref_id", self.row.object_ref_id)
        if kind and key:
            return ObjectRef(type=kind, id=key)
        if kind or key:
            half = "type" if kind else "id"
            self.note(f"the object reference has only its {half}: there is no object", kind or key)
        return None


_OPTIONAL_TEXTS = ("actor_id", "idempotency_key", "correlation_id", "trace_id")


def storage_class(raw: SQLiteValue) -> str:
    """The name that SQLite gives to how a value is stored."""
    if raw is None:
        return "NULL"
    return {int: "INTEGER", float: "REAL", bytes: "BLOB"}.get(type(raw), "TEXT")
