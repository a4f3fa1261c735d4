"""An event in a few words, for the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Any

from app.text import count, plain
from app.text import weight as two_decimals
from core.events.schema import EventEnvelope, EventType

_PIECE = 160
_KEYS = 4


def summary(envelope: EventEnvelope) -> str:
    """What the event says, as one line of plain text; empty where it says nothing.

    A payload is read as far as it has the shape that its type should have; what has another shape,
    and every type that nobody knows, is told by the first keys.
    """
    payload = envelope.payload
    told = _TELLERS.get(envelope.event_type, _nothing)(payload)
    return told or first_keys(payload)


def _viewed(payload: Mapping[str, Any]) -> str:
    return _text(payload, "name")


def _highlighted(payload: Mapping[str, Any]) -> str:
    return _quoted(_text(payload, "text"), "“…", "…”")


def _chat(payload: Mapping[str, Any]) -> str:
    mentions = payload.get("mentioned_concepts")
    known = len(mentions) if isinstance(mentions, list) else 0
    message = _quoted(_text(payload, "message"), "“", "”")
    return _joined(message, count(known, "concept") if known else "")


def _captured(payload: Mapping[str, Any]) -> str:
    return _text(payload, "title") or _text(payload, "url")


def _claimed(payload: Mapping[str, Any]) -> str:
    return _joined(_text(payload, "text"), _number(payload, "confidence"))


def _recommended(payload: Mapping[str, Any]) -> str:
    said = _joined(_text(payload, "name"), _text(payload, "reason"))
    return _joined(said, _number(payload, "score"))


def _updated(payload: Mapping[str, Any]) -> str:
    concepts = payload.get("active_concepts")
    known = count(len(concepts), "concept") if isinstance(concepts, list) else ""
    uncertainty = _number(payload, "uncertainty_score")
    return _joined(known, f"uncertainty {uncertainty}" if uncertainty else "")


def _nothing(payload: Mapping[str, Any]) -> str:
    return ""


_TELLERS: Mapping[str, Callable[[Mapping[str, Any]], str]] = MappingProxyType(
    {
        EventType.USER_VIEWED: _viewed,
        EventType.USER_HIGHLIGHTED: _highlighted,
        EventType.CHAT_MESSAGE_CREATED: _chat,
        EventType.SOURCE_CAPTURED: _captured,
        EventType.CLAIM_UPSERTED: _claimed,
        EventType.RECOMMENDATION_GENERATED: _recommended,
        EventType.SESSION_CONTEXT_UPDATED: _updated,
    }
)


def first_keys(payload: Mapping[str, Any]) -> str:
    """The first few keys of an object, each with its value where that is short."""
    told = ", ".join(
        f"{plain(key, limit=40)}: {_value(value)}" for key, value in islice(payload.items(), _KEYS)
    )
    return f"{told}, …" if len(payload) > _KEYS else told


def _value(value: object) -> str:
    if isinstance(value, str):
        return plain(value, limit=60)
    if isinstance(value, Mapping):
        return "{…}" if value else "{}"
    if isinstance(value, list):
        return "[…]" if value else "[]"
    return literal(value)


def literal(value: object) -> str:
    """A JSON number, true, false or null as JSON writes it; NaN and infinities by their names."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return plain(_NAMES.get(repr(value)) or repr(value), limit=60)


_NAMES = MappingProxyType({"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"})


def _text(payload: Mapping[str, Any], key: str) -> str:
    value = payload.get(key)
    return plain(value, limit=_PIECE) if isinstance(value, str) else ""


def _number(payload: Mapping[str, Any], key: str) -> str:
    value = payload.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    # A number beyond what a double holds is told as it stands.
    return two_decimals(value) if abs(value) < 1e6 else literal(value)


def _quoted(text: str, opening: str, closing: str) -> str:
    return f"{opening}{text}{closing}" if text else ""


def _joined(*pieces: str) -> str:
    return " · ".join(piece for piece in pieces if piece)
