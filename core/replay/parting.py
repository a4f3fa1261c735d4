"""Where two sessions part: the first event that differs, and the first difference of the contexts.

*Events* are compared one by one in order, whatever their times: the sessions part at the first n at
which event n of A and event n of B differ in type, object, actor, or in what they contribute to
concepts, or at which one of them has ended. Of two sessions that share no actor (those of two
people) the actors are not compared, since they would part all of them at once. It tells an analyst
where two courses of learning go different ways, and a developer the first event that one store has
and another has not.

*Contexts* part at the first step of the shared transport after which they differ (see
`TwoContexts.is_same`). Up to the step by which the events that have happened are the same on both
sides they cannot; from there on the next steps are looked at one by one, and where they all agree
(the events differ in what counts for nothing, say) evenly spread ones, with a bisection between the
last that agreed and the first that did not. Then the answer is not ``exact``: contexts may have
differed for a while before and have agreed again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.distinct import distinct
from core.late_dataclass import dataclass
from core.replay.alignment import AlignBy, Alignment
from core.replay.columns import NONE, Bool, Int64, SessionLog
from core.replay.index import ContextIndex
from core.replay.strings import ObjectKeys, Strings
from core.replay.two_contexts import compare_contexts

TYPE, OBJECT, ACTOR, CONCEPTS, END = "type", "object", "actor", "concepts", "end"
"""What can part two sessions."""

_FIRST = 4_096
_GROWTH = 16
_LOOKED_AT = 512
_UNKNOWN = -2


@dataclass(frozen=True, slots=True)
class EventParting:
    """Event ``number`` (from 1) is the first that differs, in all of what ``by`` names."""

    number: int
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContextParting:
    """After ``step`` steps the contexts differ, for the first time if ``exact``."""

    step: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Parting:
    """Where two sessions part; None is nowhere. ``labels`` tell of A's and B's event there."""

    event: EventParting | None
    context: ContextParting | None
    labels: tuple[str, str] = ("", "")

    def to_wire(self) -> dict[str, Any]:
        """The shape in JSON."""
        event, context = self.event, self.context
        return {
            "event": event and {
                "number": event.number,
                "by": list(event.by),
                "a": self.labels[0] or None,
                "b": self.labels[1] or None,
            },
            "context": context and {"step": context.step, "exact": context.exact},
        }  # fmt: skip


def parting(a: ContextIndex, b: ContextIndex, alignment: Alignment) -> Parting:
    """Where two sessions part under an alignment; it takes a second with a million events.

    Both indexes have the same rules.
    """
    event = first_event(a.log, b.log)
    context = first_context(a, b, alignment, event)
    labels = ("", "")
    if event is not None:
        labels = event_label(a.log, event.number - 1), event_label(b.log, event.number - 1)
    return Parting(event, context, labels)


def event_label(log: SessionLog, event: int) -> str:
    """What an event is: `“Write skew” ClaimUpserted`; empty past the end. Make it safe to show."""
    if event >= len(log):
        return ""
    kind, name = log.kind_names[int(log.kinds[event])], event_name(log, event)
    return f"“{name}” {kind}" if name else kind


def event_name(log: SessionLog, event: int) -> str:
    """What an event is about: the first concept that it contributes to, else its object."""
    made = log.contributions
    first = made.before(event)
    if first < len(made) and int(made.event[first]) == event:
        return log.concept_label(int(made.concept[first]), event + 1)
    code = int(log.objects[event])
    return "" if code == NONE else " ".join(log.object_keys[code])


# -- events ---------------------------------------------------------------------------------------


def first_event(a: SessionLog, b: SessionLog) -> EventParting | None:
    """The first event that differs, None where both have the same events throughout."""
    most = min(len(a), len(b))
    if a is not b:
        # Most part early: names are compared for as many events as it takes.
        stop = min(_FIRST, most)
        while True:
            found = _parted(a, b, stop)
            if found is not None:
                return found
            if stop >= most:
                break
            stop = min(stop * _GROWTH, most)
    return None if len(a) == len(b) else EventParting(most + 1, (END,))


def _parted(a: SessionLog, b: SessionLog, stop: int) -> EventParting | None:
    """As `first_event`, among the first ``stop`` events that both have."""
    kinds = _codes(a.kind_names, a.kinds[:stop], b.kind_names, b.kinds[:stop])
    actors = _codes(a.actor_names, a.actors[:stop], b.actor_names, b.actors[:stop])
    objects = _codes(a.object_keys, a.objects[:stop], b.object_keys, b.objects[:stop])
    differing = {TYPE: a.kinds[:stop] != kinds, OBJECT: a.objects[:stop] != objects}
    if not set(a.actor_names).isdisjoint(b.actor_names):
        differing[ACTOR] = a.actors[:stop] != actors
    first = min([stop, *(int(np.argmax(each)) for each in differing.values() if each.any())])
    concepts = _first_contribution(a, b, stop)
    first = min(first, concepts)
    if first >= stop:
        return None
    by = [name for name, each in differing.items() if each[first]]
    if concepts == first:
        by.append(CONCEPTS)
    return EventParting(first + 1, tuple(by))


def _first_contribution(a: SessionLog, b: SessionLog, stop: int) -> int:
    """The first event, of so many, that contributes something else; ``stop`` where none does."""
    made, other = a.contributions, b.contributions
    ends = made.before(stop), other.before(stop)
    both = min(ends)
    own, theirs = made.concept[: ends[0]], other.concept[: ends[1]]
    concepts = _codes(made.concept_ids, own, other.concept_ids, theirs)[:both]
    unlike: Bool = (
        (made.event[:both] != other.event[:both])
        | (made.concept[:both] != concepts)
        | (made.source[:both] != other.source[:both])
    )
    place = int(np.argmax(unlike)) if unlike.any() else both
    firsts = [
        int(each.event[place]) for each, end in ((made, ends[0]), (other, ends[1])) if place < end
    ]
    return min([stop, *firsts])


def _codes(
    known: Sequence[Any], own: NDArray[Any], others: Sequence[Any], codes: NDArray[Any]
) -> Int64:
    """Codes into ``others`` as codes into ``known``; what ``own`` does not hold is none of them."""
    used = _used(codes)
    if _begin_alike(known, others, used):
        return codes.astype(np.int64)
    places: dict[Any, int] = {}
    for place in range(_used(own)):
        places.setdefault(known[place], place)
    table = np.full(used + 1, NONE, dtype=np.int64)
    table[:used] = [places.get(others[code], _UNKNOWN) for code in range(used)]
    return np.asarray(table[codes], dtype=np.int64)


def _used(codes: NDArray[Any]) -> int:
    """How many codes there are up to the greatest."""
    return int(codes.max()) + 1 if len(codes) else 0


def _begin_alike(known: Sequence[Any], others: Sequence[Any], count: int) -> bool:
    """Whether the first so many are the same, as far as that is seen without making any text."""
    if len(known) < count:
        return False
    if isinstance(known, ObjectKeys) and isinstance(others, ObjectKeys):
        types = list(known.type_names) == list(others.type_names)
        types = types and np.array_equal(known.types[:count], others.types[:count])
        return types and _begin_alike(known.ids, others.ids, count)
    if isinstance(known, Strings) and isinstance(others, Strings):
        ends = known.ends[: count + 1]
        if not np.array_equal(ends, others.ends[: count + 1]):
            return False
        return np.array_equal(known.text[: ends[-1]], others.text[: ends[-1]])
    return list(known[:count]) == list(others[:count])


# -- contexts -------------------------------------------------------------------------------------


def first_context(
    a: ContextIndex, b: ContextIndex, alignment: Alignment, event: EventParting | None
) -> ContextParting | None:
    """The first step after which the contexts differ, None where they never seem to.

    ``event`` is where the events part.
    """

    def differ(step: int) -> bool:
        at_a, at_b = alignment.playheads(alignment.at_step(step))
        return not compare_contexts(a, at_a, b, at_b).is_same

    start = _first_unlike(a, b, alignment, event)
    steps = len(alignment.times)
    nearest = range(start, min(start + _LOOKED_AT, steps + 1))
    near = next((step for step in nearest if differ(step)), None)
    if near is not None:
        return ContextParting(near, exact=True)
    agreed = start + _LOOKED_AT - 1
    if agreed >= steps:
        return None
    for step in distinct(np.linspace(agreed + 1, steps, _LOOKED_AT).astype(np.int64)).tolist():
        if differ(step):
            return ContextParting(_bisected(differ, agreed, step), exact=step == agreed + 1)
        agreed = step
    return None


def _bisected(differ: Callable[[int], bool], agreed: int, parted: int) -> int:
    """A step after which they differ and before which they agree, between two such steps."""
    while parted - agreed > 1:
        middle = (agreed + parted) // 2
        if differ(middle):
            parted = middle
        else:
            agreed = middle
    return parted


def _first_unlike(
    a: ContextIndex, b: ContextIndex, alignment: Alignment, event: EventParting | None
) -> int:
    """The first step after which not the same has happened, past the last where there is none."""
    same = min(len(a.log), len(b.log)) if event is None else event.number - 1
    if alignment.by is AlignBy.NUMBER and a.rules.half_life is not None:
        # Of the same events at other times another share has faded.
        ages = [log.times[:same] - log.start for log in (a.log, b.log)]
        unlike = ages[0] != ages[1]
        same = int(np.argmax(unlike)) if unlike.any() else same
    of_a, of_b = alignment.positions()
    apart: Bool = (of_a != of_b) | (of_a > same)
    return int(np.argmax(apart)) if apart.any() else len(of_a)
