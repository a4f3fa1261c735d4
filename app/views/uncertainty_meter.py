"""The uncertainty of a context, as a number and as a bar."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.text import weight
from app.theme import DARK, SPACE, Theme, ui_font
from app.views.bar import BAR, paint_bar

_LINE = 5 * SPACE
_ALIGN = Qt.AlignmentFlag


class UncertaintyMeter(QWidget):
    """A line of text and a bar as wide as the widget."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._value = 1.0
        self._label_font = ui_font(13)
        self._value_font = ui_font(13, weight=QFont.Weight.Bold)
        self.setObjectName("uncertainty")
        self.setFixedHeight(_LINE + SPACE + BAR)
        self.show_value(1.0)

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        self.update()

    def show_value(self, value: float) -> None:
        """Show this uncertainty, 0 to 1."""
        self._value = value
        self.setAccessibleName(f"Uncertainty {weight(value)}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        line = QRect(0, 0, self.width(), _LINE)
        with QPainter(self) as painter:
            painter.setPen(self._theme.text)
            painter.setFont(self._label_font)
            painter.drawText(line, _ALIGN.AlignLeft | _ALIGN.AlignVCenter, "Uncertainty")
            painter.setFont(self._value_font)
            painter.drawText(line, _ALIGN.AlignRight | _ALIGN.AlignVCenter, weight(self._value))
            bar = QRect(0, _LINE + SPACE, self.width(), BAR)
            paint_bar(painter, bar, self._value, self._theme.uncertainty, behind=self._theme.track)
