"""Events in the pixel columns of a scene, and columns as pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from app.views.timeline.scene import Scene
from core.replay.columns import Int64

UInt32 = NDArray[np.uint32]

_BODY = 0.6
"""How opaque a column is below its crown."""
_BEFORE = 1e-6
"""A little less than the left edge: a µs, so that what lies exactly on it is in the picture."""


def column_positions(scene: Scene) -> Int64:
    """How many events lie left of each column, and at the end of the last; width + 1 of them.

    An event at the edge of two columns belongs to the left one, at the very left to the first.
    """
    positions = scene.positions.copy()
    positions[0] = scene.axis.positions_at(scene.x0 - _BEFORE)
    return positions


def premultiplied(colour: QColor) -> int:
    """A colour as a pixel of `picture`."""
    alpha = colour.alpha()
    red, green, blue = (c * alpha // 255 for c in (colour.red(), colour.green(), colour.blue()))
    return alpha << 24 | red << 16 | green << 8 | blue


def picture(pixels: UInt32) -> QImage:
    """An image of its own memory from rows of premultiplied ARGB pixels."""
    rows = np.ascontiguousarray(pixels)
    height, width = rows.shape
    shape = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(rows.data.cast("B"), width, height, 4 * width, shape).copy()


def columns_picture(tops: Int64, height: int, colour: QColor, *, crown: int = 0) -> QImage:
    """Columns filled from row ``tops`` (``height`` is none) down to the last row.

    With a ``crown`` only so many of a column's first rows have the full colour.
    """
    body = QColor(colour)
    body.setAlphaF(_BODY if crown else 1.0)
    rows, tops = np.arange(height, dtype=np.int32)[:, None], tops.astype(np.int32)
    # Nothing, the crown, what is below it.
    parts = (rows >= tops).view(np.uint8) + (rows >= tops + crown).view(np.uint8)
    colours = np.array([0, premultiplied(colour), premultiplied(body)], dtype=np.uint32)
    return picture(colours.take(parts, mode="clip"))
