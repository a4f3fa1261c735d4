"""What an event contributes to a context: the one place that reads concepts from payloads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any

from core.events.schema import EventType

Contribution = tuple["Source", str, "str | None"]
"""Where a weight comes from, the concept's id, and the name that the event gives it."""


class Source(IntEnum):
    """What made a concept heavier."""

    VIEWED = 0
    MENTIONED = 1
    CLAIMED = 2


class Touch(IntEnum):
    """What brought an object into play."""

    CAPTURED = 0
    CLAIM = 1


def contributions(
    event_type: str, object_type: str | None, object_id: str | None, payload: Mapping[str, Any]
) -> list[Contribution]:
    """What the event adds to concepts, in the payload's order; malformed entries are passed over.

    A concept that is mentioned twice comes twice.
    """
    if event_type == EventType.USER_VIEWED:
        if object_type == "concept" and object_id:
            return [(Source.VIEWED, object_id, _text(payload.get("name")))]
    elif event_type == EventType.CHAT_MESSAGE_CREATED:
        return list(_mentions(payload.get("mentioned_concepts")))
    elif event_type == EventType.CLAIM_UPSERTED and object_type == "claim" and object_id:
        ids = payload.get("concept_ids")
        if isinstance(ids, list):
            return [(Source.CLAIMED, i, None) for i in ids if isinstance(i, str) and i]
    return []


def touched_object(event_type: str, object_type: str | None, object_id: str | None) -> Touch | None:
    """How the event brings its object into play, or None where it does not."""
    if not (object_type and object_id):
        return None
    if event_type == EventType.SOURCE_CAPTURED:
        return Touch.CAPTURED
    if event_type == EventType.CLAIM_UPSERTED and object_type == "claim":
        return Touch.CLAIM
    return None


def _mentions(entries: object) -> Iterator[Contribution]:
    if not isinstance(entries, list):
        return
    for entry in entries:
        if isinstance(entry, dict) and (concept_id := _text(entry.get("concept_id"))):
            yield Source.MENTIONED, concept_id, _text(entry.get("name"))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
