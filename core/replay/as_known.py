"""The context of some of the first events: of those that were known at a moment.

The events that were missing then are few, so the context of all is taken, and only what the missing
ones had a part in is summed anew: a concept that they contribute to from its own contributions, in
the order in which the fold adds them, and an object that they touch from its own touches.
"""

from __future__ import annotations

import numpy as np

from core.distinct import distinct
from core.projectors.context import ActiveConcept, ActiveObject, SessionContext
from core.replay.arrival import ArrivalOrder
from core.replay.columns import Bool, Float64, Int32, Int64, count_before
from core.replay.decay import faded
from core.replay.index import ContextIndex

_CONCEPTS_MOST = 256
"""With more concepts than so many to sum anew, all contributions are."""


def known_context(
    index: ContextIndex, order: ArrivalOrder, position: int, instant: int | None = None
) -> SessionContext:
    """What the system knew at ``position`` when the last of its events arrived.

    That is the context of those of the first ``position`` events that had arrived by then, at
    ``instant`` (µs; by default, and at the earliest, the last event's). What happened later is left
    out even if it had arrived. The context's own position is the number of events it knows.
    Raises ValueError for a position that the log does not have.
    """
    return context_without(index, position, order.missing_at(position), instant)


def arrived_context(
    index: ContextIndex, order: ArrivalOrder, arrived: int, instant: int | None = None
) -> SessionContext:
    """The context of the first ``arrived`` events to arrive, at the latest instant among them.

    This is what a backend would have answered then; a later ``instant`` (µs) may be given.
    """
    position = order.front(arrived)
    return context_without(index, position, order.missing(position, arrived), instant)


def context_without(
    index: ContextIndex, position: int, missing: Int32, instant: int | None = None
) -> SessionContext:
    """The context of the first ``position`` events but ``missing`` ones (indexes, ascending).

    Equal to the fold over these events: to the last bit without decay, names included.
    """
    whole = index.context_at(position, instant)
    if not len(missing):
        return whole
    at = whole.instant or 0
    return SessionContext(
        session_id=whole.session_id,
        position=position - len(missing),
        instant=whole.instant,
        active_concepts=_Concepts(index, position, missing, at).active(),
        active_objects=_objects(index, position, missing, at),
        uncertainty_score=index.uncertainty.without(position, at, missing),
    )


class _Concepts:
    """The weights of concepts where some events are missing."""

    def __init__(self, index: ContextIndex, position: int, missing: Int32, at: int) -> None:
        made = index.log.contributions
        self._index, self._position, self._at = index, position, at
        self._stop = made.before(position)
        lost = _places(made.event, missing)
        self._affected = distinct(made.concept[lost])
        is_lost: Bool = np.zeros(self._stop, dtype=np.bool_)
        is_lost[lost] = True
        own = self._own()
        self._known = own[~is_lost[own]]
        self._weights = index.raw_weights_at(position, at)
        self._weights[self._affected] = self._sums()[self._affected]
        np.minimum(self._weights, index.rules.cap, out=self._weights)

    def _own(self) -> Int64:
        """The contributions of the affected concepts so far, ascending within each."""
        if len(self._affected) > _CONCEPTS_MOST:
            return np.arange(self._stop)
        made = self._index.log.contributions
        parts = [made.of(concept) for concept in self._affected.tolist()]
        parts = [part[: int(count_before(part, self._stop))] for part in parts]
        return np.concatenate([np.zeros(0, np.int64), *parts])

    def _sums(self) -> Float64:
        made, rules = self._index.log.contributions, self._index.rules
        amounts = np.array(rules.amounts)[made.source[self._known]]
        if rules.half_life is not None:
            elapsed = self._at - self._index.log.times[made.event[self._known]]
            amounts = faded(amounts, elapsed, rules.half_life)
        concepts = made.concept[self._known]
        return np.bincount(concepts, weights=amounts, minlength=len(self._weights)).astype(
            np.float64
        )

    def active(self) -> tuple[ActiveConcept, ...]:
        """The heaviest, ties by the first known contribution."""
        weights, count = self._weights, self._index.rules.max_concepts
        chosen = np.flatnonzero(weights > 0)
        if len(chosen) > count > 0:
            least = np.partition(weights, len(weights) - count)[len(weights) - count]
            chosen = chosen[weights[chosen] >= least]
        ranked = chosen[np.lexsort((self._first()[chosen], -weights[chosen]))][:count]
        ids = self._index.log.contributions.concept_ids
        affected = set(self._affected.tolist())
        return tuple(
            ActiveConcept(ids[c], float(weights[c]), self._name(c, affected))
            for c in ranked.tolist()
        )

    def _first(self) -> Int64:
        """The first known contribution of each concept."""
        made = self._index.log.contributions
        order, starts = made.by_concept
        first = order[np.minimum(starts[:-1], len(order) - 1)].astype(np.int64)
        known, concepts = self._known[::-1], made.concept[self._known[::-1]]
        # Of repeated targets the last assignment stays, so from behind it is the first one.
        anew = np.full(len(first), len(made), dtype=np.int64)
        anew[concepts] = known
        first[self._affected] = anew[self._affected]
        return first

    def _name(self, concept: int, affected: set[int]) -> str | None:
        log = self._index.log
        if concept not in affected:
            return log.names.at(concept, self._position)
        made = log.contributions
        own = self._known[(made.concept[self._known] == concept) & made.named[self._known]]
        return log.names.at(concept, int(made.event[own[-1]]) + 1) if len(own) else None


def _objects(
    index: ContextIndex, position: int, missing: Int32, at: int
) -> tuple[ActiveObject, ...]:
    log, rules = index.log, index.rules
    touches = log.touches
    made = int(count_before(touches.event, position))
    lost = _places(touches.event, missing)
    affected = set(touches.object[lost].tolist())
    most = rules.max_objects + len(affected)
    if rules.objects == "first":
        firsts = index.first_touches
        usual = firsts[: int(np.searchsorted(firsts, made))][:most].tolist()
    else:
        usual = index.latest_touches(made, most)
    chosen = [j for j in usual if int(touches.object[j]) not in affected]
    gone = set(lost.tolist())
    for code in affected:
        order, starts = log.touches_by_object
        own = order[starts[code] : starts[code + 1]]
        known = [j for j in own[: int(count_before(own, made))].tolist() if j not in gone]
        if known:
            chosen.append(known[0] if rules.objects == "first" else known[-1])
    chosen.sort(reverse=rules.objects == "recent")
    return tuple(
        index.active_object(j, elapsed=at - int(log.times[touches.event[j]]))
        for j in chosen[: rules.max_objects]
    )


def _places(events: Int32, wanted: Int32) -> Int64:
    """The places in a column of events (ascending) that hold these events (ascending)."""
    starts = count_before(events, wanted)
    lengths = count_before(events, wanted + np.int32(1)) - starts
    shift = starts - np.cumsum(lengths) + lengths
    return np.repeat(shift, lengths) + np.arange(int(lengths.sum()))
