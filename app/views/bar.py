"""A horizontal bar with round ends that is filled by a share."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

BAR = 8
"""How high it is (px)."""
_LEAST = 2.0


def paint_bar(
    painter: QPainter, rect: QRect, share: float, colour: QColor, *, behind: QColor
) -> None:
    """Fill a share (0 to 1) of the rectangle from the left; the least of it is 2 px."""
    radius = rect.height() / 2
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(behind)
    painter.drawRoundedRect(QRectF(rect), radius, radius)
    if share > 0:
        filled = max(_LEAST, rect.width() * min(share, 1.0))
        part = QRectF(rect.x(), rect.y(), filled, rect.height())
        painter.setClipRect(part, Qt.ClipOperation.IntersectClip)
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(rect), radius, radius)
    painter.restore()
