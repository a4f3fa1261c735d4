"""The table of bookmarks."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QHeaderView

from app.models.bookmark_table import NAME, NOTE, POSITION, SESSION, TIME, BookmarkTableModel
from app.text import plain
from app.theme import ui_font
from app.views.bookmark_colours import shade
from app.views.cell_table import PADDING, CellTable
from app.views.text_views import tip_of
from core.notes.bookmark import Colour
from core.notes.places import Placed

_WIDTHS = {POSITION: 84, SESSION: 124}
_NAME_SHARE = 0.42
_SHOWN_FROM = {POSITION: 300, SESSION: 460, NOTE: 520}
_LENGTHS_FROM = 520
"""The width (px) of the table from which on it has these columns."""
_MARK = 8


class BookmarkTable(CellTable):
    """A click or Enter goes there; F2 or a double click edits, Del deletes, Ctrl+Z undoes."""

    go_requested = Signal(object)
    edit_requested = Signal(object)
    delete_requested = Signal(object)
    undo_requested = Signal()

    def __init__(self) -> None:
        self._bookmarks = BookmarkTableModel()
        super().__init__(self._bookmarks)
        self._bookmarks.setParent(self)
        self._message = ""
        self._everywhere = False
        self._start: int | None = None
        self.can_undo = False
        self.setObjectName("bookmarks")
        self.setAccessibleName("Bookmarks")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        columns = self.horizontalHeader()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.clicked.connect(self._go)
        self.doubleClicked.connect(self._edit)
        self.row_entered.connect(lambda row: self.go_requested.emit(self._bookmarks.placed(row)))

    def show_times(self, start: int | None) -> None:
        """Tell moments as they are told now, of a session on screen that began then (µs)."""
        self._start = start
        self._bookmarks.show_start(None if self._everywhere else start)
        self._bookmarks.show_again()
        self._set_widths()

    def show_rows(self, rows: Sequence[Placed], *, everywhere: bool, message: str = "") -> None:
        """Show these, or a message where there is none; the current one stays current."""
        row = self.currentIndex().row()
        current = self.current()
        known = None if current is None else current.bookmark.id
        self._message, self._everywhere = message, everywhere
        self._bookmarks.show_start(None if everywhere else self._start)
        self._bookmarks.show_rows(rows)
        self.horizontalHeader().setVisible(bool(rows))
        place = self._bookmarks.row_of(known)
        if place is None and row >= 0 and rows:
            place = min(row, len(rows) - 1)
        if place is not None and place != self.currentIndex().row():
            self.setCurrentIndex(self._bookmarks.index(place, 0))
        self._set_widths()
        self.viewport().update()

    def current(self) -> Placed | None:
        """The bookmark of the current row."""
        index = self.currentIndex()
        return self._bookmarks.placed(index.row()) if index.isValid() else None

    def _go(self, index: QModelIndex) -> None:
        self.go_requested.emit(self._bookmarks.placed(index.row()))

    def _edit(self, index: QModelIndex) -> None:
        self.edit_requested.emit(self._bookmarks.placed(index.row()))

    def event(self, event: QEvent) -> bool:
        # While something can come back, Ctrl+Z is the table's rather than the window's.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            undoes = self.can_undo and event.matches(QKeySequence.StandardKey.Undo)
            if undoes:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self.current()
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo_requested.emit()
        elif current is not None and event.key() == Qt.Key.Key_F2:
            self.edit_requested.emit(current)
        elif current is not None and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_requested.emit(current)
        else:
            super().keyPressEvent(event)

    def _tip(self, event: QHelpEvent) -> str:
        index = self.indexAt(event.pos())
        if index.isValid() and index.column() in (NOTE, SESSION):
            # A note has lines of its own, and the cell has the session without its middle.
            bookmark = self._bookmarks.placed(index.row()).bookmark
            told = bookmark.note if index.column() == NOTE else bookmark.session_id
            return tip_of("\n".join(map(plain, told.splitlines())))
        return super()._tip(event)

    def _paint_swatch(self, painter: QPainter, left: int, middle: float, event_type: str) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade(self._theme, Colour(event_type)))
        painter.drawEllipse(QRectF(left, middle - _MARK / 2, _MARK, _MARK))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _set_widths(self) -> None:
        room = self.viewport().width()
        for column, least in _SHOWN_FROM.items():
            hidden = room < least or (column == SESSION and not self._everywhere)
            self.setColumnHidden(column, hidden)
        self._bookmarks.show_lengths(room >= _LENGTHS_FROM)
        rows = range(self._bookmarks.rowCount())
        metrics = QFontMetrics(ui_font(12))
        texts = [self._bookmarks.cell(row, TIME).text for row in rows[:200]]
        widest = max(map(metrics.horizontalAdvance, [*texts, "00:00:00.000"]))
        widths = {TIME: widest + 2 * PADDING, **_WIDTHS}
        shown = {c: w for c, w in widths.items() if not self.isColumnHidden(c)}
        rest = max(80, room - sum(shown.values()))
        shown[NAME] = rest if self.isColumnHidden(NOTE) else round(rest * _NAME_SHARE)
        shown[NOTE] = rest - shown[NAME]
        for column, width in shown.items():
            if not self.isColumnHidden(column):
                self.setColumnWidth(column, width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_widths()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._message and not self._bookmarks.rowCount():
            with QPainter(self.viewport()) as painter:
                painter.setFont(ui_font(13))
                painter.setPen(self._theme.muted)
                flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(self.viewport().rect(), flags, self._message)
