"""A session in memory: parallel columns, never a list of objects."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.events.contributions import Touch
from core.events.problems import Problem
from core.events.schema import EventType
from core.late_dataclass import dataclass
from core.replay.strings import ObjectKeys, Strings

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
UInt16 = NDArray[np.uint16]
UInt8 = NDArray[np.uint8]
Float64 = NDArray[np.float64]
Bool = NDArray[np.bool_]

NONE = -1
"""The code of an absent actor or object."""

KINDS_MOST = 60_000
"""How many kinds are told apart; a log of more is nonsense, and the rest count as the last."""

PENDING = int(np.iinfo(np.uint16).max)
"""The kind of an event whose row has not been read yet."""

KNOWN_KINDS: tuple[str, ...] = tuple(EventType)
"""The kinds that every log begins with: the code of a known type is its place here."""

SYSTEM_KIND = KNOWN_KINDS.index(EventType.SESSION_CONTEXT_UPDATED)
CAPTURE_KIND = KNOWN_KINDS.index(EventType.SOURCE_CAPTURED)
CLAIM_KIND = KNOWN_KINDS.index(EventType.CLAIM_UPSERTED)


def group(codes: Int32, count: int) -> tuple[Int32, Int64]:
    """The places of each code, grouped: those of code c are ``order[starts[c]:starts[c + 1]]``.

    Within a group the places ascend. ``codes`` are from 0 to ``count`` - 1.
    """
    # Of sixteen bits numpy counts instead of comparing.
    order = np.argsort(codes.astype(np.uint16), kind="stable").astype(np.int32)
    if count > _SIXTEEN_BITS:
        order = order[np.argsort((codes >> 16).astype(np.uint16)[order], kind="stable")]
    counts = np.bincount(codes, minlength=count)
    return order, np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])


_SIXTEEN_BITS = 1 << 16


def count_before(events: Int32, positions: ArrayLike) -> Int64:
    """How many of these event indexes (ascending) each of the first ``positions`` events hold.

    The search is in the column's own type: numpy would else convert all of the column first.
    """
    wanted = np.asarray(positions).astype(events.dtype)
    return np.asarray(np.searchsorted(events, wanted, side="left"), dtype=np.int64)


def count_before_one(events: Int32, position: int) -> int:
    """The same for one position, in a fifth of the time."""
    return int(events.searchsorted(events.dtype.type(position)))


@dataclass(frozen=True, eq=False)
class Contributions:
    """What events add to concepts, in the order of events and, within one, of its payload.

    ``event``, ``concept``, ``source`` and ``named`` are equally long: the event's index (0 is the
    first), the concept's code, the `Source`, and whether the event names the concept there.
    ``concept_ids`` has the ids by code, which is the order of first contribution.
    """

    event: Int32
    concept: Int32
    source: UInt8
    named: Bool
    concept_ids: Strings

    def __len__(self) -> int:
        return len(self.event)

    @cached_property
    def by_concept(self) -> tuple[Int32, Int64]:
        """The contributions grouped by concept; see `group`."""
        return group(self.concept, len(self.concept_ids))

    def of(self, concept: int) -> Int32:
        """The indexes of this concept's contributions, ascending."""
        order, starts = self.by_concept
        return order[starts[concept] : starts[concept + 1]]

    def before(self, position: int) -> int:
        """How many contributions the first ``position`` events make."""
        return count_before_one(self.event, position)


@dataclass(frozen=True, eq=False)
class ConceptNames:
    """The names that concepts were given, only where one changes; sorted by concept, then event.

    Names of concept c are ``names[starts[c]:starts[c + 1]]``, given by the events ``event``.
    """

    starts: Int64
    event: Int32
    names: Sequence[str]

    def at(self, concept: int, position: int) -> str | None:
        """The latest name that the first ``position`` events gave, None where there is none."""
        given = self.given(concept, position)
        return None if given is None else self.names[given]

    def given(self, concept: int, position: int) -> int | None:
        """Which of the names that is."""
        start, stop = int(self.starts[concept]), int(self.starts[concept + 1])
        last = bisect_left(self.event, position, start, stop) - 1
        return last if last >= start else None


@dataclass(frozen=True, eq=False)
class Touches:
    """The events that made an object active, in order: event index, object's code, `Touch`."""

    event: Int32
    object: Int32
    touch: UInt8


@dataclass(frozen=True, eq=False)
class SessionLog:
    """The events of one session in order (by instant, ties by arrival), a column each.

    ``rows`` holds the store's key of each event, ``times`` its instant in µs since the epoch (UTC),
    ``kinds``, ``actors`` and ``objects`` codes into ``kind_names``, ``actor_names`` and
    ``object_keys`` (type and id; code -1 is none). All are equally long. ``last_row`` is the newest
    key that the store held when the session was read. ``complete`` is False while rows are still
    being read: their kind is `PENDING` until then. ``left_out`` marks the events that are to count
    for nothing, and ``original`` is the log with them; see `core.replay.leaving_out`.
    """

    session_id: str
    rows: Int64
    times: Int64
    kinds: UInt16
    actors: Int32
    objects: Int32
    kind_names: Sequence[str]
    actor_names: Sequence[str]
    object_keys: ObjectKeys
    contributions: Contributions
    names: ConceptNames
    problems: tuple[Problem, ...] = ()
    last_row: int = 0
    complete: bool = True
    left_out: Bool | None = None
    original: SessionLog | None = None

    def __len__(self) -> int:
        return len(self.times)

    @property
    def start(self) -> int:
        """The first event's instant (µs), 0 where there is none."""
        return int(self.times[0]) if len(self.times) else 0

    @property
    def end(self) -> int:
        """The last event's instant (µs), 0 where there is none."""
        return int(self.times[-1]) if len(self.times) else 0

    def position_at(self, instant: int) -> int:
        """How many events have happened by that instant (µs), it included."""
        return int(np.searchsorted(self.times, instant, side="right"))

    def instant_at(self, position: int) -> int:
        """The instant of the last of the first ``position`` events; before any, of the first."""
        return int(self.times[max(0, position - 1)]) if len(self.times) else 0

    @cached_property
    def events_by_kind(self) -> tuple[Int32, ...]:
        """For each kind the indexes of its events, ascending."""
        order = np.argsort(self.kinds, kind="stable").astype(np.int32)
        bounds = np.searchsorted(self.kinds[order], np.arange(len(self.kind_names) + 1))
        return tuple(order[a:b] for a, b in pairwise(bounds))

    @property
    def whole(self) -> SessionLog:
        """The log with the events that are left out of this one."""
        return self if self.original is None else self.original

    @cached_property
    def uncounted(self) -> Int32:
        """The indexes of what counts for nothing: `SessionContextUpdated`, and what is left out."""
        if self.left_out is None:
            return self.events_by_kind[SYSTEM_KIND]
        return np.flatnonzero((self.kinds == SYSTEM_KIND) | self.left_out).astype(np.int32)

    @property
    def counted(self) -> Int32:
        """The indexes of all others."""
        return self.counted_from(0)

    def counted_from(self, first: int) -> Int32:
        """Those of them from an index on."""
        counts = self.kinds[first:] != SYSTEM_KIND
        if self.left_out is not None:
            counts &= ~self.left_out[first:]
        return (np.flatnonzero(counts) + first).astype(np.int32)

    @cached_property
    def touches(self) -> Touches:
        """Captures with an object, and upserts of claims."""
        return self.touches_from(0)

    def touches_from(self, first: int) -> Touches:
        """Those of the events from an index on."""
        kinds, objects = self.kinds[first:], self.objects[first:]
        captured = kinds == CAPTURE_KIND
        touching = (captured | (kinds == CLAIM_KIND)) & (objects != NONE)
        if self.left_out is not None:
            touching &= ~self.left_out[first:]
        event = np.flatnonzero(touching)
        # What is upserted may be called a claim and refer to something else.
        event = event[captured[event] | self.object_keys.are("claim", objects[event])]
        touch = np.where(captured[event], Touch.CAPTURED, Touch.CLAIM).astype(np.uint8)
        return Touches((event + first).astype(np.int32), objects[event], touch)

    @cached_property
    def touches_by_object(self) -> tuple[Int32, Int64]:
        """The touches grouped by object's code; see `group`."""
        return group(self.touches.object, len(self.object_keys))

    @cached_property
    def first_touches(self) -> Int64:
        """The first touch of each object that was touched, in order."""
        order, starts = self.touches_by_object
        return np.sort(order[starts[:-1][np.diff(starts) > 0]]).astype(np.int64)

    def concept_code(self, concept_id: str) -> int | None:
        """The code of a concept, None where no event contributes to it."""
        return self.contributions.concept_ids.find(concept_id)

    def concept_label(self, concept: int, position: int | None = None) -> str:
        """A concept's name as of ``position`` (by default the last one), else its id."""
        at = len(self) if position is None else position
        return self.names.at(concept, at) or self.contributions.concept_ids[concept]
