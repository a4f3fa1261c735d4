"""Events in the pixel columns of a scene, and columns as pictures."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from app.views.timeline.scene import Scene
from core.replay.columns import Int64

UInt32 = NDArray[np.uint32]

_BODY = 0.6
"""How opaque a column is below its crown."""


def column_positions(scene: Scene) -> Int64:
    """See `Grid.columns`."""
    return scene.grid.columns


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
    return picture(_columns(height, colour.rgba(), crown).take(tops, axis=1, mode="clip"))


@lru_cache(maxsize=64)
def _columns(height: int, colour: int, crown: int) -> UInt32:
    """Each column that there can be, beside each other by where its top is."""
    full, body = QColor.fromRgba(colour), QColor.fromRgba(colour)
    body.setAlphaF(_BODY if crown else 1.0)
    rows, tops = np.arange(height)[:, None], np.arange(height + 1)
    # Nothing, the crown, what is below it.
    parts = (rows >= tops).astype(np.uint8) + (rows >= tops + crown)
    colours = np.array([0, premultiplied(full), premultiplied(body)], dtype=np.uint32)
    return colours[parts]
