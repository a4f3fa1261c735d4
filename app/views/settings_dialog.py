"""The settings: each acts as soon as it is changed, and all go back with one press."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.theme import SPACE, Theme, ThemeChoice, heading_font
from app.views.menu_button import MenuButton
from app.views.text_views import ElidedLabel, PlainLabel, tint
from core.late_dataclass import dataclass
from core.replay.axis import AxisMode

_WIDTH, _HEIGHT = 560, 630
_LABELS, _CHOICE = 150, 220
_THEMES: Mapping[Hashable, str] = {
    ThemeChoice.SYSTEM: "As the system",
    ThemeChoice.DARK: "Dark",
    ThemeChoice.LIGHT: "Light",
}
_MOTIONS: Mapping[Hashable, str] = {
    "system": "As the system",
    "reduced": "Reduced: nothing glides",
    "full": "Full",
}
_AXES: Mapping[Hashable, str] = {
    AxisMode.TIME: "Time",
    AxisMode.FOLDED: "Time, idle folded",
    AxisMode.EVENT: "One step an event",
    AxisMode.ARRIVAL: "In order of arrival",
}


@dataclass(frozen=True, slots=True)
class SettingValues:
    """What is set. ``motion`` is `system`, `reduced` or `full`; ``times`` is told in words.

    ``reopen`` is None where that is not to be chosen. ``folders`` are names and paths.
    """

    theme: ThemeChoice
    motion: str
    axis: AxisMode
    skip_idle: bool
    times: str
    reopen: bool | None
    private: bool
    folders: Sequence[tuple[str, str]]


class SettingsDialog(QDialog):
    """Shows `SettingValues`; ``changed`` carries the name of one and its new value.

    ``command_requested`` carries the id of a command, ``folder_requested`` a path to show,
    ``reset_requested`` and ``undo_requested`` come from the buttons below.
    """

    changed = Signal(str, object)
    command_requested = Signal(str)
    folder_requested = Signal(str)
    reset_requested = Signal()
    undo_requested = Signal()

    def __init__(self, parent: QWidget, theme: Theme, times: QMenu) -> None:
        super().__init__(parent)
        self.setObjectName("settings")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Settings")
        self._showing = False
        self.times = MenuButton("Times")
        self.times.open(times)
        self.theme = self._choice("Theme", "theme", _THEMES)
        self.motion = self._choice("Motion", "motion", _MOTIONS)
        self.axis = self._choice("Axis", "axis", _AXES)
        for button in (self.theme, self.motion, self.axis, self.times):
            button.setFixedWidth(_CHOICE)
        self.skip_idle = self._check("Skip idle time while playing", "skip_idle")
        self.reopen = self._check("Open again what was open", "reopen")
        self.private = self._check("Private mode: no names and texts of people", "private")
        self.cache = QPushButton("Cache of tables…")
        self.cache.setAutoDefault(False)
        self.cache.clicked.connect(lambda: self.command_requested.emit("table-cache"))
        self._folders = QGridLayout()
        self._folders.setHorizontalSpacing(3 * SPACE)
        self._folders.setColumnMinimumWidth(0, _LABELS)
        self._folders.setColumnStretch(1, 1)
        self.reset = QPushButton("Reset to defaults")
        self.reset.clicked.connect(self.reset_requested)
        self.undo = QPushButton("Undo")
        self.undo.setAccessibleName("Undo the reset")
        self.undo.clicked.connect(self.undo_requested)
        self.undo.hide()
        self._close = QPushButton("Close")
        self._close.setDefault(True)
        self._close.clicked.connect(self.accept)
        self._lay_out()
        self.show_theme(theme)

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(6 * SPACE, 5 * SPACE, 6 * SPACE, 4 * SPACE)
        column.setSpacing(2 * SPACE)
        self._labels: list[PlainLabel] = []
        self._section(column, "APPEARANCE", (("Theme", self.theme), ("Motion", self.motion)))
        self._section(column, "TIME", (("Times are shown", self.times), ("Axis", self.axis)))
        self._section(column, "BEHAVIOUR", (("", self.skip_idle), ("", self.reopen)))
        self._section(column, "PRIVACY", (("", self.private),))
        self._section(column, "WHAT IS KEPT", (("Tables", self.cache),))
        column.addLayout(self._folders)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inside)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(6 * SPACE, 2 * SPACE, 6 * SPACE, 4 * SPACE)
        buttons.setSpacing(2 * SPACE)
        buttons.addWidget(self.reset)
        buttons.addWidget(self.undo)
        buttons.addStretch(1)
        buttons.addWidget(self._close)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(scroll, 1)
        whole.addLayout(buttons)
        self.resize(_WIDTH, _HEIGHT)

    def show_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        for label in self._labels:
            tint(label, theme.muted)
        for button in (self.theme, self.motion, self.axis, self.times):
            button.show_theme(theme)

    def show_values(self, values: SettingValues) -> None:
        """Show what is set."""
        self._showing = True
        self.theme.show_choice(values.theme)
        self.motion.show_choice(values.motion)
        self.axis.show_choice(values.axis)
        self.skip_idle.setChecked(values.skip_idle)
        self.reopen.setVisible(values.reopen is not None)
        self.reopen.setChecked(bool(values.reopen))
        self.private.setChecked(values.private)
        self._showing = False
        self.times.setText(values.times)
        self.times.setAccessibleDescription(values.times)
        if not self._folders.count():
            self._show_folders(values.folders)

    def show_can_undo(self, can: bool) -> None:
        """Offer to take the reset back."""
        self.undo.setVisible(can)

    def _show_folders(self, folders: Sequence[tuple[str, str]]) -> None:
        for row, (name, path) in enumerate(folders):
            where = ElidedLabel(path, mode=Qt.TextElideMode.ElideMiddle)
            where.setAccessibleName(f"{name}: {path}")
            button = QPushButton("Show the folder")
            button.setAccessibleName(f"Show the folder of the {name.lower()}")
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, path=path: self.folder_requested.emit(path))
            for column, widget in enumerate((PlainLabel(name), where, button)):
                self._folders.addWidget(widget, row, column)

    def _section(
        self, column: QVBoxLayout, title: str, rows: Sequence[tuple[str, QWidget]]
    ) -> None:
        heading = PlainLabel(title)
        heading.setFont(heading_font())
        self._labels.append(heading)
        if column.count():
            column.addSpacing(3 * SPACE)
        column.addWidget(heading)
        for name, widget in rows:
            row = QHBoxLayout()
            row.setSpacing(3 * SPACE)
            label = PlainLabel(name)
            label.setBuddy(widget)
            label.setFixedWidth(_LABELS)
            if name:
                row.addWidget(label)
            row.addWidget(widget)
            row.addStretch(1)
            column.addLayout(row)

    def _choice(self, name: str, field: str, choices: Mapping[Hashable, str]) -> MenuButton:
        button = MenuButton(name)
        button.show_choices(choices, next(iter(choices)))
        button.chosen.connect(lambda value: self._tell(field, value))
        return button

    def _check(self, text: str, field: str) -> QCheckBox:
        box = QCheckBox(text)
        box.toggled.connect(lambda on: self._tell(field, on))
        return box

    def _tell(self, field: str, value: object) -> None:
        if not self._showing:
            self.changed.emit(field, value)
