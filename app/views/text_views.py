"""Labels and tips that show text as it was typed, and cut it where there is no room."""

from __future__ import annotations

from html import escape
from textwrap import wrap

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QWidget

_TIP_WIDTH = 96
_TIP_LINES = 20


def tip_of(text: str) -> str:
    """A tooltip that shows this text as typed, whatever it holds, line by line.

    Lines end after so many characters and tips after so many lines: Qt would break them wherever
    a space is, and never a long word.
    """
    lines = [part for line in text.splitlines() for part in wrap(line, _TIP_WIDTH) or [""]]
    if len(lines) > _TIP_LINES:
        lines[_TIP_LINES - 1 :] = ["…"]
    shown = "<br>".join(map(escape, lines))
    return f"<p style='margin: 0; white-space: pre'>{shown}</p>" if shown else ""


def tint(label: QWidget, colour: QColor) -> None:
    """Give a widget's text this colour."""
    # What is polished later by a style sheet would lose it.
    label.ensurePolished()
    palette = label.palette()
    palette.setColor(QPalette.ColorRole.WindowText, colour)
    label.setPalette(palette)


class PlainLabel(QLabel):
    """A label that never reads markup."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)


class ElidedLabel(PlainLabel):
    """A line of text that ends in an ellipsis where it is cut, and tells all of it in its tip."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        super().__init__(text, parent)
        self._mode = mode

    def shown_text(self) -> str:
        """The text as it is cut at the present width."""
        width = self.contentsRect().width()
        return self.fontMetrics().elidedText(self.text(), self._mode, width)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 3, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell()

    def setText(self, text: str) -> None:
        super().setText(text)
        self._tell()

    def _tell(self) -> None:
        if hasattr(self, "_mode"):
            tip = tip_of(self.text()) if self.shown_text() != self.text() else ""
            if tip != self.toolTip():
                self.setToolTip(tip)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
            painter.setFont(self.font())
            flags = self.alignment() | Qt.TextFlag.TextSingleLine
            painter.drawText(self.contentsRect(), flags, self.shown_text())
