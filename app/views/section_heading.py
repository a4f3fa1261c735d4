"""The small capitals over a section, cut in the middle where there is no room."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import DARK, SPACE, Theme, heading_font
from app.views.lettering import Lettering
from app.views.text_views import tip_of

_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


class SectionHeading(QWidget):
    """A line of fixed height, so that another text moves nothing around it.

    One that stands ``on_panel`` paints that ground itself: when its text changes, nothing that is
    behind it has to be painted.
    """

    def __init__(self, name: str, text: str = "", *, on_panel: bool = False) -> None:
        super().__init__()
        self._on_panel = on_panel
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, on_panel)
        self._theme = DARK
        self._parts = ("", "", "")
        self.setObjectName(name)
        self.setFont(heading_font())
        self._metrics = QFontMetrics(self.font())
        self.setFixedHeight(4 * SPACE)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.show_text(text)

    def text(self) -> str:
        """All of the text."""
        return "".join(self._parts)

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        self.update()

    def show_text(self, before: str, name: str = "", after: str = "") -> None:
        """Show a text around a name; where there is no room the name is cut."""
        if (before, name, after) != self._parts:
            self._parts = (before, name, after)
            self.setAccessibleName(self.text())
            self._tell()
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._metrics.horizontalAdvance(self.text()), 4 * SPACE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._tell()

    def _tell(self) -> None:
        tip = "" if self._cut_name() == self._parts[1] else tip_of(self.text())
        if tip != self.toolTip():
            self.setToolTip(tip)

    def _cut_name(self) -> str:
        before, name, after = self._parts
        if not name:
            return ""
        room = self.width() - self._metrics.horizontalAdvance(before + after) - 1
        return self._metrics.elidedText(name, Qt.TextElideMode.ElideRight, max(0, room))

    def paintEvent(self, event: QPaintEvent) -> None:
        before, _, after = self._parts
        name = self._cut_name()
        # A name that runs from right to left must not turn what stands around it.
        isolated = f"{_FIRST_STRONG_ISOLATE}{name}{_POP_ISOLATE}" if name else ""
        with QPainter(self) as painter:
            if self._on_panel:
                painter.fillRect(event.rect(), self._theme.panel)
            painter.setPen(self._theme.muted)
            painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
            _letters().write(painter, self.rect(), before + isolated + after)


@cache
def _letters() -> Lettering:
    return Lettering(heading_font())
