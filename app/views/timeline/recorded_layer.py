"""Recorded contexts over the track of uncertainty: ticks where they agree, diamonds where not."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QPainter, QPolygonF

from app.models.recorded import RecordedState
from app.models.recorded_words import discrepancies
from app.text import count, plain
from app.views.timeline.bins import column_positions
from app.views.timeline.layout import Layout
from app.views.timeline.scene import Hit, Scene
from app.views.timeline.telling import moment
from core.late_dataclass import dataclass
from core.replay.columns import Int32, Int64, count_before
from core.replay.playback import Playhead
from core.replay.recorded import Finding

_HALF = 5
_TICK = 5
_REACH = 5
_TOLD = 4


@dataclass(frozen=True, eq=False, slots=True)
class RecordedLayer:
    """A `Layer` over the uncertainty: what a session recorded of its context.

    A diamond on a stem marks what is not as the rules give it; a small tick at the foot of the
    track what is.
    """

    session_id: str
    state: RecordedState

    def paint(self, painter: QPainter, layout: Layout, scene: Scene, everything: Scene) -> None:
        """See `Layer`."""
        if scene.log.session_id != self.session_id or not self.state.checked:
            return
        plot, theme = layout.within_plot(layout.uncertainty), scene.theme
        if plot.height() <= 0:
            return
        for column in _columns(self.state.agreeing, scene).tolist():
            tick = QRect(scene.left + column, plot.bottom() + 1 - _TICK, 2, _TICK)
            painter.fillRect(tick, theme.muted)
        differing = _columns(self.state.differing, scene).tolist()
        for column in differing:
            stem = QRect(scene.left + column, plot.top() + 2 * _HALF, 1, plot.height() - 2 * _HALF)
            painter.fillRect(stem, theme.text)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.panel)
        painter.setBrush(theme.bad)
        for column in differing:
            painter.drawPolygon(_diamond(QPointF(scene.left + column + 0.5, plot.top() + _HALF)))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def hit(self, point: QPoint, layout: Layout, scene: Scene, everything: Scene) -> Hit | None:
        """See `Layer`."""
        plot = layout.within_plot(layout.uncertainty)
        if not plot.contains(point) or scene.log.session_id != self.session_id:
            return None
        if point.y() <= plot.top() + 2 * _HALF:
            found = _near(self.state.differing, scene, point.x())
            return self._told(scene, found) if len(found) else None
        if point.y() > plot.bottom() - _TICK:
            found = _near(self.state.agreeing, scene, point.x())
            if len(found):
                event = int(self.state.agreeing[found[0]])
                several = f" (one of {len(found):,} here)" if len(found) > 1 else ""
                text = f"Recorded context #{event + 1:,}{several}: as the rules give it"
                return Hit(text, _playhead(scene, event))
        return None

    def _told(self, scene: Scene, found: Int64) -> Hit:
        place = int(found[0])
        event, finding = int(self.state.differing[place]), self.state.findings[place]
        when = moment(scene.log, finding.instant)
        lines = [f"Recorded context #{event + 1:,} · {when}", *_lines(finding)]
        if len(found) > 1:
            lines.append(f"and {count(len(found) - 1, 'more recorded context')} here")
        return Hit("\n".join(lines), _playhead(scene, event))


def _lines(finding: Finding) -> list[str]:
    if finding.difference is None:
        return [f"is no context: {plain(finding.problem, limit=160)}"]
    words = [each.words for each in discrepancies(finding.difference)]
    more = len(words) - _TOLD
    return [*words[:_TOLD], f"and {count(more, 'more difference')}"] if more > 0 else words


def _columns(events: Int32, scene: Scene) -> Int64:
    """The pixel columns (from the left of the plot) in which any of these events lie."""
    return np.flatnonzero(np.diff(count_before(events, column_positions(scene))))


def _near(events: Int32, scene: Scene, pixel: int) -> Int64:
    """The places of the events whose mark is in the nearest column within reach that has any."""
    columns = _columns(events, scene)
    if not len(columns):
        return columns
    nearest = int(columns[np.argmin(np.abs(columns - (pixel - scene.left)))])
    if abs(nearest - (pixel - scene.left)) > _REACH:
        return columns[:0]
    start, stop = count_before(events, column_positions(scene)[[nearest, nearest + 1]]).tolist()
    return np.arange(start, stop)


def _playhead(scene: Scene, event: int) -> Playhead:
    return Playhead(event + 1, int(scene.log.times[event]))


def _diamond(middle: QPointF) -> QPolygonF:
    corners = ((0, -_HALF), (_HALF, 0), (0, _HALF), (-_HALF, 0))
    return QPolygonF([middle + QPointF(x, y) for x, y in corners])
