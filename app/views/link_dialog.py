"""The dialog in which sessions are chosen to be replayed as one with another."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QTreeWidgetItem,
    QWidget,
)

from app.models.link_choices import LinkChoice
from app.text import count, plain
from app.theme import SPACE, Theme
from app.views.choice_tree import ID, session_item, session_tree
from app.views.dialog import column_of, foot_of, primary_button
from app.views.text_views import ElidedLabel, PlainLabel, tint
from core.replay.linked import NAME_MOST, PREFIX

_SIZE = QSize(680, 480)
_CHECKED = Qt.CheckState.Checked

Offer = Callable[[Sequence[str], str], Sequence[LinkChoice]]
"""What to offer where these were chosen and these words are looked for."""


class LinkDialog(QDialog):
    """``accepted_link`` carries a name and the ids of the sessions, the first of them ``this``."""

    accepted_link = Signal(str, object)

    def __init__(
        self,
        parent: QWidget,
        theme: Theme,
        *,
        this: str,
        name: str,
        taken: frozenset[str],
        offer: Offer,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("link-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Link sessions")
        self._this, self._taken, self._offer = this, taken, offer
        self._theme = theme
        self._chosen: list[str] = []
        self._about = ElidedLabel(f"Replayed as one with {plain(this)}. The log is not changed.")
        self.name = QLineEdit(name)
        self.name.setAccessibleName("Name")
        self.name.setMaxLength(NAME_MOST)
        self.name.textChanged.connect(lambda _: self._tell())
        self.words = QLineEdit(placeholderText="Find a session…")
        self.words.setAccessibleName("Find a session")
        self.words.textChanged.connect(lambda _: self.show_choices())
        self.list = session_tree("Sessions to link", actor=90, begun=140, why=180)
        self.list.setObjectName("link-choices")
        self.list.itemChanged.connect(self._note)
        self._told = PlainLabel()
        self._told.setObjectName("link-told")
        self._link = primary_button("Link")
        self._link.setObjectName("link-accept")
        self._link.clicked.connect(self._accept)
        self._lay_out()
        self.show_choices()
        self.resize(_SIZE)

    def _lay_out(self) -> None:
        label = PlainLabel("Name")
        label.setBuddy(self.name)
        head = QHBoxLayout()
        head.setSpacing(2 * SPACE)
        head.addWidget(label)
        head.addWidget(self.name, 1)
        foot = foot_of(self, self._link, told=self._told)
        column_of(self, self._about, head, self.words, self.list, foot)
        tint(self._about, self._theme.muted)
        self.list.setStyleSheet(_sheet(self._theme))

    def show_choices(self) -> None:
        """Offer anew: other words are looked for, or suggestions came."""
        self.list.blockSignals(True)
        self.list.clear()
        for choice in self._offer(self._chosen, self.words.text()):
            self.list.addTopLevelItem(_item(choice))
        self.list.blockSignals(False)
        self._tell()

    def _note(self, item: QTreeWidgetItem) -> None:
        session_id = item.data(0, ID)
        if item.checkState(0) == _CHECKED and session_id not in self._chosen:
            self._chosen.append(session_id)
        elif item.checkState(0) != _CHECKED and session_id in self._chosen:
            self._chosen.remove(session_id)
        self._tell()

    def _tell(self) -> None:
        """Say what is still missing, or what would be linked."""
        name = self.name.text().strip()
        wrong = ""
        if not name:
            wrong = "Give it a name"
        elif PREFIX + name in self._taken:
            wrong = f"There is “{plain(name)}” already"
        elif not self._chosen:
            wrong = "Choose at least one session"
        self._told.setText(wrong or f"{count(len(self._chosen) + 1, 'session')} become one")
        tint(self._told, self._theme.muted if wrong else self._theme.text)
        self._link.setEnabled(not wrong)

    def _accept(self) -> None:
        self.accepted_link.emit(self.name.text().strip(), (self._this, *self._chosen))
        self.accept()


def _sheet(theme: Theme) -> str:
    """Boxes that can be seen while they are empty."""
    return (
        "QTreeView::indicator { width: 12px; height: 12px; border-radius: 3px;"
        f" border: 1px solid {theme.muted.name()}; background: {theme.ground.name()}; }}"
        f"QTreeView::indicator:checked {{ background: {theme.accent.name()};"
        f" border-color: {theme.accent.name()}; }}"
    )


def _item(choice: LinkChoice) -> QTreeWidgetItem:
    item = session_item(choice)
    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
    item.setCheckState(0, _CHECKED if choice.chosen else Qt.CheckState.Unchecked)
    return item
