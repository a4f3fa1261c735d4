"""The dialog in which the session is chosen that another is compared with."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from app.models.link_choices import LinkChoice
from app.text import plain
from app.theme import SPACE, Theme
from app.views.choice_tree import ID, session_item, session_tree
from app.views.dialog import column_of, foot_of, primary_button
from app.views.text_views import ElidedLabel, PlainLabel, tint

_SIZE = QSize(640, 480)


class CompareChooser(QDialog):
    """``chosen`` carries a session's id; ``other_requested`` asks for a file to choose from,
    ``source_requested`` for a source of that name, ``here_requested`` for the open one again."""

    chosen = Signal(str)
    words_changed = Signal(str)
    other_requested = Signal()
    source_requested = Signal(str)
    here_requested = Signal()

    def __init__(self, parent: QWidget, theme: Theme, *, this: str) -> None:
        super().__init__(parent)
        self.setObjectName("compare-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Compare with…")
        self._theme = theme
        self._about = ElidedLabel(f"Compare {plain(this)} with a session of:")
        self.source = QLineEdit(placeholderText="A file, or dynamodb://TABLE?region=…")
        self.source.setObjectName("compare-source")
        self.source.setAccessibleName("Source of the other session")
        self.source.returnPressed.connect(self._ask_for_source)
        self.words = QLineEdit(placeholderText="Find a session…")
        self.words.setObjectName("compare-words")
        self.words.setAccessibleName("Find a session")
        self.words.setClearButtonEnabled(True)
        self.words.textChanged.connect(self._look)
        self.list = session_tree("Sessions to compare with", actor=110, begun=150)
        self.list.setObjectName("compare-choices")
        self.list.itemDoubleClicked.connect(lambda *_: self.press())
        self.list.itemSelectionChanged.connect(self._tell)
        self.other = QPushButton("From another file…")
        self.other.setObjectName("compare-other")
        self.other.clicked.connect(self.other_requested)
        self.here = QPushButton("From this source")
        self.here.setObjectName("compare-this")
        self.here.clicked.connect(self.here_requested)
        self._told = PlainLabel()
        self._told.setObjectName("compare-told")
        self._told.setWordWrap(True)
        self._go = primary_button("Compare")
        self._go.setObjectName("compare-accept")
        self._go.clicked.connect(self.press)
        self._lay_out()
        self.resize(_SIZE)
        self._tell()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(2 * SPACE)
        head.addWidget(self.source, 1)
        head.addWidget(self.here)
        head.addWidget(self.other)
        for button in (self.here, self.other):
            button.setAutoDefault(False)
        foot = foot_of(self, self._go, told=self._told)
        column_of(self, self._about, head, self.words, self.list, foot)
        tint(self._about, self._theme.muted)
        tint(self._told, self._theme.muted)
        self.words.setFocus()

    def show_source(self, name: str, *, is_other: bool) -> None:
        """Name the source whose sessions are offered; these are asked for by ``words_changed``."""
        self.source.setText(name)
        self.here.setVisible(is_other)
        self._look()

    def _look(self, *_: object) -> None:
        # What is offered now may not be what is looked for: Enter waits.
        self._go.setEnabled(False)
        self.words_changed.emit(self.words.text())

    def show_message(self, text: str) -> None:
        """Say what is going on, or what is wrong."""
        self._told.setText(text)

    def show_choices(self, found: Sequence[LinkChoice]) -> None:
        """Offer these."""
        self.list.clear()
        for choice in found:
            self.list.addTopLevelItem(session_item(choice))
        first = self.list.topLevelItem(0)
        if first is not None:
            self.list.setCurrentItem(first)
        self._tell()

    def _ask_for_source(self) -> None:
        self.source_requested.emit(self.source.text())

    def _tell(self) -> None:
        item = self.list.currentItem()
        self._go.setEnabled(item is not None)
        self._told.setText("" if item is not None else "No session is found by these words")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter there opens what was typed, and chooses no session yet.
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if not (enter and self.source.hasFocus()):
            super().keyPressEvent(event)

    def press(self) -> None:
        """Do what the button “Compare” does: choose the session that is marked."""
        item = self.list.currentItem()
        if item is not None and self._go.isEnabled():
            self.chosen.emit(item.data(0, ID))
            self.accept()
