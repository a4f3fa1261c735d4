"""How sessions are found by words, and put in order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from itertools import zip_longest
from typing import Any, TypeAlias

from app.text import clock, date, day
from app.time_format import IN_UTC
from core.events.instants import format_instant
from core.events.store.base import SessionSummary

_DAY = 86_400_000_000


Sessions: TypeAlias = Iterable[SessionSummary]
"""Sessions of a log, in any order."""

SessionsById: TypeAlias = Mapping[str, SessionSummary]
"""Sessions of a log by id."""


class SessionSort(StrEnum):
    """What sessions are in order of."""

    NEWEST = "Newest"
    LONGEST = "Longest"
    MOST_EVENTS = "Most events"
    NAME = "Name"


def sort_key(session: SessionSummary, sort: SessionSort, *, events: int | None) -> tuple[Any, ...]:
    """What to sort by; sessions that are equal in that are in order of their names."""
    name = _Name(session.session_id)
    if sort is SessionSort.NAME:
        return (name,)
    if sort is SessionSort.LONGEST:
        return (session.first - session.last, name)
    if sort is SessionSort.MOST_EVENTS:
        return (-(events or 0), name)
    return (-session.last, name)


def searched_text(session: SessionSummary) -> str:
    """What a session is found by: id, actor and the days of its ends, in small letters."""
    days = {day(session.first), day(session.last)}
    pieces = [session.session_id, session.actor_id or "", *map(_day_texts, sorted(days))]
    return "\n".join(pieces).casefold()


def started(session: SessionSummary) -> str:
    """When a session began: `12 Nov 2026 09:00`."""
    return f"{date(session.first)} {clock(session.first, decimals=0)[:-3]}"


@lru_cache(maxsize=8_192)
def _day_texts(number: int) -> str:
    midnight = number * _DAY
    return f"{date(midnight, IN_UTC)}\n{format_instant(midnight)[:10]}"


class _Name(str):
    """Compared as people count; taken apart only where something is compared with it."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return _natural(self) < _natural(other)


@lru_cache(maxsize=32_768)
def _natural(name: str) -> tuple[Any, ...]:
    """A key that brings session-2 before session-10."""
    pieces = re.split("([0-9]+)", name.casefold())
    digits = [(len(d := piece.lstrip("0")), d) for piece in pieces[1::2]]
    return tuple(part for pair in zip_longest(pieces[::2], digits) for part in pair)
