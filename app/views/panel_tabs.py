"""The tabs of panels that lie over each other."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QMainWindow, QTabBar, QToolTip
from shiboken6 import Shiboken

from app.theme import SPACE
from app.views.panel import Panel

_PADDING = 6 * SPACE
"""Left and right of a tab's name (px)."""
_CLOSE = f"QTabBar::tab {{ padding-left: {SPACE}px; padding-right: {SPACE}px; }}"
_SHORT = {
    "Event detail": "Detail",
    "Before / after": "Change",
    "Bookmarks": "Marks",
}


class PanelTabs(QObject):
    """Names the tabs; where there is no room the names are shorter, stand closer, and are cut.

    Else the first would be scrolled away, with nothing but an arrow to tell.
    """

    def __init__(self, desk: QMainWindow) -> None:
        super().__init__(desk)
        self._desk = desk
        self._known: set[QTabBar] = set()

    def bars(self) -> list[QTabBar]:
        """The tab bars that are on the desk, and on what floats."""
        return [bar for bar in self._desk.findChildren(QTabBar) if self._is_ours(bar)]

    def panel_at(self, bar: QTabBar, index: int) -> Panel | None:
        """The panel of a tab."""
        address = bar.tabData(index)
        for panel in self._desk.findChildren(Panel):
            if Shiboken.getCppPointer(panel)[0] == address:
                return panel
        return None

    def fronts(self) -> set[Panel]:
        """The panels whose tabs are chosen."""
        found = (self.panel_at(bar, bar.currentIndex()) for bar in self.bars())
        return {panel for panel in found if panel is not None}

    def name(self) -> None:
        """Name all tabs, as far as there is room."""
        for bar in self.bars():
            self._prepare(bar)
            panels = [p for i in range(bar.count()) if (p := self.panel_at(bar, i)) is not None]
            metrics = bar.fontMetrics()
            wanted = sum(metrics.horizontalAdvance(p.title) + _PADDING for p in panels)
            narrow = wanted > bar.width() > 0
            sheet = _CLOSE if narrow else ""
            if bar.styleSheet() != sheet:
                bar.setStyleSheet(sheet)
            for panel in panels:
                panel.show_title(panel.title, _short(panel.title) if narrow else None)

    def _is_ours(self, bar: QTabBar) -> bool:
        # Qt keeps bars that it needs no more for later.
        return bar.metaObject().className() == "QMainWindowTabBar" and bar.count() > 0

    def _prepare(self, bar: QTabBar) -> None:
        if bar in self._known:
            return
        self._known.add(bar)
        bar.destroyed.connect(lambda _=None: self._known.discard(bar))
        bar.setAccessibleName("Panels in tabs")
        bar.setElideMode(Qt.TextElideMode.ElideRight)
        bar.setUsesScrollButtons(False)
        bar.setDrawBase(False)
        bar.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell the whole name of a tab that has a shorter one."""
        if isinstance(event, QHelpEvent) and isinstance(watched, QTabBar):
            panel = self.panel_at(watched, watched.tabAt(event.pos()))
            cut = panel is not None and panel.title != panel.windowTitle()
            QToolTip.showText(event.globalPos(), panel.title if panel and cut else "", watched)
            return True
        if event.type() == QEvent.Type.Resize:
            self.name()
        return False


def _short(title: str) -> str:
    return _SHORT.get(title, title.partition(" · ")[0])
