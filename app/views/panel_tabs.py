"""The tabs of panels that lie over each other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal, SignalInstance
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QMouseEvent
from PySide6.QtWidgets import QMainWindow, QTabBar, QToolTip, QWidget
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

    Else the first would be scrolled away, with nothing but an arrow to tell. ``menu_requested``
    carries the panel of a tab and a point of the screen, ``float_requested`` a panel.
    """

    menu_requested = Signal(object, QPoint)
    float_requested = Signal(object)

    def __init__(self, desk: QMainWindow, panels: Sequence[Panel]) -> None:
        super().__init__(desk)
        self._desk = desk
        self._panels = panels
        self._known: set[QTabBar] = set()

    def bars(self) -> list[QTabBar]:
        """The tab bars that are on the desk, and on panels that float together."""
        children = Qt.FindChildOption.FindDirectChildrenOnly
        holders: list[QWidget] = [self._desk]
        holders += (w for w in self._desk.findChildren(QWidget, options=children) if _is_group(w))
        return [
            bar
            for holder in holders
            for bar in holder.findChildren(QTabBar, options=children)
            if self._is_in_use(bar)
        ]

    def panel_at(self, bar: QTabBar, index: int) -> Panel | None:
        """The panel of a tab."""
        return self._by_address().get(bar.tabData(index))

    def _by_address(self) -> dict[int, Panel]:
        """The panels by what Qt's tabs know them by."""
        return {Shiboken.getCppPointer(panel)[0]: panel for panel in self._panels}

    def height_over(self, panel: Panel) -> int:
        """How high the tabs over a panel are (px), 0 where it has none."""
        for bar in self.bars():
            if panel in self._panels_of(bar):
                return bar.height()
        return 0

    def name(self) -> None:
        """Name all tabs, as far as there is room."""
        for bar in self.bars():
            self._prepare(bar)
            panels = self._panels_of(bar)
            metrics = bar.fontMetrics()
            wanted = sum(metrics.horizontalAdvance(p.title) + _PADDING for p in panels)
            narrow = wanted > bar.width() > 0
            sheet = _CLOSE if narrow else ""
            if bar.styleSheet() != sheet:
                bar.setStyleSheet(sheet)
            for panel in panels:
                panel.show_title(panel.title, _short(panel.title) if narrow else None)

    def _panels_of(self, bar: QTabBar) -> list[Panel]:
        known = self._by_address()
        addresses = (bar.tabData(index) for index in range(bar.count()))
        return [known[address] for address in addresses if address in known]

    def _is_in_use(self, bar: QTabBar) -> bool:
        """Whether its panels lie over each other; Qt keeps the bars of others for later."""
        panels = self._panels_of(bar)
        if bar.isHidden() or not panels:
            return False
        others = self._desk.tabifiedDockWidgets(panels[0])
        return set(panels) == {panels[0], *(p for p in others if not p.isHidden())}

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
        """Tell the whole name of a tab that has a shorter one; offer what can be done with it."""
        if not isinstance(watched, QTabBar):
            return False
        if isinstance(event, QHelpEvent):
            panel = self.panel_at(watched, watched.tabAt(event.pos()))
            cut = panel is not None and panel.title != panel.windowTitle()
            QToolTip.showText(event.globalPos(), panel.title if panel and cut else "", watched)
            return True
        if isinstance(event, QContextMenuEvent):
            by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
            index = watched.currentIndex() if by_key else watched.tabAt(event.pos())
            return self._tell(self.menu_requested, watched, index, event.globalPos())
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonDblClick:
            index = watched.tabAt(event.position().toPoint())
            return self._tell(self.float_requested, watched, index)
        if event.type() == QEvent.Type.Resize:
            self.name()
        return False

    def _tell(self, signal: SignalInstance, bar: QTabBar, index: int, *more: QPoint) -> bool:
        panel = self.panel_at(bar, index)
        if panel is not None:
            signal.emit(panel, *more)
        return panel is not None


def _is_group(widget: QWidget) -> bool:
    return widget.inherits("QDockWidgetGroupWindow")


def _short(title: str) -> str:
    return _SHORT.get(title, title.partition(" · ")[0])
