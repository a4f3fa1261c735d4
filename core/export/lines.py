"""One line of JSON Lines into an event, or the reason why it is none."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from core.events.instants import InstantError, parse_instant, to_datetime
from core.events.payload_json import MAX_DEPTH, decode_payload
from core.events.schema import EventEnvelope, ObjectRef

KEYS = frozenset(
    {
        "event_id", "event_type", "session_id", "actor_id", "occurred_at", "version",
        "idempotency_key", "correlation_id", "trace_id", "object_ref", "payload",
    }
)  # fmt: skip
"""The keys of an envelope."""

_INTEGERS = range(-(2**63), 2**63)


class LineError(ValueError):
    """A line that is no event; the message says what was expected."""


def event_of_line(raw: bytes) -> tuple[EventEnvelope, frozenset[str]]:
    """The event of a line, and the keys in it that an envelope does not have.

    Needs `event_id`, `event_type`, `session_id` and `occurred_at`; what else an envelope has may be
    missing or null. Unknown types and any version are taken as they are. Raises LineError.
    """
    wire = _object(raw)
    try:
        instant = parse_instant(wire.get("occurred_at"))
    except InstantError as error:
        raise LineError(f"occurred_at cannot be read: {error}") from error
    try:
        event = EventEnvelope(
            event_id=_needed(wire, "event_id"),
            event_type=_needed(wire, "event_type"),
            session_id=_needed(wire, "session_id"),
            actor_id=_text(wire, "actor_id"),
            idempotency_key=_text(wire, "idempotency_key"),
            correlation_id=_text(wire, "correlation_id"),
            trace_id=_text(wire, "trace_id"),
            occurred_at=to_datetime(instant),
            version=_version(wire.get("version")),
            object_ref=_object_ref(wire.get("object_ref")),
            payload=_payload(wire.get("payload")),
        )
    except ValidationError as error:
        raise LineError(f"{error.errors()[0]['msg']}") from error
    return event, frozenset(wire.keys() - KEYS)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        wire = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise LineError(f"it is not UTF-8: byte {error.start + 1} cannot be read") from error
    except json.JSONDecodeError as error:
        raise LineError(f"it is not JSON: {error.msg} at column {error.colno}") from error
    except (ValueError, RecursionError) as error:
        raise LineError(f"it is JSON that cannot be read: {error}") from error
    if not isinstance(wire, dict):
        raise LineError("it is no JSON object: an envelope was expected")
    return wire


def _needed(wire: dict[str, Any], name: str) -> str:
    text = _text(wire, name)
    if text is None:
        raise LineError(f"{name} is missing")
    return text


def _text(wire: dict[str, Any], name: str) -> str | None:
    value = wire.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise LineError(f"{name} is no text")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise LineError(f"{name} holds a lone surrogate, which no log can store") from error
    return value


def _version(value: object) -> int:
    if value is None:
        return 1
    if type(value) is not int or value not in _INTEGERS:
        raise LineError("version is no integer of 64 bits")
    return value


def _object_ref(value: object) -> ObjectRef | None:
    if value is None:
        return None
    if isinstance(value, dict) and value.get("type") and value.get("id"):
        return ObjectRef(type=_needed(value, "type"), id=_needed(value, "id"))
    raise LineError("object_ref is neither null nor an object with a type and an id")


def _payload(value: object) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise LineError("payload is no object")
    text = json.dumps(value)
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _, reason = decode_payload(text)
        if reason is not None and "nests" in reason:
            raise LineError(f"payload {reason}")
    return value
