"""What all lists share: rows of one height, one of them current, and keys to move."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableView,
    QWidget,
)

from app.theme import ROW, ui_font


class RowTable(QTableView):
    """A list of rows of one height: one is current, none is edited, Tab leaves it.

    It scrolls by whole rows, to where its owner says (`bring_into_view`). ``row_entered`` tells of
    the Enter key.
    """

    row_entered = Signal(int)

    def __init__(self, parent: QWidget | None = None, *, row_height: int = ROW) -> None:
        super().__init__(parent)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setTabKeyNavigation(False)
        self.setAutoScroll(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._prepare_headers(row_height)

    def _prepare_headers(self, row_height: int) -> None:
        rows = self.verticalHeader()
        rows.hide()
        rows.setMinimumSectionSize(min(ROW, row_height))
        rows.setDefaultSectionSize(row_height)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns = self.horizontalHeader()
        columns.setFont(ui_font(12))
        columns.setFixedHeight(ROW)
        columns.setMinimumSectionSize(32)
        columns.setHighlightSections(False)
        columns.setSectionsClickable(False)
        columns.setTextElideMode(Qt.TextElideMode.ElideRight)

    def visible_rows(self) -> tuple[int, int]:
        """The first and the last row on screen; the last is before the first if there is none."""
        return self.rows_between(0, self.viewport().height() - 1)

    def rows_between(self, top: int, bottom: int) -> tuple[int, int]:
        """The rows from one px of the viewport to another; see `visible_rows`."""
        last = self.rowAt(bottom)
        first = max(self.rowAt(top), 0)
        return first, self.model().rowCount() - 1 if last < 0 else last

    def bring_into_view(self, row: int, *, margin: int = 0) -> None:
        """Scroll as little as it takes to see the row, and so many beside it."""
        if not 0 <= row < self.model().rowCount():
            return
        fit = max(1, self.viewport().height() // max(1, self.rowHeight(row)))
        margin = min(margin, max(0, (fit - 2) // 2))
        bar = self.verticalScrollBar()
        if row - margin < bar.value():
            bar.setValue(row - margin)
        elif row + margin >= bar.value() + fit:
            bar.setValue(row + margin - fit + 1)

    def focusInEvent(self, event: QFocusEvent) -> None:
        # Qt makes the first row current where none is: here that would be a wish of the user's.
        selection, had_current = self.selectionModel(), self.currentIndex().isValid()
        blocked = selection.blockSignals(True)
        super().focusInEvent(event)
        if not had_current:
            selection.clear()
        selection.blockSignals(blocked)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: self.model().rowCount() - 1}
        row = ends.get(Qt.Key(event.key()), -1)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.currentIndex().isValid():
                self.row_entered.emit(self.currentIndex().row())
            return
        if row >= 0:
            self.setCurrentIndex(self.model().index(row, 0))
        else:
            super().keyPressEvent(event)
        self.bring_into_view(self.currentIndex().row())
