"""The list of sessions: find, sort, open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QLineEdit, QMenu, QVBoxLayout, QWidget

from app.models.session_list import SessionListModel
from app.models.session_order import Sessions, SessionsById, SessionSort
from app.theme import DARK, SPACE, Theme, heading_font
from app.views.menu_button import MenuButton
from app.views.row_table import RowTable
from app.views.session_row import FOLD_HEIGHT, ROW_HEIGHT, SessionDelegate
from app.views.text_views import ElidedLabel, tint


class SessionListView(QWidget):
    """The sessions of a log: those of several events, then a line that holds those of one.

    ``window_requested`` asks for one in a window of its own, ``activity_requested`` for the
    sparklines of sessions (a list of ids) as they show.
    """

    session_requested = Signal(str)
    window_requested = Signal(str)
    activity_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("session-list")
        self.setAccessibleName("Sessions")
        self.setMinimumWidth(200)
        self._theme = DARK
        self._model = SessionListModel(self)
        self._heading = ElidedLabel("SESSIONS")
        self._heading.setFont(heading_font())
        self._sort = MenuButton("Sort the sessions", flat=True)
        self._field = _FindField()
        self._list = _SessionTable(self._model)
        self._lay_out()
        self._connect()
        self._sort.show_choices({sort: str(sort) for sort in SessionSort}, SessionSort.NEWEST)

    def _lay_out(self) -> None:
        self.head = QWidget()
        """The heading and the order, which may stand in the bar of a panel."""
        head = QHBoxLayout(self.head)
        head.setContentsMargins(3 * SPACE, 2 * SPACE, 0, 0)
        head.addWidget(self._heading, 1)
        head.addWidget(self._sort)
        find = QHBoxLayout()
        find.setContentsMargins(3 * SPACE, SPACE, 3 * SPACE, 2 * SPACE)
        find.addWidget(self._field)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.head)
        layout.addLayout(find)
        layout.addWidget(self._list, 1)
        self.setTabOrder(self._field, self._list)
        self.setTabOrder(self._list, self._sort)

    def _connect(self) -> None:
        self._field.textChanged.connect(self._find)
        self._field.left.connect(self._list.enter)
        self._list.left.connect(self.focus_search)
        self._list.session_requested.connect(self.session_requested)
        self._list.window_requested.connect(self.window_requested)
        self._model.activity_requested.connect(self.activity_requested)
        self._sort.chosen.connect(self._model.sort_by)

    def show_theme(self, theme: Theme) -> None:
        """Paint by this theme."""
        self._theme = theme
        tint(self._heading, theme.muted)
        self._sort.show_theme(theme)
        self._field.show_theme(theme)
        self._list.show_theme(theme)

    def show_sessions(self, sessions: Sessions, *, actors_known: bool = True) -> None:
        """List these; counts and sparklines of those that did not change are kept."""
        self._model.show_sessions(sessions, actors_known=actors_known)
        self._show_heading()

    def show_times(self) -> None:
        """Tell moments as they are told now."""
        self._model.show_times()

    def update_sessions(self, summaries: SessionsById) -> None:
        """Take up sessions that grew and new ones, by id; rows on screen keep their place."""
        self._model.update_sessions(summaries)
        self._show_heading()

    def show_running(self, session_ids: frozenset[str]) -> None:
        """Mark the sessions that run."""
        self._model.show_running(session_ids)

    def show_current(self, session_id: str | None) -> None:
        """Mark the session that is open, and bring it into view."""
        self._model.show_current(session_id)
        self._list.go_to(self._model.row_of(session_id))

    def show_actors(self, summaries: SessionsById) -> None:
        """Take up the same sessions with their actors, by id."""
        self._model.show_actors(summaries)
        self._show_heading()

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Take up how many events sessions have, by id."""
        self._model.show_counts(counts)

    def show_activity(self, activity: Mapping[str, Sequence[int]]) -> None:
        """Take up sparklines, by id: numbers of events in equal parts of the session's time."""
        self._model.show_activity(activity)

    def focus_search(self) -> None:
        """Go to the search field."""
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()

    def _find(self, text: str) -> None:
        self._model.find(text)
        self._list.verticalScrollBar().setValue(0)
        self._show_heading()

    def _show_heading(self) -> None:
        total, found = self._model.total, self._model.matches
        numbers = f"{total:,}" if found == total else f"{found:,} / {total:,}"
        self._heading.setText(f"SESSIONS · {numbers}")
        searching = bool(self._field.text().strip())
        self._list.show_empty("No session matches" if searching and total else "No sessions")


class _FindField(QLineEdit):
    """Finds as one types; Down or Enter goes into the list, Esc clears."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("session-search")
        self.setAccessibleName("Find a session")
        self.setPlaceholderText("Find a session…")

    def show_theme(self, theme: Theme) -> None:
        self.setStyleSheet(f"QLineEdit {{ placeholder-text-color: {theme.muted.name()}; }}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)


class _SessionTable(RowTable):
    """The rows: a click or Enter opens a session, and opens or closes the fold."""

    session_requested = Signal(str)
    window_requested = Signal(str)
    left = Signal()

    def __init__(self, model: SessionListModel) -> None:
        super().__init__(row_height=ROW_HEIGHT)
        self.setObjectName("session-rows")
        self.setAccessibleName("Sessions")
        self._model = model
        self._theme = DARK
        self._empty = ""
        self._kept: str | None = None
        self._folded_at: int | None = None
        self._rows = SessionDelegate(self, model)
        self.setModel(model)
        self.setItemDelegate(self._rows)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._open)
        self.row_entered.connect(lambda row: self._open(model.index(row, 0)))
        model.modelAboutToBeReset.connect(self._keep)
        model.modelReset.connect(self._restore)
        model.rowsInserted.connect(self._note_fold)

    def show_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._rows.show_theme(theme)

    def show_empty(self, text: str) -> None:
        """What to say where there is no row."""
        self._empty = text
        self.viewport().update()

    def enter(self) -> None:
        """Take the focus; without a current row the first becomes it."""
        if not self.currentIndex().isValid():
            self.go_to(0)
        self.setFocus(Qt.FocusReason.TabFocusReason)

    def go_to(self, row: int | None) -> None:
        """Make a row the one that the keys move from, and bring it into view."""
        if row is not None and 0 <= row < self._model.rowCount():
            self.setCurrentIndex(self._model.index(row, 0))
            self.bring_into_view(row)

    def _open(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        session_id = self._model.session_id(index.row())
        if session_id is None:
            self._fold(not self._model.is_open)
        else:
            self.session_requested.emit(session_id)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with the session under the mouse, or the one that the keys are at."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        session_id = self._model.session_id(index.row()) if index.isValid() else None
        if session_id is not None:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addAction("Open", lambda: self.session_requested.emit(session_id))
            menu.addAction("Open in a new window", lambda: self.window_requested.emit(session_id))
            menu.popup(event.globalPos())

    def _fold(self, is_open: bool) -> None:
        self._model.set_open(is_open)
        self.go_to(self._model.fold_row)

    def _keep(self) -> None:
        index = self.currentIndex()
        self._kept = self._model.session_id(index.row()) if index.isValid() else None

    def _restore(self) -> None:
        fold, row = self._model.fold_row, self._model.row_of(self._kept)
        if self._folded_at is not None and self._folded_at < self._model.rowCount():
            self.verticalHeader().resizeSection(self._folded_at, ROW_HEIGHT)
        if fold is not None:
            self.verticalHeader().resizeSection(fold, FOLD_HEIGHT)
        self._folded_at = fold
        if row is not None:
            self.setCurrentIndex(self._model.index(row, 0))

    def _note_fold(self) -> None:
        """Rows came above the fold: its height moved along with it."""
        self._folded_at = self._model.fold_row

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index, key = self.currentIndex(), event.key()
        row = index.row() if index.isValid() else -1
        fold = self._model.fold_row
        if key == Qt.Key.Key_Up and row <= 0:
            self.left.emit()
        elif key == Qt.Key.Key_Right and row == fold:
            self._fold(True)
        elif key == Qt.Key.Key_Left and fold is not None and row >= fold:
            # From a session of one event to the line that holds it, from there to closed.
            self._fold(self._model.is_open and row > fold)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._model.rowCount():
            with QPainter(self.viewport()) as painter:
                painter.setPen(self._theme.muted)
                rect = QRectF(0, 0, self.viewport().width(), 15 * SPACE)
                painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._empty)
        self._model.want_activity(*self.visible_rows())
