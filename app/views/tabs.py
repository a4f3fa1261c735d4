"""The tabs below the timeline."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QTabWidget, QWidget

from app.theme import SPACE

_NARROW = 480
_CLOSE = f"QTabBar::tab {{ padding-left: {SPACE}px; padding-right: {SPACE}px; }}"


class Tabs(QTabWidget):
    """Pages by name; in a narrow window the names stand closer, and are cut at last.

    Else the first would be scrolled away, with nothing but an arrow to tell.
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

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < _NARROW
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            self.tabBar().setStyleSheet(_CLOSE if is_narrow else "")
