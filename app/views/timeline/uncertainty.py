"""The track of uncertainty: how sure the system was, over time."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter

from app.text import weight
from app.views.contrast import mixed, readable
from app.views.timeline import track_text
from app.views.timeline.cursor import pixel_of
from app.views.timeline.layout import BESIDE
from app.views.timeline.scene import Hit, Margin, Scene
from app.views.timeline.steps import paint_area, paint_line, paint_steps
from core.projectors.rules import SteppedUncertainty
from core.replay.columns import Float64
from core.replay.index import ContextIndex
from core.replay.playback import Playhead

TITLE = "Uncertainty"
LEAST_HEIGHT = 36
MOST_HEIGHT = 64

_FILL = 0.2
_LINE = 16


class UncertaintyTrack:
    """Uncertainty from 0 to 1 as a filled curve, its value at the playhead beside it."""

    def __init__(self) -> None:
        self._known: tuple[Scene, Float64] | None = None

    def height(self, available: int, scene: Scene | None) -> int:
        """What is left, within what it needs and what does it good."""
        return min(max(available, LEAST_HEIGHT), MOST_HEIGHT)

    def shows(self, scene: Scene) -> tuple[object, ...]:
        """See `Track`."""
        return (scene.index,)

    def paint(self, painter: QPainter, rect: QRect, scene: Scene) -> None:
        """Paint the curve and what lies under it."""
        plot = _plot(rect, scene)
        painter.fillRect(plot, scene.theme.panel)
        if scene.index is None:
            track_text.paint_message(painter, plot, scene, track_text.READING)
        elif scene.width >= 1:
            self._paint_curve(painter, plot, scene, scene.index)

    def margins(self, rect: QRect, scene: Scene) -> tuple[Margin, ...]:
        """See `Track`."""
        note = "0–1" if rect.height() >= 2 * _LINE else ""
        return (track_text.title_margin(rect.top(), scene, title=TITLE, note=note),)

    def _paint_curve(
        self, painter: QPainter, plot: QRect, scene: Scene, index: ContextIndex
    ) -> None:
        y = _y(self._values(scene, index), plot)
        shown = np.ones(len(y), dtype=np.bool_)
        colour = scene.theme.uncertainty
        painter.save()
        painter.setClipRect(plot, Qt.ClipOperation.IntersectClip)
        crisp = isinstance(index.rules.uncertainty, SteppedUncertainty)
        paint_area(painter, plot, y, mixed(scene.theme.panel, colour, _FILL))
        if crisp:
            paint_steps(painter, scene.left, y[None], shown[None], [colour], [2])
        else:
            paint_line(painter, plot, y, shown, colour=colour)
        painter.restore()

    def _values(self, scene: Scene, index: ContextIndex) -> Float64:
        if self._known is None or self._known[0] is not scene:
            self._known = (scene, index.uncertainty.over(scene.positions, scene.instants))
        return self._known[1]

    def paint_playhead(
        self, painter: QPainter, rect: QRect, scene: Scene, playhead: Playhead
    ) -> None:
        """Paint a dot on the curve, and its value in the right gutter."""
        if scene.index is None or scene.width < 1:
            return
        plot = _plot(rect, scene)
        value = scene.index.uncertainty.at(playhead.position, playhead.instant)
        y = float(_y(np.array([value]), plot)[0])
        x = pixel_of(scene, playhead)
        theme = scene.theme
        if x is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
            painter.setPen(theme.panel)
            painter.setBrush(theme.uncertainty)
            painter.drawEllipse(QPointF(x, y), 3.5, 3.5)
        painter.setPen(_value_colour(scene))
        left = plot.right() + 1 + BESIDE
        top = min(max(round(y) - _LINE // 2, rect.top()), rect.bottom() + 1 - _LINE)
        box = QRect(left, top, rect.right() - left, _LINE)
        track_text.bold_small().write(painter, box, weight(value))

    def hit(self, point: QPoint, rect: QRect, scene: Scene) -> Hit | None:
        """The uncertainty at the pointer."""
        column = point.x() - scene.left
        if scene.index is None or not 0 <= column < scene.width:
            return None
        if not _plot(rect, scene).contains(point):
            return None
        return Hit(f"{TITLE} {weight(float(self._values(scene, scene.index)[column]))}")


def _plot(rect: QRect, scene: Scene) -> QRect:
    return QRect(scene.left, rect.top(), scene.width, rect.height())


def _y(values: Float64, plot: QRect) -> Float64:
    low, high = plot.bottom(), plot.top() + 1
    return low - values * (low - high)


def _value_colour(scene: Scene) -> QColor:
    return readable(scene.theme.uncertainty, scene.theme.ground, scene.theme.text)
