"""What a track needs to paint itself: the data, the visible range and the pixel grid."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Protocol

import numpy as np
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QPainter

from app.theme import Theme
from app.views.timeline.layout import Layout
from app.views.timeline.strips import Strip, strips_between
from core.late_dataclass import dataclass
from core.replay.axis import Axis
from core.replay.columns import Float64, Int64, SessionLog
from core.replay.index import ContextIndex
from core.replay.playback import Playhead

_BEFORE = 1e-6
"""A little less than the left edge: a µs, so that what lies exactly on it is in the picture."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A concept to draw: its code in the log, and the slot of its colour in the theme."""

    concept: int
    slot: int


@dataclass(frozen=True)
class Grid:
    """The visible range of an axis on the columns of pixels, and what lies at each of them.

    ``left`` and ``width`` are the plot's in logical px.
    """

    axis: Axis
    x0: float
    x1: float
    left: int
    width: int

    @cached_property
    def edges(self) -> Float64:
        """The axis's x at the left edge of each pixel column and the right of the last."""
        return np.linspace(self.x0, self.x1, self.width + 1)

    @cached_property
    def positions(self) -> Int64:
        """How many events have happened at each of the `edges`."""
        return self._positions[1:]

    @cached_property
    def instants(self) -> Int64:
        """The instant (µs) at each of the `edges`."""
        return self.axis.instants_at(self.edges)

    @cached_property
    def columns(self) -> Int64:
        """How many events lie left of each column, and at the end of the last; width + 1 of them.

        An event at the edge of two columns belongs to the left one, at the very left to the first.
        """
        columns = self.positions.copy()
        columns[0] = self._positions[0]
        return columns

    @cached_property
    def _positions(self) -> Int64:
        """`positions`, and before them the one just left of the picture."""
        return self.axis.positions_at(np.append(self.x0 - _BEFORE, self.edges))

    @cached_property
    def strips(self) -> tuple[Strip, ...]:
        """The visible folded gaps, as far as there is room for them."""
        return strips_between(self.axis.gaps, self.x0, self.x1, left=self.left, width=self.width)


@dataclass(frozen=True, eq=False)
class Scene:
    """One state of the picture; the cursor is not part of it, since it moves over it.

    ``left`` and ``width`` are the plot's in logical px, shared by all tracks; ``x0`` to ``x1`` is
    the visible range on the axis. ``index`` is None while rows are still being read. ``known`` are
    grids of other scenes: one that is the same here is not worked out again.
    """

    theme: Theme
    log: SessionLog
    axis: Axis
    index: ContextIndex | None
    x0: float
    x1: float
    left: int
    width: int
    curves: tuple[Curve, ...] = ()
    selected: int | None = None
    known: tuple[Grid, ...] = ()

    @cached_property
    def grid(self) -> Grid:
        """The visible range on the pixels."""
        grid = Grid(self.axis, self.x0, self.x1, self.left, self.width)
        return next((known for known in self.known if known == grid), grid)

    @cached_property
    def cursors(self) -> dict[Playhead, int | None]:
        """Where a playhead's cursor stands (px), None for out of sight; kept for the last one."""
        return {}

    @property
    def edges(self) -> Float64:
        """See `Grid`."""
        return self.grid.edges

    @property
    def positions(self) -> Int64:
        """See `Grid`."""
        return self.grid.positions

    @property
    def instants(self) -> Int64:
        """See `Grid`."""
        return self.grid.instants

    @property
    def strips(self) -> tuple[Strip, ...]:
        """See `Grid`."""
        return self.grid.strips

    def pixels(self, x: Float64) -> Float64:
        """Where x of the axis lies, in px of the widget."""
        return self.left + (x - self.x0) / (self.x1 - self.x0) * self.width

    def x_at(self, pixel: float) -> float:
        """The axis's x at a px of the widget."""
        return self.x0 + (pixel - self.left) / max(1, self.width) * (self.x1 - self.x0)

    def playhead_at(self, pixel: float) -> Playhead:
        """The playhead at a px of the widget, within the session."""
        x = min(max(self.x_at(pixel), 0.0), self.axis.length)
        return Playhead(int(self.axis.positions_at(x)), int(self.axis.instants_at(x)))


@dataclass(frozen=True, slots=True)
class Hit:
    """What the pointer is over: what to tell, and where a click goes (None: to the pointer).

    A ``handle`` can be dragged; it is what its layer calls it.
    """

    text: str
    seek: Playhead | None = None
    concept: int | None = None
    handle: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Margin:
    """What a track has left of its plot, or right of it, and how it is painted.

    As long as what it ``shows`` is equal, the theme and the size too, it is painted alike.
    """

    is_left: bool
    shows: tuple[object, ...]
    paint: Callable[[QPainter], None]


class Track(Protocol):
    """A strip of the timeline. It paints its plot and its gutter, and answers the pointer."""

    def height(self, available: int, scene: Scene | None) -> int:
        """The height (px) it wants where so much is left for it."""
        ...

    def shows(self, scene: Scene) -> tuple[object, ...]:
        """What its still picture depends on, besides the theme and the grid; to be compared."""
        ...

    def paint(self, painter: QPainter, rect: QRect, scene: Scene) -> None:
        """Paint all but the `margins`; ``rect`` spans the widget's width, gutters included."""
        ...

    def margins(self, rect: QRect, scene: Scene) -> tuple[Margin, ...]:
        """What is beside the plot and mostly stays when the range moves."""
        ...

    def paint_playhead(
        self, painter: QPainter, rect: QRect, scene: Scene, playhead: Playhead
    ) -> None:
        """Paint what follows the playhead (dots on curves, a value), over the still picture."""
        ...

    def hit(self, point: QPoint, rect: QRect, scene: Scene) -> Hit | None:
        """What lies under the pointer, None where there is nothing to tell."""
        ...


class Layer(Protocol):
    """What a feature adds to the still picture, over the tracks.

    ``everything`` is the scene of the overview, where the whole session is visible.
    """

    def paint(self, painter: QPainter, layout: Layout, scene: Scene, everything: Scene) -> None:
        """Paint it; a frame may cost what is visible, not what the log holds."""
        ...

    def hit(self, point: QPoint, layout: Layout, scene: Scene, everything: Scene) -> Hit | None:
        """What of it lies under the pointer; it is asked before the tracks are."""
        ...
