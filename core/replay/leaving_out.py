"""A log without some of its events: they stay in their places and count for nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from core.replay.columns import Bool, ConceptNames, Contributions, Int32, Int64, SessionLog
from core.replay.strings import Strings

NOTHING: Int64 = np.zeros(0, dtype=np.int64)
"""No events' keys."""


def without(log: SessionLog, left_out: ArrayLike) -> SessionLog:
    """The log as if these events had said nothing: a mask over its events, or their indexes.

    Positions, instants, kinds and rows stay. What is left out contributes nothing, names nothing,
    touches no object and does not count for the uncertainty, so that a context is that of the fold
    over the others. Concepts are numbered anew, by their first contribution that is left. What was
    left out before stays so no more: `SessionLog.whole` is what is begun from. Raises IndexError
    for events that the log does not have.
    """
    whole = log.whole
    mask = _mask(whole, left_out)
    if not mask.any():
        return whole
    made, names = _contributions(whole, mask)
    fewer = replace(whole, contributions=made, names=names, left_out=mask, original=whole)
    # The lanes are those of all events, and costly to find again.
    fewer.__dict__["events_by_kind"] = whole.events_by_kind
    return fewer


def without_rows(log: SessionLog, rows: Int64) -> SessionLog:
    """`without` by the store's keys of the events, in any order; keys of others are passed over."""
    return without(log, np.isin(log.rows, rows)) if len(rows) else log.whole


def _mask(log: SessionLog, left_out: ArrayLike) -> Bool:
    given = np.asarray(left_out)
    if given.dtype == np.bool_:
        if given.shape != (len(log),):
            raise IndexError(f"a mask of {given.size:,} events for a log of {len(log):,}")
        return given.copy()
    places = given.astype(np.int64)
    if places.size and not 0 <= places.min() <= places.max() < len(log):
        raise IndexError(f"events are left out that are not within 0 to {len(log) - 1:,}")
    mask = np.zeros(len(log), dtype=np.bool_)
    mask[places] = True
    return mask


def _contributions(log: SessionLog, mask: Bool) -> tuple[Contributions, ConceptNames]:
    made = log.contributions
    kept = np.flatnonzero(~mask[made.event])
    old, event = made.concept[kept], made.event[kept]
    by_first, concept = _numbered(old, len(made.concept_ids))
    fewer = Contributions(
        event=event,
        concept=concept,
        source=made.source[kept],
        named=made.named[kept],
        concept_ids=made.concept_ids.taken(by_first),
    )
    return fewer, _names(log.names, fewer, old)


def _numbered(concept: Int32, count: int) -> tuple[Int64, Int32]:
    """The codes that are left, in order of first appearance, and the column numbered by that."""
    first = np.full(count, len(concept), dtype=np.int64)
    # Of repeated targets the last assignment stays, so from behind it is the first appearance.
    first[concept[::-1]] = np.arange(len(concept) - 1, -1, -1)
    order = np.argsort(first, kind="stable")[: int(np.count_nonzero(first < len(concept)))]
    rank = np.zeros(count, dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return order, rank[concept]


def _names(names: ConceptNames, made: Contributions, old: Int32) -> ConceptNames:
    """The names that these contributions give; ``old`` are the codes that they had with all.

    A name is kept only where one changes, and each holds until the next. It begins with the first
    contribution that is left of those that gave it, and goes where none is.
    """
    named = np.flatnonzero(made.named)
    place = _in_force(names, old[named], made.event[named])
    begins = np.full(len(names.event), -1, dtype=np.int32)
    begins[place[::-1]] = made.event[named[::-1]]
    codes = np.full(len(names.event), -1, dtype=np.int32)
    codes[place] = made.concept[named]
    left = np.flatnonzero(codes >= 0)
    left = left[np.argsort(codes[left], kind="stable")]
    strings = names.names if isinstance(names.names, Strings) else Strings.of(names.names)
    left = left[_changes(codes[left], strings.taken(left))]
    counts = np.bincount(codes[left], minlength=len(made.concept_ids))
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    return ConceptNames(starts, begins[left], strings.taken(left))


def _in_force(names: ConceptNames, concept: Int32, event: Int32) -> Int64:
    """Which of the names each concept has once that event has happened."""
    place = names.starts[concept]
    several = np.flatnonzero(np.diff(names.starts)[concept] > 1)
    if len(several):
        # One ascending key for both, so that one search finds them all.
        span = np.int64(max(event.max(), names.event.max())) + 1
        of_concept = np.repeat(np.arange(len(names.starts) - 1), np.diff(names.starts))
        keys = of_concept * span + names.event
        sought = concept[several].astype(np.int64) * span + event[several]
        place[several] = np.searchsorted(keys, sought, side="right") - 1
    return place


def _changes(concept: Int32, names: Strings) -> Bool:
    """Which of these names, by concept, are another than the one before."""
    changed = np.ones(len(concept), dtype=np.bool_)
    for place in np.flatnonzero(concept[1:] == concept[:-1]).tolist():
        changed[place + 1] = names[place] != names[place + 1]
    return changed


def shortened(log: SessionLog) -> SessionLog:
    """The log with what is left out gone altogether; positions are those among the others."""
    if log.left_out is None:
        return log
    kept = ~log.left_out
    place = (np.cumsum(kept) - 1).astype(np.int32)
    made, names = log.contributions, log.names
    return replace(
        log,
        rows=log.rows[kept],
        times=log.times[kept],
        kinds=log.kinds[kept],
        actors=log.actors[kept],
        objects=log.objects[kept],
        contributions=replace(made, event=place[made.event]),
        names=replace(names, event=place[names.event]),
        left_out=None,
        original=None,
    )
