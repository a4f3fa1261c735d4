"""All of the timeline that stays still while the playhead moves, as it is painted."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

from app.theme import Theme, ui_font
from app.views.timeline.bands import BandPicture
from app.views.timeline.picture import Picture


class StillPicture:
    """The tracks with what lies over them; of the tracks only what changed is painted anew."""

    def __init__(self) -> None:
        self._bands = BandPicture()

    def forget(self) -> None:
        """Paint all of it the next time."""
        self._bands.forget()

    def painted(
        self, picture: Picture, size: QSize, ratio: float, loop: tuple[int, int] | None
    ) -> QPixmap:
        """What there is; ``size`` is in logical px, of which one has ``ratio`` dots.

        The pixmap is painted on again by the next call.
        """
        bands, ground = picture.bands(), picture.scene.theme.ground
        tracks = self._bands.painted(bands, size, ratio, ground, over=picture.paint_gaps)
        if not (picture.layers or loop):
            return tracks
        pixmap = tracks.copy()
        with QPainter(pixmap) as painter:
            picture.paint_marks(painter, loop)
        return pixmap


def painted_nothing(theme: Theme, size: QSize, ratio: float, words: str) -> QPixmap:
    """The ground with some words in the middle, where there is nothing else to show."""
    pixmap = QPixmap(ceil(size.width() * ratio), ceil(size.height() * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(theme.ground)
    with QPainter(pixmap) as painter:
        painter.setFont(ui_font(13, tabular=False))
        painter.setPen(theme.muted)
        painter.drawText(
            QRect(0, 0, size.width(), size.height()), Qt.AlignmentFlag.AlignCenter, words
        )
    return pixmap
