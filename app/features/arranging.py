"""The desk of one's own: panels shown, moved and floated, layouts under names, kept and undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from app.features.base import Feature, Slot
from app.kept import Layout, OpenWindow, Placement
from app.text import plain
from app.views.banner import BannerKind
from app.views.desk import Area
from app.views.panel import Panel

if TYPE_CHECKING:
    from app.window import Window

PANELS = {
    "panel-sessions": "sessions",
    "panel-context": "context",
    "panel-events": "events",
    "panel-detail": "event-detail",
    "panel-change": "before-after",
    "panel-problems": "problems",
}
"""The commands that show and hide a panel, and the panels' names."""
NAME_MOST = 80
MOST_LAYOUTS = 50

_UNDOS = 30
_DAMAGED = "The layout that was kept could not be restored: this is the standard one."
_NO_LAYOUTS = "No layout is saved yet: “Save the layout…” keeps the present one under a name."


class ArrangingFeature(Feature):
    """Arranges the panels of the desk, and remembers how."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._now: Layout | None = None
        self._past: list[Layout] = []
        self._before_hiding: Layout | None = None
        self._panel: Panel | None = None
        self._panels_menu = QMenu("Panels", window)
        self._layouts_menu = QMenu("My layouts", window)
        self._saving = QTimer(window, interval=400, singleShot=True)

    def slots(self) -> Mapping[str, Slot]:
        w = self.window
        shows = {name: partial(self._show_or_hide, panel) for name, panel in PANELS.items()}
        return {
            **shows,
            "next-panel": lambda *_: self._walk(1),
            "previous-panel": lambda *_: self._walk(-1),
            "float-panel": lambda *_: self._with_panel(w.desk.float_or_dock),
            "hide-panel": lambda *_: self._with_panel(w.desk.hide_panel),
            "move-panel-left": self._mover(Area.LeftDockWidgetArea),
            "move-panel-right": self._mover(Area.RightDockWidgetArea),
            "move-panel-bottom": self._mover(Area.BottomDockWidgetArea),
            "grow-panel": lambda *_: self._with_panel(lambda p: w.desk.grow_panel(p, 1)),
            "shrink-panel": lambda *_: self._with_panel(lambda p: w.desk.grow_panel(p, -1)),
            "hide-panels": self.hide_all,
            "lock-panels": self._lock,
            "layout-standard": lambda *_: self.arrange("Standard", w.desk.arrange),
            "layout-reading": lambda *_: self.arrange("Reading", self._arrange_reading),
            "layout-timeline": lambda *_: self.arrange("Timeline alone", self._hide_panels),
            "save-layout": self.ask_name,
            "restore-layout": self.ask_which,
            "delete-layout": self.ask_which_to_delete,
            "reset-layout": lambda *_: self.arrange("Standard", w.desk.arrange),
            "undo-layout": lambda *_: self.undo(),
        }

    def connect(self) -> None:
        w = self.window
        w.menus.add("Window", self._panels_menu, before="next-panel")
        w.menus.add("Window", self._layouts_menu, before="save-layout")
        self._panels_menu.aboutToShow.connect(self._fill_panels)
        self._layouts_menu.aboutToShow.connect(self._fill_layouts)
        w.desk.arranged.connect(self._note)
        w.desk.shown_changed.connect(lambda _: self._show_checks())
        w.desk.panel_entered.connect(self._enter)
        self._saving.timeout.connect(self.keep)
        w.actions_by_id["lock-panels"].setChecked(w.settings.locked)
        w.desk.lock(w.settings.locked)

    def leave(self) -> None:
        """The window is about to close."""
        self.keep()

    # -- what is kept -----------------------------------------------------------------------------

    def keep(self) -> None:
        """Keep how this window is, for the next one."""
        self._saving.stop()
        self.window.keep(layout=self.layout(), placement=self.placement())

    def layout(self) -> Layout:
        """How the panels are arranged."""
        desk = self.window.desk
        names = tuple(panel.name for panel in desk.panels)
        return Layout.of(desk.state(), names, chosen=desk.chosen)

    def placement(self) -> Placement:
        """Where the window is."""
        w = self.window
        size = w.normalGeometry() if w.isMaximized() else w.geometry()
        at = size.topLeft() if w.isMaximized() else w.pos()
        return Placement(
            x=at.x(),
            y=at.y(),
            width=max(1, size.width()),
            height=max(1, size.height()),
            maximized=w.isMaximized(),
        )

    def open_window(self) -> OpenWindow:
        """The window as a whole, with what is open in it."""
        return OpenWindow(
            placement=self.placement(), layout=self.layout(), log=self.window.reopening.open_log()
        )

    def restore(self, placement: Placement | None, layout: Layout | None) -> None:
        """Put the window where it was, its panels as they were arranged, as far as that fits."""
        if placement is not None:
            self._place(placement)
        if layout is not None and layout.chosen and not self._restore(layout):
            self.window.desk.arrange()
            self.window.notice.show_message(_DAMAGED, kind=BannerKind.WARNING)
        self._now = self.layout()
        self._show_checks()

    def _place(self, placement: Placement) -> None:
        """Where it was; on a screen that there is, and no larger than that."""
        w = self.window
        wanted = QRect(placement.x, placement.y, placement.width, placement.height)
        screens = QGuiApplication.screens()
        shown = next(
            (s for s in screens if s.availableGeometry().contains(wanted.center())),
            next((s for s in screens if s.availableGeometry().intersects(wanted)), None),
        )
        room = (shown or QGuiApplication.primaryScreen()).availableGeometry()
        size = wanted.size().boundedTo(room.size()).expandedTo(w.minimumSize())
        w.resize(size)
        x = min(max(wanted.x(), room.x()), max(room.x(), room.right() + 1 - size.width()))
        y = min(max(wanted.y(), room.y()), max(room.y(), room.bottom() + 1 - size.height()))
        w.move(x, y)
        if placement.maximized:
            w.setWindowState(w.windowState() | Qt.WindowState.WindowMaximized)

    def _restore(self, layout: Layout) -> bool:
        state, desk = layout.bytes(), self.window.desk
        if state is None:
            return False
        if not layout.chosen:
            desk.arrange()
            return True
        return desk.restore(state, frozenset(layout.panels))

    # -- changes, and the way back ----------------------------------------------------------------

    def _note(self) -> None:
        """The panels were arranged otherwise."""
        now = self.layout()
        if self._now is not None and now != self._now:
            self._past = [*self._past[1 - _UNDOS :], self._now]
        self._now = now
        self._saving.start()
        self._show_checks()

    def arrange(self, name: str, how: Callable[[], object]) -> None:
        """Arrange all panels, and offer the way back."""
        self._now = self.layout()
        how()
        self._tell_arranged(name)

    def _tell_arranged(self, name: str) -> None:
        self._note()
        self.window.notice.show_message(
            f"Layout: {plain(name, limit=NAME_MOST)}.", action="Undo", then=self.undo
        )

    def undo(self) -> None:
        """Have the panels as they were before they were arranged otherwise."""
        if not self._past:
            self.window.notice.show_message("There is no change of the layout to take back.")
            return
        before = self._past.pop()
        self._restore(before)
        self._now = self.layout()
        self._saving.start()
        self._show_checks()

    # -- one panel --------------------------------------------------------------------------------

    def _enter(self, panel: Panel) -> None:
        self._panel = panel

    def _current(self) -> Panel | None:
        """The panel that commands are about: the one with the keys, or that had them last."""
        desk = self.window.desk
        for panel in (desk.panel_with(desk.focused()), self._panel):
            if panel is not None and not panel.isHidden():
                return panel
        below = [p for p in desk.panels if p.shown and not p.has_head]
        return next(iter([*below, *(p for p in desk.panels if p.shown)]), None)

    def _with_panel(self, do: Callable[[Panel], object]) -> None:
        panel = self._current()
        if panel is None:
            self.window.notice.show_message("No panel is shown.")
        else:
            do(panel)

    def _mover(self, area: Area) -> Slot:
        def move(*_: object) -> None:
            self._with_panel(lambda panel: self.window.desk.move_panel(panel, area))

        return move

    def _show_or_hide(self, name: str, *_: object) -> None:
        desk = self.window.desk
        panel = next(panel for panel in desk.panels if panel.name == name)
        if panel.isHidden():
            desk.show_panel(panel)
        else:
            desk.hide_panel(panel)

    def _walk(self, step: int) -> None:
        """Give the keys to the next part of the desk."""
        w = self.window
        stops: list[QWidget] = [w.timeline, *(p.page for p in w.desk.panels if p.shown)]
        panel = w.desk.panel_with(w.desk.focused())
        at = 0 if panel is None else stops.index(panel.page) if panel.page in stops else 0
        stop = stops[(at + step) % len(stops)]
        if stop is w.timeline:
            w.activateWindow()
            w.timeline.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            w.desk.enter(stop)

    def _lock(self, locked: bool) -> None:
        self.window.desk.lock(locked)
        self.window.keep(locked=locked)

    # -- all panels -------------------------------------------------------------------------------

    def hide_all(self, *_: object) -> None:
        """Hide all panels; asked once more, have them back."""
        if any(not panel.isHidden() for panel in self.window.desk.panels):
            self._before_hiding = self.layout()
            self._hide_panels()
        elif self._before_hiding is None or not self._restore(self._before_hiding):
            self.window.desk.arrange()
        self._note()

    def _hide_panels(self) -> None:
        for panel in self.window.desk.panels:
            panel.hide()
        self.window.desk.chosen = True

    def _arrange_reading(self) -> None:
        """The event's detail at the right, with half of the width."""
        w = self.window
        desk = w.desk
        desk.arrange()
        detail, context = desk.panel_of(w.event_detail), desk.panel_of(w.context_panel)
        desk.panel_of(w.session_list).hide()
        desk.dock_beside(detail, context)
        desk.chosen = True
        desk.resizeDocks([detail], [w.width() * 45 // 100], Qt.Orientation.Horizontal)

    # -- layouts under names ----------------------------------------------------------------------

    def ask_name(self, *_: object) -> None:
        """Ask what to call the present layout."""
        dialog = QInputDialog(self.window)
        dialog.setWindowTitle("Save the layout")
        dialog.setLabelText("Name of the layout")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(self.save)
        dialog.open()

    def save(self, name: str) -> None:
        """Keep the present layout under a name, in place of what had it."""
        name = " ".join(name.split())[:NAME_MOST]
        layouts = dict(self.window.settings.layouts)
        if not name:
            self.window.notice.show_message("A layout needs a name to be kept under.")
        elif name not in layouts and len(layouts) >= MOST_LAYOUTS:
            self.window.notice.show_message(f"There are {MOST_LAYOUTS} layouts: delete one first.")
        else:
            self.window.keep(layouts=layouts | {name: self.layout()})
            self._tell("Saved the layout", name, layouts)

    def restore_named(self, name: str) -> None:
        """Have the panels as they are in a layout of the user's."""
        layout = self.window.settings.layouts.get(name)
        if layout is None:
            return
        was = self.layout()
        if self._restore(layout):
            self._now = was
            self._tell_arranged(name)
            return
        self._restore(was)
        self.window.notice.show_message(
            f"The layout “{plain(name, limit=NAME_MOST)}” is damaged and cannot be restored.",
            kind=BannerKind.WARNING,
        )

    def delete(self, name: str) -> None:
        """Let go of a layout of the user's."""
        layouts = dict(self.window.settings.layouts)
        if name in layouts:
            rest = {known: layout for known, layout in layouts.items() if known != name}
            self.window.keep(layouts=rest)
            self._tell("Deleted the layout", name, layouts)

    def _tell(self, done: str, name: str, before: Mapping[str, Layout]) -> None:
        self.window.notice.show_message(
            f"{done} “{plain(name, limit=NAME_MOST)}”.",
            action="Undo",
            then=lambda: self.window.keep(layouts=dict(before)),
        )

    def ask_which(self, *_: object) -> None:
        """Ask which layout to restore."""
        self._ask_which("Restore a layout", self.restore_named)

    def ask_which_to_delete(self, *_: object) -> None:
        """Ask which layout to delete."""
        self._ask_which("Delete a layout", self.delete)

    def _ask_which(self, title: str, then: Callable[[str], None]) -> None:
        names = sorted(self.window.settings.layouts, key=str.casefold)
        if not names:
            self.window.notice.show_message(_NO_LAYOUTS)
            return
        dialog = QInputDialog(self.window)
        dialog.setWindowTitle(title)
        dialog.setLabelText("Layout")
        dialog.setComboBoxItems(names)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(then)
        dialog.open()

    # -- menus ------------------------------------------------------------------------------------

    def _fill_panels(self) -> None:
        """Each panel, with a mark where it is shown."""
        desk, menu = self.window.desk, self._panels_menu
        menu.clear()
        for panel in desk.panels:
            action = menu.addAction(plain(panel.title).replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(not panel.isHidden())
            action.triggered.connect(partial(self._show_or_hide, panel.name))

    def _fill_layouts(self) -> None:
        menu = self._layouts_menu
        menu.clear()
        for name in sorted(self.window.settings.layouts, key=str.casefold):
            menu.addAction(plain(name).replace("&", "&&"), partial(self.restore_named, name))
        if menu.isEmpty():
            menu.addAction("None saved yet").setEnabled(False)

    def _show_checks(self) -> None:
        for command, name in PANELS.items():
            panel = next(panel for panel in self.window.desk.panels if panel.name == name)
            self.window.actions_by_id[command].setChecked(not panel.isHidden())
