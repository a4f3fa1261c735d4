"""What was worked out of a log, carried on to that log with events behind it."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from core.distinct import distinct
from core.replay.columns import Contributions, Int32, Int64, SessionLog, Touches
from core.replay.room import appended

Grouped: TypeAlias = tuple[Int32, Int64]
"""See `core.replay.columns.group`."""


def carry(log: SessionLog, grown: SessionLog) -> None:
    """Give a log what was worked out of the one whose events it begins with.

    Working it out anew for one event that came takes as long as for all of them.
    """
    known, carried = log.__dict__, grown.__dict__
    if "events_by_kind" in known:
        carried["events_by_kind"] = _by_kind(log, grown)
    if "touches" in known:
        carried["touches"] = _touches(log.touches, grown.touches_from(len(log)))
    if "touches_by_object" in known:
        codes, count = grown.touches.object, len(grown.object_keys)
        carried["touches_by_object"] = grouped_on(log.touches_by_object, codes, count)
    if "first_touches" in known:
        carried["first_touches"] = _first_touches(log, grown)


def carry_contributions(made: Contributions, grown: Contributions) -> None:
    """The same for contributions."""
    if "by_concept" in made.__dict__:
        codes, count = grown.concept, len(grown.concept_ids)
        grown.__dict__["by_concept"] = grouped_on(made.by_concept, codes, count)


def _by_kind(log: SessionLog, grown: SessionLog) -> tuple[Int32, ...]:
    known = log.events_by_kind
    fresh = grown.kinds[len(log) :]
    none = np.zeros(0, np.int32)
    groups = [*known, *[none] * (len(grown.kind_names) - len(known))]
    for kind in distinct(fresh).tolist():
        came = (np.flatnonzero(fresh == kind) + len(log)).astype(np.int32)
        groups[kind] = appended(groups[kind], came)
    return tuple(groups)


def _touches(known: Touches, fresh: Touches) -> Touches:
    return Touches(
        appended(known.event, fresh.event),
        appended(known.object, fresh.object),
        appended(known.touch, fresh.touch),
    )


def _first_touches(log: SessionLog, grown: SessionLog) -> Int64:
    """The first touches of a log, and those that came behind it."""
    made, touched = len(log.touches.object), grown.touches.object
    order, starts = grown.touches_by_object
    objects = np.unique(touched[made:])
    first = order[starts[objects]]
    return appended(log.first_touches, np.sort(first[first >= made]).astype(np.int64))


def grouped_on(known: Grouped, codes: Int32, count: int) -> Grouped:
    """The grouping of the first of these codes, carried on to all of them; see `group`."""
    order, starts = known
    fresh = codes[len(order) :]
    ends = np.append(starts[1:], np.full(count + 1 - len(starts), starts[-1]))
    if not len(fresh):
        return order, np.append(np.zeros(1, np.int64), ends)
    by_code = np.argsort(fresh, kind="stable")
    grown = _with(order, ends[fresh[by_code]], (by_code + len(order)).astype(np.int32))
    ends += np.cumsum(np.bincount(fresh, minlength=count))
    return grown, np.append(np.zeros(1, np.int64), ends)


_FEW = 64


def _with(order: Int32, at: Int64, places: Int32) -> Int32:
    """Some numbers with others put in before these (ascending) places."""
    if len(at) > _FEW:
        return np.insert(order, at, places)
    # Copying what lies between is several times faster than the mask that `insert` makes.
    bounds = [0, *at.tolist(), len(order)]
    parts: list[Int32] = []
    for n in range(len(at)):
        parts += [order[bounds[n] : bounds[n + 1]], places[n : n + 1]]
    return np.concatenate([*parts, order[bounds[-2] :]])
