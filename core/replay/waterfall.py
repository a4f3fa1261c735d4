"""How a value comes about, as a waterfall: steps of which each begins where the last ended."""

from __future__ import annotations

from collections.abc import Iterable

from core.events.contributions import Source
from core.late_dataclass import dataclass
from core.replay.explain import Shares

LEAST = 1e-9
"""What is less than this is a rounding, and no step."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a waterfall, from ``start`` to ``stop``, made by so many events (``count``).

    ``what`` is `viewed`, `mentioned`, `claimed`, `captured`, `claim`, `decay`, `cap`, `limit`,
    `start`, `earlier` or `latest`.
    """

    what: str
    start: float
    stop: float
    count: int = 0

    @property
    def change(self) -> float:
        """By how much it goes up, or down where it is below 0."""
        return self.stop - self.start


def steps_from(start: float, moves: Iterable[tuple[str, float, int]]) -> tuple[Step, ...]:
    """A step for each move (what, by how much, by how many events) that moves anything."""
    steps = []
    for what, change, count in moves:
        if abs(change) > LEAST:
            steps.append(Step(what, start, start + change, count))
            start += change
    return tuple(steps)


def concept_waterfall(shares: Shares) -> tuple[Step, ...]:
    """From 0: what each source gave in all, less what decayed, less what the cap cut.

    ``Σ amounts - decay lost - cap lost = weight``.
    """
    given = [(source, shares.sources == source) for source in Source]
    raw, kept = float(shares.amounts.sum()), float(shares.kept.sum())
    return steps_from(
        0.0,
        [
            *(
                (source.name.lower(), float(shares.amounts[own].sum()), int(own.sum()))
                for source, own in given
            ),
            ("decay", kept - raw, 0),
            ("cap", float(shares.shares.sum()) - kept, 0),
        ],
    )
