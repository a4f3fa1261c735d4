"""Why a weight is what it is: the events that make it, each with its share now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import numpy as np

from core.events.contributions import Source
from core.late_dataclass import dataclass
from core.replay.columns import Float64, Int32, Int64, UInt8, count_before
from core.replay.decay import faded
from core.replay.index import ContextIndex


@dataclass(frozen=True, slots=True)
class Share:
    """What one contribution is worth at a playhead.

    ``event`` is the event's index (its position is one more), ``instant`` when it happened (µs),
    ``amount`` what the rules gave it then, ``share`` what of that counts now, after decay and cap.
    """

    event: int
    instant: int
    source: Source
    amount: float
    share: float


@dataclass(frozen=True, eq=False)
class Shares(Sequence[Share]):
    """The shares of a weight, oldest first; columns, since a concept may have a million.

    ``kept`` is what decay left of each amount, before the cap.
    """

    events: Int32
    instants: Int64
    sources: UInt8
    amounts: Float64
    kept: Float64
    shares: Float64

    def __len__(self) -> int:
        return len(self.events)

    @overload
    def __getitem__(self, index: int) -> Share: ...

    @overload
    def __getitem__(self, index: slice) -> list[Share]: ...

    def __getitem__(self, index: int | slice) -> Share | list[Share]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        return Share(
            event=int(self.events[index]),
            instant=int(self.instants[index]),
            source=Source(int(self.sources[index])),
            amount=float(self.amounts[index]),
            share=float(self.shares[index]),
        )


def explain_concept(
    index: ContextIndex, concept: int, *, position: int, instant: int | None = None
) -> Shares:
    """The contributions to a concept's weight at a playhead; see `ContextIndex.context_at`.

    The shares add up to the weight: each is what it adds, after decay, on top of those before it,
    none beyond the cap. Without decay that is what the event changed when it happened.
    """
    log, rules = index.log, index.rules
    made = log.contributions
    events, times, _ = index.series(concept)
    count = int(count_before(events, position))
    events, times = events[:count], times[:count]
    sources = made.source[made.of(concept)[:count]]
    last = log.instant_at(position)
    now = last if instant is None else max(instant, last)
    amounts = np.array(rules.amounts)[sources]
    kept = faded(amounts, now - times, rules.half_life)
    reached = np.minimum(np.cumsum(kept), rules.cap)
    return Shares(events, times, sources, amounts, kept, np.diff(reached, prepend=0.0))
