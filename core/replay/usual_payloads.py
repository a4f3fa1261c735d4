"""Payloads of the usual shape: the few fields of them that count, read fast."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

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
_MOST_DIGITS = 4_300
_HUGE = re.compile(rf"[0-9]{{{_MOST_DIGITS + 1}}}")


class Mention(msgspec.Struct, gc=False):
    # Absent is usual, null is not.
    concept_id: str | msgspec.UnsetType = msgspec.UNSET
    name: str | None = None


class _Payload(msgspec.Struct, gc=False):
    domain: str | None = None


class _Viewed(_Payload, gc=False):
    name: str | None = None


class _Chat(_Payload, gc=False):
    mentioned_concepts: list[Mention] = []


class _Claim(_Payload, gc=False):
    concept_ids: list[str] = []


class RawPayload(_Payload, gc=False):
    """The fields that count as they stand in the payload, each in one kind alone."""

    name: msgspec.Raw = msgspec.Raw(b'""')
    mentioned_concepts: msgspec.Raw = msgspec.Raw(b"[]")
    concept_ids: msgspec.Raw = msgspec.Raw(b"[]")


_raw_lines = msgspec.json.Decoder(RawPayload).decode_lines


class Field(NamedTuple):
    """The field of a kind: how to get it, and the concepts and names in it.

    The latter raises what is `UNUSUAL`. A view has its concept elsewhere: here it has none.
    """

    get: Callable[[RawPayload], msgspec.Raw]
    entries: Callable[[bytes], Iterable[tuple[object, str | None]]]


_mentions = msgspec.json.Decoder(list[Mention]).decode
_ids = msgspec.json.Decoder(list[str]).decode
_name = msgspec.json.Decoder(str | None).decode

FIELDS = {
    VIEWED: Field(attrgetter("name"), lambda raw: [(None, _name(raw))]),
    CHAT: Field(
        attrgetter("mentioned_concepts"),
        lambda raw: [(each.concept_id, each.name) for each in _mentions(raw)],
    ),
    CLAIM: Field(attrgetter("concept_ids"), lambda raw: [(each, None) for each in _ids(raw)]),
}


def raw_payloads(joined: bytes, count: int) -> list[RawPayload] | None:
    """So many payloads that newlines join; None where one of them may not be as usual.

    That is as for `may_be_unusual`, and what is no JSON object. Fields are still to be looked at.
    """
    if not _is_line_each(np.frombuffer(joined, dtype=np.uint8), count):
        return None
    try:
        payloads = _raw_lines(joined)
    except UNUSUAL:
        return None
    return payloads if len(payloads) == count else None


def _is_line_each(text: NDArray[np.uint8], count: int) -> bool:
    """Whether payloads, if they can all be decoded, are those that newlines joined.

    None may hold a newline, and between two of them an object must end and another begin: no JSON
    goes on behind that, for a string holds no newline. Nor may one be what `may_be_unusual` fears.
    """
    # "[" differs from "{" by this bit alone.
    marks = np.flatnonzero(((text | 0x20) == ord("{")) | (text == ord("\n")))
    breaks = np.flatnonzero(text[marks] == ord("\n"))
    if len(breaks) != count - 1:
        return False
    opened = np.diff(breaks, prepend=-1, append=len(marks)) - 1
    ends = np.append(marks[breaks], len(text))
    starts = np.append(0, ends[:-1] + 1)
    if np.any(starts == ends) or int((ends - starts).max()) > _MOST_DIGITS:
        return False
    if not (np.all(text[starts] == ord("{")) and np.all(text[ends - 1] == ord("}"))):
        return False
    return int(opened.max()) <= MAX_DEPTH


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
    return len(payload) > _MOST_DIGITS and _HUGE.search(payload) is not None
