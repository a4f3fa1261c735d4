"""What a report counts of a session, from its columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from core.late_dataclass import dataclass
from core.replay.axis import IDLE
from core.replay.columns import NONE, SessionLog
from core.replay.index import ContextIndex

NOBODY = "no actor"


@dataclass(frozen=True, slots=True)
class Tally:
    """A name, and how many events are its."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Events by type and by actor, the most first; active and idle time in µs.

    Idle is what lies between two events that are five minutes or more apart.
    """

    events: int
    kinds: Sequence[Tally]
    actors: Sequence[Tally]
    active: int
    idle: int
    gaps: int


class Weighty(NamedTuple):
    """An event (index) that adds much to the weights of concepts: how much in all, and of which."""

    event: int
    amount: float
    concepts: Sequence[str]


def facts_of(log: SessionLog) -> Facts:
    """Count a session."""
    kinds = [Tally(name, len(own)) for name, own in zip(log.kind_names, log.events_by_kind)]  # noqa: B905
    counts = np.bincount(log.actors[log.actors != NONE], minlength=len(log.actor_names))
    actors = [Tally(name, int(n)) for name, n in zip(log.actor_names, counts, strict=True)]
    actors.append(Tally(NOBODY, int(np.count_nonzero(log.actors == NONE))))
    steps = np.diff(log.times)
    gaps = steps[steps >= IDLE]
    idle = int(gaps.sum())
    return Facts(
        len(log), _ranked(kinds), _ranked(actors), log.end - log.start - idle, idle, len(gaps)
    )


def weightiest(index: ContextIndex, count: int) -> list[Weighty]:
    """The events that add most to weights, before the cap; the most first, ties by time."""
    log, made = index.log, index.log.contributions
    if not len(made):
        return []
    amounts = np.array(index.rules.amounts)[made.source]
    sums = np.bincount(made.event, weights=amounts, minlength=len(log))
    ranked = np.argsort(-np.round(sums, 9), kind="stable")[:count]
    return [
        Weighty(event, float(sums[event]), _concepts(log, event))
        for event in ranked.tolist()
        if sums[event] > 0
    ]


def _concepts(log: SessionLog, event: int) -> list[str]:
    made = log.contributions
    own = made.concept[made.before(event) : made.before(event + 1)]
    return [log.concept_label(code, event + 1) for code in dict.fromkeys(own.tolist())]


def _ranked(tallies: Sequence[Tally]) -> list[Tally]:
    return sorted((each for each in tallies if each.count), key=lambda each: -each.count)
