"""How sessions are found by words, and put in order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from itertools import groupby, zip_longest
from operator import attrgetter
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


_Number: TypeAlias = Callable[[SessionSummary], int]


def in_order(
    sessions: Iterable[SessionSummary],
    sort: SessionSort,
    *,
    counts: _Number,
) -> list[SessionSummary]:
    """The sessions in an order; those that are equal in that are in order of their names."""
    if sort is SessionSort.NAME:
        return sorted(sessions, key=_name)
    numbers: dict[SessionSort, _Number] = {
        SessionSort.NEWEST: attrgetter("last"),
        SessionSort.LONGEST: lambda session: session.last - session.first,
        SessionSort.MOST_EVENTS: counts,
    }
    number = numbers[sort]
    # Names are taken apart only where there are equals: of ten thousand that would take long.
    found = sorted(sessions, key=number, reverse=True)
    return [s for _, equal in groupby(found, number) for s in _by_name(list(equal))]


def _by_name(equal: list[SessionSummary]) -> list[SessionSummary]:
    return equal if len(equal) == 1 else sorted(equal, key=_name)


def _name(session: SessionSummary) -> tuple[Any, ...]:
    return _natural(session.session_id)


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


_NO_DIGITS = (0, "")
"""What comes before every number where a name ends: session- before session-1."""


@lru_cache(maxsize=32_768)
def _natural(name: str) -> tuple[Any, ...]:
    """A key that brings session-2 before session-10."""
    pieces = re.split("([0-9]+)", name.casefold())
    digits = [(len(d := piece.lstrip("0")), d) for piece in pieces[1::2]]
    return tuple(
        part for pair in zip_longest(pieces[::2], digits, fillvalue=_NO_DIGITS) for part in pair
    )
