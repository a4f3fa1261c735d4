"""The icons of buttons, drawn in the theme's colours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

SIZE = 16
"""The width and height of an icon (px)."""

_RATIOS = (1.0, 2.0, 3.0)


def icon(name: str, colour: QColor, *, disabled: QColor | None = None) -> QIcon:
    """The icon of that name, sharp at device pixel ratios up to 3; KeyError for another name."""
    return QIcon(_drawn(name, colour.rgba(), (disabled or colour).rgba()))


@lru_cache(maxsize=256)
def _drawn(name: str, normal: int, disabled: int) -> QIcon:
    """Drawn once, since dozens of buttons have the same."""
    drawn = QIcon()
    for mode, rgba in ((QIcon.Mode.Normal, normal), (QIcon.Mode.Disabled, disabled)):
        for ratio in _RATIOS:
            drawn.addPixmap(_pixmap(_DRAWERS[name], QColor.fromRgba(rgba), ratio), mode)
    return drawn


def draw_chevron(painter: QPainter, rect: QRectF, colour: QColor, *, down: bool) -> None:
    """A small filled triangle in the middle of a rectangle, pointing down or to the right."""
    centre = rect.center()
    corners = [(-3.5, -2.0), (3.5, -2.0), (0.0, 2.5)]
    if not down:
        corners = [(y, x) for x, y in corners]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(_polygon(*((centre.x() + x, centre.y() + y) for x, y in corners)))
    painter.restore()


def _pixmap(draw: Callable[[QPainter, QColor], None], colour: QColor, ratio: float) -> QPixmap:
    pixmap = QPixmap(QSize(SIZE, SIZE) * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        draw(painter, colour)
    return pixmap


def _polygon(*points: tuple[float, float]) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in points])


def _outline(painter: QPainter, colour: QColor, width: float = 1.5) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(colour, width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)


def _start(painter: QPainter, colour: QColor) -> None:
    painter.drawRect(QRectF(3, 3, 2, 10))
    painter.drawPolygon(_polygon((13, 3), (13, 13), (6, 8)))


def _end(painter: QPainter, colour: QColor) -> None:
    painter.drawRect(QRectF(11, 3, 2, 10))
    painter.drawPolygon(_polygon((3, 3), (3, 13), (10, 8)))


def _previous(painter: QPainter, colour: QColor) -> None:
    _outline(painter, colour)
    painter.drawPolygon(_polygon((11, 4), (11, 12), (5, 8)))


def _next(painter: QPainter, colour: QColor) -> None:
    _outline(painter, colour)
    painter.drawPolygon(_polygon((5, 4), (5, 12), (11, 8)))


def _play(painter: QPainter, colour: QColor) -> None:
    painter.drawPolygon(_polygon((4, 2.5), (4, 13.5), (13.5, 8)))


def _pause(painter: QPainter, colour: QColor) -> None:
    painter.drawRect(QRectF(4, 3, 3, 10))
    painter.drawRect(QRectF(9, 3, 3, 10))


def _skip_idle(painter: QPainter, colour: QColor) -> None:
    """A leap over a gap."""
    _outline(painter, colour)
    leap = QPainterPath(QPointF(3, 10))
    leap.cubicTo(QPointF(4, 3.5), QPointF(11, 3.5), QPointF(12.5, 9))
    painter.drawPath(leap)
    painter.drawPolyline(_polygon((9.5, 8.5), (12.6, 9.6), (14, 6.6)))
    for x in (3.0, 8.0, 13.0):
        painter.drawPoint(QPointF(x, 13))


def _loop(painter: QPainter, colour: QColor) -> None:
    _outline(painter, colour)
    painter.drawArc(QRectF(3, 3, 10, 10), 60 * 16, -300 * 16)
    painter.drawPolyline(_polygon((10.8, 0.9), (10.6, 3.9), (7.6, 3.7)))


def _close(painter: QPainter, colour: QColor) -> None:
    _outline(painter, colour)
    painter.drawLine(QPointF(4.5, 4.5), QPointF(11.5, 11.5))
    painter.drawLine(QPointF(11.5, 4.5), QPointF(4.5, 11.5))


def _axis(painter: QPainter, colour: QColor) -> None:
    _outline(painter, colour)
    painter.drawLine(QPointF(2, 11), QPointF(14, 11))
    for x in (3.0, 8.0, 13.0):
        painter.drawLine(QPointF(x, 6), QPointF(x, 11))


def _search(painter: QPainter, colour: QColor) -> None:
    _outline(painter, colour)
    painter.drawEllipse(QRectF(3, 3, 7.5, 7.5))
    painter.drawLine(QPointF(9.6, 9.6), QPointF(13, 13))


def _more(painter: QPainter, colour: QColor) -> None:
    for y in (3.5, 8.0, 12.5):
        painter.drawEllipse(QPointF(8, y), 1.3, 1.3)


def _float(painter: QPainter, colour: QColor) -> None:
    """A panel that leaves its place."""
    _outline(painter, colour)
    painter.drawPolyline(_polygon((7.5, 3.5), (3.5, 3.5), (3.5, 12.5), (12.5, 12.5), (12.5, 8.5)))
    painter.drawLine(QPointF(7.5, 8.5), QPointF(12.8, 3.2))
    painter.drawPolyline(_polygon((9.8, 3.2), (12.8, 3.2), (12.8, 6.2)))


def _dock(painter: QPainter, colour: QColor) -> None:
    """A panel that goes back to it."""
    _outline(painter, colour)
    painter.drawPolyline(_polygon((7.5, 3.5), (3.5, 3.5), (3.5, 12.5), (12.5, 12.5), (12.5, 8.5)))
    painter.drawLine(QPointF(7.2, 8.8), QPointF(12.8, 3.2))
    painter.drawPolyline(_polygon((7.2, 5.8), (7.2, 8.8), (10.2, 8.8)))


_DRAWERS: Mapping[str, Callable[[QPainter, QColor], None]] = MappingProxyType(
    {
        "start": _start,
        "previous": _previous,
        "play": _play,
        "pause": _pause,
        "next": _next,
        "end": _end,
        "skip-idle": _skip_idle,
        "loop": _loop,
        "close": _close,
        "axis": _axis,
        "search": _search,
        "more": _more,
        "float": _float,
        "dock": _dock,
    }
)
