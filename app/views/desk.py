"""The desk: the timeline in the middle, and around it panels that dock, float and hide."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMainWindow, QTabWidget, QWidget

from app.theme import Theme
from app.views.panel import Panel
from app.views.panel_tabs import PanelTabs

Area = Qt.DockWidgetArea
_Option = QMainWindow.DockOption


class Desk(QMainWindow):
    """Panels around what stands in the middle, each by its page and a name of its own.

    ``shown_changed`` carries a page that came into view or left it, ``arranged`` tells that the
    user sized, moved, floated or hid a panel. Until then the panels have their share of the size.
    """

    shown_changed = Signal(object)
    arranged = Signal()

    def __init__(self, middle: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Widget)
        self.setObjectName("desk")
        self.setCentralWidget(middle)
        self.setDockOptions(
            _Option.AllowNestedDocks | _Option.AllowTabbedDocks | _Option.GroupedDragging
        )
        self.setTabPosition(Area.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.setDocumentMode(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        for corner in (Qt.Corner.TopLeftCorner, Qt.Corner.BottomLeftCorner):
            self.setCorner(corner, Area.LeftDockWidgetArea)
        for corner in (Qt.Corner.TopRightCorner, Qt.Corner.BottomRightCorner):
            self.setCorner(corner, Area.RightDockWidgetArea)
        self.panels: list[Panel] = []
        self.chosen = False
        self._homes: dict[Panel, Area] = {}
        self._tabs = PanelTabs(self)

    # -- what there is ----------------------------------------------------------------------------

    def add(
        self, page: QWidget, title: str, *, area: Area, name: str = "", head: QWidget | None = None
    ) -> Panel:
        """Give a page a panel of its own; those of one area lie over each other in tabs.

        ``head`` stands in the place of the name, where the page has something to say there.
        """
        panel = Panel(page, title, name=name or _slug(title), head=head)
        before = [other for other in self.panels if self._homes[other] == area]
        self.panels.append(panel)
        self._homes[panel] = area
        self.addDockWidget(area, panel)
        if before:
            page.hide()
            self.tabifyDockWidget(before[-1], panel)
            before[0].raise_()
        panel.shown_changed.connect(lambda _: self.shown_changed.emit(page))
        for changed in (panel.visibilityChanged, panel.topLevelChanged, panel.dockLocationChanged):
            changed.connect(self._tidy)
        return panel

    def panel_of(self, page: QWidget) -> Panel:
        """The panel of a page; KeyError where it has none."""
        for panel in self.panels:
            if panel.page is page:
                return panel
        raise KeyError(page.objectName())

    def set_title(self, page: QWidget, title: str) -> None:
        """Name a page; its tab has a tip with the whole name where that is shortened."""
        self.panel_of(page).show_title(title)
        self._tabs.name()

    def title(self, page: QWidget) -> str:
        """The name of a page, all of it."""
        return self.panel_of(page).title

    def is_shown(self, page: QWidget) -> bool:
        """Whether a page is in view: not hidden, nor below another tab."""
        return self.panel_of(page).shown

    def show_page(self, page: QWidget) -> None:
        """Bring a page into view, where it was last."""
        panel = self.panel_of(page)
        panel.show()
        panel.raise_()
        self._tidy()
        if panel.isFloating():
            panel.activateWindow()

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        for panel in self.panels:
            panel.show_theme(theme)

    # -- sizes ------------------------------------------------------------------------------------

    def share(self) -> None:
        """Give the panels at the sides and below their share of the size."""
        width, height = self.width(), self.height()
        left = min(max(width * 18 // 100, 200), 250)
        right = min(max(width * 24 // 100, 260), 350)
        below = max(132, height * 29 // 100)
        for area, size, way in (
            (Area.LeftDockWidgetArea, left, Qt.Orientation.Horizontal),
            (Area.RightDockWidgetArea, right, Qt.Orientation.Horizontal),
            (Area.BottomDockWidgetArea, below, Qt.Orientation.Vertical),
        ):
            docked = [p for p in self.panels if self._is_docked(p, area)][:1]
            self.resizeDocks(docked, [size] * len(docked), way)

    def _is_docked(self, panel: Panel, area: Area) -> bool:
        is_there = not panel.isHidden() and not panel.isFloating()
        return is_there and self.dockWidgetArea(panel) == area

    # -- Qt ---------------------------------------------------------------------------------------

    def _tidy(self, *_: object) -> None:
        """Name the panels by their tabs or by their bars, and show the pages that are in front."""
        fronts = self._tabs.fronts()
        for panel in self.panels:
            others = self.tabifiedDockWidgets(panel)
            tabbed = any(not other.isHidden() for other in others)
            panel.show_tabbed(tabbed)
            panel.show_page(not panel.isHidden() and (not tabbed or panel in fronts))
        self._tabs.name()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self.chosen:
            self.share()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._tidy()
        elif event.type() == QEvent.Type.MouseButtonRelease:
            # It gets the mouse where no part of it lies: between them.
            self.chosen = True
            self.arranged.emit()
        return done


def _slug(title: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in title.lower()).split())
