"""The chooser of a time zone, searched by a few letters."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QTreeWidgetItem,
    QWidget,
)

from app.fuzzy import letters, ranked
from app.theme import ROW, SPACE
from app.views.choice_tree import choice_tree
from app.views.dialog import column_of, foot_of, primary_button
from app.views.text_views import PlainLabel
from core.late_dataclass import dataclass

_NAME = Qt.ItemDataRole.UserRole
_MOVES = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}
READING = "Reading the zones…"
NONE = "No zone has these letters. Try a city, such as Paris, or an offset, such as +05:45."


@dataclass(frozen=True, slots=True)
class ZoneChoice:
    """A zone: its name, how far it is from UTC now, and what its clocks show now."""

    name: str
    offset: str
    now: str

    @property
    def text(self) -> str:
        """What it is found by."""
        return f"{self.name.replace('_', ' ')} {self.offset}"


class ZoneDialog(QDialog):
    """``zone_chosen`` carries the name of the zone; nothing where the dialog is left."""

    zone_chosen = Signal(str)

    def __init__(self, parent: QWidget, current: str) -> None:
        super().__init__(parent)
        self.setObjectName("zone-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Times in another zone")
        self._current = current
        self._choices: Sequence[ZoneChoice] = ()
        self.search = QLineEdit(placeholderText="A city or an offset, such as Paris or +05:45")
        self.search.setAccessibleName("Find a zone")
        self.search.installEventFilter(self)
        self.search.textChanged.connect(lambda _: self._show())
        self.zones = choice_tree("Zones", {"Zone": None, "From UTC": 96, "Now": 64})
        self.zones.itemActivated.connect(lambda _: self._choose())
        self.message = PlainLabel(READING)
        self.message.setAccessibleName("Zones")
        self.message.setWordWrap(True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._accept = primary_button("Use this zone")
        self._accept.clicked.connect(self._choose)
        foot = foot_of(self, self._accept)
        column = column_of(self, self.search, self.zones, self.message, foot, spacing=2 * SPACE)
        for part in self.zones, self.message:
            column.setStretchFactor(part, 1)
        self.resize(480, 440)
        self._show()

    def show_zones(self, choices: Sequence[ZoneChoice]) -> None:
        """Offer these; the one in use is current until something is typed."""
        self._choices = choices
        self._show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The arrows move in the list while the hand stays in the search."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = _MOVES.get(Qt.Key(event.key()))
            rows = self.zones.topLevelItemCount()
            if step is not None and rows:
                row = min(max(self.zones.currentIndex().row() + step, 0), rows - 1)
                self._make_current(self.zones.topLevelItem(row))
                return True
        return super().eventFilter(watched, event)

    def _show(self) -> None:
        wanted = letters(self.search.text())
        found = ranked(wanted, [choice.text for choice in self._choices], len(self._choices))
        order = [hit.index for hit in found] if wanted else range(len(self._choices))
        self.zones.clear()
        for place in order:
            choice = self._choices[place]
            item = QTreeWidgetItem([choice.name.replace("_", " "), choice.offset, choice.now])
            item.setData(0, _NAME, choice.name)
            item.setSizeHint(0, QSize(0, ROW))
            self.zones.addTopLevelItem(item)
            if not wanted and choice.name == self._current:
                self._make_current(item)
        if wanted or self.zones.currentItem() is None:
            self._make_current(self.zones.topLevelItem(0))
        nothing = not self.zones.topLevelItemCount()
        self.zones.setVisible(not nothing)
        self.message.setVisible(nothing)
        self.message.setText(NONE if self._choices else READING)
        self._accept.setEnabled(not nothing)

    def _make_current(self, item: QTreeWidgetItem | None) -> None:
        if item is not None:
            self.zones.setCurrentItem(item)
            self.zones.scrollToItem(item)

    def _choose(self) -> None:
        item = self.zones.currentItem()
        if item is not None:
            self.accept()
            self.zone_chosen.emit(item.data(0, _NAME))
