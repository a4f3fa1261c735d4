"""The still picture in bands from the top down: one is painted anew where what it shows changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QPainter, QPixmap, QRegion

from core.late_dataclass import dataclass


@dataclass(frozen=True, eq=False, slots=True)
class Band:
    """A part of the picture, as wide as the widget, and how it is painted.

    As long as its place and what it ``shows`` are equal, it is painted alike.
    """

    rect: QRect
    shows: tuple[object, ...]
    paint: Callable[[QPainter], None]


class BandPicture:
    """Keeps what was painted of bands, until they differ."""

    def __init__(self) -> None:
        self._pixmap: QPixmap | None = None
        self._known: list[tuple[QRect, tuple[object, ...]]] = []

    def forget(self) -> None:
        """Paint all of them the next time."""
        self._pixmap = None
        self._known = []

    def painted(
        self,
        bands: Sequence[Band],
        size: QSize,
        ratio: float,
        ground: QColor,
        *,
        over: Callable[[QPainter, QRegion], None],
    ) -> QPixmap:
        """The bands upon the ground; ``size`` is in logical px, of which one has ``ratio`` dots.

        What lies ``over`` them is painted once for all that are painted anew, within their region.
        The pixmap is painted on again by the next call.
        """
        pixmap = self._pixmap
        device = QSize(ceil(size.width() * ratio), ceil(size.height() * ratio))
        if pixmap is None or pixmap.size() != device or pixmap.devicePixelRatioF() != ratio:
            pixmap = self._pixmap = QPixmap(device)
            pixmap.setDevicePixelRatio(ratio)
            self._known = []
        wanted = [(band.rect, band.shows) for band in bands]
        if wanted != self._known:
            with QPainter(pixmap) as painter:
                if [rect for rect, _ in wanted] != [rect for rect, _ in self._known]:
                    self._known = []
                    painter.fillRect(QRect(0, 0, device.width(), device.height()), ground)
                anew = QRegion()
                for place, band in enumerate(bands):
                    if not self._known or wanted[place] != self._known[place]:
                        _paint(painter, band, ground)
                        anew += band.rect
                over(painter, anew)
            self._known = wanted
        return pixmap


def _paint(painter: QPainter, band: Band, ground: QColor) -> None:
    painter.save()
    painter.setClipRect(band.rect)
    painter.fillRect(band.rect, ground)
    band.paint(painter)
    painter.restore()
