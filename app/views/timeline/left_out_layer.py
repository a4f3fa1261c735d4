"""The events that are left out, hollow and struck through on the lanes."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QPainter

from app.views.timeline.bins import column_positions
from app.views.timeline.lanes import Lane, is_dense, lanes_of, strip_of
from app.views.timeline.layout import Layout
from app.views.timeline.scene import Hit, Scene
from core.late_dataclass import dataclass
from core.replay.columns import Bool, Int32, SessionLog, count_before

_HOLLOW = 5
"""How wide a hollow tick is (px)."""


@dataclass(frozen=True, eq=False)
class LeftOutLayer:
    """A `Layer` over the lanes of a log some of whose events are left out."""

    log: SessionLog

    @cached_property
    def _lanes(self) -> tuple[tuple[Lane, Int32], ...]:
        """Each lane with those of its events that are left out."""
        mask = self.log.left_out
        if mask is None:
            return ()
        return tuple((lane, lane.events[mask[lane.events]]) for lane in lanes_of(self.log))

    def paint(self, painter: QPainter, layout: Layout, scene: Scene, everything: Scene) -> None:
        """See `Layer`."""
        if scene.log.rows is not self.log.rows:
            return
        positions = column_positions(scene)
        for number, (lane, left_out) in enumerate(self._lanes):
            gone = np.diff(count_before(left_out, positions))
            if not gone.any():
                continue
            strip = layout.within_plot(strip_of(layout.lanes, number, len(self._lanes)))
            there = np.diff(count_before(lane.events, positions))
            plot = strip.adjusted(0, 2, 0, -2)
            painter.save()
            painter.setClipRect(strip)
            if not is_dense(there):
                for column in np.flatnonzero((gone > 0) & (gone == there)).tolist():
                    self._paint_hollow(painter, plot, column, lane, scene)
            else:
                self._paint_emptied(painter, plot, (gone == there) & (gone > 0), scene)
            self._paint_strike(painter, plot, gone > 0, scene)
            painter.restore()

    def _paint_hollow(
        self, painter: QPainter, plot: QRect, column: int, lane: Lane, scene: Scene
    ) -> None:
        tick = QRect(plot.left() + column - 1, plot.top(), _HOLLOW, plot.height())
        painter.fillRect(tick, lane.colour(scene.theme))
        painter.fillRect(tick.adjusted(1, 1, -1, -1), scene.theme.panel)

    def _paint_emptied(self, painter: QPainter, plot: QRect, columns: Bool, scene: Scene) -> None:
        """Of a column of which nothing is left only the crown stays."""
        for first, stop in _runs(columns):
            inner = QRect(plot.left() + first, plot.top() + 2, stop - first, plot.height() - 2)
            painter.fillRect(inner, scene.theme.panel)

    def _paint_strike(self, painter: QPainter, plot: QRect, columns: Bool, scene: Scene) -> None:
        middle = plot.center().y()
        for first, stop in _runs(columns):
            line = QRect(plot.left() + first - 3, middle, stop - first + 7, 1)
            painter.fillRect(line, scene.theme.text)

    def hit(self, point: QPoint, layout: Layout, scene: Scene, everything: Scene) -> Hit | None:
        """Nothing: the lanes below tell what is there."""
        return None


def _runs(columns: Bool) -> list[tuple[int, int]]:
    """Where true stretches begin and end."""
    edges = np.flatnonzero(np.diff(columns.astype(np.int8), prepend=0, append=0))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
