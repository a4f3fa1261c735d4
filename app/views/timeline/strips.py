"""Where the folded idle gaps lie among the pixels."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import numpy as np

from core.late_dataclass import dataclass
from core.replay.axis import Gap

LEAST = 3
"""The least width of a strip (px) where there is room for all of them."""


@dataclass(frozen=True, slots=True)
class Strip:
    """A gap in the picture: its left and right edge (px of the widget)."""

    left: int
    right: int
    gap: Gap


def strips_between(
    gaps: Sequence[Gap], x0: float, x1: float, *, left: int, width: int
) -> tuple[Strip, ...]:
    """The gaps visible from ``x0`` to ``x1``, from the left; as many as there is room for.

    ``left`` and ``width`` are the plot's (px).
    """
    first = bisect_right(gaps, x0, key=lambda gap: gap.x1)
    seen = gaps[first : bisect_left(gaps, x1, key=lambda gap: gap.x0)]
    per_x = width / (x1 - x0)
    starts = left + (np.fromiter((gap.x0 for gap in seen), np.float64, len(seen)) - x0) * per_x
    ends = left + (np.fromiter((gap.x1 for gap in seen), np.float64, len(seen)) - x0) * per_x
    if len(seen) * LEAST * 4 < width:
        return _roomy(seen, starts.tolist(), ends.tolist(), left=left, right=left + width)
    starts, ends = (np.clip(np.rint(at), left, left + width).astype(int) for at in (starts, ends))
    wide = np.flatnonzero(ends > starts)
    edges = zip(starts[wide].tolist(), ends[wide].tolist(), wide.tolist(), strict=True)
    return tuple(Strip(start, end, seen[place]) for start, end, place in edges)


def _roomy(
    gaps: Sequence[Gap], starts: list[float], ends: list[float], *, left: int, right: int
) -> tuple[Strip, ...]:
    """Few gaps, each so wide that it is seen; what ends where another one is drawn is left out."""
    strips: list[Strip] = []
    free, before = left, -math.inf
    for gap, start, end in zip(gaps, starts, ends, strict=True):
        if end > before:
            at = max(free, round(start))
            free = min(right, max(round(end), at + LEAST))
            if free > at:
                strips.append(Strip(at, free, gap))
            free = max(at, free)
            before = free + 0.5
    return tuple(strips)
