"""Which events changed a concept, found without projecting a context for each."""

from __future__ import annotations

import numpy as np

from core.replay.columns import Bool, Float64, Int64
from core.replay.index import ContextIndex


def changed_by_event(index: ContextIndex, concept: int) -> Bool:
    """For each event whether it changed this concept; see `core.filter.predicate.surroundings`.

    An event can only change it by contributing to it, or to one that thereby comes to stand on the
    other side of it. Both are told from the weights just before and after a contribution, which
    are followed as the fold follows them; only where one of the two is so are all weights compared.
    """
    return _Followed(index, concept).changed()


class _Followed:
    """All weights as they grow, watched from one concept.

    Each is kept as the fold keeps it: the sum, and the instant at which it was that.
    """

    def __init__(self, index: ContextIndex, concept: int) -> None:
        self._index, self._rules = index, index.rules
        self._concept = concept
        count = len(index.log.contributions.concept_ids)
        self._values: list[float] = [0.0] * count
        self._instants: list[int] = [0] * count

    def changed(self) -> Bool:
        """Go through all contributions, event by event."""
        log, made = self._index.log, self._index.log.contributions
        changed = np.zeros(len(log), dtype=np.bool_)
        if self._rules.max_concepts == 0 or not len(made):
            return changed
        starts = np.flatnonzero(np.diff(made.event, prepend=-1))
        bounds = [*starts.tolist(), len(made)]
        events = made.event[starts].tolist()
        times = log.times[made.event[starts]].tolist()
        concepts = made.concept.tolist()
        amounts = np.array(self._rules.amounts)[made.source].tolist()
        for place, event in enumerate(events):
            own = range(bounds[place], bounds[place + 1])
            if self._take([(concepts[j], amounts[j]) for j in own], times[place]):
                changed[event] = True
        return changed

    def _take(self, added: list[tuple[int, float]], now: int) -> bool:
        """Whether the contributions of one event change the concept."""
        concept, touched = self._concept, {code for code, _ in added}
        was = self._weight(concept, now)
        before = {code: self._weight(code, now) for code in touched}
        raw = self._values
        kept = [(code, raw[code], self._instants[code]) for code in touched]
        for code, amount in added:
            raw[code] = self._raw(code, now) + amount
            self._instants[code] = now
        now_is = self._weight(concept, now)
        crossed = sum(
            _ahead(self._weight(code, now), code, now_is, concept)
            - _ahead(before[code], code, was, concept)
            for code in touched
            if code != concept
        )
        if concept not in touched:
            # Its weight stays; how many are ahead of it may not.
            return was > 0 and crossed != 0 and self._is_active(now, crossed)
        if was == now_is and not crossed:
            return False
        return self._rank(now) < self._most or self._ranked_before(kept, now)

    @property
    def _most(self) -> int:
        return self._rules.max_concepts

    def _is_active(self, now: int, crossed: int) -> bool:
        """Whether it is among the active ones, or was with so many less ahead of it."""
        after = self._rank(now)
        return min(after, after - crossed) < self._most

    def _ranked_before(self, kept: list[tuple[int, float, int]], now: int) -> bool:
        """Whether it was among the active ones before these weights grew."""
        grown = [(code, self._values[code], self._instants[code]) for code, _, _ in kept]
        self._put(kept)
        rank = self._rank(now)
        self._put(grown)
        return rank < self._most

    def _put(self, weights: list[tuple[int, float, int]]) -> None:
        for code, value, instant in weights:
            self._values[code], self._instants[code] = value, instant

    def _rank(self, now: int) -> int:
        """How many stand ahead of it; without a weight it has no rank that counts."""
        weights = self._all_weights(now)
        own = weights[self._concept]
        if own <= 0:
            return self._most + len(weights)
        ahead = np.count_nonzero(weights > own)
        return int(ahead + np.count_nonzero(weights[: self._concept] == own))

    def _all_weights(self, now: int) -> Float64:
        values = np.array(self._values, dtype=np.float64)
        half_life = self._rules.half_life
        if half_life is not None:
            ages: Int64 = now - np.array(self._instants, dtype=np.int64)
            values *= np.exp2(-np.maximum(ages, 0) / (half_life * 1e6))
        return np.minimum(values, self._rules.cap)

    def _raw(self, code: int, now: int) -> float:
        if self._rules.half_life is None:
            return self._values[code]
        return self._values[code] * self._rules.decay(now - self._instants[code])

    def _weight(self, code: int, now: int) -> float:
        return min(self._raw(code, now), self._rules.cap)


def _ahead(weight: float, code: int, own: float, concept: int) -> bool:
    """Whether a concept stands ahead of another: by weight, and among equals by code."""
    return weight > own or (weight == own and weight > 0 and code < concept)
