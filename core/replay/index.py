"""The context of a session at any playhead, from columns: the fast twin of the fold."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np

from core.distinct import distinct
from core.events.contributions import Touch
from core.late_dataclass import dataclass
from core.projectors.context import ActiveConcept, ActiveObject, SessionContext
from core.projectors.rules import BRAIN_WEB, ProjectionRules
from core.replay.beside import beside
from core.replay.columns import (
    Bool,
    Float64,
    Int32,
    Int64,
    SessionLog,
    count_before,
    count_before_one,
)
from core.replay.decay import faded
from core.replay.uncertainty import UncertaintyIndex
from core.replay.weights import Series, Weights

_SAMPLES = 17
_BLOCK = 64
_LOOK_BACK = 64
_CALLS_KEPT = 4_096
_LONG = 100_000
"""So many events are worth a thread of its own."""
_LOOKED_AT = 16_384
"""How many touches are looked at one by one before all of them are put in order."""


@dataclass(frozen=True, eq=False)
class ContextIndex:
    """Answers for a log under rules; build it anew when either changes (about 50 ms a million).

    Where the log only grew, `grown` answers for what came without looking at the rest.
    """

    log: SessionLog
    rules: ProjectionRules = BRAIN_WEB

    def prepare(self) -> ContextIndex:
        """Compute now what the first answers would have to wait for, and answer itself."""
        log = self.log
        for known in (log.events_by_kind, log.touches_by_object, self.first_touches):
            assert known is not None
        self.context_at(len(log))
        self.uncertainty.prepare()
        return self

    def prepare_at(self, position: int, concept_ids: Iterable[str]) -> ContextIndex:
        """Compute now what a picture of this moment and these curves (ids) waits for, and no more.

        Under rules with decay that is half of what `prepare` does; on two processors at once.
        """
        if len(self.log) < _LONG:
            return self.prepare().with_series(concept_ids)
        with beside(self.uncertainty.prepare):
            self.with_series(concept_ids)
            self.changed_by(position)
        return self

    def grown(self, log: SessionLog) -> ContextIndex:
        """The index of the log with events behind it; what was computed is carried on."""
        grown = ContextIndex(log, self.rules)
        carried = grown.__dict__
        carried["_weights"] = self._weights.grown(log)
        carried["uncertainty"] = self.uncertainty.grown(log)
        return grown

    # -- contexts ---------------------------------------------------------------------------------

    def context_at(self, position: int, instant: int | None = None) -> SessionContext:
        """The context after the first ``position`` events, at ``instant`` (µs).

        By default the instant is the last event's; an earlier one counts as that. Raises
        ValueError for a position that the log does not have.
        """
        at = self._instant(position, instant)
        return SessionContext(
            session_id=self.log.session_id,
            position=position,
            instant=at,
            active_concepts=self._concepts(position, at or 0),
            active_objects=self._objects(position, at or 0),
            uncertainty_score=self.uncertainty.at(position, at or 0),
        )

    def _instant(self, position: int, instant: int | None) -> int | None:
        if not 0 <= position <= len(self.log):
            raise ValueError(f"position {position} is not within 0 to {len(self.log)}")
        if position == 0:
            return instant
        last = int(self.log.times[position - 1])
        return last if instant is None else max(instant, last)

    def _concepts(self, position: int, at: int) -> tuple[ActiveConcept, ...]:
        weights = self.weights_at(position, at)
        chosen = heaviest(weights, self.rules.max_concepts)
        heavy, names = weights[chosen].tolist(), self.log.names
        return tuple(
            ActiveConcept(concept_id, weight, name)
            for weight, (concept_id, name) in zip(
                heavy, (self._called(c, names.given(c, position)) for c in chosen), strict=True
            )
        )

    def _called(self, concept: int, given: int | None) -> tuple[str, str | None]:
        """The id and the name of a concept; contexts near each other tell mostly the same."""
        known, key = self._calls, (concept, given)
        called = known.get(key)
        if called is None:
            name = None if given is None else self.log.names.names[given]
            called = self.log.contributions.concept_ids[concept], name
            if len(known) >= _CALLS_KEPT:
                known.clear()
            known[key] = called
        return called

    @cached_property
    def _calls(self) -> dict[tuple[int, int | None], tuple[str, str | None]]:
        return {}

    def weights_at(self, position: int, instant: int) -> Float64:
        """Every concept's capped weight, by code."""
        raw = self.raw_weights_at(position, instant)
        return np.minimum(raw, self.rules.cap, out=raw)

    def raw_weights_at(self, position: int, instant: int) -> Float64:
        """Every concept's weight before the cap, by code."""
        return self._weights.after(self.log.contributions.before(position), instant)

    @cached_property
    def _weights(self) -> Weights:
        return Weights(self.log, self.rules)

    # -- objects ----------------------------------------------------------------------------------

    def _objects(self, position: int, at: int) -> tuple[ActiveObject, ...]:
        active = self.active_touches(position)
        if self.rules.objects == "first":
            return self._first_objects[: len(active)]
        times, touches = self.log.times, self.log.touches
        return tuple(
            self.active_object(j, elapsed=at - int(times[touches.event[j]])) for j in active
        )

    @cached_property
    def _first_objects(self) -> tuple[ActiveObject, ...]:
        """What was touched first stays as it is: contexts share the tuple as soon as it is full."""
        return tuple(map(self.active_object, self.first_touches[: self.rules.max_objects].tolist()))

    def active_touches(self, position: int) -> list[int]:
        """The touch by which each active object is one: its first, or under recency its last."""
        made = count_before_one(self.log.touches.event, position)
        if self.rules.objects == "first":
            return [int(j) for j in self.first_touches[: self.rules.max_objects] if j < made]
        return self.latest_touches(made, self.rules.max_objects)

    def active_object(self, touch: int, *, elapsed: int = 0) -> ActiveObject:
        """The object that a touch makes active, so many µs after it."""
        touches = self.log.touches
        relevance = self.rules.relevance(Touch(int(touches.touch[touch])))
        if self.rules.objects == "recent":
            relevance *= self.rules.decay(elapsed)
        kind, key = self.log.object_keys[touches.object[touch]]
        return ActiveObject(kind, key, relevance)

    @property
    def first_touches(self) -> Int64:
        """The first touch of each object, in order."""
        return self.log.first_touches

    @cached_property
    def next_touch(self) -> Int64:
        """For each touch the next of the same object; past the end where there is none."""
        objects = self.log.touches.object
        order = np.argsort(objects, kind="stable")
        following = np.full(len(objects), len(objects), dtype=np.int64)
        same = objects[order[1:]] == objects[order[:-1]]
        following[order[:-1][same]] = order[1:][same]
        return following

    def latest_touches(self, made: int, count: int) -> list[int]:
        """The last touches, among the first ``made``, of the ``count`` objects touched last.

        The newest first.
        """
        touched, found = self.log.touches.object, dict[int, int]()
        wanted = min(count, int(np.searchsorted(self.first_touches, made)))
        stop, size = made, _LOOK_BACK
        while len(found) < wanted and made - stop < _LOOKED_AT:
            part = touched[max(0, stop - size) : stop][::-1]
            _, newest = np.unique(part, return_index=True)
            for place in np.sort(newest).tolist():
                found.setdefault(int(part[place]), stop - 1 - place)
            stop, size = stop - len(part), size * 4
        if len(found) >= wanted:
            return list(found.values())[:count]
        return self._latest_of_many(made, count)

    def _latest_of_many(self, made: int, count: int) -> list[int]:
        """The same where a few objects are touched over and over, and others were long ago."""
        found: list[int] = []
        stop, size = made, _LOOKED_AT
        while stop and len(found) < count:
            start = max(0, stop - size)
            last = np.flatnonzero(self.next_touch[start:stop] >= made)[::-1] + start
            found.extend(last.tolist())
            stop, size = start, size * 4
        return found[:count]

    def last_touches(self, position: int) -> list[int]:
        """For each active object in turn, the event (index) that touched it last."""
        touches = self.log.touches
        order, starts = self.log.touches_by_object
        found = []
        for touch in self.active_touches(position):
            code = touches.object[touch]
            own = order[starts[code] : starts[code + 1]]
            made = bisect_left(own, position, key=lambda j: touches.event[j])
            found.append(int(touches.event[own[made - 1]]))
        return found

    # -- charts -----------------------------------------------------------------------------------

    @cached_property
    def uncertainty(self) -> UncertaintyIndex:
        """The uncertainty at any playhead."""
        return UncertaintyIndex(self.log, self.rules)

    def curve(self, concept: int, positions: Int64, instants: Int64) -> Float64:
        """A concept's capped weight at each playhead of a grid (equally long, ascending)."""
        events, times, sums = self.series(concept)
        last = count_before(events, positions) - 1
        first = int(np.searchsorted(last, 0))
        weights = np.zeros(len(positions), dtype=np.float64)
        reached, half_life = last[first:], self.rules.half_life
        passed = instants if half_life is None else instants[first:] - times[reached]
        np.minimum(faded(sums[reached], passed, half_life), self.rules.cap, out=weights[first:])
        return weights

    def weights_of(self, concepts: Sequence[int], position: int, instant: int) -> Float64:
        """The same of several concepts at one playhead."""
        raw, passed = np.zeros(len(concepts)), np.zeros(len(concepts), dtype=np.int64)
        for place, (events, times, sums) in enumerate(map(self.series, concepts)):
            last = count_before_one(events, position) - 1
            if last >= 0:
                raw[place], passed[place] = sums[last], instant - times[last]
        return np.minimum(faded(raw, passed, self.rules.half_life), self.rules.cap)

    def series(self, concept: int) -> Series:
        """The events that contribute to a concept, their instants, and the raw sum after each."""
        return self._weights.series(concept)

    def with_series(self, concept_ids: Iterable[str]) -> ContextIndex:
        """Compute what the curves of these concepts (ids) wait for, and answer itself."""
        for code in map(self.log.concept_code, concept_ids):
            if code is not None:
                self.series(code)
        return self

    def top_concepts(self, start: int, stop: int, count: int) -> list[int]:
        """The heaviest concepts of the range of positions, heaviest first.

        By the highest weight in the range; among equals (many stand at the cap) by what the range's
        events contribute, then by first contribution.
        """
        peaks = np.zeros(len(self.log.contributions.concept_ids), dtype=np.float64)
        samples = (
            (start, stop) if self.rules.half_life is None else np.linspace(start, stop, _SAMPLES)
        )
        for position in distinct(np.asarray(samples, dtype=np.int64)).tolist():
            np.maximum(peaks, self.weights_at(position, self.log.instant_at(position)), out=peaks)
        gained = self._gained(start, stop)
        # Rounded, so that the last bits of a sum do not outweigh what the range contributes.
        ranked = np.lexsort((-gained, -np.round(peaks, 9)))[:count]
        return [int(c) for c in ranked if peaks[c] > 0]

    def _gained(self, start: int, stop: int) -> Float64:
        """What the events of a range of positions add to each concept, but for the last digits."""
        made = self.log.contributions
        if self.rules.half_life is None:
            # Without decay it is what is there at the end and was not before.
            gained = self._weights.after(made.before(stop), 0)
            gained -= self._weights.after(made.before(start), 0)
        else:
            within = slice(made.before(start), made.before(stop))
            amounts = self._weights.amounts[made.source[within]]
            gained = np.bincount(
                made.concept[within], weights=amounts, minlength=len(made.concept_ids)
            ).astype(np.float64)
        return np.round(gained, 9, out=gained)

    def contributes(self, concept: int) -> Int32:
        """The indexes of the events that contribute to a concept, ascending."""
        made = self.log.contributions
        return made.event[made.of(concept)]

    def changed_by(self, position: int) -> tuple[SessionContext, SessionContext]:
        """The contexts just before and just after the event that took us to ``position``.

        Both at that event's instant, so that they differ by the event and not by decay.
        """
        if position == 0:
            nothing = self.context_at(0)
            return nothing, nothing
        at = int(self.log.times[position - 1])
        before = self.context_at(position - 1, at)
        made = self.log.contributions
        if made.before(position - 1) < made.before(position):
            return before, self.context_at(position, at)
        return before, SessionContext(
            session_id=before.session_id,
            position=position,
            instant=at,
            active_concepts=before.active_concepts,
            active_objects=self._objects(position, at),
            uncertainty_score=self.uncertainty.at(position, at),
        )


def heaviest(weights: Float64, count: int) -> list[int]:
    """The codes of the ``count`` greatest positive weights, greatest first, ties by code."""
    if count <= 0:
        return []
    chosen = _at_least(weights, count)
    among = weights[chosen]
    if len(chosen) > count:
        least = np.partition(among, len(among) - count)[len(among) - count]
        above: Bool = among > least
        equal = np.flatnonzero(among == least)[: count - int(above.sum())]
        kept = np.sort(np.concatenate([np.flatnonzero(above), equal]))
        chosen, among = chosen[kept], among[kept]
    ranked = chosen[np.argsort(-among, kind="stable")]
    return [int(c) for c in ranked if weights[c] > 0]


def _at_least(weights: Float64, count: int) -> Int64:
    """Codes, ascending, that have the greatest weights among them.

    As many blocks have one that weighs as much as the least of the ``count`` greatest maxima of
    blocks: to put only those in order takes a fifth of the time. Where none is heavier than that,
    as where many are at the cap, the first ones are enough.
    """
    blocks = len(weights) // _BLOCK
    if blocks <= count:
        return np.arange(len(weights))
    maxima = weights[: blocks * _BLOCK].reshape(blocks, _BLOCK).max(axis=1)
    bound = np.partition(maxima, blocks - count)[blocks - count]
    chosen = np.flatnonzero(weights >= bound)
    return chosen[:count] if len(chosen) and bound == weights[chosen].max() else chosen
