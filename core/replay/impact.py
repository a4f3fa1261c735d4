"""How much each event changed the context."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core.events.contributions import Touch
from core.late_dataclass import dataclass
from core.projectors.context import ContextDifference
from core.replay.columns import Bool, Float64, Int32, Int64, count_before
from core.replay.decay import faded
from core.replay.index import ContextIndex, heaviest

_CHUNK = 1024
"""How many events are taken at once."""
_SPAN = 2.0
"""How many half-lives a chunk lasts at most, so that few concepts can become active in it."""


def impact_of(change: ContextDifference) -> float:
    """How far two contexts at the same instant lie apart: the plain definition.

    ``Σ |weight after - weight before|`` over the active concepts, plus
    ``Σ |relevance after - relevance before|`` over the active objects, plus
    ``|uncertainty after - uncertainty before|``; what is not active counts as 0. Places of the
    ranking do not count.
    """
    return (
        sum(abs(c.delta) for c in change.concepts)
        + sum(abs((o.after or 0.0) - (o.before or 0.0)) for o in change.objects)
        + abs(change.uncertainty_after - change.uncertainty_before)
    )


def impacts(index: ContextIndex, start: int, stop: int) -> Float64:
    """The impact (`impact_of`) of each event from ``start`` up to ``stop``, by index.

    It is the context right after the event against that right before, both at its instant. Without
    decay it is exact to the last bit but for the sum; with decay, concepts that weigh the same but
    for rounding may change places at the border of the active ones.
    """
    parts = [part for _, part in impact_chunks(index, start, stop)]
    return np.concatenate(parts) if parts else np.zeros(0)


def impact_chunks(index: ContextIndex, start: int, stop: int) -> Iterator[tuple[int, Float64]]:
    """As `impacts`, some events at a time: the index of the first, and the impacts of them."""
    stop = min(stop, len(index.log))
    recent = _Recent(index, start) if index.rules.objects == "recent" else None
    while start < stop:
        end = min(_chunk_end(index, start), stop)
        found = _of_uncertainty(index, start, end)
        _add_concepts(index, start, end, found)
        if recent is not None:
            recent.add(start, end, found)
        else:
            _add_first_objects(index, start, end, found)
        yield start, found
        start = end


def _chunk_end(index: ContextIndex, start: int) -> int:
    end = start + _CHUNK
    if index.rules.half_life is None:
        return end
    times = index.log.times
    until = int(times[start]) + int(min(_SPAN * index.rules.half_life * 1e6, 2**62))
    return min(end, max(start + 1, int(np.searchsorted(times, until, side="right"))))


# -- uncertainty ----------------------------------------------------------------------------------


def _of_uncertainty(index: ContextIndex, start: int, stop: int) -> Float64:
    positions, at = np.arange(start, stop, dtype=np.int64), index.log.times[start:stop]
    uncertainty = index.uncertainty
    return np.abs(uncertainty.over(positions + 1, at) - uncertainty.over(positions, at))


# -- concepts -------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Contenders:
    """The concepts that can be active in a chunk: codes (ascending), raw weights at its start."""

    codes: Int64
    raw: Float64


def _add_concepts(index: ContextIndex, start: int, stop: int, found: Float64) -> None:
    """Follow the contenders through the contributions that move them, one column for each.

    Each column is the raw weight after one contribution, summed from left to right as the fold
    does, in units of the chunk's start: decay takes the same share of all of them.
    """
    log, rules = index.log, index.rules
    made = log.contributions
    first, last = made.before(start), made.before(stop)
    if first == last or not rules.max_concepts:
        return
    origin = int(log.times[start])
    ages = (log.times[made.event[first:last]] - origin) / 1e6
    grown = np.array(rules.amounts)[made.source[first:last]]
    if rules.half_life is not None:
        grown = grown * np.exp2(ages / rules.half_life)
    concepts = made.concept[first:last]
    left = rules.decay(int(log.times[stop - 1]) - origin)
    contenders = _contenders(index, start, left, (concepts, grown))
    row = np.searchsorted(contenders.codes, concepts)
    own = np.flatnonzero(np.isin(concepts, contenders.codes) & (grown > 0))
    if not len(own):
        return
    moves = np.zeros((len(own) + 1, len(contenders.codes)))
    moves[0] = contenders.raw
    moves[np.arange(1, len(own) + 1), row[own]] = grown[own]
    raw = np.cumsum(moves, axis=0)
    events = made.event[first:last][own]
    begins = np.flatnonzero(np.diff(events, prepend=-1))
    ends = np.append(begins[1:], len(own))
    moving = events[begins]
    shrunk = faded(np.ones(len(moving)), log.times[moving] - origin, rules.half_life)[:, None]
    before = _active(np.minimum(raw[begins] * shrunk, rules.cap), rules.max_concepts)
    after = _active(np.minimum(raw[ends] * shrunk, rules.cap), rules.max_concepts)
    found[moving - start] += np.abs(after - before).sum(axis=1)


def _contenders(
    index: ContextIndex, start: int, left: float, given: tuple[Int32, Float64]
) -> _Contenders:
    """Whoever may be active at some event of a chunk.

    Concepts that stay at the cap through all of it do not move: of them the first by code are
    enough. Any other must be able to reach the least weight that surely is active: the heaviest of
    now, decayed to the chunk's end (``left`` of 1), are still as heavy as that.
    """
    rules, most = index.rules, index.rules.max_concepts
    raw = index.raw_weights_at(start, int(index.log.times[start]))
    at_most = raw + np.bincount(given[0], weights=given[1], minlength=len(raw))
    least = np.minimum(raw * left, rules.cap)
    steady = least >= rules.cap
    kept = np.flatnonzero(steady)[:most]
    surely = heaviest(least, most)
    bar = float(least[surely[-1]]) if len(surely) == most else 0.0
    # A little below, for sums of the same amounts in another order.
    may: Bool = ~steady & (at_most > 0) & (at_most >= bar * (1 - 1e-9))
    if len(kept) == most:
        may[kept[-1] :] = False
    codes = np.union1d(kept, np.flatnonzero(may)).astype(np.int64)
    return _Contenders(codes, raw[codes])


def _active(weights: Float64, most: int) -> Float64:
    """Rows of weights with 0 for whoever is not among the ``most`` first of its row."""
    width = weights.shape[1]
    if width <= most:
        return weights
    least = np.partition(weights, width - most, axis=1)[:, width - most, None]
    above = weights > least
    equal = weights == least
    room = most - above.sum(axis=1, keepdims=True)
    return np.where(above | (equal & (np.cumsum(equal, axis=1) <= room)), weights, 0.0)


# -- objects --------------------------------------------------------------------------------------


def _add_first_objects(index: ContextIndex, start: int, stop: int, found: Float64) -> None:
    touches = index.log.touches
    first = index.first_touches[: index.rules.max_objects]
    events = touches.event[first]
    within = (events >= start) & (events < stop)
    relevances = np.array(index.rules.relevances)[touches.touch[first[within]]]
    found[events[within] - start] += relevances


class _Recent:
    """The objects touched last, followed from touch to touch."""

    def __init__(self, index: ContextIndex, start: int) -> None:
        self._index = index
        touches = index.log.touches
        # The object and the touch by which it is active, the newest at the end.
        latest = reversed(index.active_touches(start))
        self._active = {int(touches.object[touch]): touch for touch in latest}

    def add(self, start: int, stop: int, found: Float64) -> None:
        """Add what the touches of these events changed."""
        touches, most = self._index.log.touches, self._index.rules.max_objects
        if not most:
            return
        first, last = (int(count_before(touches.event, at)) for at in (start, stop))
        for touch in range(first, last):
            code, event = int(touches.object[touch]), int(touches.event[touch])
            known = self._active.pop(code, None)
            is_new = known is None
            gone = 0.0
            if is_new and len(self._active) == most:
                gone = self._relevance(self._active.pop(next(iter(self._active))), event)
            was = 0.0 if known is None else self._relevance(known, event)
            self._active[code] = touch
            found[event - start] += abs(self._relevance(touch, event) - was) + gone

    def _relevance(self, touch: int, event: int) -> float:
        log, rules = self._index.log, self._index.rules
        elapsed = int(log.times[event]) - int(log.times[log.touches.event[touch]])
        return rules.relevance(Touch(int(log.touches.touch[touch]))) * rules.decay(elapsed)
