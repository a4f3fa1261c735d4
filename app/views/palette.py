"""The command palette: type a few letters, press Enter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.commands import Command, shown_key
from app.theme import ROW, SPACE


class Palette(QDialog):
    """Offers the commands whose text holds the letters typed, in order; runs the chosen one."""

    def __init__(
        self,
        commands: Sequence[Command],
        actions: Mapping[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setWindowTitle("Commands")
        self._actions = actions
        self._commands = [c for c in commands if c.id != "palette"]
        self._search = QLineEdit(placeholderText="What do you want to do?")
        self._search.setAccessibleName("Search the commands")
        self._search.textChanged.connect(self._show)
        self._search.installEventFilter(self)
        self._list = QTreeWidget()
        self._list.setAccessibleName("Commands")
        self._list.setColumnCount(2)
        self._list.setHeaderHidden(True)
        self._list.setRootIsDecorated(False)
        self._list.setUniformRowHeights(True)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.header().setStretchLastSection(False)
        self._list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self._list.itemActivated.connect(self._run)
        self._list.itemClicked.connect(self._run)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 3 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addWidget(self._search)
        column.addWidget(self._list)
        self.resize(520, 420)
        self._show("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up, Down and Enter go to the list while the hand stays in the search."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None and (rows := self._list.topLevelItemCount()):
                self._choose((self._list.currentIndex().row() + step) % rows)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self._list.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _show(self, letters: str) -> None:
        self._list.clear()
        for command in matching(self._commands, letters):
            keys = shown_key(command.keys[0]) if command.keys else ""
            item = QTreeWidgetItem([f"{command.menu}: {command.text}", keys])
            item.setData(0, Qt.ItemDataRole.UserRole, command.id)
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setSizeHint(0, QSize(0, ROW))
            if not self._actions[command.id].isEnabled():
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            self._list.addTopLevelItem(item)
        self._choose(0)

    def _choose(self, row: int) -> None:
        item = self._list.topLevelItem(row)
        if item is not None:
            self._list.setCurrentItem(item)

    def _run(self, item: QTreeWidgetItem | None) -> None:
        if item is None or not item.flags() & Qt.ItemFlag.ItemIsEnabled:
            return
        self.accept()
        self._actions[item.data(0, Qt.ItemDataRole.UserRole)].trigger()


def matching(commands: Sequence[Command], letters: str) -> list[Command]:
    """The commands that hold these letters in order, those that hold them as one piece first."""
    wanted = letters.casefold().strip()

    def text(command: Command) -> str:
        return f"{command.menu}: {command.text}".casefold()

    def holds(command: Command) -> bool:
        rest = iter(text(command))
        return all(letter in rest for letter in wanted.replace(" ", ""))

    found = [command for command in commands if holds(command)]
    return sorted(found, key=lambda command: wanted not in text(command))
