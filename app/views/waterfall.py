"""A small waterfall: bars that begin where the last ended, and at the bottom what they come to."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.models.reasons import Bar, BarKind
from app.theme import DARK, SPACE, Theme, ui_font
from app.views.contrast import mixed, readable
from app.views.lettering import RIGHT
from app.views.row_list import EDGE, Writer

_LINE = 17
_LINES = 4
_BAR = 8
_AMOUNT = 48
_LABEL_SHARE = 0.32
_SAMPLE = "uncertainty"


class WaterfallView(QWidget):
    """A line for each bar: its name, the bar, and by how much it goes up or down."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._bars: Sequence[Bar] = ()
        self._rising = True
        self._words = Writer(ui_font(12, tabular=False))
        self._figures = Writer(ui_font(12))
        self._least_label = QFontMetrics(ui_font(12)).horizontalAdvance(_SAMPLE) + SPACE
        self.setObjectName("waterfall")
        self.setFixedHeight(_LINES * _LINE + SPACE)

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        self.update()

    def show_bars(self, bars: Sequence[Bar], *, rising: bool = True) -> None:
        """Show these; ``rising`` says whether more of the value is the good direction."""
        self._bars, self._rising = bars, rising
        self.setAccessibleName("; ".join(f"{bar.label} {bar.amount}" for bar in bars))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        full = max([1e-9, *(max(bar.start, bar.stop) for bar in self._bars)])
        with QPainter(self) as painter:
            for line, bar in enumerate(self._bars):
                self._paint(painter, line * _LINE, bar, full)

    def _paint(self, painter: QPainter, top: int, bar: Bar, full: float) -> None:
        theme, inner = self._theme, self.width() - 2 * EDGE
        label = max(self._least_label, round(inner * _LABEL_SHARE))
        amount = QRect(self.width() - EDGE - _AMOUNT, top, _AMOUNT, _LINE)
        left = EDGE + label + SPACE
        track = QRectF(left, top + (_LINE - _BAR) / 2, amount.x() - SPACE - left, _BAR)
        is_sum = bar.kind is BarKind.SUM
        muted = readable(theme.muted, theme.panel, theme.text)
        colour = theme.text if is_sum else muted
        self._words.write(painter, QRect(EDGE, top, label, _LINE), bar.label, colour)
        self._figures.write(painter, amount, bar.amount, colour, RIGHT)
        painter.fillRect(track, mixed(theme.panel, theme.track, 0.6))
        low, high = sorted((bar.start, bar.stop))
        if high - low > 1e-9:
            x = track.x() + track.width() * low / full
            width = max(2.0, track.width() * (high - low) / full)
            rect = QRectF(min(x, track.right() - width), track.y(), width, track.height())
            painter.fillRect(rect, self._colour(bar))
        if bar.kind is not BarKind.SUM:
            # Where this bar ends the next begins.
            x = round(track.x() + (track.width() - 1) * bar.stop / full)
            painter.setPen(theme.muted)
            painter.drawLine(x, round(track.bottom()), x, round(track.bottom()) + _LINE - _BAR)

    def _colour(self, bar: Bar) -> QColor:
        theme = self._theme
        whole = theme.accent if self._rising else theme.uncertainty
        if bar.kind is BarKind.SUM:
            return whole
        if bar.kind is BarKind.GIVEN:
            return mixed(theme.panel, whole, 0.55)
        return theme.muted
