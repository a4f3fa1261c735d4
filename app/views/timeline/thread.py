"""The thread of a turn: a thin line that joins its events from lane to lane."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from app.text import count
from app.views.timeline.lanes import lane_count, strip_of
from app.views.timeline.layout import Layout
from app.views.timeline.scene import Hit, Scene
from app.views.timeline.telling import tell_event, tell_span
from core.late_dataclass import dataclass
from core.replay.columns import Float64, Int32, Int64, SessionLog
from core.replay.playback import Playhead

KNOTS_MOST = 256
"""How many events a thread is drawn through at the most."""

_LOOKED_AT = 8 * KNOTS_MOST
_RADIUS = 3.0
_NEAR_KNOT, _NEAR_LINE = 5, 2
_LINE, _KNOT = 150, 235
_CURVED = 12
"""From how many px between two events on the line is a curve, so that it does not cut across."""


@dataclass(frozen=True, eq=False, slots=True)
class Thread:
    """A `Layer` over the lanes: the events (indexes, ascending) of one turn of a log."""

    log: SessionLog
    events: Int32

    def paint(self, painter: QPainter, layout: Layout, scene: Scene, everything: Scene) -> None:
        """See `Layer`."""
        if scene.log.session_id != self.log.session_id:
            return
        _, points = self._knots(layout, scene)
        painter.setClipRect(_plot(layout))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(_with(scene.theme.text, _LINE), 1.0))
        painter.drawPath(_path(points))
        painter.setPen(QPen(scene.theme.panel, 1.0))
        painter.setBrush(_with(scene.theme.text, _KNOT))
        for point in points:
            painter.drawEllipse(point, _RADIUS, _RADIUS)

    def hit(self, point: QPoint, layout: Layout, scene: Scene, everything: Scene) -> Hit | None:
        """See `Layer`."""
        if not _plot(layout).contains(point):
            return None
        if scene.log.session_id != self.log.session_id:
            return None
        places, points = self._knots(layout, scene)
        for place, knot in zip(places.tolist(), points, strict=True):
            if (QPointF(point) - knot).manhattanLength() <= _NEAR_KNOT:
                return self._hit_event(place)
        box = QRect(-_NEAR_LINE, -_NEAR_LINE, 2 * _NEAR_LINE + 1, 2 * _NEAR_LINE + 1)
        path = _path(points)
        # A line encloses nothing, so what it crosses is asked for, of the line there and back.
        back = QPainterPath(path)
        back.connectPath(path.toReversed())
        return Hit(self._told()) if back.intersects(box.translated(point)) else None

    def _hit_event(self, place: int) -> Hit:
        event = int(self.events[place])
        told = f"Turn: {place + 1:,} of {count(len(self.events), 'event')}"
        seek = Playhead(event + 1, int(self.log.times[event]))
        return Hit(f"{tell_event(self.log, event)}\n{told}", seek)

    def _told(self) -> str:
        first, last = (int(self.log.times[event]) for event in self.events[[0, -1]])
        span = tell_span(self.log, first, last)
        return f"Turn of {count(len(self.events), 'event')} between {span}"

    def _knots(self, layout: Layout, scene: Scene) -> tuple[Int64, list[QPointF]]:
        """The places in the turn of the events that are drawn, and where; one beyond each side."""
        first, stop = np.searchsorted(self.events, scene.positions[[0, -1]]).tolist()
        places = np.arange(max(0, first - 1), min(len(self.events), stop + 1))
        places = places[:: max(1, len(places) // _LOOKED_AT)]
        events = self.events[places]
        lanes = lane_count(self.log)
        lane = np.minimum(self.log.kinds[events].astype(np.int64), lanes - 1)
        strips = [strip_of(layout.lanes, number, lanes) for number in range(lanes)]
        y = np.array([strip.top() + strip.height() / 2 for strip in strips])[lane]
        x = scene.pixels(scene.axis.x_of_positions(events + 1))
        # Far outside a pixel is as good as another, and a painter counts in 16 bits somewhere.
        x = np.clip(x, scene.left - 999.0, scene.left + scene.width + 999.0)
        kept = _apart(x, lane)
        return places[kept], [QPointF(*at) for at in zip(x[kept], y[kept], strict=True)]


def _plot(layout: Layout) -> QRect:
    """Where a thread may be: the lanes, and as much beside them as a knot at an end needs."""
    margin = round(_RADIUS) + 1
    return layout.within_plot(layout.lanes).adjusted(-margin, 0, margin, 0)


def _apart(x: Float64, lane: Int64) -> Int64:
    """Which events are drawn: of those in one place the first, and evenly so many at most."""
    column = np.rint(x)
    moved = np.ones(len(x), dtype=np.bool_)
    moved[1:] = (np.diff(column) != 0) | (np.diff(lane) != 0)
    kept = np.flatnonzero(moved)
    if len(kept) <= KNOTS_MOST:
        return kept
    return kept[np.linspace(0, len(kept) - 1, KNOTS_MOST).astype(np.int64)]


def _path(points: list[QPointF]) -> QPainterPath:
    path = QPainterPath()
    for number, point in enumerate(points):
        before = path.currentPosition()
        if not number:
            path.moveTo(point)
        elif abs(point.x() - before.x()) < _CURVED or point.y() == before.y():
            path.lineTo(point)
        else:
            middle = (before.x() + point.x()) / 2
            path.cubicTo(QPointF(middle, before.y()), QPointF(middle, point.y()), point)
    return path


def _with(colour: QColor, alpha: int) -> QColor:
    shaded = QColor(colour)
    shaded.setAlpha(alpha)
    return shaded
