"""The tabs below the timeline."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QTabWidget, QWidget

from app.theme import SPACE

_NARROW = 560
_LEAST_HEIGHT = 132
"""So that in a small window the timeline keeps its ruler (px)."""
_CLOSE = f"QTabBar::tab {{ padding-left: {SPACE}px; padding-right: {SPACE}px; }}"
_SHORT = {
    "Event detail": "Detail",
    "Before / after": "Change",
    "Bookmarks": "Marks",
}


class Tabs(QTabWidget):
    """Pages by name; in a narrow window the names are shorter, stand closer, and are cut at last.

    Else the first would be scrolled away, with nothing but an arrow to tell. They never ask
    for more room than a small window has.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tabs")
        self.setAccessibleName(name)
        self.tabBar().setAccessibleName(name)
        self.setDocumentMode(True)
        self.tabBar().setDrawBase(False)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self.setUsesScrollButtons(False)
        self._is_narrow = False
        self._names: dict[QWidget, str] = {}

    def show_page_name(self, page: QWidget, name: str) -> None:
        """Name a page; its tip has the whole name where that is shortened."""
        self._names[page] = name
        self._name(self.indexOf(page))

    def tabInserted(self, index: int) -> None:
        super().tabInserted(index)
        page = self.widget(index)
        if page is not None:
            self._names.setdefault(page, self.tabText(index))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, min(super().minimumSizeHint().height(), _LEAST_HEIGHT))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < _NARROW
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            self.tabBar().setStyleSheet(_CLOSE if is_narrow else "")
            for index in range(self.count()):
                self._name(index)

    def _name(self, index: int) -> None:
        page = self.widget(index)
        if page is not None:
            name = self._names[page]
            shown = _SHORT.get(name, name.partition(" · ")[0]) if self._is_narrow else name
            self.setTabText(index, shown)
            self.setTabToolTip(index, name if shown != name else "")
