"""The desk: the timeline in the middle, and around it panels that dock, float and hide."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QByteArray, QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QMenu, QTabWidget, QWidget

from app.theme import Theme
from app.views.panel import Panel
from app.views.panel_tabs import PanelTabs

Area = Qt.DockWidgetArea
_Option = QMainWindow.DockOption

_VERSION = 1
_LEAST_MIDDLE = 200
"""How narrow panels may leave the timeline (px)."""
_IN_SIGHT = 48
"""How much of the bar of a panel that floats a screen must show (px)."""
_STEP = 40
_FLOATING = QSize(480, 320)
_AWAY = QPoint(24, -120)


class Desk(QMainWindow):
    """Panels around what stands in the middle, each by its page and a name of its own.

    ``shown_changed`` carries a page that came into view or left it, ``arranged`` tells that the
    user sized, moved, floated or hid a panel, ``panel_entered`` carries the panel whose tab was
    chosen, or that was gone to by keyboard. Until they are arranged the panels have their share of
    the size.
    """

    shown_changed = Signal(object)
    panel_entered = Signal(object)
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
        self._floated: set[Panel] = set()
        self._arranging = False
        self._tabs = PanelTabs(self, self.panels)
        self._tabs.menu_requested.connect(lambda panel, at: panel.bar.menu.popup(at))
        self._tabs.float_requested.connect(self.float_or_dock)
        self.tabifiedDockWidgetActivated.connect(self._note_front)

    # -- what there is ----------------------------------------------------------------------------

    def add(
        self, page: QWidget, title: str, *, area: Area, name: str = "", head: QWidget | None = None
    ) -> Panel:
        """Give a page a panel of its own; those of one area lie over each other in tabs.

        ``head`` stands in the place of the name, where the page has something to say there.
        """
        panel = Panel(page, title, name=name or _slug(title), head=head)
        self.panels.append(panel)
        self._homes[panel] = area
        self._go_home(panel)
        page.setHidden(bool(self.tabifiedDockWidgets(panel)))
        panel.bar.show_menu(self._menu(panel))
        panel.shown_changed.connect(lambda _: self.shown_changed.emit(page))
        panel.bar.float_button.clicked.connect(lambda: self.float_or_dock(panel))
        panel.bar.close_button.clicked.connect(lambda: self.hide_panel(panel))
        for changed in (panel.visibilityChanged, panel.topLevelChanged, panel.dockLocationChanged):
            changed.connect(self._tidy)
        return panel

    def panel_of(self, page: QWidget) -> Panel:
        """The panel of a page; KeyError where it has none."""
        for panel in self.panels:
            if panel.page is page or panel.page.isAncestorOf(page):
                return panel
        raise KeyError(page.objectName())

    def panel_with(self, widget: QWidget | None) -> Panel | None:
        """The panel that a widget is in."""
        while widget is not None and not isinstance(widget, Panel):
            widget = widget.parentWidget()
        return widget if widget in self.panels else None

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
        panel.show_page(True)
        if panel.isFloating():
            panel.activateWindow()

    def enter(self, page: QWidget) -> None:
        """Give a page the keys, as a person does who goes there by keyboard."""
        self.show_page(page)
        target: QWidget | None = page
        if page.focusPolicy() == Qt.FocusPolicy.NoFocus and page.focusProxy() is None:
            target = next((w for w in page.findChildren(QWidget) if _takes_keys(w)), None)
        if target is not None:
            target.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.panel_entered.emit(self.panel_of(page))

    def focused(self) -> QWidget | None:
        """What has the keys, on the desk or on a panel that floats."""
        return QApplication.focusWidget()

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        for panel in self.panels:
            panel.show_theme(theme)

    # -- what is done with a panel ----------------------------------------------------------------

    def _menu(self, panel: Panel) -> QMenu:
        menu = QMenu(panel)
        floats = menu.addAction("", lambda: self.float_or_dock(panel))
        for text, area in (
            ("Move to the left", Area.LeftDockWidgetArea),
            ("Move to the right", Area.RightDockWidgetArea),
            ("Move to the bottom", Area.BottomDockWidgetArea),
        ):
            menu.addAction(text, partial(self.move_panel, panel, area))
        menu.addSeparator()
        menu.addAction("Hide the panel", lambda: self.hide_panel(panel))
        menu.aboutToShow.connect(lambda: self._name_float(floats, panel))
        return menu

    def _name_float(self, action: QAction, panel: Panel) -> None:
        action.setText("Dock the panel" if panel.isFloating() else "Float the panel")

    def float_or_dock(self, panel: Panel) -> None:
        """Have a panel float, or go back to where it was docked."""
        panel.setFloating(not panel.isFloating())
        if panel.isFloating() and panel not in self._floated:
            # Else it would hide where it came from, and look as if it still were there.
            self._floated.add(panel)
            panel.resize(panel.size().expandedTo(_FLOATING))
            panel.move(panel.pos() + _AWAY)
        panel.show()
        panel.raise_()
        self.bring_back(panel)
        self._note()

    def hide_panel(self, panel: Panel) -> None:
        """Hide it; it comes back where it was."""
        panel.hide()
        self._note()

    def show_panel(self, panel: Panel) -> None:
        """Show it where it was."""
        self.show_page(panel.page)
        self._note()

    def move_panel(self, panel: Panel, area: Area) -> None:
        """Dock a panel at a side; over those that are there, as one more tab."""
        panel.setFloating(False)
        self._go_to(panel, area)
        self.show_page(panel.page)
        self._note()

    def grow_panel(self, panel: Panel, steps: int) -> None:
        """Give a panel more room, or less, in the way that its area can be sized."""
        if panel.isFloating():
            panel.resize(panel.width() + steps * _STEP, panel.height() + steps * _STEP)
        else:
            below = self.dockWidgetArea(panel) in (
                Area.BottomDockWidgetArea,
                Area.TopDockWidgetArea,
            )
            way = Qt.Orientation.Vertical if below else Qt.Orientation.Horizontal
            size = panel.height() + self._tabs.height_over(panel) if below else panel.width()
            self.resizeDocks([panel], [max(1, size + steps * _STEP)], way)
        self._note()

    def dock_beside(self, panel: Panel, other: Panel) -> None:
        """Dock a panel as one more tab over another, in front."""
        panel.setFloating(False)
        self.addDockWidget(self.dockWidgetArea(other), panel)
        self.tabifyDockWidget(other, panel)
        self.show_page(panel.page)

    def lock(self, locked: bool) -> None:
        """Have panels stay where they are, whatever the mouse does."""
        feature = Panel.DockWidgetFeature
        free = feature.DockWidgetClosable | feature.DockWidgetMovable | feature.DockWidgetFloatable
        for panel in self.panels:
            panel.setFeatures(feature.DockWidgetClosable if locked else free)

    # -- the arrangement of all -------------------------------------------------------------------

    def arrange(self) -> None:
        """Have all panels where they belong, with their share of the size."""
        for panel in self.panels:
            panel.setFloating(False)
            self.removeDockWidget(panel)
        for panel in self.panels:
            self._go_home(panel)
            panel.show()
        for area in set(self._homes.values()):
            next(panel for panel, home in self._homes.items() if home == area).raise_()
        self.chosen = False
        self.share()
        self._tidy()

    def state(self) -> bytes:
        """How the panels are arranged, for `restore`."""
        return bytes(self.saveState(_VERSION).data())

    def restore(self, state: bytes, known: frozenset[str]) -> bool:
        """Arrange the panels as they were; whether that could be done.

        ``known`` names the panels that there were then: others go where they belong.
        """
        self._arranging = True
        try:
            done = self.restoreState(QByteArray(state), _VERSION)
        finally:
            self._arranging = False
        if not done or not self._is_sound():
            return False
        for panel in self.panels:
            if panel.name not in known:
                self._go_home(panel)
                panel.show()
            self.bring_back(panel)
        self.chosen = True
        self._tidy()
        return True

    def _is_sound(self) -> bool:
        """Whether the panels leave the timeline its room, or can."""
        docked = (p for p in self.panels if not p.isFloating() and not p.isHidden())
        return all(0 <= p.width() < 20_000 and 0 <= p.height() < 20_000 for p in docked)

    def bring_back(self, panel: Panel) -> None:
        """Bring a panel that floats where no screen shows it back onto one."""
        if not panel.isFloating():
            return
        bar = QRect(panel.pos(), panel.bar.size().expandedTo(panel.bar.sizeHint()))
        rooms = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        seen = any(
            room.intersected(bar).width() >= min(_IN_SIGHT, bar.width()) and room.intersects(bar)
            for room in rooms
        )
        room = self.window().screen().availableGeometry()
        panel.resize(panel.size().boundedTo(room.size()))
        if not seen:
            at = room.center() - panel.rect().center()
            panel.move(max(room.x(), at.x()), max(room.y(), at.y()))

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

    def _go_home(self, panel: Panel) -> None:
        self._go_to(panel, self._homes[panel])

    def _go_to(self, panel: Panel, area: Area) -> None:
        """Dock it there, as the last of the tabs."""
        there = [p for p in self.panels if p is not panel and self.dockWidgetArea(p) == area]
        there = [p for p in there if not p.isFloating()]
        self.addDockWidget(area, panel)
        if there:
            self.tabifyDockWidget(there[-1], panel)
            there[0].raise_()

    def _note_front(self, dock: QDockWidget) -> None:
        self._tidy()
        if isinstance(dock, Panel):
            self.panel_entered.emit(dock)

    def _note(self) -> None:
        self.chosen = True
        self._tidy()
        self.arranged.emit()

    def _tidy(self, *_: object) -> None:
        """Name the panels by their tabs or by their bars, and show the pages that are in front."""
        if self._arranging:
            # Pages that are in front only on the way would begin to compute.
            return
        layout = self.layout()
        if layout is not None:
            layout.activate()
        for panel in self.panels:
            others = self.tabifiedDockWidgets(panel)
            panel.show_tabbed(any(not other.isHidden() for other in others))
            if self.isVisible():
                panel.show_page(_is_in_front(panel))
        self._tabs.name()

    def setVisible(self, visible: bool) -> None:
        """Tidy once for all panels that come into view with the desk, or leave it."""
        self._arranging = True
        try:
            super().setVisible(visible)
        finally:
            self._arranging = False
        self._tidy()

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
            self._note()
        return done


def _is_in_front(panel: Panel) -> bool:
    """Whether no other tab lies over it: Qt lays such panels outside of the window."""
    place = panel.geometry()
    inside = place.right() >= 0 and place.bottom() >= 0
    return not panel.isHidden() and (panel.isFloating() or inside)


def _takes_keys(widget: QWidget) -> bool:
    by_tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return by_tab and widget.isEnabled() and widget.isVisible()


def _slug(title: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in title.lower()).split())
