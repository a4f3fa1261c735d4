"""What a range of a session's events holds, counted from its columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.events.instants import format_instant
from core.late_dataclass import dataclass
from core.replay.axis import IDLE
from core.replay.columns import Int64, SessionLog, count_before

MINUTE = 60_000_000
"""The window (µs) in which the peak rate is counted."""

MOST = 10
"""How many actors, concepts and objects are named; of all of them the number is told."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How often something is in the range, and what share (0 to 1) of all that is.

    ``key`` identifies it in the log: a type of event, an actor ("" is none), a concept's id, an
    object's type and id. ``label`` is what a person calls it.
    """

    key: tuple[str, ...]
    label: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Tallies:
    """How many different ones there are, and the commonest of them, ties by code."""

    total: int = 0
    top: tuple[Counted, ...] = ()


@dataclass(frozen=True, slots=True)
class Peak:
    """The busiest minute: how many events are within 60 s from the one that leads to a position.

    ``position`` counts from 1: it is the first event of that minute, at ``instant`` (µs).
    """

    events: int
    position: int
    instant: int


@dataclass(frozen=True, slots=True)
class RangeStatistics:
    """The events ``start`` to ``stop`` of a session: those after the first ``start``, of ``stop``.

    ``since`` to ``until`` (µs) is the time that is looked at, ``active`` and ``idle`` (µs) are its
    parts: a gap between two events of the session is idle from `axis.IDLE` on, also where only a
    piece of it lies in the range. ``first`` and ``last`` are the instants of the range's events.
    Contributions are to concepts, touches those that make an object active.
    """

    start: int
    stop: int
    since: int
    until: int
    active: int
    idle: int
    kinds: Tallies
    actors: Tallies
    concepts: Tallies
    objects: Tallies
    peak: Peak | None = None
    first: int | None = None
    last: int | None = None

    @property
    def events(self) -> int:
        """How many events it has."""
        return self.stop - self.start

    @property
    def length(self) -> int:
        """How long it is (µs)."""
        return self.until - self.since

    @property
    def per_minute(self) -> float | None:
        """Events per minute of all of its time, None where it has no length."""
        return self.events / (self.length / MINUTE) if self.length else None

    def to_wire(self) -> dict[str, Any]:
        """The shape in JSON; times are in seconds."""
        peak = self.peak
        return {
            "from": {"position": self.start, "at": format_instant(self.since)},
            "to": {"position": self.stop, "at": format_instant(self.until)},
            "events": self.events,
            "first": None if self.first is None else format_instant(self.first),
            "last": None if self.last is None else format_instant(self.last),
            "seconds": self.length / 1e6,
            "active_seconds": self.active / 1e6,
            "idle_seconds": self.idle / 1e6,
            "events_per_minute": self.per_minute,
            "busiest_minute": None
            if peak is None
            else {
                "events": peak.events,
                "position": peak.position,
                "at": format_instant(peak.instant),
            },
            "types": _to_wire(self.kinds, "event_type"),
            "actors": _to_wire(self.actors, "actor_id"),
            "concepts": _to_wire(self.concepts, "concept_id"),
            "objects": _to_wire(self.objects, "object_type", "object_id"),
        }


def _to_wire(tallies: Tallies, *names: str) -> dict[str, Any]:
    top = [
        dict(zip(names, (part or None for part in each.key), strict=True))
        | ({"label": each.label} if names == ("concept_id",) else {})
        | {"count": each.count, "share": each.share}
        for each in tallies.top
    ]
    return {"total": tallies.total, "top": top}


def range_statistics(
    log: SessionLog,
    start: int,
    stop: int,
    *,
    since: int | None = None,
    until: int | None = None,
    idle: int = IDLE,
) -> RangeStatistics:
    """Count what lies between two positions of a log that has been read, in under 0.1 s a million.

    The time looked at is from ``since`` to ``until`` (µs): by default, and at least, from the first
    of the events to the last. Raises ValueError for positions that are none of the log's.
    """
    if not 0 <= start <= stop <= len(log):
        raise ValueError(f"{start} to {stop} is no range of positions within 0 to {len(log)}")
    times = log.times[start:stop]
    ends = [int(times[0]), int(times[-1])] if len(times) else []
    given = [instant for instant in (since, until) if instant is not None]
    since = min([*ends, *given], default=log.instant_at(start)) if ends or given else log.start
    until = max([*ends, *given], default=since)
    idling = _idle(log, start, stop, since=since, until=until, least=idle)
    return RangeStatistics(
        start=start,
        stop=stop,
        since=since,
        until=until,
        active=until - since - idling,
        idle=idling,
        kinds=_kinds(log, start, stop),
        actors=_actors(log, start, stop),
        concepts=_concepts(log, start, stop),
        objects=_objects(log, start, stop),
        peak=_peak(times, start),
        first=ends[0] if ends else None,
        last=ends[1] if ends else None,
    )


def _idle(log: SessionLog, start: int, stop: int, *, since: int, until: int, least: int) -> int:
    """How much (µs) of the time from ``since`` to ``until`` lies in idle gaps."""
    around = log.times[max(0, start - 1) : stop + 1]
    if not len(around):
        return until - since if until - since >= least else 0
    # Before the session's first event and after its last nothing happens either.
    first, last = min(since, int(around[0])), max(until, int(around[-1]))
    knots = np.concatenate([[first], around, [last]])
    within = np.minimum(knots[1:], until) - np.maximum(knots[:-1], since)
    is_idle = (np.diff(knots) >= least) & (within > 0)
    return int(within[is_idle].sum())


def _peak(times: Int64, start: int) -> Peak | None:
    if not len(times):
        return None
    counts = np.searchsorted(times, times + MINUTE, side="left") - np.arange(len(times))
    busiest = int(np.argmax(counts))
    return Peak(int(counts[busiest]), start + busiest + 1, int(times[busiest]))


def _kinds(log: SessionLog, start: int, stop: int) -> Tallies:
    names = log.kind_names
    counts = np.bincount(log.kinds[start:stop], minlength=len(names))
    return _tallies(counts, lambda code: ((str(names[code]),), str(names[code])), most=len(names))


def _actors(log: SessionLog, start: int, stop: int) -> Tallies:
    # Code -1 is nobody: counted as 0, all others one further.
    counts = np.bincount(log.actors[start:stop] + 1, minlength=len(log.actor_names) + 1)

    def named(code: int) -> tuple[tuple[str, ...], str]:
        name = log.actor_names[code - 1] if code else ""
        return (name,), name

    return _tallies(counts, named)


def _concepts(log: SessionLog, start: int, stop: int) -> Tallies:
    made = log.contributions
    within = made.concept[made.before(start) : made.before(stop)]
    counts = np.bincount(within, minlength=len(made.concept_ids))

    def named(code: int) -> tuple[tuple[str, ...], str]:
        return (made.concept_ids[code],), log.concept_label(code, stop)

    return _tallies(counts, named)


def _objects(log: SessionLog, start: int, stop: int) -> Tallies:
    touches = log.touches
    first, last = count_before(touches.event, (start, stop)).tolist()
    counts = np.bincount(touches.object[first:last], minlength=len(log.object_keys))

    def named(code: int) -> tuple[tuple[str, ...], str]:
        kind, key = log.object_keys[code]
        return (kind, key), f"{kind} {key}"

    return _tallies(counts, named)


_Named = Callable[[int], tuple[tuple[str, ...], str]]
"""Key and label of a code."""


def _tallies(counts: NDArray[np.intp], named: _Named, *, most: int = MOST) -> Tallies:
    """The codes that were counted at all, and the commonest of them by name."""
    everything = int(counts.sum())
    there = np.flatnonzero(counts)
    ranked = there[np.argsort(-counts[there], kind="stable")[:most]]
    top = (Counted(*named(c), int(counts[c]), int(counts[c]) / everything) for c in ranked.tolist())
    return Tallies(len(there), tuple(top))
