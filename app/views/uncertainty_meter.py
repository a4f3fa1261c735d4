"""The uncertainty of a context, as a number and as a bar; it can be selected."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QWidget

from app.text import weight
from app.theme import DARK, SPACE, Theme
from app.views.bar import BAR, paint_bar
from app.views.contrast import mixed
from app.views.lettering import RIGHT, lettering
from app.views.row_list import EDGE

_LINE = 5 * SPACE
_BELOW = SPACE
_HOVER = 0.5


class UncertaintyMeter(QWidget):
    """A line of text and a bar; ``chosen`` tells of a press or Enter: select it, or no more."""

    chosen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._value = 1.0
        self._selected = self._hovered = self._by_keyboard = False
        self._words, self._figures = lettering(13), lettering(13, weight=QFont.Weight.Bold)
        self.setObjectName("uncertainty")
        self.setFixedHeight(_LINE + SPACE + BAR + _BELOW)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip("Why the uncertainty is what it is")
        self._tell()

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        self.update()

    def show_value(self, value: float) -> None:
        """Show this uncertainty, 0 to 1."""
        if value != self._value:
            self._value = value
            self._tell()
            self.update()

    def _tell(self) -> None:
        self.setAccessibleName(f"Uncertainty {weight(self._value)}")

    def show_selected(self, selected: bool) -> None:
        """Mark it, or not."""
        self._selected = selected
        self.setAccessibleDescription("selected" if selected else "")
        self.update()

    # -- Qt ---------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        line = QRect(EDGE, 0, self.width() - 2 * EDGE, _LINE)
        theme = self._theme
        with QPainter(self) as painter:
            if self._selected:
                painter.fillRect(self.rect(), theme.selection)
            elif self._hovered:
                painter.fillRect(self.rect(), mixed(theme.panel, theme.control, _HOVER))
            painter.setPen(theme.text)
            self._words.write(painter, line, "Uncertainty")
            self._figures.write(painter, line, weight(self._value), along=RIGHT)
            bar = QRect(EDGE, _LINE + SPACE // 2, line.width(), BAR)
            paint_bar(painter, bar, self._value, theme.uncertainty, behind=theme.track)
            if self._by_keyboard:
                painter.setPen(theme.accent)
                painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(not self._selected)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(not self._selected)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = True
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = False
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = False
        self.update()
