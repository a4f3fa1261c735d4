"""Why the uncertainty is what it is: the events that brought it down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, overload

import numpy as np

from core.late_dataclass import dataclass
from core.projectors.rules import SteppedUncertainty
from core.replay.columns import Float64, Int32, Int64, count_before
from core.replay.decay import faded
from core.replay.index import ContextIndex
from core.replay.waterfall import LEAST, Step, steps_from


@dataclass(frozen=True, slots=True)
class Fall:
    """What an event (index, when in µs) did to the uncertainty; below 0 it brought it down.

    ``attention`` is what the event counts now, after decay: 1 where it counts in full.
    """

    event: int
    instant: int
    attention: float
    share: float


@dataclass(frozen=True, slots=True)
class NextStep:
    """The next value that stepped uncertainty takes, and how many more events that needs."""

    events: int
    value: float


@dataclass(frozen=True, eq=False)
class UncertaintyWhy(Sequence[Fall]):
    """The events behind the uncertainty, oldest first: it is ``1 + base + Σ shares``.

    Under `stepped` rules these are the events at which it stepped, ``counted`` is how many events
    count so far, and ``base`` what the rules take off 1 before the first (0 as a rule). Under
    `fading` ones they are all that count, each with its share of ``attention`` after decay: of
    `2^(-a / scale)` a share is what the event adds on top of those before it.
    """

    kind: Literal["stepped", "fading"]
    value: float
    counted: int
    base: float
    events: Int32
    instants: Int64
    attentions: Float64
    shares: Float64
    following: NextStep | None = None

    @property
    def attention(self) -> float:
        """How many events there are in all, after decay."""
        return float(self.attentions.sum())

    @property
    def steps(self) -> tuple[Step, ...]:
        """From 1 to the value: what the rules begin with, all falls but the last, and the last."""
        earlier, latest = self.shares[:-1], self.shares[-1:]
        return steps_from(
            1.0,
            [
                ("start", self.base, 0),
                ("earlier", float(earlier.sum()), len(earlier)),
                ("latest", float(latest.sum()), len(latest)),
            ],
        )

    def __len__(self) -> int:
        return len(self.events)

    @overload
    def __getitem__(self, index: int) -> Fall: ...

    @overload
    def __getitem__(self, index: slice) -> list[Fall]: ...

    def __getitem__(self, index: int | slice) -> Fall | list[Fall]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        return Fall(
            event=int(self.events[index]),
            instant=int(self.instants[index]),
            attention=float(self.attentions[index]),
            share=float(self.shares[index]),
        )


def explain_uncertainty(
    index: ContextIndex, *, position: int, instant: int | None = None
) -> UncertaintyWhy:
    """Why the uncertainty at a playhead is what it is; see `ContextIndex.context_at`."""
    log, formula = index.log, index.rules.uncertainty
    last = log.instant_at(position)
    now = last if instant is None else max(instant, last)
    counted = position - int(count_before(log.uncounted, position))
    if isinstance(formula, SteppedUncertainty):
        return _stepped(index, formula, counted)
    events = log.counted[:counted]
    times = log.times[events]
    attention = faded(np.ones(len(events)), now - times, index.rules.half_life)
    reached = np.exp2(-np.cumsum(attention) / formula.scale)
    shares = np.diff(reached, prepend=1.0)
    value = float(reached[-1]) if len(reached) else 1.0
    return UncertaintyWhy("fading", value, counted, 0.0, events, times, attention, shares)


def _stepped(index: ContextIndex, formula: SteppedUncertainty, counted: int) -> UncertaintyWhy:
    log = index.log
    turns = step_counts(formula)
    taken = [n for n in turns if n <= counted]
    shares = np.array([formula.at(n) - formula.at(n - 1) for n in taken], dtype=np.float64)
    events = counted_events(index, taken)
    ahead = next((n for n in turns if n > counted), None)
    following = None if ahead is None else NextStep(ahead - counted, formula.at(ahead))
    return UncertaintyWhy(
        "stepped",
        formula.at(counted),
        counted,
        formula.at(0) - 1.0,
        events,
        log.times[events],
        np.ones(len(events)),
        shares,
        following,
    )


def step_counts(formula: SteppedUncertainty) -> list[int]:
    """The numbers of events (from 1 on) at which the uncertainty takes another value."""
    bounds = sorted({bound for bound, _ in formula.below if bound > 0})
    return [n for n in bounds if abs(formula.at(n) - formula.at(n - 1)) > LEAST]


def counted_events(index: ContextIndex, ordinals: Sequence[int]) -> Int32:
    """The events (indexes) that count as the n-th, 1 being the first; those that there are.

    The n-th event that counts stands as many places later as others come before it.
    """
    others = index.log.uncounted
    # The k-th of the others (from 0) has others[k] - k counted events before it.
    counted_before = others - np.arange(len(others), dtype=others.dtype)
    wanted = np.asarray(ordinals, dtype=np.int64)
    found = wanted - 1 + np.searchsorted(counted_before, wanted - 1, side="right")
    return found[found < len(index.log)].astype(np.int32)
