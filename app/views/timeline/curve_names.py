"""Places the names at the right ends of curves so that none covers another."""

from __future__ import annotations

from collections.abc import Sequence

from core.late_dataclass import dataclass

LINE = 14
"""The height of a name (px)."""
LEAST_LINE = 12


@dataclass(frozen=True, slots=True)
class Wish:
    """A name that wants its middle at ``y`` (px); of too many, the least important go."""

    key: int
    y: float
    importance: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where a name's middle came to lie (px)."""

    key: int
    y: float
    wished: float


def placed(wishes: Sequence[Wish], top: float, bottom: float) -> list[Place]:
    """The names that fit between ``top`` and ``bottom``, from above, in the order of their wishes.

    They are as near to their wishes as their height allows: names that would overlap are set
    around the middle of what they wish.
    """
    fitting = int((bottom - top) // LEAST_LINE)
    kept = sorted(wishes, key=lambda wish: -wish.importance)[: max(0, fitting)]
    if not kept:
        return []
    line = min(float(LINE), (bottom - top) / len(kept))
    ordered = sorted(kept, key=lambda wish: (wish.y, -wish.importance))
    lowest = bottom - line * len(ordered)
    tops = _spread([wish.y - line / 2 for wish in ordered], line)
    starts = [min(max(at, top + line * n), lowest + line * n) for n, at in enumerate(tops)]
    return [
        Place(wish.key, start + line / 2, wish.y)
        for wish, start in zip(ordered, starts, strict=True)
    ]


def _spread(wished: Sequence[float], line: float) -> list[float]:
    """Non-overlapping starts, nearest to the wished ones (pool adjacent violators)."""
    groups: list[tuple[float, int]] = []
    for n, at in enumerate(wished):
        mean, size = at - line * n, 1
        while groups and groups[-1][0] > mean:
            other, many = groups.pop()
            mean, size = (other * many + mean * size) / (many + size), many + size
        groups.append((mean, size))
    flat = [mean for mean, size in groups for _ in range(size)]
    return [mean + line * n for n, mean in enumerate(flat)]
