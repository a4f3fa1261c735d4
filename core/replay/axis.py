"""The axis: a monotone map between playheads and x, shared by all charts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.replay.columns import Float64, Int64, SessionLog

IDLE = 5 * 60 * 1_000_000
"""A gap between two events from this many µs on is idle."""

_FOLDED_SHARE = 0.01
"""How wide a folded gap is, as a share of the time that is not idle."""
_ALL_FOLDED_SHARE = 0.3
"""How wide all folded gaps together may be, as such a share."""


class AxisMode(StrEnum):
    """What a step along the axis means."""

    TIME = "time"
    FOLDED = "folded"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Gap:
    """A folded idle gap: where it lies on the axis, and its instants (µs)."""

    x0: float
    x1: float
    start: int
    end: int


class Axis(Protocol):
    """A monotone map of a log's playheads onto x from 0 to ``length``.

    x is in seconds for the axes of time, in events for the axis of events.
    """

    @property
    def mode(self) -> AxisMode:
        """What a step along it means."""
        ...

    @property
    def length(self) -> float:
        """The x of the session's end."""
        ...

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The idle gaps that are folded, in order."""
        ...

    def x_of_instants(self, instants: ArrayLike) -> Float64:
        """Where instants (µs) lie; between two events of an axis of events, in proportion."""
        ...

    def x_of_positions(self, positions: ArrayLike) -> Float64:
        """Where the event that leads to each position lies; position 0 is at the very start."""
        ...

    def instants_at(self, x: ArrayLike) -> Int64:
        """The instants (µs) at x."""
        ...

    def positions_at(self, x: ArrayLike) -> Int64:
        """How many events have happened at x, what lies exactly there included."""
        ...


@dataclass(frozen=True, eq=False)
class TimeAxis:
    """Time with folded gaps: a piecewise linear map through (knot instants, knot x)."""

    mode: AxisMode
    times: Int64
    knots: Int64
    knots_x: Float64
    gaps: tuple[Gap, ...] = ()

    @property
    def length(self) -> float:
        """The x of the last event, at least a little so that there is a range to show."""
        return max(float(self.knots_x[-1]), 1e-6)

    def x_of_instants(self, instants: ArrayLike) -> Float64:
        """See `Axis`. Beyond the ends it goes on in seconds."""
        at = np.asarray(instants, dtype=np.int64)
        x = np.interp(at - self.knots[0], self.knots - self.knots[0], self.knots_x)
        before = np.minimum(at - self.knots[0], 0) / 1e6
        after = np.maximum(at - self.knots[-1], 0) / 1e6
        return np.asarray(x + before + after, dtype=np.float64)

    def x_of_positions(self, positions: ArrayLike) -> Float64:
        """See `Axis`."""
        at = np.asarray(positions, dtype=np.int64)
        if not len(self.times):
            return np.zeros(at.shape)
        return self.x_of_instants(self.times[np.clip(at - 1, 0, len(self.times) - 1)])

    def instants_at(self, x: ArrayLike) -> Int64:
        """See `Axis`."""
        at = np.asarray(x, dtype=np.float64)
        inside = np.interp(at, self.knots_x, self.knots - self.knots[0])
        before = np.minimum(at, 0.0) * 1e6
        after = np.maximum(at - self.knots_x[-1], 0.0) * 1e6
        since = np.rint(inside + before + after).astype(np.int64)
        return np.asarray(since + self.knots[0], dtype=np.int64)

    def positions_at(self, x: ArrayLike) -> Int64:
        """See `Axis`."""
        return np.searchsorted(self.times, self.instants_at(x), side="right").astype(np.int64)


@dataclass(frozen=True, eq=False)
class EventAxis:
    """One step an event, whatever the time between them."""

    times: Int64
    mode: AxisMode = AxisMode.EVENT
    gaps: tuple[Gap, ...] = ()

    @property
    def length(self) -> float:
        """The number of events."""
        return max(float(len(self.times)), 1.0)

    def x_of_instants(self, instants: ArrayLike) -> Float64:
        """See `Axis`."""
        at = np.asarray(instants, dtype=np.int64)
        n = len(self.times)
        if not n:
            return np.zeros(at.shape)
        after = np.searchsorted(self.times, at, side="right")
        left = self.times[np.clip(after - 1, 0, n - 1)]
        step = np.maximum(self.times[np.clip(after, 0, n - 1)] - left, 1)
        part = np.where((after > 0) & (after < n), (at - left) / step, 0.0)
        return np.asarray(after + part, dtype=np.float64)

    def x_of_positions(self, positions: ArrayLike) -> Float64:
        """See `Axis`."""
        return np.asarray(positions, dtype=np.float64)

    def instants_at(self, x: ArrayLike) -> Int64:
        """See `Axis`."""
        at = np.clip(np.asarray(x, dtype=np.float64), 0.0, len(self.times))
        n = len(self.times)
        if not n:
            return np.zeros(at.shape, dtype=np.int64)
        whole = np.floor(at).astype(np.int64)
        left = self.times[np.clip(whole - 1, 0, n - 1)]
        step = np.where(whole == 0, 0, self.times[np.clip(whole, 0, n - 1)] - left)
        return np.asarray(left + np.floor(step * (at - whole)).astype(np.int64), dtype=np.int64)

    def positions_at(self, x: ArrayLike) -> Int64:
        """See `Axis`."""
        at = np.floor(np.asarray(x, dtype=np.float64)).astype(np.int64)
        return np.clip(at, 0, len(self.times))


def axis_of(log: SessionLog, mode: AxisMode, *, idle: int = IDLE) -> Axis:
    """The axis of a log; ``idle`` in µs is the least gap that the folded axis folds."""
    return axis_over(log.times, mode, idle=idle)


def axis_over(times: Int64, mode: AxisMode, *, idle: int = IDLE) -> Axis:
    """The axis of events at these instants (µs, ascending); see `axis_of`."""
    if mode is AxisMode.EVENT:
        return EventAxis(times)
    if not len(times):
        return TimeAxis(mode, times, np.zeros(1, np.int64), np.zeros(1))
    folded = np.flatnonzero(np.diff(times) >= idle) if mode is AxisMode.FOLDED else _NO_GAPS
    return _time_axis(times, mode, folded)


_NO_GAPS: NDArray[np.intp] = np.zeros(0, dtype=np.intp)


def _time_axis(times: Int64, mode: AxisMode, folded: NDArray[np.intp]) -> TimeAxis:
    starts, ends = times[folded], times[folded + 1]
    first, last = int(times[0]), int(times[-1])
    active = (last - first - int((ends - starts).sum())) / 1e6
    share = min(_FOLDED_SHARE, _ALL_FOLDED_SHARE / max(1, len(folded)))
    # Folding never widens: a short gap of a long session stays as it is.
    widths = np.minimum(max(active * share, 1e-3), (ends - starts) / 1e6)
    knots = np.unique(np.concatenate([[first, last], starts, ends])).astype(np.int64)
    steps = np.diff(knots) / 1e6
    places = np.searchsorted(knots, starts)
    steps[places] = widths
    knots_x = np.concatenate([[0.0], np.cumsum(steps)])
    gaps = tuple(
        Gap(float(knots_x[i]), float(knots_x[i + 1]), int(s), int(e))
        for i, s, e in zip(places, starts, ends, strict=True)
    )
    return TimeAxis(mode, times, knots, knots_x, gaps)
