"""How much concepts weigh at any playhead, from columns: the dense checkpoints and the sums."""

from __future__ import annotations

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
_SERIES_KEPT = 32

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
            carried["_checkpoints"] = grown._checkpoints_after(self._checkpoints)
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
        return start, self._checkpoints[slot]

    @cached_property
    def _seam(self) -> tuple[int, Float64]:
        """A checkpoint at the end of the log that this one grew from, for that is looked at most.

        Of 100,000 concepts the others are 50,000 contributions apart.
        """
        return 0, self._checkpoints[0]

    @cached_property
    def _every(self) -> int:
        """How many contributions apart the checkpoints are, so that they stay within memory."""
        size = 8 * max(1, len(self.log.contributions.concept_ids))
        affordable = max(1, _CHECKPOINT_BYTES // size)
        return max(_CHECKPOINT_EVERY, -(-len(self.log.contributions) // affordable))

    @cached_property
    def _checkpoints(self) -> list[Float64]:
        nothing = np.zeros(len(self.log.contributions.concept_ids), dtype=np.float64)
        return self._checkpoints_after([nothing])

    def _checkpoints_after(self, known: list[Float64]) -> list[Float64]:
        """The first checkpoints, which there are, and those that follow."""
        made, times, half_life = self.log.contributions, self.log.times, self.rules.half_life
        kept, every = list(known), self._every
        weights = _room_for(kept[-1], len(made.concept_ids))
        for stop in range(len(kept) * every, len(made) + 1, every):
            tail = slice(stop - every, stop)
            now = int(times[made.event[stop - 1]])
            amounts = self.amounts[made.source[tail]]
            if half_life is not None:
                before = made.event[stop - every - 1] if stop > every else 0
                weights *= self.rules.decay(now - int(times[before]))
                amounts = faded(amounts, now - times[made.event[tail]], half_life)
            np.add.at(weights, made.concept[tail], amounts)
            kept.append(weights.copy())
        return kept

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
