"""Everybody's preferences over a whole log, in columns that tell what stands behind them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.late_dataclass import dataclass
from core.projectors.actor_preferences import ActorPreferences, Tally, most_active_first
from core.projectors.user_preferences import Habit, Style

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
UInt8 = NDArray[np.uint8]

NONE = -1
"""The code of an absent domain or concept."""
EVIDENCE_MOST = 1_000
"""Of more events than so many behind a preference, the latest are told."""
NO_HABIT = len(Habit)
"""The code of an event that is neither a chat nor a capture nor a view."""


class Facet(StrEnum):
    """What there is to prefer; its keys are a `Habit`, a domain, or a concept's id."""

    STYLE = "style"
    DOMAIN = "domain"
    CONCEPT = "concept"


@dataclass(frozen=True, slots=True)
class Evidence:
    """An event that stands behind a preference.

    ``position`` counts the session's readable events, this one included; ``instant`` is in µs since
    the epoch (UTC), ``row`` the store's key, by which it gives the event, its id included.
    """

    session_id: str
    position: int
    instant: int
    row: int


@dataclass(frozen=True, slots=True)
class Behind:
    """The events behind a preference, the latest first, and how many there are in all."""

    events: tuple[Evidence, ...]
    total: int


@dataclass(frozen=True, eq=False)
class People:
    """The events of a whole log in columns, 25 bytes an event.

    They stand session by session, the sessions of a user together and in order of their first
    event, events in the order of `EventStore.replay`. ``users`` begin at the sessions
    ``user_starts``, ``sessions`` at the events ``session_starts``; both end with the number in all.
    ``rows`` are the store's keys, ``times`` instants (µs); ``habits``, ``domains`` and ``concepts``
    are codes, the last two into ``domain_keys`` and ``concept_ids``. ``names`` are the names that
    each user's sessions gave to concepts.
    """

    users: Sequence[str]
    user_starts: Int64
    sessions: Sequence[str]
    session_starts: Int64
    rows: Int64
    times: Int64
    habits: UInt8
    domains: Int32
    concepts: Int32
    domain_keys: Sequence[str]
    concept_ids: Sequence[str]
    names: Sequence[dict[str, str]]

    @cached_property
    def actors(self) -> tuple[ActorPreferences, ...]:
        """The preferences of everybody, the most active first."""
        return tuple(most_active_first(map(self._actor, range(len(self.users)))))

    def behind(self, user_id: str, facet: Facet, key: str, *, most: int = EVIDENCE_MOST) -> Behind:
        """The events behind a preference of a user; none where there is no such preference."""
        if user_id not in self.users:
            return Behind((), 0)
        start, stop = self._events(self.users.index(user_id))
        code, column = self._code(facet, key)
        found = np.flatnonzero(column[start:stop] == code) + start
        order = np.lexsort((found, self.times[found]))[::-1][:most]
        return Behind(tuple(map(self._evidence, found[order].tolist())), len(found))

    def _code(self, facet: Facet, key: str) -> tuple[int, UInt8 | Int32]:
        if facet is Facet.STYLE:
            return list(Habit).index(Habit(key)), self.habits
        keys, column = (
            (self.domain_keys, self.domains)
            if facet is Facet.DOMAIN
            else (self.concept_ids, self.concepts)
        )
        # No event has the code beyond the last.
        return keys.index(key) if key in keys else len(keys), column

    def _evidence(self, event: int) -> Evidence:
        session = int(np.searchsorted(self.session_starts, event, side="right")) - 1
        position = event - int(self.session_starts[session]) + 1
        return Evidence(
            self.sessions[session], position, int(self.times[event]), int(self.rows[event])
        )

    def _events(self, user: int) -> tuple[int, int]:
        first, last = self.session_starts[self.user_starts[user : user + 2]].tolist()
        return first, last

    def _actor(self, user: int) -> ActorPreferences:
        start, stop = self._events(user)
        first, last = self.user_starts[user : user + 2].tolist()
        counts = np.bincount(self.habits[start:stop], minlength=NO_HABIT).tolist()
        domains = _commonest(self.domains[start:stop])
        concepts = _commonest(self.concepts[start:stop])
        ids, names = self.concept_ids, self.names[user]
        return ActorPreferences(
            user_id=self.users[user],
            sessions=tuple(self.sessions[first:last]),
            events=stop - start,
            style=Style(*counts[:NO_HABIT]),
            domains=tuple(Tally(self.domain_keys[code], count) for code, count in domains),
            concepts=tuple(
                Tally(ids[code], count, names.get(ids[code])) for code, count in concepts
            ),
        )


def _commonest(codes: Int32) -> list[tuple[int, int]]:
    """The codes that are there and how often, the commonest first, ties by first appearance."""
    present = codes[codes != NONE]
    found, first, counts = np.unique(present, return_index=True, return_counts=True)
    order = np.lexsort((first, -counts))
    return list(zip(found[order].tolist(), counts[order].tolist(), strict=True))


def starts_of(counts: Sequence[int] | Int64) -> Int64:
    """Where groups of so many begin, and the number in all."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])
