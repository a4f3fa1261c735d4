"""Why an object is active with its relevance, or why it is not."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from enum import StrEnum
from typing import Literal, overload

import numpy as np

from core.events.contributions import Touch
from core.late_dataclass import dataclass
from core.replay.columns import Float64, Int32, Int64, UInt8
from core.replay.index import ContextIndex
from core.replay.waterfall import Step, steps_from


class Standing(StrEnum):
    """Whether an object is active, and if not, why."""

    ACTIVE = "active"
    UNTOUCHED = "untouched"
    """No event has touched it yet."""
    CUT = "cut"
    """The rules keep so many objects, and others come before it."""


@dataclass(frozen=True, slots=True)
class TouchShare:
    """A touch of an object: event (index), when (µs), how, and the relevance that it gives now."""

    event: int
    instant: int
    touch: Touch
    amount: float
    share: float


@dataclass(frozen=True, eq=False)
class ObjectWhy(Sequence[TouchShare]):
    """The touches of an object so far, oldest first, and what comes of them.

    The touch ``deciding`` (its place here, None where there is none) gives the relevance: the first
    where the rules keep the first objects, the last where they keep the recent ones. ``place`` is
    the object's among all that were touched (1 is kept first, 0 where it was not touched),
    ``limit`` how many are kept. ``given`` is the relevance of the deciding touch then, ``faded``
    what decay leaves of it, ``relevance`` that where the object is active, else 0.
    """

    rule: Literal["first", "recent"]
    limit: int
    place: int
    events: Int32
    instants: Int64
    touches: UInt8
    amounts: Float64
    deciding: int | None
    faded: float

    @property
    def standing(self) -> Standing:
        """Whether it is active, and if not, why."""
        if self.deciding is None:
            return Standing.UNTOUCHED
        return Standing.ACTIVE if self.place <= self.limit else Standing.CUT

    @property
    def given(self) -> float:
        """The relevance that the deciding touch gave."""
        return 0.0 if self.deciding is None else float(self.amounts[self.deciding])

    @property
    def relevance(self) -> float:
        """The relevance now, 0 where it is not active."""
        return self.faded if self.standing is Standing.ACTIVE else 0.0

    @property
    def steps(self) -> tuple[Step, ...]:
        """From 0 to the relevance: what the deciding touch gave, less decay, less the limit."""
        if self.deciding is None:
            return ()
        what = Touch(int(self.touches[self.deciding])).name.lower()
        return steps_from(
            0.0,
            [
                (what, self.given, 1),
                ("decay", self.faded - self.given, 0),
                ("limit", self.relevance - self.faded, 0),
            ],
        )

    def __len__(self) -> int:
        return len(self.events)

    @overload
    def __getitem__(self, index: int) -> TouchShare: ...

    @overload
    def __getitem__(self, index: slice) -> list[TouchShare]: ...

    def __getitem__(self, index: int | slice) -> TouchShare | list[TouchShare]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        at = range(len(self))[index]
        return TouchShare(
            event=int(self.events[at]),
            instant=int(self.instants[at]),
            touch=Touch(int(self.touches[at])),
            amount=float(self.amounts[at]),
            share=self.relevance if at == self.deciding else 0.0,
        )


def explain_object(
    index: ContextIndex, code: int, *, position: int, instant: int | None = None
) -> ObjectWhy:
    """Why an object (by its code) is as relevant as it is at a playhead.

    See `ContextIndex.context_at` for ``position`` and ``instant``.
    """
    log, rules = index.log, index.rules
    order, starts = log.touches_by_object
    own = order[starts[code] : starts[code + 1]]
    own = own[: bisect_left(own, position, key=lambda j: log.touches.event[j])]
    events, touches = log.touches.event[own], log.touches.touch[own]
    amounts = np.array(rules.relevances)[touches]
    last = log.instant_at(position)
    now = last if instant is None else max(instant, last)
    deciding, faded, place = None, 0.0, 0
    if len(own):
        recent = rules.objects == "recent"
        deciding = len(own) - 1 if recent else 0
        faded = float(amounts[deciding])
        if recent:
            faded *= rules.decay(now - int(log.times[events[deciding]]))
        place = _place(index, int(own[deciding]), position)
    return ObjectWhy(
        rule=rules.objects,
        limit=rules.max_objects,
        place=place,
        events=events,
        instants=log.times[events],
        touches=touches,
        amounts=amounts,
        deciding=deciding,
        faded=faded,
    )


def _place(index: ContextIndex, touch: int, position: int) -> int:
    """Where the object of this touch, its first or under recency its last, stands among all."""
    if index.rules.objects == "first":
        return int(np.searchsorted(index.first_touches, touch)) + 1
    made = int(np.searchsorted(index.log.touches.event, np.int32(position)))
    return int(np.count_nonzero(index.next_touch[touch + 1 : made] >= made)) + 1
