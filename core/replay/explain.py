"""Why a weight is what it is: the events that make it, each with its share now."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.events.contributions import Source
from core.replay.columns import Float64
from core.replay.decay import faded
from core.replay.index import ContextIndex


@dataclass(frozen=True, slots=True)
class Share:
    """What one contribution is worth at a playhead.

    ``event`` is the event's index (its position is one more), ``amount`` what the rules gave it
    when it happened, ``share`` what of that still counts, after decay and capping.
    """

    event: int
    instant: int
    source: Source
    amount: float
    share: float


def explain_concept(
    index: ContextIndex, concept: int, *, position: int, instant: int | None = None
) -> list[Share]:
    """The contributions to a concept's weight at a playhead, oldest first.

    The shares add up to the weight: each is what it adds, after decay, on top of those before it,
    none beyond the cap. Without decay that is what the event changed when it happened.
    """
    log, rules = index.log, index.rules
    made = log.contributions
    own = made.of(concept)
    own = own[: np.searchsorted(made.event[own], position, side="left")]
    if not len(own):
        return []
    events = made.event[own]
    times = log.times[events]
    now = int(times[-1]) if instant is None else max(instant, int(times[-1]))
    amounts = np.array(rules.amounts)[made.source[own]]
    shares = _shares(faded(amounts, now - times, rules.half_life), rules.cap)
    return [
        Share(int(e), int(t), Source(int(s)), float(a), float(share))
        for e, t, s, a, share in zip(events, times, made.source[own], amounts, shares, strict=True)
    ]


def _shares(amounts: Float64, cap: float) -> Float64:
    reached = np.minimum(np.cumsum(amounts), cap)
    return np.diff(reached, prepend=0.0)
