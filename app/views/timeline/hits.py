"""The hits of the filter, lit on the lanes and in the overview."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QPainter

from app.views.timeline.bins import column_positions, columns_picture
from app.views.timeline.lanes import lanes_of, strip_of
from app.views.timeline.layout import Layout
from app.views.timeline.scene import Hit, Scene
from core.late_dataclass import dataclass
from core.replay.columns import Int32, Int64, SessionLog, count_before

_SHADE = 178
"""How much of what is no hit is covered (0 to 255)."""
_TICK = 2
_STRIP = 5
"""How high the marks in the overview are (px)."""


@dataclass(frozen=True, eq=False)
class HitLayer:
    """A `Layer` that shades the lanes but for the hits (indexes into the log, ascending)."""

    log: SessionLog
    hits: Int32

    @cached_property
    def _by_lane(self) -> tuple[Int32, ...]:
        lanes = lanes_of(self.log)
        numbers = np.minimum(self.log.kinds[self.hits], len(lanes) - 1)
        return tuple(self.hits[numbers == number] for number in range(len(lanes)))

    def paint(self, painter: QPainter, layout: Layout, scene: Scene, everything: Scene) -> None:
        """See `Layer`."""
        if scene.log.session_id != self.log.session_id:
            return
        self._paint_lanes(painter, layout, scene)
        self._paint_overview(painter, layout, everything)

    def _paint_lanes(self, painter: QPainter, layout: Layout, scene: Scene) -> None:
        positions = column_positions(scene)
        shade = QColor(scene.theme.panel)
        shade.setAlpha(_SHADE)
        lanes = lanes_of(self.log)
        for number, (lane, hits) in enumerate(zip(lanes, self._by_lane, strict=True)):
            plot = layout.within_plot(strip_of(layout.lanes, number, len(lanes)))
            painter.fillRect(plot, shade)
            counts = np.diff(count_before(hits, positions))
            _paint(painter, plot.adjusted(0, 1, 0, -1), counts, lane.colour(scene.theme))

    def _paint_overview(self, painter: QPainter, layout: Layout, everything: Scene) -> None:
        counts = np.diff(count_before(self.hits, column_positions(everything)))
        strip = layout.within_plot(layout.overview)
        strip = QRect(strip.left(), strip.bottom() + 1 - _STRIP, strip.width(), _STRIP)
        painter.fillRect(strip, everything.theme.ground)
        _paint(painter, strip.adjusted(0, 1, 0, 0), counts, everything.theme.accent)

    def hit(self, point: QPoint, layout: Layout, scene: Scene, everything: Scene) -> Hit | None:
        """Nothing: the lanes below tell what is there."""
        return None


def _paint(painter: QPainter, plot: QRect, counts: Int64, colour: QColor) -> None:
    """A tick in each column that holds any."""
    if not counts.any():
        return
    rows = max(1, plot.height())
    tops = np.full(len(counts), rows, dtype=np.int64)
    columns = np.minimum(np.flatnonzero(counts), max(0, len(counts) - _TICK))
    for step in range(min(_TICK, len(counts))):
        tops[columns + step] = 0
    painter.drawImage(plot, columns_picture(tops, rows, colour))
