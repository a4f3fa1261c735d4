"""Which objects have a row in the timeline."""

from __future__ import annotations

import numpy as np

from core.late_dataclass import dataclass
from core.replay.columns import Int32, Int64, SessionLog

_LOOK_BACK = 4_096
_AT_ONCE = 256
_FEW = 16_384


@dataclass(frozen=True, eq=False)
class Choice:
    """Which objects were chosen for a range of touches and so many rows, and out of how many.

    Rules have no say in it.
    """

    log: SessionLog
    visible: tuple[int, int]
    rows: int
    objects: tuple[int, ...]
    total: int


def choose(log: SessionLog, visible: tuple[int, int], rows: int) -> Choice:
    """The objects touched most often within the range, then the latest before it; by first touch.

    ``visible`` is the range of touches. What there is no row for is counted, not looked at.
    """
    touched, (start, stop) = log.touches.object, visible
    chosen = _commonest(touched[start:stop], rows)
    if len(chosen) < rows:
        before = touched[max(0, start - _LOOK_BACK) : start]
        chosen = np.array(_latest(before, rows, others=chosen.tolist()), dtype=np.int64)
    order, starts = log.touches_by_object
    by_first = np.argsort(order[starts[chosen]])
    total = int(np.searchsorted(log.first_touches, stop))
    return Choice(log, visible, rows, tuple(chosen[by_first].tolist()), total)


def _commonest(touched: Int32, count: int) -> Int64:
    """The objects that are there most often, at most so many; of equals those of lower codes."""
    objects, times = _counted(touched, count)
    if len(objects) > count:
        often = times >= np.partition(times, -count)[-count]
        objects, times = objects[often], times[often]
    return objects[np.argsort(-times, kind="stable")[:count]].astype(np.int64)


def _counted(touched: Int32, wanted: int) -> tuple[Int64, Int64]:
    """Objects, ascending, and how often each was touched; no fewer of the commonest than wanted."""
    if len(touched) < _FEW:
        found, times = np.unique(touched, return_counts=True)
        return found.astype(np.int64), times.astype(np.int64)
    every = np.bincount(touched)
    # Of many objects most are touched once: they are looked at only where the others are too few.
    objects = np.flatnonzero(every > 1)
    if len(objects) < wanted:
        objects = np.flatnonzero(every)
    return objects, every[objects]


def _latest(touched: Int32, count: int, *, others: list[int]) -> list[int]:
    """So many objects: these others, and of the touches those that were touched last."""
    found = dict.fromkeys(others)
    for stop in range(len(touched), 0, -_AT_ONCE):
        for each in reversed(touched[max(0, stop - _AT_ONCE) : stop].tolist()):
            found.setdefault(each)
            if len(found) == count:
                return list(found)
    return list(found)
