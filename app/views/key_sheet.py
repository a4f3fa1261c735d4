"""The sheet of keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.commands import Command, shown_key
from app.fuzzy import letters, match
from app.theme import SPACE, heading_font, ui_font
from app.views.text_views import PlainLabel
from core.late_dataclass import dataclass

_COLUMNS = 2
_WIDTH, _HEIGHT = 840, 560
_KEYS = 30 * SPACE
NONE = "No command with a key has these letters. Ctrl+K finds those without one, too."

MORE: tuple[tuple[str, str], ...] = (
    ("Wheel", "Zoom at the pointer"),
    ("Shift+Wheel", "Pan"),
    ("Double click", "Show all of the session"),
    ("Tab  Shift+Tab", "To the next or previous part"),
    ("Esc", "Give the keys back to the player"),
)
"""What the hand can do beside commands."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the sheet: what it is found by, and its widgets."""

    text: str
    widgets: tuple[QWidget, QWidget]


class KeySheet(QDialog):
    """Shows every command that has a key, by menu; a few letters leave those that have them."""

    def __init__(self, commands: Sequence[Command], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("key-sheet")
        self.setWindowTitle("Keys")
        self._sections: list[tuple[QWidget, list[_Line]]] = []
        self.search = QLineEdit(placeholderText="Find a key or a command")
        self.search.setAccessibleName("Find a key or a command")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.message = PlainLabel(NONE)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.message.hide()
        with_keys = [command for command in commands if command.keys]
        menus = dict.fromkeys(command.menu for command in with_keys)
        groups = [
            (menu, [(_keys(c), c.text) for c in with_keys if c.menu == menu]) for menu in menus
        ]
        self._lay_out([*groups, ("With the hand", list(MORE))])

    def _lay_out(self, groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> None:
        columns = [QVBoxLayout() for _ in range(_COLUMNS)]
        heights = [0] * _COLUMNS
        for menu, lines in sorted(groups, key=lambda group: -len(group[1])):
            place = heights.index(min(heights))
            columns[place].addWidget(self._section(menu, lines))
            heights[place] += len(lines) + 2
        inside = QWidget()
        row = QHBoxLayout(inside)
        row.setContentsMargins(0, 0, 2 * SPACE, 0)
        row.setSpacing(8 * SPACE)
        for column in columns:
            column.setSpacing(5 * SPACE)
            column.addStretch(1)
            row.addLayout(column, 1)
        self._scroll = QScrollArea()
        self._scroll.setAccessibleName("Keys")
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(inside)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(6 * SPACE, 5 * SPACE, 4 * SPACE, 4 * SPACE)
        outer.setSpacing(4 * SPACE)
        outer.addWidget(self.search)
        outer.addWidget(self.message, 1)
        outer.addWidget(self._scroll, 1)
        outer.addWidget(buttons)
        self.resize(_WIDTH, _HEIGHT)

    def _section(self, menu: str, lines: Sequence[tuple[str, str]]) -> QWidget:
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4 * SPACE)
        grid.setVerticalSpacing(SPACE)
        grid.setColumnStretch(1, 1)
        heading = QLabel(menu.upper())
        heading.setFont(heading_font())
        grid.addWidget(heading, 0, 0, 1, 2)
        made = []
        for row, (keys, text) in enumerate(lines, 1):
            key, name = PlainLabel(keys), PlainLabel(text)
            key.setFont(ui_font(12, weight=QFont.Weight.DemiBold))
            key.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            key.setMinimumWidth(_KEYS)
            name.setWordWrap(True)
            grid.addWidget(key, row, 0)
            grid.addWidget(name, row, 1)
            made.append(_Line(f"{text} {keys}", (key, name)))
        self._sections.append((holder, made))
        return holder

    def _filter(self, typed: str) -> None:
        """Leave the lines that have these letters, and the headings over them."""
        wanted, any_shown = letters(typed), False
        for holder, lines in self._sections:
            found = False
            for line in lines:
                has = _has(wanted, line.text)
                found = found or has
                for widget in line.widgets:
                    widget.setVisible(has)
            holder.setVisible(found)
            any_shown = any_shown or found
        self._scroll.setVisible(any_shown)
        self.message.setVisible(not any_shown)


def _keys(command: Command) -> str:
    return "  ".join(shown_key(key) for key in command.keys)


def _has(wanted: str, text: str) -> bool:
    """Whether the letters are there in one piece, or each at the start of a word or after one."""
    if wanted in letters(text):
        return True
    hit = match(wanted, text)
    return hit is not None and hit[0] >= 5 * len(wanted)
