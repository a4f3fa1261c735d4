"""The touches of a log grouped by object: an object's first, last and every touch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np

from core.events.contributions import Touch
from core.projectors.context import ActiveObject
from core.replay.columns import Int32, Int64, SessionLog, UInt8, group
from core.replay.playback import Playhead

ObjectKey = tuple[str, str]
"""An object's type and id."""


@dataclass(frozen=True, slots=True)
class LastTouch:
    """The event (its index) that touched an object last, when (µs), and how."""

    event: int
    instant: int
    touch: Touch

    @property
    def playhead(self) -> Playhead:
        """The moment just after that event."""
        return Playhead(self.event + 1, self.instant)


@dataclass(frozen=True, eq=False)
class TouchTable:
    """The touched objects, numbered in order of first touch, and their touches.

    ``codes`` has each object's code in the log, ``touched`` the object's number for each touch of
    the log. The events that touched object n are ``events[starts[n]:starts[n + 1]]``, ascending,
    and ``kinds`` says how they did. ``times`` and ``names`` are the log's own.
    """

    times: Int64
    names: Sequence[ObjectKey]
    codes: Int32
    touched: Int32
    events: Int32
    kinds: UInt8
    starts: Int64

    @classmethod
    def of(cls, log: SessionLog) -> TouchTable:
        """The table of a log; made once a log, in about 0.1 s a million touches."""
        known = _TABLES.get(log)
        if known is None:
            known = _TABLES[log] = _table(log)
        return known

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def first_events(self) -> Int32:
        """The event that touched each object first, ascending."""
        return self.events[self.starts[:-1]]

    def key(self, number: int) -> ObjectKey:
        """The type and id of an object."""
        return self.names[int(self.codes[number])]

    def events_of(self, number: int) -> Int32:
        """The events that touched an object, ascending."""
        return self.events[self.starts[number] : self.starts[number + 1]]

    def kind_of(self, number: int) -> Touch:
        """How an object was touched first."""
        return Touch(int(self.kinds[self.starts[number]]))

    def last_touch(self, key: ObjectKey, position: int) -> LastTouch | None:
        """An object's last touch among the first ``position`` events, None where there is none."""
        number = self._numbers.get(key)
        if number is None:
            return None
        place = int(np.searchsorted(self.events_of(number), np.int32(position))) - 1
        if place < 0:
            return None
        at = int(self.starts[number]) + place
        event = int(self.events[at])
        return LastTouch(event, int(self.times[event]), Touch(int(self.kinds[at])))

    def last_touches(
        self, objects: Iterable[ActiveObject], position: int
    ) -> dict[ObjectKey, LastTouch]:
        """The last touches of these objects among the first ``position`` events."""
        keys = ((o.object_type, o.object_id) for o in objects)
        found = ((key, self.last_touch(key, position)) for key in keys)
        return {key: touch for key, touch in found if touch is not None}

    @cached_property
    def _numbers(self) -> dict[ObjectKey, int]:
        return {self.names[code]: number for number, code in enumerate(self.codes.tolist())}


_TABLES: WeakKeyDictionary[SessionLog, TouchTable] = WeakKeyDictionary()


def _table(log: SessionLog) -> TouchTable:
    touches = log.touches
    codes = _by_first_touch(touches.object, len(log.object_keys))
    number = np.zeros(len(log.object_keys), dtype=np.int32)
    number[codes] = np.arange(len(codes), dtype=np.int32)
    touched = number[touches.object]
    order, starts = group(touched, len(codes))
    return TouchTable(
        times=log.times,
        names=log.object_keys,
        codes=codes,
        touched=touched,
        events=touches.event[order],
        kinds=touches.touch[order],
        starts=starts,
    )


def _by_first_touch(objects: Int32, count: int) -> Int32:
    """The codes that occur, in order of first occurrence."""
    never = len(objects)
    first = np.full(count, never, dtype=np.int64)
    # Assigned backwards, so that the first occurrence is what stays.
    first[objects[::-1]] = np.arange(never - 1, -1, -1)
    codes = np.flatnonzero(first < never)
    return codes[np.argsort(first[codes])].astype(np.int32)
