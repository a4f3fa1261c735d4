"""The page of bookmarks: what is listed, and what can be done with all of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.models.bookmarks import BookmarkState
from app.text import count, plain
from app.theme import SPACE, Theme
from app.views.bookmark_table import BookmarkTable
from app.views.text_views import ElidedLabel, tint

NO_FILE = "Open a log to mark moments of its sessions"
NONE_HERE = "No bookmark in this session yet. M marks the moment at the playhead."
NONE_ANYWHERE = "No bookmark in any session of this file yet. M marks the moment at the playhead."


class BookmarkPage(QWidget):
    """Shows a `BookmarkState`; its table and buttons tell what is wished for.

    ``looked_at`` tells that it came on screen, ``everywhere_requested`` whose bookmarks to list.
    """

    looked_at = Signal()
    everywhere_requested = Signal(bool)
    undo_requested = Signal()
    import_requested = Signal()
    export_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("bookmark-page")
        self.setAccessibleName("Bookmarks")
        self._state = BookmarkState()
        self._message = ""
        self.table = BookmarkTable()
        self._scope = ElidedLabel()
        self._scope.setObjectName("bookmark-scope")
        self._undo = _button("Undo", "undo-delete")
        self._all = _button("All sessions", "all-sessions")
        self._all.setCheckable(True)
        self._all.setToolTip("List the bookmarks of all sessions of this file")
        self._import = _button("Import…", "import-button")
        self._export = _button("Export…", "export-button")
        self._lay_out()
        self._undo.clicked.connect(self.undo_requested)
        self._all.toggled.connect(self.everywhere_requested)
        self._import.clicked.connect(self.import_requested)
        self._export.clicked.connect(self.export_requested)
        self.table.undo_requested.connect(self.undo_requested)
        self.setFocusProxy(self.table)
        self.show_state(self._state)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(3 * SPACE, SPACE, 3 * SPACE, SPACE)
        head.setSpacing(2 * SPACE)
        head.addWidget(self._scope, 1)
        for button in (self._undo, self._all, self._import, self._export):
            head.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.table, 1)

    def show_theme(self, theme: Theme) -> None:
        """Draw in these colours."""
        tint(self._scope, theme.muted)
        checked = theme.control.name()
        self._all.setStyleSheet(
            f"QPushButton:checked {{ background: {checked}; border-color: {theme.accent.name()};"
            f" color: {theme.accent.name()}; }}"
        )
        self.table.show_theme(theme)

    def show_state(self, state: BookmarkState) -> None:
        """Show the bookmarks, and what was deleted last."""
        if state.deleted != self._state.deleted or state.session_id != self._state.session_id:
            self._message = ""
        self._state = state
        if state.session_id is None:
            empty = NO_FILE
        else:
            empty = NONE_ANYWHERE if state.everywhere else NONE_HERE
        self.table.show_rows(state.rows, everywhere=state.everywhere, message=empty)
        self._undo.setVisible(bool(state.deleted))
        self.table.can_undo = bool(state.deleted)
        self._all.setEnabled(state.session_id is not None)
        self._export.setEnabled(bool(state.rows))
        self._tell()

    def show_message(self, text: str) -> None:
        """Say what was done, until something else is."""
        self._message = text
        self._tell()

    def _tell(self) -> None:
        self._scope.setText(_deleted(self._state) or self._message or _scope(self._state))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.looked_at.emit()


def _button(text: str, name: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setAccessibleName(text.removesuffix("…"))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _deleted(state: BookmarkState) -> str:
    if not state.deleted:
        return ""
    if len(state.deleted) == 1:
        return f"Deleted “{plain(state.deleted[0].name, limit=80)}”"
    return f"Deleted {count(len(state.deleted), 'bookmark')}"


def _scope(state: BookmarkState) -> str:
    if state.session_id is None:
        return ""
    where = "in the sessions of this file" if state.everywhere else "in this session"
    missing = sum(row.playhead is None for row in state.rows)
    lost = f" · the events of {missing:,} are not in this log" if missing else ""
    return f"{count(len(state.rows), 'bookmark')} {where}{lost}"
