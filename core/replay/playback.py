"""The playhead and how it moves: a frozen value, a change returns a new one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.late_dataclass import dataclass
from core.replay.axis import IDLE
from core.replay.columns import Int32, Int64, count_before

SPEEDS: tuple[float, ...] = tuple(2.0**power for power in range(-2, 11))
"""From 0.25× to 1024×."""

_LEAD = 1_000_000
"""How much of an idle gap is still played at both of its ends, in µs of the session."""


@dataclass(frozen=True, slots=True)
class Playhead:
    """A moment of a replay: how many events have happened, and what time it is (µs)."""

    position: int
    instant: int


@dataclass(frozen=True, eq=False)
class Playback:
    """How many events have happened (``position``) and what time it is (``instant``, µs).

    ``times`` are the instants of the log's events. Both parts are needed: events with equal
    instants are stepped through by position, and decay moves on between two events by instant.
    ``loop`` is a range of instants that playing repeats. While ``live`` it stays at the end of a
    log that grows, where the instant may be later than the last event's; any seek ends that.
    """

    times: Int64
    position: int = 0
    instant: int = 0
    playing: bool = False
    speed: float = 1.0
    loop: tuple[int, int] | None = None
    skip_idle: bool = False
    idle: int = IDLE
    live: bool = False

    @classmethod
    def of(cls, times: Int64) -> Playback:
        """A playhead before the first of these events."""
        return cls(times=times, instant=int(times[0]) if len(times) else 0)

    @property
    def playhead(self) -> Playhead:
        """Where it is."""
        return Playhead(self.position, self.instant)

    @property
    def at_end(self) -> bool:
        """Whether every event has happened."""
        return self.position >= len(self.times)

    def at(self, playhead: Playhead) -> Playback:
        """At that playhead, clamped to the session and to what has happened by then."""
        reached = self.at_instant(playhead.instant)
        if playhead.position <= 0:
            return self.at_position(0)
        first = self._events_before(reached.instant)
        return replace(reached, position=min(max(playhead.position, first), reached.position))

    def at_position(self, position: int) -> Playback:
        """Right after the first ``position`` events, at the last one's instant; clamped."""
        at = min(max(position, 0), len(self.times))
        instant = int(self.times[max(0, at - 1)]) if len(self.times) else self.instant
        return replace(self, position=at, instant=instant, live=False)

    def at_instant(self, instant: int) -> Playback:
        """At that instant (µs), what happened exactly then included; clamped to the session."""
        if not len(self.times):
            return self
        at = min(max(instant, int(self.times[0])), int(self.times[-1]))
        if instant < int(self.times[0]):
            return replace(self, position=0, instant=at, live=False)
        return replace(self, position=self._events_by(at), instant=at, live=False)

    def followed(self, now: int | None = None) -> Playback:
        """At the end and staying there as the log grows, live.

        The instant is ``now`` (µs) where that is later than the last event's.
        """
        end = self.at_position(len(self.times))
        instant = end.instant if now is None else max(now, end.instant)
        return replace(end, instant=instant, live=True, playing=False)

    def stepped(self, events: int) -> Playback:
        """That many events on (or back), paused."""
        return replace(self.at_position(self.position + events), playing=False)

    def stepped_among(self, events: Int32, *, forward: bool) -> Playback:
        """To the next (or previous) of these event indexes (ascending), paused; else as it is."""
        if forward:
            place = int(count_before(events, self.position))
        else:
            place = int(count_before(events, self.position - 1)) - 1
        if not 0 <= place < len(events):
            return self.paused()
        return replace(self.at_position(int(events[place]) + 1), playing=False)

    def moved(self, seconds: float) -> Playback:
        """That much session time on (or back)."""
        return self.at_instant(self.instant + round(seconds * 1e6))

    def played(self) -> Playback:
        """Playing; from the start again where all has been played."""
        start = self.at_position(0) if self.at_end and self._repeated() is None else self
        return replace(start, playing=bool(len(self.times)), live=False)

    def paused(self) -> Playback:
        """Not playing."""
        return replace(self, playing=False)

    def toggled(self) -> Playback:
        """Playing if it was paused, and the other way round; what is live stands still."""
        if self.live:
            return self.at_position(self.position)
        return self.paused() if self.playing else self.played()

    def at_speed(self, speed: float) -> Playback:
        """At the nearest of `SPEEDS`."""
        return replace(self, speed=min(SPEEDS, key=lambda known: abs(known - speed)))

    def faster(self, steps: int = 1) -> Playback:
        """So many steps of `SPEEDS` faster, or slower."""
        place = SPEEDS.index(self.speed) + steps
        return replace(self, speed=SPEEDS[min(max(place, 0), len(SPEEDS) - 1)])

    def looping(self, loop: tuple[int, int] | None) -> Playback:
        """Repeating a range of instants, or not; a range of no length is none."""
        return replace(self, loop=loop if loop is not None and loop[0] < loop[1] else None)

    def skipping_idle(self, skip: bool) -> Playback:
        """Leaping over idle gaps while playing, or not."""
        return replace(self, skip_idle=skip)

    def over(self, times: Int64) -> Playback:
        """The same playhead over a log that grew or was read again: it keeps its instant.

        While live it goes to the new end. Else, of the events of that instant as many have happened
        as before.
        """
        moved = replace(self, times=times)
        if not len(times):
            return replace(moved, position=0, playing=False)
        if self.live:
            return moved.followed(self.instant)
        if self.position <= 0:
            return moved.at_position(0)
        happened = self.position - self._events_before(self.instant)
        return moved.at(Playhead(moved._events_before(self.instant) + happened, self.instant))

    def advanced(self, seconds: float) -> Playback:
        """The playhead after so much real time of playing; it stops at the end."""
        if not self.playing or seconds <= 0:
            return self
        instant = self.instant + round(seconds * self.speed * 1e6)
        if self.skip_idle:
            instant = self._past_idle(instant)
        if repeated := self._repeated():
            start, stop = repeated
            within = start <= self.instant < stop
            return self._reached(min(instant, stop)) if within else self._rewound(start)
        reached = self._reached(instant)
        return reached.paused() if reached.at_end else reached

    def _repeated(self) -> tuple[int, int] | None:
        """What of the loop lies within the session, None where that has no length."""
        if self.loop is None or not len(self.times):
            return None
        start = max(self.loop[0], int(self.times[0]))
        stop = min(self.loop[1], int(self.times[-1]))
        return (start, stop) if start < stop else None

    def _reached(self, instant: int) -> Playback:
        moved = self.at_instant(instant)
        return replace(moved, position=max(moved.position, self.position))

    def _rewound(self, start: int) -> Playback:
        """Just before what happens at ``start``."""
        return replace(self, instant=start, position=self._events_before(start))

    def _past_idle(self, instant: int) -> int:
        """``instant``, or shortly before the next event where it lies within an idle gap."""
        after = self._events_by(instant)
        if not 0 < after < len(self.times):
            return instant
        left, right = int(self.times[after - 1]), int(self.times[after])
        lead = round(_LEAD * max(1.0, self.speed))
        idle = right - left >= self.idle and instant - left > lead
        return max(instant, right - lead) if idle else instant

    def _events_by(self, instant: int) -> int:
        return int(np.searchsorted(self.times, instant, side="right"))

    def _events_before(self, instant: int) -> int:
        return int(np.searchsorted(self.times, instant, side="left"))
