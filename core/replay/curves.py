"""The weights of several concepts along a grid of playheads, found at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.replay.columns import Float64, Int64
from core.replay.decay import faded
from core.replay.index import ContextIndex


class Curves:
    """What `ContextIndex.curve` answers for each of some concepts, with a fifth of the calls.

    Their series lie behind each other, the events of each in a range of numbers of its own, so
    that one search finds all of them.
    """

    def __init__(self, index: ContextIndex, concepts: Sequence[int]) -> None:
        self.concepts = tuple(concepts)
        self._rules = index.rules
        self._count = len(index.log)
        series = [index.series(concept) for concept in self.concepts]
        lengths = [len(events) for events, _, _ in series]
        self._starts = np.cumsum([0, *lengths])[:-1, None]
        self._ranges = np.arange(len(series))[:, None] * (self._count + 1)
        events, times, sums = zip(*series, strict=True) if series else ((), (), ())
        none = np.zeros(0, dtype=np.int64)
        numbers = (own + first for own, first in zip(events, self._ranges, strict=True))
        self._events = np.concatenate([none, *numbers])
        self._times = np.concatenate([none, *times])
        self._sums = np.concatenate([none.astype(np.float64), *sums])

    def over(self, positions: Int64, instants: Int64) -> Float64:
        """A row for each concept: its capped weight at each playhead (equally long, ascending)."""
        if not len(self._events):
            return np.zeros((len(self.concepts), len(positions)))
        # Behind the end is not yet the next concept.
        within = np.minimum(positions, self._count)
        last = np.searchsorted(self._events, within + self._ranges) - 1
        reached = last >= self._starts
        half_life = self._rules.half_life
        passed = instants if half_life is None else instants - self._times[last]
        weights = np.minimum(faded(self._sums[last], passed, half_life), self._rules.cap)
        return np.where(reached, weights, 0.0)
