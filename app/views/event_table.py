"""The table of events, which follows the playhead."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from app.models.event_table import (
    ACTOR,
    NUMBER,
    OBJECT,
    SINCE,
    SUMMARY,
    TIME,
    TYPE,
    EventTableModel,
)
from app.models.lateness import Lateness
from app.theme import ui_font
from app.views.cell_table import PADDING, CellTable
from core.replay.arrival import ArrivalOrder
from core.replay.columns import Bool, Int32, SessionLog
from core.replay.playback import Playhead

_WIDTHS = {SINCE: 88, TYPE: 192, ACTOR: 96, OBJECT: 164}
_NARROW_WIDTHS = {SINCE: 76, TYPE: 144, ACTOR: 76, OBJECT: 108}
_NARROW = 900
_LATE_DAYS = range(27, 365, 30)
"""Days since the epoch, one in each month, that are written with two figures."""
_DAY = 86_400_000_000
_AHEAD = 2
"""How many rows around the current one are kept in view."""


class EventTableView(CellTable):
    """A row for each event; the one at the playhead is current, those to come are muted.

    A press, Enter or the arrow keys on a row ask for the playhead right after its event.
    ``rows_requested`` asks for summaries, by event (index), as rows without one show.
    """

    seek_requested = Signal(object)
    rows_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._table = EventTableModel()
        super().__init__(self._table, parent)
        self._table.setParent(self)
        self.setObjectName("event-table")
        self.setAccessibleName("Events")
        self._table.rows_requested.connect(self.rows_requested)
        self._follow = True
        self._passing = False
        self._showing = False
        self._laying_out = False
        self._widths_chosen = False
        columns = self.horizontalHeader()
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        columns.setStretchLastSection(True)
        columns.sectionResized.connect(self._note_width)
        self.selectionModel().currentRowChanged.connect(self._ask_for)
        self.row_entered.connect(self._ask_for_row)

    def show_log(self, log: SessionLog | None, order: ArrivalOrder | None = None) -> None:
        """Show the events of this log; where it only grew, the place on screen is kept.

        They are in this ``order`` of arrival of the log, or by time where there is none.
        """
        self._showing = True
        self._table.show_log(log, order)
        self._showing = False
        self._set_widths()
        self.show_position(self._table.position, arrived=True)

    def show_order(self, order: ArrivalOrder | None) -> None:
        """Show them in this order of arrival; None is the order of time."""
        self._showing = True
        self._table.show_order(order)
        self._showing = False
        self.show_position(self._table.position)

    def show_position(self, position: int, *, arrived: bool = False, passing: bool = False) -> None:
        """Make the event that led to this position the current row; before any, none is.

        Where events only ``arrived``, the place on screen is left if the current row was not in it.
        In ``passing`` no summary is asked for: other rows are on screen before it came.
        """
        self._note_passing(passing)
        first, last = self.visible_rows()
        current = self.currentIndex().row()
        looks_elsewhere = arrived and current >= 0 and not first <= current <= last
        self._table.show_position(position)
        index = self._table.index_of(position - 1)
        flags = QItemSelectionModel.SelectionFlag
        self._showing = True
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self._showing = False
        if self._follow and not looks_elsewhere:
            self._bring_current_into_view()

    def _note_passing(self, passing: bool) -> None:
        if self._passing and not passing:
            # What was not asked for is, as it is painted.
            self.viewport().update()
        self._passing = passing

    def show_follow(self, follow: bool) -> None:
        """Keep the current row in view while the playhead moves, or leave the place as it is."""
        self._follow = follow
        if follow:
            self._bring_current_into_view()

    def show_summaries(self, summaries: Mapping[int, str]) -> None:
        """Take up what events (indexes) say."""
        self._table.show_summaries(summaries)

    def show_times(self) -> None:
        """Tell moments as they are told now."""
        self._table.show_log(self._table.log, self._table.order)
        self._set_widths()

    def show_marks(self, marks: Bool | None) -> None:
        """Mark the rows of these events as a group, a truth for each; None marks nothing."""
        self._table.show_marks(marks)

    def show_left_out(self, left_out: Bool | None) -> None:
        """Strike out these events, a truth for each; None strikes out nothing."""
        self._table.show_left_out(left_out)

    def show_lateness(self, lateness: Lateness | None) -> None:
        """Give the rows of late events a sign, and a tip that tells how late; None has none."""
        self._table.show_lateness(lateness)

    def show_hits(self, hits: Int32 | None, *, only: bool = False) -> None:
        """Bring out these events (indexes, ascending), or show ``only`` these; None is none."""
        self._showing = True
        self._table.show_hits(hits, only=only)
        self._showing = False
        self.show_position(self._table.position)

    def _bring_current_into_view(self) -> None:
        row = self._table.row_of(self._table.position - 1)
        self.bring_into_view(max(0, row), margin=_AHEAD)

    def _ask_for(self, index: QModelIndex) -> None:
        if not self._showing and index.isValid():
            self._ask_for_row(index.row())

    def _ask_for_row(self, row: int) -> None:
        log = self._table.log
        if log is not None and 0 <= row < self._table.rowCount():
            self.bring_into_view(row)
            event = self._table.event_at(row)
            self.seek_requested.emit(Playhead(event + 1, int(log.times[event])))

    def _set_widths(self) -> None:
        """As wide as their texts may get, unless the user chose; the summary has the rest."""
        if self._widths_chosen:
            return
        metrics = QFontMetrics(ui_font(12))
        digits = "0" * max(3, len(str(self._table.count)))
        # The widest that a session can have, so that columns stand where they stood in another.
        times = self._table.widest_times
        heading = self.horizontalHeader().fontMetrics().horizontalAdvance(times[0])
        narrow = self.viewport().width() < _NARROW
        widths = {
            NUMBER: metrics.horizontalAdvance(digits) + 2 * PADDING,
            TIME: max(heading, *map(metrics.horizontalAdvance, times)) + 2 * PADDING,
            **(_NARROW_WIDTHS if narrow else _WIDTHS),
        }
        self._laying_out = True
        for column, width in widths.items():
            self.setColumnWidth(column, width)
        self._laying_out = False

    def _note_width(self, column: int) -> None:
        if not self._laying_out and column != SUMMARY:
            self._widths_chosen = True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        before = self.currentIndex().row()
        super().mousePressEvent(event)
        pressed = self.indexAt(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and pressed.row() == before:
            self._ask_for(pressed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_widths()
        if self._follow:
            self._bring_current_into_view()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._passing:
            self._table.want(*self.visible_rows())
