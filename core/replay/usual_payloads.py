"""Payloads of the usual shape: the few fields of them that count, read fast."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from core.events.rows import MAX_DEPTH
from core.events.schema import EventType
from core.replay.columns import KNOWN_KINDS

VIEWED = KNOWN_KINDS.index(EventType.USER_VIEWED)
CHAT = KNOWN_KINDS.index(EventType.CHAT_MESSAGE_CREATED)
CLAIM = KNOWN_KINDS.index(EventType.CLAIM_UPSERTED)

UNUSUAL = (msgspec.DecodeError, RecursionError, UnicodeError)
"""What a decoder raises for a payload that only the careful way can read."""

_LONG = 2 * MAX_DEPTH
"""A payload up to this long cannot nest too deep, nor hold too long an integer."""
_HUGE = re.compile(r"[0-9]{4301}")


class _Mention(msgspec.Struct, gc=False):
    # Absent is usual, null is not.
    concept_id: str | msgspec.UnsetType = msgspec.UNSET
    name: str | None = None


class _Payload(msgspec.Struct, gc=False):
    domain: str | None = None


class _Viewed(_Payload, gc=False):
    name: str | None = None


class _Chat(_Payload, gc=False):
    mentioned_concepts: list[_Mention] = []


class _Claim(_Payload, gc=False):
    concept_ids: list[str] = []


def decoders() -> list[Callable[[str], Any]]:
    """What reads the payloads of each known kind, and behind these what reads those of others."""
    shapes = {VIEWED: _Viewed, CHAT: _Chat, CLAIM: _Claim}
    kinds = range(len(KNOWN_KINDS) + 1)
    return [msgspec.json.Decoder(shapes.get(kind, _Payload)).decode for kind in kinds]


def may_be_unusual(payload: str) -> bool:
    """Whether a payload may hold what its decoder passes over and `decode_payload` does not.

    That is to nest too deep, or an integer too long.
    """
    if len(payload) <= _LONG:
        return False
    # Counting takes ten times as long as looking for one; most payloads are flat.
    nests = "[" in payload or payload.find("{", 1) > 0
    if nests and payload.count("[") + payload.count("{") > MAX_DEPTH:
        return True
    return len(payload) > 4_300 and _HUGE.search(payload) is not None
