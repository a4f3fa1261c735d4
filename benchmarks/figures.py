"""What a run measures, what is wanted, and several runs put together."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

Unit = Literal["ms", "s", "events/s", "bytes", "MB", ""]


@dataclass(frozen=True, slots=True)
class Figure:
    """What one run measured, and beside it what a limit or a peer took in the same run.

    ``size`` is the number of events where the figure belongs to a row of sizes.
    """

    name: str
    value: float
    unit: Unit
    peer: str = ""
    peer_value: float | None = None
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What is wanted of a figure: a value, or a ratio to its peer, not above (or not below)."""

    most: float | None = None
    least: float | None = None
    of: Literal["value", "ratio"] = "value"

    def met(self, result: Result) -> bool | None:
        """Whether it is; None where it cannot be told."""
        found = result.value if self.of == "value" else result.ratio
        if found is None:
            return None
        return (self.most is None or found <= self.most) and (
            self.least is None or found >= self.least
        )

    def __str__(self) -> str:
        sign, bound = ("≤", self.most) if self.most is not None else ("≥", self.least)
        return f"{sign} {bound:g}{' ×' if self.of == 'ratio' else ''}"


@dataclass(frozen=True, slots=True)
class Result:
    """A figure over several runs: medians, and the least and the most of what was measured."""

    name: str
    unit: Unit
    values: tuple[float, ...]
    peer: str = ""
    peer_values: tuple[float, ...] = ()
    size: int | None = None

    @property
    def value(self) -> float:
        """The median."""
        return statistics.median(self.values)

    @property
    def peer_value(self) -> float | None:
        """The median of the peer."""
        return statistics.median(self.peer_values) if self.peer_values else None

    @property
    def ratio(self) -> float | None:
        """The median of the ratios run by run: what slowed both in one run cancels out."""
        pairs = zip(self.values, self.peer_values, strict=True) if self.peer_values else ()
        ratios = [value / peer for value, peer in pairs if peer]
        return statistics.median(ratios) if ratios else None

    @property
    def target(self) -> Target | None:
        """What is wanted of it, where something is."""
        return TARGETS.get(self.name)

    def as_json(self) -> dict[str, Any]:
        """For the file of results."""
        target = self.target
        return asdict(self) | {
            "median": self.value,
            "peer_median": self.peer_value,
            "ratio": self.ratio,
            "target": None if target is None else str(target),
            "met": None if target is None else target.met(self),
        }


def merged(runs: Sequence[Iterable[Figure]]) -> list[Result]:
    """The figures of several runs, put together by name and size."""
    found: dict[tuple[str, int | None], list[Figure]] = {}
    for run in runs:
        for figure in run:
            found.setdefault((figure.name, figure.size), []).append(figure)
    return [_result(figures) for figures in found.values()]


def _result(figures: list[Figure]) -> Result:
    first = figures[0]
    peers = tuple(f.peer_value for f in figures if f.peer_value is not None)
    return Result(
        first.name, first.unit, tuple(f.value for f in figures), first.peer, peers, first.size
    )


def p99(values: Iterable[float]) -> float:
    """The value that one of a hundred is above."""
    return float(np.percentile(list(values), 99))


TARGETS = {
    "open: overview on screen": Target(most=0.5),
    "open: all of it": Target(most=2, of="ratio"),
    "open, rows shuffled: all of it": Target(most=2, of="ratio"),
    "open again, unchanged": Target(most=0.2),
    "list 10,000 sessions": Target(most=100),
    "seek: context, p99": Target(most=1),
    "seek: timeline and context painted, p99": Target(most=8),
    "seek: context with 100,000 concepts, p99": Target(most=4),
    "change a rule: repainted window": Target(most=100),
    "memory an event": Target(most=120),
    "scrub: frame, p99": Target(most=8),
    "play: frame, p99": Target(most=8),
    "zoom: frame, p99": Target(most=16),
    "pan: frame, p99": Target(most=16),
    "load: GUI thread away, p99": Target(most=16),
    "longest frame": Target(most=33),
    "append: single": Target(least=1, of="ratio"),
    "append: by 1,000": Target(most=1.5, of="ratio"),
    "append: into a large log": Target(most=1.1, of="ratio"),
    "foreign append: drawn, p99": Target(most=50),
    "foreign append: at a client, p99": Target(most=25),
    "foreign append to a large session: drawn, p99": Target(most=50),
    "1,000 clients: delay, p99": Target(most=30),
    "1,000 clients: against a raw server": Target(most=2, of="ratio"),
    "start: window with the sample": Target(most=1.5),
}
"""The targets, in the unit of their figures; a ratio is to the peer measured in the same run."""
