"""The uncertainty of a session at any playhead, from columns."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from core.late_dataclass import dataclass
from core.projectors.rules import ProjectionRules, SteppedUncertainty
from core.replay.columns import (
    Float64,
    Int32,
    Int64,
    SessionLog,
    count_before,
    count_before_one,
)
from core.replay.decay import decayed_sums, faded
from core.replay.room import appended


@dataclass(frozen=True, eq=False)
class UncertaintyIndex:
    """Answers for a log under rules; see `ContextIndex`."""

    log: SessionLog
    rules: ProjectionRules

    def prepare(self) -> None:
        """Compute now what the first answer would have to wait for."""
        if not isinstance(self.rules.uncertainty, SteppedUncertainty):
            assert self._attention_sums is not None

    def grown(self, log: SessionLog) -> UncertaintyIndex:
        """That of the log with events behind it; what was computed is carried on."""
        grown = UncertaintyIndex(log, self.rules)
        if "_attention_sums" in self.__dict__:
            grown.__dict__["_attention_sums"] = self._longer_sums(log)
        return grown

    def at(self, position: int, instant: int) -> float:
        """The uncertainty after the first ``position`` events, at ``instant`` (µs)."""
        formula = self.rules.uncertainty
        if isinstance(formula, SteppedUncertainty):
            return formula.at(position - count_before_one(self.log.uncounted, position))
        return formula.at(float(self._attention(np.array([position]), np.array([instant]))[0]))

    def without(self, position: int, instant: int, events: Int32) -> float:
        """As `at`, where these of the first events (indexes, ascending) count for nothing."""
        if not len(events):
            return self.at(position, instant)
        uncounted = self.log.uncounted
        counted = events[count_before(uncounted, events + 1) == count_before(uncounted, events)]
        grid = np.array([position]), np.array([instant])
        formula = self.rules.uncertainty
        if isinstance(formula, SteppedUncertainty):
            return formula.at(int(self._activity(grid[0])[0]) - len(counted))
        ones, elapsed = np.ones(len(counted)), instant - self.log.times[counted]
        lost = float(faded(ones, elapsed, self.rules.half_life).sum())
        return formula.at(max(0.0, float(self._attention(*grid)[0]) - lost))

    def over(self, positions: Int64, instants: Int64) -> Float64:
        """The uncertainty at each playhead of a grid."""
        formula = self.rules.uncertainty
        if isinstance(formula, SteppedUncertainty):
            return self._stepped(formula, self._activity(positions))
        return np.exp2(-self._attention(positions, instants) / formula.scale)

    def _activity(self, positions: Int64) -> Int64:
        """How many of the first events count, for each position."""
        return positions - count_before(self.log.uncounted, positions)

    def _stepped(self, formula: SteppedUncertainty, activity: Int64) -> Float64:
        values = np.full(len(activity), formula.otherwise, dtype=np.float64)
        for bound, value in reversed(formula.below):
            values[activity < bound] = value
        return values

    def _attention(self, positions: Int64, instants: Int64) -> Float64:
        last = self._activity(positions) - 1
        reached = last >= 0
        attention = np.zeros(len(positions), dtype=np.float64)
        times, sums = self._attention_sums
        passed = instants[reached] - times[last[reached]]
        attention[reached] = faded(sums[last[reached]], passed, self.rules.half_life)
        return attention

    @cached_property
    def _attention_sums(self) -> tuple[Int64, Float64]:
        times = self.log.times
        if len(self.log.uncounted):
            times = times[self.log.counted]
        return times, decayed_sums(times, np.ones(len(times)), self.rules.half_life)

    def _longer_sums(self, log: SessionLog) -> tuple[Int64, Float64]:
        """The sums so far, and those that follow as the log grew."""
        times, sums = self._attention_sums
        came = log.times[log.counted_from(len(self.log))]
        if not len(came):
            return times, sums
        # The sum so far is as a term of its own before those that came.
        terms = np.append(sums[-1:], np.ones(len(came)))
        after = decayed_sums(np.append(times[-1:], came), terms, self.rules.half_life)
        return appended(times, came), appended(sums, after[len(terms) - len(came) :])
