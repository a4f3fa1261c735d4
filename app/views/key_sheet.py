"""The sheet of keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from app.commands import Command, shown_key
from app.theme import SPACE, heading_font, ui_font

_COLUMNS = 2


class KeySheet(QDialog):
    """Shows every command that has a key, by menu."""

    def __init__(self, commands: Sequence[Command], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("key-sheet")
        self.setWindowTitle("Keys")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(6 * SPACE, 6 * SPACE, 6 * SPACE, 4 * SPACE)
        outer.setSpacing(4 * SPACE)
        grid = QGridLayout()
        grid.setHorizontalSpacing(6 * SPACE)
        grid.setVerticalSpacing(6 * SPACE)
        with_keys = [command for command in commands if command.keys]
        columns = [QVBoxLayout() for _ in range(_COLUMNS)]
        for menu in dict.fromkeys(command.menu for command in with_keys):
            shortest = min(columns, key=lambda column: column.count())
            shortest.addLayout(_section(menu, [c for c in with_keys if c.menu == menu]))
            shortest.addSpacing(4 * SPACE)
        for place, column in enumerate(columns):
            column.addStretch()
            grid.addLayout(column, 0, place)
        outer.addLayout(grid)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        outer.addWidget(buttons)


def _section(menu: str, commands: Sequence[Command]) -> QGridLayout:
    section = QGridLayout()
    section.setHorizontalSpacing(4 * SPACE)
    section.setVerticalSpacing(SPACE)
    heading = QLabel(menu.upper())
    heading.setFont(heading_font())
    section.addWidget(heading, 0, 0, 1, 2)
    for row, command in enumerate(commands, 1):
        keys = QLabel("  ".join(shown_key(key) for key in command.keys))
        keys.setFont(ui_font(12, weight=QFont.Weight.DemiBold))
        keys.setAlignment(Qt.AlignmentFlag.AlignRight)
        keys.setMinimumWidth(22 * SPACE)
        section.addWidget(keys, row, 0)
        section.addWidget(QLabel(command.text), row, 1)
    section.setColumnStretch(1, 1)
    return section
