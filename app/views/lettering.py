"""Text that is painted again and again: measured, cut and laid out once."""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QFontMetricsF, QPainter, QRawFont, QStaticText

from app.theme import ui_font

LEFT, MIDDLE, RIGHT = 0.0, 0.5, 1.0
"""Where a text stands in a box."""
KEPT = 4_096
"""Of so many texts a font is remembered how they are written."""


class Lettering:
    """A font, and what was lately written in it.

    To lay a text out for good costs three times what it costs to write it, and to write it then a
    third: that is done where a text comes a second time. What it looks like is the same.
    """

    def __init__(
        self, font: QFont, *, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight
    ) -> None:
        self.font = font
        metrics, exact = QFontMetrics(font), QFontMetricsF(font)
        self._half = exact.height() / 2
        self._ascent = exact.ascent()
        self._raw = QRawFont.fromFont(font)
        self._laid_out: dict[str, QStaticText | None] = {}

        @cache
        def letters() -> list[int]:
            return [metrics.horizontalAdvance(chr(code)) + 1 for code in range(128)]

        @lru_cache(maxsize=KEPT)
        def cut(text: str, width: int) -> str:
            # Most texts have room, as the widths of their letters tell without laying them out.
            if text.isascii() and sum(map(letters().__getitem__, text.encode())) <= width:
                return text
            return metrics.elidedText(text, mode, max(0, width))

        self.cut = cut
        """A text, with an ellipsis where it is wider than so many px."""
        # By functions of our own: of one of Qt's the cache would read, and Qt first make, the help.
        self.advance = lru_cache(maxsize=KEPT)(lambda text: metrics.horizontalAdvance(text))
        """How wide a text is, in whole px."""
        self.width = lru_cache(maxsize=KEPT)(lambda text: exact.horizontalAdvance(text))
        """How wide a text is (px)."""

    def write(
        self,
        painter: QPainter,
        box: QRect,
        text: str,
        *,
        along: float = LEFT,
    ) -> None:
        """Write a text that has room within the height of a box, in the painter's colour.

        ``along`` says how much of the free width is before it, whatever its language.
        """
        x: float = box.x()
        if along:
            free = (box.width() - self.width(text)) * along
            x += free if along == RIGHT else round(free)
        painter.setFont(self.font)
        self.put(painter, x, box.y() + box.height() / 2, text)

    def put(self, painter: QPainter, x: float, middle: float, text: str) -> None:
        """Write a text from there on (px), with a painter that has this font and a colour."""
        top = middle - self._half
        laid_out = self._laid_out.get(text)
        if laid_out is None:
            laid_out = self._again(text)
        if laid_out is None:
            painter.drawText(QPointF(x, top + self._ascent), text)
        else:
            painter.drawStaticText(QPointF(x, top), laid_out)

    def _again(self, text: str) -> QStaticText | None:
        """The text laid out for good, where it was written before."""
        if text not in self._laid_out or not self._has_all(text):
            if len(self._laid_out) >= KEPT:
                self._laid_out.clear()
            self._laid_out[text] = None
            return None
        laid_out = self._laid_out[text] = QStaticText(text)
        laid_out.setTextFormat(Qt.TextFormat.PlainText)
        laid_out.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
        return laid_out

    def _has_all(self, text: str) -> bool:
        """Whether no other font helps out, with whose letters a line that is laid out is higher."""
        return text.isascii() or all(map(self._raw.supportsCharacter, map(ord, text)))


@cache
def lettering(
    pixels: int, *, weight: QFont.Weight = QFont.Weight.Normal, tabular: bool = True
) -> Lettering:
    """The `ui_font` of a size, which all views share."""
    return Lettering(ui_font(pixels, weight=weight, tabular=tabular))
