"""Decoding one stored row, as far as it can be read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from core.events.instants import InstantError, parse_instant, to_datetime
from core.events.problems import Problem, printable
from core.events.schema import EventEnvelope, EventType, ObjectRef
from core.events.upcasting import UPCASTERS, UpcastError, Upcasters, upcast

SQLiteValue = None | int | float | str | bytes

MAX_DEPTH = 200
"""How deep a payload may nest; a limit of our own, the same on every thread and Python."""

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


class RepairedText(str):
    """Text that was not valid in its encoding; what could not be read is U+FFFD."""

    __slots__ = ()


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


def decode_payload(raw: object) -> tuple[dict[str, Any], str | None]:
    """The payload as stored, and what is wrong with it, to be read after the word “payload”.

    NaN, Infinity, lone surrogates and integers of any size are read. What is no JSON object gives
    an empty payload.
    """
    if raw is None:
        return {}, "is missing"
    if not isinstance(raw, str | bytes):
        return {}, "is stored as a number, not TEXT"
    text = raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
    value, reason = _decode_json(text)
    if reason is None and isinstance(raw, bytes):
        reason = "is stored as BLOB, not TEXT"
    elif reason is None and isinstance(raw, RepairedText):
        reason = "is not valid text: unreadable bytes are shown as \ufffd"
    if not isinstance(value, dict):
        return {}, reason or f"is no JSON object but {_json_kind(value)}"
    return value, reason


def _decode_json(text: str) -> tuple[Any, str | None]:
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        return {}, f"nests deeper than {MAX_DEPTH} levels"
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        return {}, f"is not JSON: {error}"
    except RecursionError:
        return {}, "nests too deep to be read"
    except ValueError:
        return _decode_with_huge_integers(text)
    return value, _not_json(text)


def _decode_with_huge_integers(text: str) -> tuple[Any, str | None]:
    """Python refuses integers of over 4,300 digits; those are kept as their text."""

    def integer(digits: str) -> int | str:
        return int(digits) if len(digits) <= 4_300 else digits

    return json.loads(text, parse_int=integer), "holds an integer too long to be read as a number"


def _not_json(text: str) -> str | None:
    """What Python reads although it is no JSON: the constants NaN, Infinity and -Infinity."""
    if "NaN" not in text and "Infinity" not in text:
        return None
    found: list[str] = []
    json.loads(text, parse_constant=found.append)
    return f"holds {found[0]}, which is not JSON" if found else None


def _depth(text: str) -> int:
    """The deepest nesting of brackets outside strings."""
    depth = deepest = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            in_string = escaped or character != '"'
            escaped = character == "\\" and not escaped
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _json_kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return "a text" if isinstance(value, str) else "a number"


def payload_problems(event_type: str, payload: Mapping[str, Any]) -> list[str]:
    """What the rules cannot use in a payload, each to be read after the word “payload”.

    An absent field is no problem, one of the wrong shape is.
    """
    found = list(_not_text(payload, "domain"))
    if event_type == EventType.USER_VIEWED:
        found += _not_text(payload, "name")
    elif event_type == EventType.CHAT_MESSAGE_CREATED:
        found += _mention_problems(payload.get("mentioned_concepts"))
    elif event_type == EventType.CLAIM_UPSERTED:
        found += _id_problems(payload.get("concept_ids"))
    return found


def _not_text(fields: Mapping[str, Any], name: str, where: str = "") -> Iterator[str]:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        yield f"has a {name} that is no text{where}: {_json_kind(value)}"


def _mention_problems(entries: object) -> Iterator[str]:
    if entries is None:
        return
    if not isinstance(entries, list):
        yield f"has mentioned_concepts that are no list: {_json_kind(entries)}"
        return
    for number, entry in enumerate(entries, 1):
        where = f" in mentioned_concepts, entry {number}"
        if not isinstance(entry, dict):
            yield f"has no object{where}: {_json_kind(entry)}"
            continue
        yield from _not_text(entry, "concept_id", where)
        yield from _not_text(entry, "name", where)


def _id_problems(ids: object) -> Iterator[str]:
    if ids is None:
        return
    if not isinstance(ids, list):
        yield f"has concept_ids that are no list: {_json_kind(ids)}"
        return
    for number, concept_id in enumerate(ids, 1):
        if not isinstance(concept_id, str):
            yield f"has no text in concept_ids, entry {number}: {_json_kind(concept_id)}"
