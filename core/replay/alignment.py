"""Two sessions on one transport: what moment of each belongs to a value that both share.

The shared value is an instant in µs of a clock of its own. Aligned by *start*, it is the time since
each session's first event; by *clock*, the instant itself; by an *event*, the time since the event
that was chosen in each, negative before it. By event *number* it is the number, a second each: at
1× one event of both a second. Every map is monotone, so the playheads of both never run back while
the shared one goes on.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from core.late_dataclass import dataclass
from core.replay.axis import Axis, AxisMode, EventAxis, Gap, axis_over
from core.replay.columns import Float64, Int64, SessionLog
from core.replay.playback import Playhead

A, B = 0, 1
"""The sides."""

NUMBER_STEP = 1_000_000
"""How much of the shared clock (µs) an event is, where sessions are aligned by event number."""


class AlignBy(StrEnum):
    """What of two sessions comes to lie upon each other."""

    START = "start"
    CLOCK = "clock"
    NUMBER = "number"
    EVENT = "event"


@dataclass(frozen=True, eq=False)
class Alignment:
    """The map from a shared playhead to one in each session, and back.

    ``sides`` are the instants of the events of A and of B (µs, ascending), ``origins`` what instant
    of each the shared value 0 is. ``events`` are the chosen ones (indexes), by `AlignBy.EVENT`.
    """

    by: AlignBy
    sides: tuple[Int64, Int64]
    origins: tuple[int, int] = (0, 0)
    events: tuple[int, int] | None = None

    @cached_property
    def times(self) -> Int64:
        """The steps: for each a shared instant (µs), ascending.

        At each something happens in A, in B, or in both at once: of k events of A and l of B at one
        instant the first of both are one step, and so on, max(k, l) in all.
        """
        a, b = self.sides
        if self.by is AlignBy.NUMBER:
            return np.arange(1, max(len(a), len(b)) + 1, dtype=np.int64) * NUMBER_STEP
        a, b = self._shared(A), self._shared(B)
        before, by = np.searchsorted(a, b, side="left"), np.searchsorted(a, b, side="right")
        place = np.arange(len(b)) - np.searchsorted(b, b, side="left")
        steps = np.concatenate([a, b[place >= by - before]])
        steps.sort(kind="stable")
        return steps

    def _shared(self, side: int) -> Int64:
        return self.sides[side] - self.origins[side]

    def playheads(self, shared: Playhead) -> tuple[Playhead, Playhead]:
        """Where both sessions are at a playhead over `times`.

        The instant of a session that has not begun, or that has ended, goes on all the same.
        """
        return self._playhead(A, shared), self._playhead(B, shared)

    def _playhead(self, side: int, shared: Playhead) -> Playhead:
        own = self.sides[side]
        if self.by is AlignBy.NUMBER:
            position = min(shared.position, len(own))
            return Playhead(position, int(own[max(0, position - 1)]) if len(own) else 0)
        instant = shared.instant + self.origins[side]
        taken = shared.position - int(np.searchsorted(self.times, shared.instant, side="left"))
        first, last = (int(np.searchsorted(own, instant, side=end)) for end in ("left", "right"))
        return Playhead(min(first + max(0, taken), last), instant)

    def shared(self, side: int, playhead: Playhead) -> Playhead:
        """The shared playhead at which a session is at one of its own."""
        own = self.sides[side]
        if self.by is AlignBy.NUMBER:
            return Playhead(playhead.position, max(playhead.position, 1) * NUMBER_STEP)
        at = playhead.instant - self.origins[side]
        first, last = (
            int(np.searchsorted(own, playhead.instant, side=end)) for end in ("left", "right")
        )
        steps = self.times
        if playhead.position >= last:
            return Playhead(int(np.searchsorted(steps, at, side="right")), at)
        taken = max(0, playhead.position - first)
        return Playhead(int(np.searchsorted(steps, at, side="left")) + taken, at)

    def positions(self) -> tuple[Int64, Int64]:
        """How many events of A and of B have happened after each number of steps, from none on."""
        steps = self.times
        if self.by is AlignBy.NUMBER:
            count = np.arange(len(steps) + 1)
            return np.minimum(count, len(self.sides[A])), np.minimum(count, len(self.sides[B]))
        taken = np.arange(1, len(steps) + 1) - np.searchsorted(steps, steps, side="left")
        found = []
        for own in (self._shared(A), self._shared(B)):
            first = np.searchsorted(own, steps, side="left")
            reached = np.minimum(first + taken, np.searchsorted(own, steps, side="right"))
            found.append(np.concatenate([np.zeros(1, np.int64), reached]))
        return found[A], found[B]

    def at_step(self, step: int) -> Playhead:
        """The shared playhead right after so many steps."""
        instant = int(self.times[max(0, step - 1)]) if len(self.times) else 0
        return Playhead(step, instant)

    def swapped(self) -> Alignment:
        """The same with A for B; its steps are these."""
        (a, b), (of_a, of_b), events = self.sides, self.origins, self.events
        turned = Alignment(self.by, (b, a), (of_b, of_a), events and (events[B], events[A]))
        turned.__dict__["times"] = self.times
        return turned

    def __len__(self) -> int:
        return len(self.times)

    def axis(self, mode: AxisMode) -> Axis:
        """The axis of the shared playhead.

        By event number it is one of events, whatever the mode; else one that counts events is
        none, and time without folding stands for it.
        """
        if self.by is AlignBy.NUMBER:
            return EventAxis(self.times)
        return axis_over(self.times, AxisMode.TIME if mode.counts else mode)

    def axes(self, shared: Axis) -> tuple[Axis, Axis]:
        """An axis for each session, on both of which one x is one x of the shared axis."""
        a, b = self.sides
        if self.by is AlignBy.NUMBER:
            return NumberAxis(a, longest=len(self)), NumberAxis(b, longest=len(self))
        return AlignedAxis(shared, a, self.origins[A]), AlignedAxis(shared, b, self.origins[B])


def aligned(
    a: SessionLog, b: SessionLog, by: AlignBy, events: tuple[int, int] | None = None
) -> Alignment:
    """The alignment of two logs; ``events`` are the chosen ones (indexes), by `AlignBy.EVENT`.

    Raises ValueError where an event is asked for that the log does not have, or none is given.
    """
    sides = a.times, b.times
    if by is not AlignBy.EVENT:
        return Alignment(by, sides, (a.start, b.start) if by is AlignBy.START else (0, 0))
    if events is None:
        raise ValueError("to align by an event, choose one in each session")
    for log, event in zip((a, b), events, strict=True):
        if not 0 <= event < len(log):
            raise ValueError(f"#{event + 1} is not within the {len(log):,} events of the session")
    return Alignment(by, sides, (int(a.times[events[A]]), int(b.times[events[B]])), events)


@dataclass(frozen=True, eq=False)
class AlignedAxis:
    """The axis of one session on a shared one of time; see `Axis`."""

    base: Axis
    times: Int64
    origin: int

    @property
    def mode(self) -> AxisMode:
        """See `Axis`."""
        return self.base.mode

    @property
    def length(self) -> float:
        """The x of the last event of both."""
        return self.base.length

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """The gaps in which both are idle, by the session's own instants."""
        by = self.origin
        return tuple(Gap(g.x0, g.x1, g.start + by, g.end + by) for g in self.base.gaps)

    def x_of_instants(self, instants: ArrayLike) -> Float64:
        """See `Axis`."""
        return self.base.x_of_instants(np.asarray(instants, dtype=np.int64) - self.origin)

    def x_of_positions(self, positions: ArrayLike) -> Float64:
        """See `Axis`."""
        at = np.asarray(positions, dtype=np.int64)
        if not len(self.times):
            return np.zeros(at.shape)
        return self.x_of_instants(self.times[np.clip(at - 1, 0, len(self.times) - 1)])

    def instants_at(self, x: ArrayLike) -> Int64:
        """See `Axis`."""
        return np.asarray(self.base.instants_at(x) + self.origin, dtype=np.int64)

    def positions_at(self, x: ArrayLike) -> Int64:
        """See `Axis`."""
        return np.searchsorted(self.times, self.instants_at(x), side="right").astype(np.int64)


@dataclass(frozen=True, eq=False)
class NumberAxis(EventAxis):
    """The axis of one session's events beside another's, as long as the longer one."""

    longest: int = 0

    @property
    def length(self) -> float:
        """The number of events of the longer session."""
        return max(float(self.longest), 1.0)
