"""The menus, made from the table of commands."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMainWindow, QMenu

from app.commands import COMMANDS, MENUS
from app.sources import shown_name
from app.text import plain


class Menus(QObject):
    """The menu of everything, the one that opens files with the recent ones, and the rules."""

    recent_requested = Signal(str)

    def __init__(self, actions: Mapping[str, QAction], window: QMainWindow) -> None:
        super().__init__(window)
        self._actions = actions
        self._groups = _groups(actions, window)
        self._recent = QMenu("Recent", window)
        self.main = QMenu("Menu", window)
        self._by_name: dict[str, list[QMenu]] = {}
        for name in MENUS:
            menus = self._by_name[name] = [self.main.addMenu(name)]
            if sys.platform == "darwin":
                menus.append(window.menuBar().addMenu(name))
            for menu in menus:
                self._fill(menu, name)
        self.open = QMenu("Open", window)
        self.open.addActions([actions["open"], actions["open-table"], actions["open-sample"]])
        self.open.addMenu(self._recent)
        self.open.addSeparator()
        self.open.addActions([actions["reload"], actions["close"]])
        self.rules = QMenu("Rules", window)
        self.rules.addActions([actions["rules-brain-web"], actions["rules-recency"]])

    def show_recent(self, names: Sequence[str]) -> None:
        """Offer these files."""
        self._recent.clear()
        self._recent.setEnabled(bool(names))
        for name in names:
            action = self._recent.addAction(plain(_short(name)).replace("&", "&&"))
            action.setToolTip(plain(name))
            action.triggered.connect(lambda _=False, name=name: self.recent_requested.emit(name))

    def add(self, name: str, menu: QMenu, *, before: str) -> None:
        """Put a menu into the one of that name, before a command of it."""
        for own in self._by_name[name]:
            own.insertMenu(self._actions[before], menu)

    def _fill(self, menu: QMenu, name: str) -> None:
        group = ""
        for command in COMMANDS:
            if command.menu != name:
                continue
            if command.group != group and not menu.isEmpty():
                menu.addSeparator()
            group = command.group
            menu.addAction(self._actions[command.id])
            if command.id == "open-sample":
                menu.addMenu(self._recent)


def _groups(actions: Mapping[str, QAction], window: QMainWindow) -> list[QActionGroup]:
    groups: dict[str, QActionGroup] = {}
    for command in COMMANDS:
        if command.group:
            group = groups.setdefault(command.group, QActionGroup(window))
            group.addAction(actions[command.id])
    return list(groups.values())


def _short(name: str) -> str:
    return " — ".join(shown_name(name))
