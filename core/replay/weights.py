"""How much concepts weigh at any playhead, from columns: the dense checkpoints and the sums."""

from __future__ import annotations

import threading
from functools import cached_property
from typing import TypeAlias

import numpy as np

from core.late_dataclass import dataclass
from core.projectors.rules import ProjectionRules
from core.replay.columns import Float64, Int32, Int64, SessionLog
from core.replay.decay import decayed_sums, faded
from core.replay.room import appended

_CHECKPOINT_BYTES = 32 << 20
_CHECKPOINT_EVERY = 4096
_AT_ONCE = 1 << 16
_SERIES_KEPT = 32

_reaching = threading.Lock()
"""One for all, since what is read in another process is sent over whole."""

Series: TypeAlias = tuple[Int32, Int64, Float64]
"""The events that contribute to a concept, their instants, and the raw sum after each."""


@dataclass(frozen=True, eq=False)
class Weights:
    """Raw weights of a log under rules; see `core.replay.index.ContextIndex`.

    A dense array of all weights is kept after every few thousand contributions, decayed to the
    instant of the last of them; a seek copies the nearest and adds the contributions since, from
    left to right, so that without decay it is the fold's double to the last bit.
    """

    log: SessionLog
    rules: ProjectionRules

    def grown(self, log: SessionLog) -> Weights:
        """Those of the log with events behind it; what was computed is carried on."""
        grown = Weights(log, self.rules)
        known, carried = self.__dict__, grown.__dict__
        carried["amounts"] = self.amounts
        if "_checkpoints" in known and self._every * 2 > grown._every:
            carried["_every"] = self._every
            carried["_checkpoints"] = list(self._checkpoints)
            if self.rules.half_life is None:
                # With decay the last digits would be others than those of a log that is read anew.
                end = len(self.log.contributions)
                carried["_seam"] = end, self.after(end, 0)
        if "_series" in known:
            first = len(self.log.contributions)
            came = set(log.contributions.concept[first:].tolist())
            carried["_series"] = {
                concept: grown._longer(concept, own, first) if concept in came else own
                for concept, own in list(self._series.items())
            }
        return grown

    @cached_property
    def amounts(self) -> Float64:
        """What a contribution adds, by its source."""
        return np.array(self.rules.amounts, dtype=np.float64)

    def after(self, contributions: int, instant: int) -> Float64:
        """Every concept's weight before the cap, by code, after the first so many contributions."""
        rules, made = self.rules, self.log.contributions
        start, checkpoint = self._nearest(contributions)
        weights = _room_for(checkpoint, len(made.concept_ids))
        if rules.half_life is not None and start:
            weights *= rules.decay(instant - int(self.log.times[made.event[start - 1]]))
        tail = slice(start, contributions)
        amounts = self.amounts[made.source[tail]]
        if rules.half_life is not None:
            elapsed = instant - self.log.times[made.event[tail]]
            amounts = faded(amounts, elapsed, rules.half_life)
        np.add.at(weights, made.concept[tail], amounts)
        return weights

    def _nearest(self, contributions: int) -> tuple[int, Float64]:
        """After how many of the first contributions the nearest checkpoint is, and that."""
        slot = contributions // self._every
        start = slot * self._every
        if start < self._seam[0] <= contributions:
            return self._seam
        known: list[Float64] | None = self.__dict__.get("_checkpoints")
        if known is None or slot >= len(known):
            known = self._reach(slot)
        return start, known[slot]

    @cached_property
    def _seam(self) -> tuple[int, Float64]:
        """A checkpoint at the end of the log that this one grew from, for that is looked at most.

        Of 100,000 concepts the others are 50,000 contributions apart.
        """
        return 0, self._reach(0)[0]

    @cached_property
    def _every(self) -> int:
        """How many contributions apart the checkpoints are, so that they stay within memory."""
        size = 8 * max(1, len(self.log.contributions.concept_ids))
        affordable = max(1, _CHECKPOINT_BYTES // size)
        return max(_CHECKPOINT_EVERY, -(-len(self.log.contributions) // affordable))

    @cached_property
    def _checkpoints(self) -> list[Float64]:
        """As many as were needed so far, the first of nothing."""
        return [np.zeros(len(self.log.contributions.concept_ids), dtype=np.float64)]

    def _reach(self, slot: int) -> list[Float64]:
        """Work out the checkpoints as far as this one; any thread may ask."""
        with _reaching:
            self._append_checkpoints(slot)
            return self._checkpoints

    def _append_checkpoints(self, last: int) -> None:
        made, half_life, every = self.log.contributions, self.rules.half_life, self._every
        kept, instants = self._checkpoints, self.log.times
        weights = _room_for(kept[-1], len(made.concept_ids))
        # In long columns, for while numpy works on one another thread has the interpreter.
        step = max(1, _AT_ONCE // every)
        for first in range(len(kept), last + 1, step):
            stops = np.arange(first, min(first + step, last + 1)) * every
            part = slice(int(stops[0]) - every, int(stops[-1]))
            amounts = self.amounts[made.source[part]]
            ends = instants[made.event[stops - 1]]
            if half_life is not None:
                elapsed = np.repeat(ends, every) - instants[made.event[part]]
                amounts = faded(amounts, elapsed, half_life)
            for stop, end in zip(stops.tolist(), ends.tolist(), strict=True):
                if half_life is not None:
                    before = made.event[stop - every - 1] if stop > every else 0
                    weights *= self.rules.decay(end - int(instants[before]))
                own = slice(stop - every - part.start, stop - part.start)
                np.add.at(weights, made.concept[stop - every : stop], amounts[own])
                kept.append(weights.copy())

    # -- one concept over time --------------------------------------------------------------------

    def series(self, concept: int) -> Series:
        """See `Series`; the latest few that were asked for are kept."""
        known = self._series.get(concept)
        if known is None:
            made = self.log.contributions
            own = made.of(concept)
            events = made.event[own]
            times = self.log.times[events]
            amounts = self.amounts[made.source[own]]
            known = (events, times, decayed_sums(times, amounts, self.rules.half_life))
            if len(self._series) >= _SERIES_KEPT:
                self._series.pop(next(iter(self._series)), None)
            self._series[concept] = known
        return known

    @cached_property
    def _series(self) -> dict[int, Series]:
        return {}

    def _longer(self, concept: int, known: Series, first: int) -> Series:
        """A series of the log before, with what contributions from ``first`` on add to it."""
        made, (events, times, sums) = self.log.contributions, known
        own = np.flatnonzero(made.concept[first:] == concept) + first
        came = made.event[own]
        instants, amounts = self.log.times[came], self.amounts[made.source[own]]
        # The sum so far is as a term of its own before those that came.
        so_far = slice(len(times) - 1, len(times)) if len(times) else slice(0, 0)
        terms = np.append(sums[so_far], amounts)
        after = decayed_sums(np.append(times[so_far], instants), terms, self.rules.half_life)
        return (
            appended(events, came),
            appended(times, instants),
            appended(sums, after[len(terms) - len(amounts) :]),
        )


def _room_for(weights: Float64, concepts: int) -> Float64:
    """A copy with places for the concepts that were unknown then."""
    if len(weights) == concepts:
        return weights.copy()
    wide = np.zeros(concepts, dtype=np.float64)
    wide[: len(weights)] = weights
    return wide
