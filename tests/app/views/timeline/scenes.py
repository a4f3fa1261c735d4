"""Scenes and pixels for the tests of the timeline."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from app.theme import DARK
from app.views.timeline.ranges import clamped, whole
from app.views.timeline.scene import Scene
from core.replay.axis import AxisMode, axis_of
from core.replay.columns import PENDING, SessionLog

LEFT, WIDTH = 150, 600


def scene_of(
    log: SessionLog,
    *,
    mode: AxisMode = AxisMode.TIME,
    shown: tuple[float, float] | None = None,
    width: int = WIDTH,
) -> Scene:
    """A scene of a log, by default of all of it."""
    axis = axis_of(log, mode)
    x0, x1 = whole(axis) if shown is None else clamped(axis, shown)
    return Scene(theme=DARK, log=log, axis=axis, index=None, x0=x0, x1=x1, left=LEFT, width=width)


def half_read(log: SessionLog) -> SessionLog:
    """The log as it is while its second half is still to be read."""
    kinds = log.kinds.copy()
    kinds[len(log) // 2 :] = PENDING
    return replace(log, kinds=kinds, complete=False)


def canvas(width: int, height: int) -> tuple[QPixmap, QPainter]:
    """Something black to paint on."""
    pixmap = QPixmap(width, height)
    pixmap.fill(QColor("black"))
    return pixmap, QPainter(pixmap)


def pixels_of(image: QImage, colour: QColor, within: QRect | None = None) -> NDArray[np.bool_]:
    """Which pixels (rows by columns) have exactly this colour."""
    part = (image if within is None else image.copy(within)).convertToFormat(
        QImage.Format.Format_RGB32
    )
    values = np.frombuffer(part.constBits(), np.uint32).reshape(part.height(), part.width())
    return (values & 0xFFFFFF) == (colour.rgb() & 0xFFFFFF)
