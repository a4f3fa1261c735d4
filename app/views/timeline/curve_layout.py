"""Where the curves of a scene lie in a rectangle, and where their names."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from PySide6.QtCore import QRect

from app.text import plain
from app.theme import SPACE
from app.views.timeline.curve_names import Place, Wish, placed
from app.views.timeline.scene import Curve, Scene
from core.late_dataclass import dataclass
from core.replay.columns import Float64, Int64
from core.replay.curves import Curves
from core.replay.index import ContextIndex

LEADER = 8
"""How far right of the plot a name begins (px); a line leads to it from the curve's end."""
NAME_LINE = 14

_ROOMY = 160
_ALMOST = 1.0 - 1e-9


@dataclass(frozen=True, eq=False)
class Line:
    """A curve on the pixel grid: weight and y (px) at each edge, ``lift`` px higher at the cap."""

    curve: Curve
    name: str
    values: Float64
    y: Float64
    lift: int


class CurveFacts:
    """What of the curves under an index is the same in every range; each is looked up once."""

    def __init__(self, index: ContextIndex) -> None:
        self.index = index
        self._names: dict[int, str] = {}
        self._arrivals: dict[int, int] = {}
        self._together: Curves | None = None

    def together(self, concepts: tuple[int, ...]) -> Curves:
        """The curves of these concepts; the last ones are kept."""
        if self._together is None or self._together.concepts != concepts:
            self._together = Curves(self.index, concepts)
        return self._together

    def name(self, concept: int) -> str:
        """What is written at its end."""
        if concept not in self._names:
            self._names[concept] = plain(self.index.log.concept_label(concept))
        return self._names[concept]

    def arrival(self, concept: int) -> int:
        """The first event that took it to the cap; behind all events where none did."""
        if concept not in self._arrivals:
            events, _, sums = self.index.series(concept)
            at_cap = sums >= self.index.rules.cap * _ALMOST
            arrived = int(events[int(np.argmax(at_cap))]) if at_cap.any() else len(self.index.log)
            self._arrivals[concept] = arrived
        return self._arrivals[concept]


@dataclass(frozen=True, eq=False)
class CurveLayout:
    """Everything that is drawn of a scene in a rectangle."""

    scene: Scene
    rect: QRect
    facts: CurveFacts

    @property
    def index(self) -> ContextIndex:
        """Whose weights they are."""
        return self.facts.index

    @cached_property
    def plot(self) -> QRect:
        """From the line of weight 0 up to the highest curve."""
        return plot_of(self.rect, self.scene)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The curves in the order of drawing: the heaviest over the others, the selected on top."""
        scene, lifts = self.scene, self._lifts()
        if not scene.curves:
            return ()
        from_behind = scene.curves[::-1]
        curves = sorted(from_behind, key=lambda curve: curve.concept == scene.selected)
        own = [lifts[curve.concept] for curve in curves]
        together = self.facts.together(tuple(curve.concept for curve in curves))
        values = together.over(scene.positions, scene.instants)
        y = self.y(values, np.array(own)[:, None])
        names = (self.facts.name(curve.concept) for curve in curves)
        return tuple(map(Line, curves, names, values, y, own))

    def y(self, values: Float64, lift: int | Int64) -> Float64:
        """The px of weights; where they are at the cap, so many px above its line."""
        cap, low, high = self.index.rules.cap, self.plot.bottom(), cap_y(self.plot, self.scene)
        y = low - values / cap * (low - high)
        return np.where(values >= cap * _ALMOST, y - lift, y)

    def _lifts(self) -> dict[int, int]:
        """Curves at the cap lie upon each other, those that arrived later above."""
        arrived = sorted(self.scene.curves, key=lambda curve: self.facts.arrival(curve.concept))
        step = _step(self.plot)
        return {curve.concept: step * place for place, curve in enumerate(arrived)}

    @cached_property
    def names(self) -> list[tuple[Line, QRect, float]]:
        """Each name that fits, the box it is written in, and the y (px) of its curve's end."""
        lines = self.lines
        wishes = [
            Wish(key, float(line.y[-1]), self._importance(line)) for key, line in enumerate(lines)
        ]
        places = placed(wishes, self.rect.top(), self.rect.bottom() + 1)
        return [(lines[place.key], self._box(place), place.wished) for place in places]

    def _importance(self, line: Line) -> float:
        return np.inf if line.curve.concept == self.scene.selected else float(line.values[-1])

    def _box(self, place: Place) -> QRect:
        left = self.plot.right() + 1 + LEADER + 2
        top = round(place.y) - NAME_LINE // 2
        return QRect(left, top, self.rect.right() - 1 - left, NAME_LINE)


def plot_of(rect: QRect, scene: Scene) -> QRect:
    """The part of a rectangle between the gutters, with a little space above and below."""
    return QRect(scene.left, rect.top() + SPACE, scene.width, rect.height() - 2 * SPACE)


def cap_y(plot: QRect, scene: Scene) -> int:
    """The line of the cap; above it there is room for the curves that reached it."""
    return plot.top() + _step(plot) * max(0, len(scene.curves) - 1)


def _step(plot: QRect) -> int:
    """How far apart curves at the cap are drawn."""
    return 2 if plot.height() >= _ROOMY else 1
