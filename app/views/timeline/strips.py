"""Where the folded idle gaps lie among the pixels."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

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
    gaps = gaps[first : bisect_left(gaps, x1, key=lambda gap: gap.x0)]
    # Of thousands the next one is looked for at every pixel.
    ends = [gap.x1 for gap in gaps]
    per_x, place = width / (x1 - x0), 0
    least = LEAST if len(gaps) * LEAST * 4 < width else 0
    strips: list[Strip] = []
    free, plot_right = left, left + width
    while place < len(gaps):
        gap = gaps[place]
        start = max(free, round(left + (gap.x0 - x0) * per_x))
        end = round(left + (gap.x1 - x0) * per_x)
        end = min(plot_right, max(end, start + least))
        if end > start:
            strips.append(Strip(start, end, gap))
        # On to the first gap that ends right of this pixel.
        free = max(start, end)
        at = x0 + (free + 0.5 - left) / max(1, width) * (x1 - x0)
        place = max(place + 1, bisect_right(ends, at, place))
    return tuple(strips)
