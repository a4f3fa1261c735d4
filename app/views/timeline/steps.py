"""Draws a curve on the pixel grid: crisp steps, or a smooth line where values decay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter

from app.views.timeline.bins import columns_picture
from core.replay.axis import Axis
from core.replay.columns import Bool, Float64, Int64
from core.replay.playback import Playhead

_COVER = 8
"""How many degrees of cover a pixel has; with the rows of any screen they fit 16 bits."""
_MOST_ROWS = 4_000


def x_of_playhead(axis: Axis, playhead: Playhead) -> float:
    """Where a playhead lies on the axis; among events of one instant its position decides.

    Live, when it is later than the last event, it lies at the end.
    """
    x = min(float(axis.x_of_instants(playhead.instant)), axis.length)
    if axis.mode.counts:
        here, following = axis.x_of_positions((playhead.position, playhead.position + 1)).tolist()
        return x if here <= x < following else here
    return x


def paint_steps(
    painter: QPainter,
    left: int,
    y: Float64,
    shown: Bool,
    colours: Sequence[QColor],
    thicknesses: Sequence[int],
) -> None:
    """Horizontal runs and vertical risers, each a filled rectangle.

    ``y`` (px) and ``shown`` have a row for each curve, the later ones over the others, with values
    at the left edge of each pixel column and the right of the last. A run that is not shown is left
    out, the riser that ends it is not.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for curve, x, top, width, height in _step_rects(np.rint(y).astype(np.int64), shown):
        thick = thicknesses[curve]
        half = thick // 2
        corner = left + x - half, top - half
        painter.fillRect(*corner, width + thick, height + thick, colours[curve])


def _step_rects(y: Int64, shown: Bool) -> Iterator[tuple[int, int, int, int, int]]:
    """The curve (row), x, y, width and height of each run and riser, as if they were hair-thin."""
    begins = np.ones(y.shape, dtype=np.bool_)
    np.not_equal(y[:, 1:], y[:, :-1], out=begins[:, 1:])
    curve, start = np.nonzero(begins)
    last = y.shape[1] - 1
    end = np.append(start[1:], 0)
    # The next one that begins at the very left is another curve's.
    end = np.where(end > 0, end, last)
    here, before = y[curve, start], y[curve, np.maximum(start - 1, 0)]
    high, rise = np.minimum(here, before), np.abs(here - before)
    drawn = shown[curve, start] & (end > start)
    for row, x, level, width, top, height, is_run in zip(
        *(each.tolist() for each in (curve, start, here, end - start, high, rise, drawn)),
        strict=True,
    ):
        if is_run:
            yield row, x, level, width, 0
        if height:
            yield row, x, top, 0, height


def paint_line(
    painter: QPainter,
    plot: QRect,
    y: Float64,
    shown: Bool,
    *,
    colour: QColor,
    thickness: float = 1.5,
) -> None:
    """A smooth line through the same points, within ``plot``, soft at its upper and lower edge.

    It is an image made column by column, so that a line that goes up and down in every pixel costs
    what a calm one does; a wide antialiased pen takes 20 ms for it.
    """
    scale = painter.device().devicePixelRatioF()
    columns = max(1, round(plot.width() * scale))
    rows = min(max(1, round(plot.height() * scale)), _MOST_ROWS)
    grid = np.arange(len(y), dtype=np.float64)
    at = np.linspace(0.0, len(y) - 1.0, columns + 1)
    level = (np.interp(at, grid, y) - plot.top()) * scale
    half = thickness * scale / 2
    high, low = np.minimum(level[:-1], level[1:]) - half, np.maximum(level[:-1], level[1:]) + half
    drawn = np.interp(at, grid, shown) > 0
    image = _spans(high, low, drawn[1:] | drawn[:-1], rows)
    image.setColorTable(_shades(colour))
    painter.drawImage(plot, image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied))


def _spans(high: Float64, low: Float64, drawn: Bool, rows: int) -> QImage:
    """An image of how far each pixel is covered by its column's span, 0 to `_COVER`."""
    top = np.where(drawn, np.clip(high, 0, rows) * _COVER, 0).astype(np.int16)
    bottom = np.where(drawn, np.clip(low, 0, rows) * _COVER, 0).astype(np.int16)
    above = np.arange(rows, dtype=np.int16)[:, None] * np.int16(_COVER)
    cover = np.minimum(bottom, above + np.int16(_COVER))
    cover -= np.maximum(top, above)
    np.maximum(cover, 0, out=cover)
    pixels = cover.astype(np.uint8).tobytes()
    return QImage(pixels, len(high), rows, len(high), QImage.Format.Format_Indexed8).copy()


def _shades(colour: QColor) -> list[int]:
    rgb = colour.rgb() & 0xFFFFFF
    return [round(255 * cover / _COVER) << 24 | rgb for cover in range(_COVER + 1)]


def paint_area(painter: QPainter, plot: QRect, y: Float64, colour: QColor) -> None:
    """Fill what lies under a curve, each pixel column from its left edge's value down."""
    scale = painter.device().devicePixelRatioF()
    rows = round(plot.height() * scale)
    tops = np.rint((y[:-1] - plot.top()) * scale).astype(np.int64)
    painter.drawImage(plot, columns_picture(tops, rows, colour))
