"""The events of a session as a table over its columns; what rows say is asked for as it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QModelIndex, QObject, Signal

from app.models.cells import NO_PARENT, Cell, CellTableModel, Index, Tone
from app.models.event_rows import EventRows
from app.models.lateness import Late, Lateness
from app.models.row_summaries import RowSummaries
from app.text import clock, crosses_days, dated, duration, is_in_session, plain, time_heading
from core.replay.arrival import ArrivalOrder
from core.replay.columns import NONE, PENDING, Bool, Int32, SessionLog
from core.replay.room import continues

NUMBER, TIME, SINCE, TYPE, ACTOR, OBJECT, SUMMARY = range(7)

_DAY = 86_400_000_000
_LATE_DAYS = range(27, 365, 30)
"""In each month a day of two figures."""
_ABSENT = "—"
_LATE = "↶ "
"""The sign of what arrived late."""


class EventTableModel(CellTableModel):
    """Wraps a log and copies nothing; rows of events yet to come are muted.

    A row's summary needs its payload: `want` names the rows on screen, ``rows_requested`` asks for
    those that are missing (a list of event indexes, each block of them once), `show_summaries`
    brings them. Rows are in order of time, or of arrival where such an ``order`` is shown; then
    those are to come that arrived later. `EventRows` tells which event a row has.
    """

    rows_requested = Signal(object)
    columns = ("#", "Time (UTC)", "Since last", "Type", "Actor", "Object", "Summary")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log: SessionLog | None = None
        self._rows = 0
        self._dated = False
        self._position = 0
        self._lateness: Lateness | None = None
        self._marks: Bool | None = None
        self._left_out: Bool | None = None
        self._hits: Int32 | None = None
        self._shown = EventRows()
        self._summaries = RowSummaries()

    @property
    def log(self) -> SessionLog | None:
        """The log that is shown."""
        return self._log

    @property
    def order(self) -> ArrivalOrder | None:
        """The order of arrival that its rows are in, None where they are in order of time."""
        return self._shown.order

    @property
    def count(self) -> int:
        """How many events there are, shown or not."""
        return self._rows

    @property
    def position(self) -> int:
        """How many events have happened."""
        return self._position

    def show_log(self, log: SessionLog | None, order: ArrivalOrder | None = None) -> None:
        """Show this log; where it begins with the rows shown so far, only what came is added.

        What was asked for and has not come is asked for anew. An ``order`` is the log's own.
        """
        before, known, rows = self._log, self._rows, 0 if log is None else len(log)
        self._summaries.ask_anew()
        begins = before is not None and log is not None and _begins_with(log, before)
        shown = EventRows(order, only=self._shown.only if begins else None)
        same_order = (order is None) == (self._shown.order is None)
        # Other events in as many rows need no reset, which takes 0.1 s for a million of them.
        fits = rows == known or same_order
        if not fits or not (begins or (same_order and self._adds_arrivals(log, order))):
            self.beginResetModel()
            self._set_log(log, rows, shown, begins=begins)
            self.endResetModel()
        elif shown.only is None and rows > known:
            self.beginInsertRows(NO_PARENT, known, rows - 1)
            self._set_log(log, rows, shown, begins=begins)
            self.endInsertRows()
        else:
            self._set_log(log, rows, shown, begins=begins)
        self._changed(0, known - 1, NUMBER, OBJECT if begins and same_order else SUMMARY)

    def _adds_arrivals(self, log: SessionLog | None, order: ArrivalOrder | None) -> bool:
        """Whether what is new is at the end, as by arrival what came last is, late or not."""
        if order is None or log is None or self._log is None or self._shown.only is not None:
            return False
        return log.session_id == self._log.session_id and len(log) >= self._rows

    def _set_log(
        self, log: SessionLog | None, rows: int, shown: EventRows, *, begins: bool
    ) -> None:
        self._log, self._rows, self._shown = log, rows, shown
        self._dated = log is not None and rows > 0 and crosses_days(log.start, log.end)
        if not begins:
            # Which events are hits is told anew for another log.
            self._hits = self._left_out = None
            self._summaries.clear()

    def show_order(self, order: ArrivalOrder | None) -> None:
        """Show the rows in this order of arrival; None is the order of time."""
        self.show_log(self._log, order)

    def show_position(self, position: int) -> None:
        """Mute what comes after the first ``position`` events, or after the last one's arrival."""
        before, self._position = self._position, position
        first, last = sorted((before, position))
        self._changed(first, last - 1, NUMBER, SUMMARY)

    def show_marks(self, marks: Bool | None) -> None:
        """Mark the rows of these events as a group, a truth for each; None marks nothing."""
        self._marks = marks
        self._changed(0, self._rows - 1, NUMBER, NUMBER)

    def show_left_out(self, left_out: Bool | None) -> None:
        """Strike out these events, a truth for each; None strikes out nothing."""
        if left_out is not self._left_out:
            self._left_out = left_out
            self._changed(0, self._rows - 1, NUMBER, SUMMARY)

    def show_lateness(self, lateness: Lateness | None) -> None:
        """Give the rows of late events a sign, and a tip that tells how late; None has none."""
        self._lateness = lateness
        self._changed(0, self._rows - 1, SINCE, SINCE)

    def tip(self, row: int, column: int) -> str:
        late = self._late(self.event_at(row)) if column == SINCE else None
        return "" if late is None else f"arrived {late.words}"

    def _late(self, event: int) -> Late | None:
        """How late an event came, as long as what is known is of the rows that are shown."""
        lateness, log = self._lateness, self._log
        if lateness is None or log is None or lateness.order.log.rows is not log.rows:
            return None
        return lateness.of(event)

    def show_hits(self, hits: Int32 | None, *, only: bool = False) -> None:
        """Bring out these events (indexes, ascending), or show ``only`` these; None is none."""
        shown = hits if only else None
        if shown is not self._shown.only:
            self.beginResetModel()
            self._shown = EventRows(self._shown.order, only=shown)
            self._summaries.ask_anew()
            self.endResetModel()
        self._hits = hits
        self._changed(0, self._rows - 1, NUMBER, NUMBER)

    def is_lit(self, row: int) -> bool:
        hits = self._hits
        if hits is None or self._shown.only is not None:
            return False
        event = self.event_at(row)
        place = int(np.searchsorted(hits, np.int32(event)))
        return place < len(hits) and int(hits[place]) == event

    def event_at(self, row: int) -> int:
        """The event (index) of a row that is there."""
        return self._shown.event_at(row)

    def row_of(self, event: int) -> int:
        """The row of an event (index); where it is not shown, of the last one before it or -1."""
        return self._shown.row_of(event)

    def show_summaries(self, summaries: Mapping[int, str]) -> None:
        """Take up what events (indexes) of this log say."""
        dropped = self._summaries.take(summaries)
        self._summaries.ask_again([max(0, self.row_of(event)) for event in dropped])
        if summaries:
            self._changed(min(summaries), max(summaries), SUMMARY, SUMMARY)

    def want(self, first: int, last: int) -> None:
        """Ask for the summaries of these rows, as far as they are missing and not asked for.

        While rows are still being read there is nothing to ask.
        """
        if self._log is None or not self._log.complete:
            return
        count = self.rowCount()
        for rows in self._summaries.blocks(max(0, first), min(last, count - 1)):
            events = [self.event_at(row) for row in rows if row < count]
            missing = self._summaries.missing(events)
            if missing:
                self.rows_requested.emit(missing)

    def cell(self, row: int, column: int) -> Cell:
        (cell,) = self.cells(row, (column,))
        return cell

    def cells(self, row: int, columns: Sequence[int]) -> list[Cell]:
        log = self._log
        assert log is not None
        event = self.event_at(row)
        struck = _is_among(event, self._left_out)
        happened = self._shown.happened(row, self._position)
        tone = Tone.NORMAL if happened and not struck else Tone.MUTED
        return [
            _type(log, event, tone, struck=struck)
            if column == TYPE
            else Cell(
                self._text(log, event, column),
                tone,
                tabular=column <= SINCE,
                mark=column == NUMBER and _is_among(event, self._marks),
                struck=struck,
            )
            for column in columns
        ]

    def _text(self, log: SessionLog, row: int, column: int) -> str:
        if column == NUMBER:
            return str(row + 1)
        if column == TIME:
            return self.time_text(int(log.times[row]), row + 1)
        if column == SINCE:
            sign = "" if self._late(row) is None else _LATE
            last = self._shown.before(row)
            if last is None:
                return sign
            since = int(log.times[row] - log.times[last])
            return f"{sign}{'−' if since < 0 else '+'}{duration(abs(since))}"
        if column == SUMMARY:
            return self._summaries.of(row)
        if int(log.kinds[row]) == PENDING:
            return "…"
        if column == ACTOR:
            actor = int(log.actors[row])
            return _ABSENT if actor == NONE else _shown(log.actor_names[actor])
        ref = int(log.objects[row])
        return _ABSENT if ref == NONE else _shown(" ".join(log.object_keys[ref]))

    def time_text(self, instant: int, position: int | None = None) -> str:
        """An instant (µs) as the table shows it, with its day where there are several."""
        start = self._log.start if self._log is not None and self._rows else None
        return (dated if self._dated else clock)(instant, start=start, position=position)

    @property
    def widest_times(self) -> list[str]:
        """The widest that times get in a session like this one."""
        log = self._log
        if log is None or not self._rows or not is_in_session(start=log.start, position=0):
            return [time_heading(), *(self.time_text(day * _DAY) for day in _LATE_DAYS)]
        return [time_heading(), self.time_text(log.end, self._rows)]

    def _changed(self, first: int, last: int, left: int, right: int) -> None:
        if self._shown.order is None:
            last = self.row_of(min(last, self._rows - 1))
            first = max(0, self.row_of(first))
        elif first <= last:
            first, last = 0, self.rowCount() - 1
        if 0 <= first <= last:
            self.dataChanged.emit(self.index(first, left), self.index(last, right))

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        only = self._shown.only
        return 0 if parent.isValid() else self._rows if only is None else len(only)

    def index_of(self, event: int) -> QModelIndex:
        """The first cell of an event's row; invalid where it is not shown."""
        row = self.row_of(event)
        there = 0 <= row < self.rowCount() and self.event_at(row) == event
        return self.index(row, NUMBER) if there else QModelIndex()


def _type(log: SessionLog, row: int, tone: Tone, *, struck: bool) -> Cell:
    kind = int(log.kinds[row])
    if kind == PENDING:
        return Cell("…", Tone.MUTED)
    name = log.kind_names[kind]
    return Cell(_shown(name) or _ABSENT, tone, swatch=name, struck=struck)


def _is_among(event: int, chosen: Bool | None) -> bool:
    """Whether an event is chosen; one that came after the choice is not."""
    return chosen is not None and event < len(chosen) and bool(chosen[event])


def _begins_with(log: SessionLog, known: SessionLog) -> bool:
    """Whether a log begins with the very rows of another."""
    if log.session_id != known.session_id or len(log) < len(known):
        return False
    return continues(log.rows, known.rows) or np.array_equal(log.rows[: len(known)], known.rows)


@lru_cache(maxsize=4_096)
def _shown(text: str) -> str:
    return plain(text, limit=200)
