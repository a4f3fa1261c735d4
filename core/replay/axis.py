"""The axis: a monotone map between playheads and x, shared by all charts."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from core.distinct import distinct
from core.late_dataclass import dataclass
from core.replay.arrival import ArrivalOrder
from core.replay.columns import Float64, Int64, SessionLog
from core.replay.room import appended

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
    ARRIVAL = "arrival"

    @property
    def counts(self) -> bool:
        """Whether it counts events, and not time."""
        return self in (AxisMode.EVENT, AxisMode.ARRIVAL)


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


@dataclass(frozen=True, eq=False)
class ArrivalAxis(EventAxis):
    """One step an event in order of arrival; playheads stay in order of time.

    Of events that were not late, one that happened later arrived later, so each of them lies at its
    own step. What came late has a step too, in which nothing else happens; its place in time lies
    shortly behind the event before it, however much later it came. ``places`` has the x of each
    position.
    """

    mode: AxisMode = AxisMode.ARRIVAL
    order: ArrivalOrder | None = None
    places: Float64 = field(default_factory=lambda: np.zeros(1))

    def x_of_instants(self, instants: ArrayLike) -> Float64:
        """See `Axis`."""
        steps = super().x_of_instants(instants)
        whole = np.floor(steps).astype(np.int64)
        left, right = self.places[whole], self.places[np.minimum(whole + 1, len(self.times))]
        return np.asarray(left + (steps - whole) * (right - left), dtype=np.float64)

    def x_of_positions(self, positions: ArrayLike) -> Float64:
        """See `Axis`."""
        at = np.clip(np.asarray(positions, dtype=np.int64), 0, len(self.times))
        return np.asarray(self.places[at], dtype=np.float64)

    def instants_at(self, x: ArrayLike) -> Int64:
        """See `Axis`."""
        at, whole = np.maximum(np.asarray(x, dtype=np.float64), 0.0), self.positions_at(x)
        left, right = self.places[whole], self.places[np.minimum(whole + 1, len(self.times))]
        part = np.where(right > left, (at - left) / np.maximum(right - left, 1e-12), 0.0)
        return super().instants_at(whole + part)

    def positions_at(self, x: ArrayLike) -> Int64:
        """See `Axis`."""
        after = np.searchsorted(self.places, np.asarray(x, dtype=np.float64), side="right")
        return np.maximum(after.astype(np.int64) - 1, 0)


def arrival_axis(order: ArrivalOrder) -> EventAxis:
    """The axis of a log in its order of arrival; of events alone where none was late."""
    late, n = order.late, len(order.log)
    if not len(late):
        return EventAxis(order.log.times, AxisMode.ARRIVAL)
    x = order.ranks + 1.0
    on_time = np.delete(np.arange(n), late)
    # The last event is never late; before the first that is not there is the start.
    following = np.searchsorted(on_time, late)
    before = np.where(following > 0, on_time[following - 1], -1)
    behind = np.where(before >= 0, x[before], 0.0)
    x[late] = behind + (late - before) / (on_time[following] - before)
    places = np.concatenate([np.zeros(1), x])
    return ArrivalAxis(order.log.times, order=order, places=places)


def axis_of(log: SessionLog, mode: AxisMode, *, idle: int = IDLE) -> Axis:
    """The axis of a log; ``idle`` in µs is the least gap that the folded axis folds."""
    if mode is AxisMode.ARRIVAL:
        return arrival_axis(ArrivalOrder(log))
    return axis_over(log.times, mode, idle=idle)


def axis_over(times: Int64, mode: AxisMode, *, idle: int = IDLE) -> Axis:
    """The axis of events at these instants (µs, ascending), as if none was late; see `axis_of`."""
    if mode.counts:
        return EventAxis(times, mode)
    if not len(times):
        return TimeAxis(mode, times, np.zeros(1, np.int64), np.zeros(1))
    if mode is not AxisMode.FOLDED:
        return _time_axis(times, mode, _NO_GAPS, _NO_GAPS)
    return _time_axis(times, mode, *_idle_gaps(times, idle))


def axis_on(known: Axis, before: SessionLog, log: SessionLog, *, idle: int = IDLE) -> Axis:
    """The axis of a log, from that of the log ``before`` whose events it begins with."""
    if known.mode is AxisMode.ARRIVAL:
        return _arrival_axis_on(known, before, log)
    if not isinstance(known, TimeAxis) or not len(before):
        return axis_over(log.times, known.mode, idle=idle)
    starts = np.array([gap.start for gap in known.gaps], dtype=np.int64)
    ends = np.array([gap.end for gap in known.gaps], dtype=np.int64)
    if known.mode is AxisMode.FOLDED:
        behind = _idle_gaps(log.times[len(before) - 1 :], idle)
        starts, ends = np.append(starts, behind[0]), np.append(ends, behind[1])
    return _time_axis(log.times, known.mode, starts, ends)


def _arrival_axis_on(known: Axis, before: SessionLog, log: SessionLog) -> Axis:
    old = known.order if isinstance(known, ArrivalAxis) else None
    order = (old or ArrivalOrder.in_time(before)).grown(log)
    if old is None or not isinstance(known, ArrivalAxis) or order.late is not old.late:
        return arrival_axis(order)
    steps = np.arange(len(before) + 1, len(log) + 1, dtype=np.float64)
    return ArrivalAxis(log.times, order=order, places=appended(known.places, steps))


_NO_GAPS: Int64 = np.zeros(0, dtype=np.int64)


def _idle_gaps(times: Int64, idle: int) -> tuple[Int64, Int64]:
    """The instants where idle gaps begin and where they end."""
    folded = np.flatnonzero(np.diff(times) >= idle)
    return times[folded], times[folded + 1]


def _time_axis(times: Int64, mode: AxisMode, starts: Int64, ends: Int64) -> TimeAxis:
    first, last = int(times[0]), int(times[-1])
    active = (last - first - int((ends - starts).sum())) / 1e6
    share = min(_FOLDED_SHARE, _ALL_FOLDED_SHARE / max(1, len(starts)))
    # Folding never widens: a short gap of a long session stays as it is.
    widths = np.minimum(max(active * share, 1e-3), (ends - starts) / 1e6)
    knots = distinct(np.concatenate([[first, last], starts, ends]).astype(np.int64))
    steps = np.diff(knots) / 1e6
    places = np.searchsorted(knots, starts)
    steps[places] = widths
    knots_x = np.concatenate([[0.0], np.cumsum(steps)])
    gaps = tuple(
        Gap(float(knots_x[i]), float(knots_x[i + 1]), int(s), int(e))
        for i, s, e in zip(places, starts, ends, strict=True)
    )
    return TimeAxis(mode, times, knots, knots_x, gaps)
