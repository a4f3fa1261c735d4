"""The curves under other rules, dotted, beneath which the session can be compared."""

from __future__ import annotations

from dataclasses import field
from functools import cached_property
from math import ceil

import numpy as np
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from app.text import plain, weight
from app.views.contrast import mixed
from app.views.timeline import track_text
from app.views.timeline.curve_layout import cap_y, plot_of
from app.views.timeline.layout import BESIDE, INSET, Layout
from app.views.timeline.scene import Hit, Scene
from core.late_dataclass import dataclass
from core.replay.columns import Float64, Int64
from core.replay.index import ContextIndex

_DOT, _PERIOD = 2, 6
"""How many px of a curve are drawn of each so many."""
_SHARE = 0.9
_LINE = 14
_LEAST_LEGEND = 96
_REACH = 4
_RISERS_MOST = 80
_CLEAR = QImage.Format.Format_ARGB32_Premultiplied


@dataclass(eq=False)
class GhostLayer:
    """A `Layer`: the concepts that have a curve, and the uncertainty, as under the base's rules."""

    base: ContextIndex
    _kept: tuple[tuple[object, ...], QImage] | None = field(default=None, init=False)

    def paint(self, painter: QPainter, layout: Layout, scene: Scene, everything: Scene) -> None:
        """See `Layer`."""
        if scene.index is None or scene.log.session_id != self.base.log.session_id:
            return
        ratio, cap = painter.device().devicePixelRatioF(), scene.index.rules.cap
        made_of = (scene.grid, scene.theme, layout, ratio, cap, self._concepts(scene))
        # While a slider moves they stay where they are, and are a third of the work.
        if self._kept is None or self._kept[0] != made_of:
            self._kept = made_of, self._dots(layout, scene, ratio)
        painter.drawImage(0, 0, self._kept[1])
        self._paint_legend(painter, layout, scene)

    def _dots(self, layout: Layout, scene: Scene, ratio: float) -> QImage:
        """All that is dotted, in its place in the widget; the rest of the image is clear."""
        right, bottom = layout.right, layout.ruler.top()
        image = QImage(ceil(right * ratio), ceil(bottom * ratio), _CLEAR)
        image.setDevicePixelRatio(ratio)
        image.fill(Qt.GlobalColor.transparent)
        plot = plot_of(layout.concepts, scene)
        with QPainter(image) as painter:
            for concept, slot in self._concepts(scene):
                y = self._y(concept, scene, plot)
                colour = mixed(scene.theme.panel, scene.theme.concept_colour(slot), _SHARE)
                _paint_dotted(painter, layout.within_plot(layout.concepts), y, colour)
            strip = layout.within_plot(layout.uncertainty)
            if strip.height() > 0:
                values = self.base.uncertainty.over(self._positions(scene), scene.instants)
                y = strip.bottom() - values * (strip.bottom() - strip.top() - 1)
                _paint_dotted(painter, strip, y, scene.theme.text)
        return image

    def hit(self, point: QPoint, layout: Layout, scene: Scene, everything: Scene) -> Hit | None:
        """The dotted curve under the pointer, where no other is nearer."""
        column = point.x() - scene.left
        if scene.index is None or not (0 <= column < scene.width):
            return None
        if not layout.concepts.contains(point):
            return None
        plot, positions = plot_of(layout.concepts, scene), self._positions(scene)
        cap, at = scene.index.rules.cap, slice(column, column + 1)
        low, high = plot.bottom(), cap_y(plot, scene)
        for curve in scene.curves:
            now = scene.index.curve(curve.concept, positions[at], scene.instants[at])[0]
            if abs(low - now / cap * (low - high) - point.y()) <= _REACH + 1:
                return None
        for concept, _ in self._concepts(scene):
            value = float(self.base.curve(concept, positions[at], scene.instants[at])[0])
            if value > 0 and abs(low - value / cap * (low - high) - point.y()) <= _REACH:
                name = plain(self.base.log.concept_label(concept), limit=60)
                return Hit(f"{name} {weight(value)} under {plain(self.base.rules.name)}")
        return None

    def _concepts(self, scene: Scene) -> list[tuple[int, int]]:
        """The base's codes of the concepts that have a curve, with the slots of their colours."""
        ids = scene.log.contributions.concept_ids
        codes = ((self._code(ids[c.concept]), c.slot) for c in scene.curves)
        return [(code, slot) for code, slot in codes if code is not None]

    def _code(self, concept_id: str) -> int | None:
        if concept_id not in self._codes:
            self._codes[concept_id] = self.base.log.concept_code(concept_id)
        return self._codes[concept_id]

    @cached_property
    def _codes(self) -> dict[str, int | None]:
        return {}

    def _positions(self, scene: Scene) -> Int64:
        # The base may be of the session a moment ago.
        return np.minimum(scene.positions, len(self.base.log))

    def _y(self, concept: int, scene: Scene, plot: QRect) -> Float64:
        assert scene.index is not None
        values = self.base.curve(concept, self._positions(scene), scene.instants)
        low, high = plot.bottom(), cap_y(plot, scene)
        y = low - values / scene.index.rules.cap * (low - high)
        # Nothing is drawn of what weighs nothing, and what is above all stays at the edge.
        return np.where(values > 0, np.maximum(y, plot.top()), np.nan)

    def _paint_legend(self, painter: QPainter, layout: Layout, scene: Scene) -> None:
        strip = layout.concepts
        if strip.height() < _LEAST_LEGEND:
            return
        cap = 1.0 if scene.index is None else scene.index.rules.cap
        taken = track_text.small().advance(weight(cap)) + 2 * BESIDE
        room = scene.left - INSET - taken
        painter.setPen(scene.theme.muted)
        lines = ("solid: your rules", f"dotted: {plain(self.base.rules.name)}")
        for number, text in enumerate(lines):
            top = strip.bottom() - _LINE * (len(lines) - number)
            shown = track_text.small().cut(text, room)
            box = QRect(INSET, top, room, _LINE)
            track_text.small().write(painter, box, shown)


def _paint_dotted(painter: QPainter, plot: QRect, y: Float64, colour: QColor) -> None:
    """A dotted line through a y (px, or nan) at each edge of the plot's columns.

    Its flat parts are dotted along, its risers down; where it goes up and down all the time, only
    the dots along are drawn, so that it costs what a calm one does.
    """
    drawn = np.isfinite(y)
    level = np.rint(np.where(drawn, y, plot.bottom())).astype(np.int64)
    level = np.clip(level, plot.top(), plot.bottom())
    high, low = np.minimum(level[:-1], level[1:]), np.maximum(level[:-1], level[1:])
    there = drawn[1:] | drawn[:-1]
    starts = np.arange(0, len(high), _PERIOD)
    # Each dot spans what its columns do.
    tops, bottoms = (
        how.reduceat(values, np.sort(np.append(starts, starts[starts + _DOT < len(high)] + _DOT)))
        for how, values in ((np.minimum, high), (np.maximum, low))
    )
    rects = [
        QRect(plot.left() + start, top, _DOT, bottom - top + 1)
        for start, top, bottom, drawn in zip(
            starts.tolist(),
            tops[::2].tolist(),
            bottoms[::2].tolist(),
            there[starts].tolist(),
            strict=True,
        )
        if drawn
    ]
    risers = np.flatnonzero(there & (low - high > _PERIOD))
    if len(risers) <= _RISERS_MOST:
        for column in risers.tolist():
            left = plot.left() + column
            dots = range(int(high[column]), int(low[column]) + 1, _PERIOD)
            rects += [QRect(left, top, 1, _DOT) for top in dots]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRects(rects)
