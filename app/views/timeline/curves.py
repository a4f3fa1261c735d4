"""The track of concepts: how each weight grew, and which concept a curve is."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QLineF, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.text import plain, weight
from app.theme import SPACE
from app.views.contrast import mixed, readable
from app.views.lettering import RIGHT
from app.views.timeline import track_text
from app.views.timeline.cursor import pixel_of
from app.views.timeline.curve_layout import LEADER, CurveFacts, CurveLayout, Line, cap_y, plot_of
from app.views.timeline.layout import BESIDE, INSET
from app.views.timeline.scene import Hit, Margin, Scene
from app.views.timeline.steps import paint_line, paint_steps
from core.replay.playback import Playhead

TITLE = "Active concepts"
LEAST_HEIGHT = 80
REACH = 5
"""How near a curve the pointer means it (px)."""

_LEVELS = 4
_LABEL_LINE = 14
_DIMMED = 0.6
_NAME = 60


class ConceptTrack:
    """The weights of the scene's concepts as curves, their names at the right ends."""

    def __init__(self) -> None:
        self._layout: CurveLayout | None = None
        self._facts: CurveFacts | None = None

    def height(self, available: int, scene: Scene | None) -> int:
        """All that is left, but never too little to read."""
        return max(LEAST_HEIGHT, available)

    def shows(self, scene: Scene) -> tuple[object, ...]:
        """See `Track`."""
        return scene.log, scene.index, scene.curves, scene.selected

    def paint(self, painter: QPainter, rect: QRect, scene: Scene) -> None:
        """Paint the grid and the curves."""
        plot = plot_of(rect, scene)
        painter.fillRect(_with_margin(plot), scene.theme.panel)
        for y in _levels(plot, scene):
            painter.fillRect(QRect(plot.left(), y, plot.width(), 1), scene.theme.grid)
        layout = self._laid_out(rect, scene)
        if layout is None or not layout.lines:
            track_text.paint_message(painter, plot, scene, _empty_text(scene))
        else:
            _paint_curves(painter, layout)

    def margins(self, rect: QRect, scene: Scene) -> tuple[Margin, ...]:
        """See `Track`: the scale, and the names."""
        scale = partial(_paint_scale, plot=plot_of(rect, scene), scene=scene)
        left = Margin(True, (_cap(scene), len(scene.curves)), scale)
        layout = self._laid_out(rect, scene)
        if layout is None:
            return left, Margin(False, (), lambda _: None)
        names = ((line.curve, line.name, box.top(), end) for line, box, end in layout.names)
        shows = scene.curves, scene.selected, *names
        return left, Margin(False, shows, partial(_paint_names, layout=layout))

    def paint_playhead(
        self, painter: QPainter, rect: QRect, scene: Scene, playhead: Playhead
    ) -> None:
        """Paint a dot on each curve at the playhead."""
        layout, x = self._laid_out(rect, scene), pixel_of(scene, playhead)
        if layout is None or x is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(scene.theme.panel)
        lines = layout.lines
        concepts = [line.curve.concept for line in lines]
        values = layout.index.weights_of(concepts, playhead.position, playhead.instant)
        heights = layout.y(values, np.array([line.lift for line in lines], dtype=np.int64))
        for line, value, y in zip(lines, values.tolist(), heights.tolist(), strict=True):
            if value > 0:
                chosen = line.curve.concept == scene.selected
                radius = 4.5 if chosen else 3.5
                painter.setBrush(scene.theme.concept_colour(line.curve.slot))
                painter.drawEllipse(QPointF(x, y), radius, radius)

    def hit(self, point: QPoint, rect: QRect, scene: Scene) -> Hit | None:
        """The curve, or the name, under the pointer."""
        layout = self._laid_out(rect, scene)
        if layout is None or not layout.lines:
            return None
        column = point.x() - scene.left
        if column > scene.width + REACH:
            return _named_at(point, layout)
        return _curve_at(point, column, layout) if column >= -REACH else None

    def _laid_out(self, rect: QRect, scene: Scene) -> CurveLayout | None:
        if scene.index is None:
            return None
        known = self._layout
        if known is None or known.scene is not scene or known.rect != rect:
            if self._facts is None or self._facts.index is not scene.index:
                self._facts = CurveFacts(scene.index)
            known = self._layout = CurveLayout(scene, QRect(rect), self._facts)
        return known


def _with_margin(plot: QRect) -> QRect:
    """The plot with room for a whole line along its ends."""
    return plot.adjusted(0, -SPACE, 0, SPACE)


def _empty_text(scene: Scene) -> str:
    if scene.index is None:
        return track_text.READING
    if not len(scene.log.contributions):
        return "No concepts in this session"
    return "No active concepts here"


def _cap(scene: Scene) -> float:
    return 1.0 if scene.index is None else scene.index.rules.cap


def _levels(plot: QRect, scene: Scene) -> list[int]:
    """The px of the lines across the plot, from that of weight 0 up to the cap's."""
    low, high = plot.bottom(), cap_y(plot, scene)
    return [round(low - (low - high) * level / _LEVELS) for level in range(_LEVELS + 1)]


def _paint_scale(painter: QPainter, plot: QRect, scene: Scene) -> None:
    """The weights of the lines beside the plot, as many as there is room for."""
    cap, high = _cap(scene), cap_y(plot, scene)
    labels = [weight(cap * level / _LEVELS) for level in range(_LEVELS + 1)]
    widest = max(track_text.small().advance(text) for text in labels)
    is_roomy = INSET + track_text.title_width(TITLE) + widest + 2 * BESIDE <= scene.left
    step = _label_step(plot.bottom() - high) if is_roomy else _LEVELS
    painter.setPen(scene.theme.muted)
    for y, text in list(zip(_levels(plot, scene), labels, strict=True))[::step]:
        box = QRect(0, y - _LABEL_LINE // 2, scene.left - BESIDE, _LABEL_LINE)
        track_text.small().write(painter, box, text, along=RIGHT)
    top, note = high + _LABEL_LINE // 2 + SPACE, f"weight 0–{cap:g}"
    taken = widest if step < _LEVELS else 0
    track_text.paint_title(painter, top, scene, title=TITLE, note=note, taken=taken)


def _label_step(height: int) -> int:
    """Every level is labelled, or every second, or the ends alone."""
    return next((step for step in (1, 2) if height * step / _LEVELS >= _LABEL_LINE), _LEVELS)


def _paint_curves(painter: QPainter, layout: CurveLayout) -> None:
    scene, within = layout.scene, _with_margin(layout.plot)
    smooth = layout.index.rules.half_life is not None
    painter.save()
    painter.setClipRect(within, Qt.ClipOperation.IntersectClip)
    chosen = [line.curve.concept == scene.selected for line in layout.lines]
    colours = [_colour(line, scene) for line in layout.lines]
    if smooth:
        for line, colour, thick in zip(layout.lines, colours, chosen, strict=True):
            wide = 2.2 if thick else 1.5
            paint_line(painter, within, line.y, line.values > 0, colour=colour, thickness=wide)
    else:
        y = np.array([line.y for line in layout.lines])
        shown = np.array([line.values for line in layout.lines]) > 0
        paint_steps(painter, scene.left, y, shown, colours, [2 + thick for thick in chosen])
    painter.restore()


def _colour(line: Line, scene: Scene) -> QColor:
    """The curve's colour, dimmed while another curve is selected."""
    colour = scene.theme.concept_colour(line.curve.slot)
    if scene.selected is None or line.curve.concept == scene.selected:
        return colour
    is_drawn = any(curve.concept == scene.selected for curve in scene.curves)
    return mixed(scene.theme.panel, colour, _DIMMED) if is_drawn else colour


def _paint_names(painter: QPainter, layout: CurveLayout) -> None:
    scene, theme = layout.scene, layout.scene.theme
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    for line, box, end in layout.names:
        _paint_leader(painter, layout.plot.right() + 1, end, box, _colour(line, scene))
        chosen = line.curve.concept == scene.selected
        colour = theme.concept_colour(line.curve.slot)
        painter.setPen(readable(colour, theme.ground, theme.text))
        letters = track_text.bold_small() if chosen else track_text.small()
        letters.write(painter, box, letters.cut(line.name, box.width()))


def _paint_leader(painter: QPainter, start: int, end: float, box: QRect, colour: QColor) -> None:
    painter.setPen(QPen(colour, 1.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
    y, bend = box.center().y() + 0.5, start + LEADER - 2
    painter.drawLine(QLineF(start, round(end) + 0.5, bend, y))
    painter.drawLine(QLineF(bend, y, start + LEADER, y))


def _named_at(point: QPoint, layout: CurveLayout) -> Hit | None:
    for line, box, _ in layout.names:
        if box.contains(point):
            return _hit(line, len(line.values) - 1)
    return None


def _curve_at(point: QPoint, column: int, layout: CurveLayout) -> Hit | None:
    """The nearest curve, its risers included; of two at one distance the one drawn on top."""
    first, last = max(0, column - REACH), min(layout.scene.width, column + REACH)
    sideways = np.maximum(np.abs(np.arange(first, last) + 0.5 - column) - 0.5, 0.0)
    best: tuple[float, Line] | None = None
    for line in layout.lines:
        part = line.y[first : last + 1]
        high, low = np.minimum(part[:-1], part[1:]), np.maximum(part[:-1], part[1:])
        away = np.maximum(np.maximum(high - point.y(), point.y() - low), 0.0)
        drawn = line.values[first + 1 : last + 1] > 0
        distance = float(np.min(np.hypot(away, sideways), where=drawn, initial=np.inf))
        if distance <= REACH and (best is None or distance <= best[0]):
            best = (distance, line)
    return None if best is None else _hit(best[1], min(max(column, 0), layout.scene.width))


def _hit(line: Line, edge: int) -> Hit:
    value = weight(float(line.values[edge]))
    return Hit(f"{plain(line.name, limit=_NAME)} {value}", concept=line.curve.concept)
