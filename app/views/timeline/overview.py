"""The overview: all of a session as a stacked histogram, and the visible range as a box on it."""

from __future__ import annotations

from enum import Enum

import numpy as np
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter

from app import text
from app.theme import Theme
from app.views.lettering import lettering
from app.views.timeline.bins import (
    UInt32,
    column_positions,
    picture,
    premultiplied,
)
from app.views.timeline.lanes import Lane
from app.views.timeline.layout import BESIDE, INSET
from app.views.timeline.ranges import Range
from app.views.timeline.scene import Hit, Scene
from app.views.timeline.telling import fitting, tell_span
from core.replay.columns import Int64, count_before

BAR, PITCH = 3, 4
"""How wide a bar is, and how far from the next (px)."""

_LEAST_UNIT, _MOST_UNIT = 3, 6
"""The height of one event in a bar (px), where the highest bar has room for that."""
_LEAST_BAR = 2
_EDGE = 2
_REACH = 5
"""How many px from an edge of the box the pointer still takes hold of it."""


class Grip(Enum):
    """What of the range's box the pointer takes hold of."""

    LEFT = "left"
    RIGHT = "right"
    INSIDE = "inside"
    OUTSIDE = "outside"


def grip_at(pixel: float, box: tuple[float, float], *, whole: bool) -> Grip:
    """What lies at a px; ``box`` is the range's in px. All of the overview cannot be moved, so
    that inside it a new range begins."""
    left, right = box
    inner = min(_REACH, (right - left) / 4)
    if left - _REACH <= pixel <= left + inner:
        return Grip.LEFT
    if right - inner <= pixel <= right + _REACH:
        return Grip.RIGHT
    return Grip.INSIDE if left < pixel < right and not whole else Grip.OUTSIDE


def dragged(grip: Grip, shown: Range, start: float, now: float) -> Range:
    """The range after a drag from x ``start`` to ``now``; ``shown`` is the one before it."""
    x0, x1 = shown
    if grip is Grip.INSIDE:
        return x0 + now - start, x1 + now - start
    if grip is Grip.OUTSIDE:
        x0, x1 = start, now
    elif grip is Grip.LEFT:
        x0 += now - start
    else:
        x1 += now - start
    return min(x0, x1), max(x0, x1)


class Overview:
    """Paints the overview; the histogram is kept until the log, the axis or the size changes."""

    def __init__(self) -> None:
        self._made_of: tuple[object, ...] = ()
        self._histogram = QImage()

    def paint(
        self, painter: QPainter, rect: QRect, scene: Scene, *, lanes: tuple[Lane, ...], shown: Range
    ) -> None:
        """Paint the strip; ``scene`` spans the whole axis, ``shown`` is the visible range."""
        plot = QRect(scene.left, rect.top(), scene.width, rect.height())
        left, right = (round(edge) for edge in box_of(scene, shown))
        box = QRect(left, plot.top(), max(right - left, 2 * _EDGE), plot.height())
        painter.fillRect(box, scene.theme.range_fill)
        area = plot.adjusted(0, 4, 0, -2)
        painter.drawImage(area, self._bars(scene, lanes, area.height()))
        for edge in (box.left(), box.right() + 1 - _EDGE):
            painter.fillRect(QRect(edge, box.top(), _EDGE, box.height()), scene.theme.accent)
        _paint_texts(painter, rect, scene)

    def _bars(self, scene: Scene, lanes: tuple[Lane, ...], height: int) -> QImage:
        made_of = (scene.log.whole, scene.axis, scene.theme, scene.width, height)
        if made_of != self._made_of:
            counts = bar_counts(scene, lanes)
            bars = bar_pixels(counts, _palette(scene.theme, lanes), height=height)
            self._histogram = picture(_widened(bars, scene.width))
            self._made_of = made_of
        return self._histogram

    def hit(self, point: QPoint, scene: Scene) -> Hit | None:
        """How many events the bar under the pointer stands for."""
        column = point.x() - scene.left
        if not 0 <= column < scene.width:
            return None
        first = column // PITCH * PITCH
        last = min(first + PITCH, scene.width)
        positions = column_positions(scene)
        events = int(positions[last] - positions[first])
        if not events:
            return None
        span = tell_span(scene.log, int(scene.instants[first]), int(scene.instants[last]))
        return Hit(f"{text.count(events, 'event')} between {span}")


def bar_counts(scene: Scene, lanes: tuple[Lane, ...]) -> Int64:
    """The events of each bar: a row a lane, and last those whose type has not been read yet."""
    every = np.append(np.arange(0, scene.width, PITCH), scene.width)
    positions = column_positions(scene)[every]
    counts = [np.diff(count_before(lane.events, positions)) for lane in lanes]
    pending = np.diff(positions) - np.sum(counts, axis=0)
    return np.array([*counts, pending])


def bar_pixels(counts: Int64, colours: UInt32, *, height: int) -> UInt32:
    """The bars, one px wide each and ``height`` high; ``colours`` has one for each row of counts
    and last the one of nothing.

    A few events are as many units high; where there are more, a bar's height is by the root of
    its events, so that the few are seen beside the many, and its parts are in proportion.
    """
    totals = counts.sum(axis=0)
    most = max(1, int(totals.max()))
    unit = min(height // most, _MOST_UNIT)
    if unit >= _LEAST_UNIT:
        heights = (totals * unit).astype(np.float64)
    else:
        heights = np.maximum(np.sqrt(totals / most) * height, _LEAST_BAR)
    tops = np.cumsum(counts, axis=0) / np.maximum(totals, 1) * heights
    rows = np.arange(height)[::-1, None] + 0.5
    below = (tops[:, None, :] < rows[None, :, :]).sum(axis=0)
    pixels: UInt32 = colours[below]
    return pixels


def _widened(bars: UInt32, width: int) -> UInt32:
    wide = np.repeat(bars, PITCH, axis=1)[:, :width]
    wide[:, np.arange(width) % PITCH >= BAR] = 0
    return wide


def _palette(theme: Theme, lanes: tuple[Lane, ...]) -> UInt32:
    colours = [premultiplied(lane.colour(theme)) for lane in lanes]
    return np.array([*colours, premultiplied(theme.muted), 0], dtype=np.uint32)


def box_of(scene: Scene, shown: Range) -> tuple[float, float]:
    """The left and right edge of the range's box, in px of the widget."""
    left, right = scene.pixels(np.array(shown))
    return float(left), float(right)


def _paint_texts(painter: QPainter, rect: QRect, scene: Scene) -> None:
    letters, log = lettering(11), scene.log
    painter.setPen(scene.theme.muted)
    left = QRect(INSET, rect.top(), scene.left - INSET - BESIDE, rect.height())
    letters.write(painter, left, "Overview")
    start = scene.left + scene.width + BESIDE
    right = QRect(start, rect.top(), rect.right() - start, rect.height())
    total = fitting(letters, right.width(), text.count(len(log), "event"), f"{len(log):,}")
    letters.write(painter, right, total)
