"""Bookmarks as a table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from app.models.cells import NO_PARENT, Cell, CellTableModel, Index, Tone
from app.text import clock, date, duration, is_in_session, plain
from core.notes.places import Placed

TIME, POSITION, SESSION, NAME, NOTE = range(5)
_LONG = 16
_HEAD, _TAIL = 5, 8


class BookmarkTableModel(CellTableModel):
    """Where each is, its name in its colour, and its note."""

    columns = ("Time (UTC)", "Event", "Session", "Name", "Note")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[Placed] = ()
        self._dated = False
        self._start: int | None = None
        self._lengths = True

    def show_lengths(self, shown: bool) -> None:
        """Whether there is room to tell how long a range is."""
        self._lengths = shown

    def show_start(self, start: int | None) -> None:
        """When the session of all of them began (µs), None where they are of several."""
        self._start = start

    def show_rows(self, rows: Sequence[Placed]) -> None:
        """Show these, in their order."""
        if len(rows) == len(self._rows):
            self._set(rows)
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, NOTE))
        else:
            self.beginResetModel()
            self._set(rows)
            self.endResetModel()

    def show_again(self) -> None:
        """Show the same rows, their times being told in another way."""
        self.show_rows(self._rows)

    def _set(self, rows: Sequence[Placed]) -> None:
        self._rows = rows
        self._dated = len({date(row.instant) for row in rows}) > 1

    def placed(self, row: int) -> Placed:
        """The bookmark of a row."""
        return self._rows[row]

    def row_of(self, bookmark_id: str | None) -> int | None:
        """The row of a bookmark, None where it is not there."""
        ids = (placed.bookmark.id for placed in self._rows)
        return next((row for row, known in enumerate(ids) if known == bookmark_id), None)

    def time_text(self, instant: int, position: int | None = None) -> str:
        """An instant (µs) as the table shows it, with the day where there are several."""
        at = position if self._start is not None else None
        by_session = is_in_session(start=self._start, position=at)
        day = f"{date(instant)} " if self._dated and not by_session else ""
        return f"{day}{clock(instant, start=self._start, position=at)}"

    def cell(self, row: int, column: int) -> Cell:
        placed = self._rows[row]
        bookmark, found = placed.bookmark, placed.playhead is not None
        tone = Tone.NORMAL if found else Tone.MUTED
        if column == TIME:
            length = _length(placed) if self._lengths else ""
            position = None if placed.playhead is None else placed.playhead.position
            time = self.time_text(placed.instant, position)
            return Cell(f"{time}{length}", tone, tabular=True)
        if column == POSITION:
            where = "not found" if placed.playhead is None else f"{placed.playhead.position:,}"
            return Cell(where, Tone.MUTED, tabular=True)
        if column == SESSION:
            return Cell(_short(plain(bookmark.session_id, limit=100)), Tone.MUTED)
        if column == NAME:
            return Cell(plain(bookmark.name) or "—", tone, swatch=bookmark.colour.value)
        return Cell(plain(bookmark.note), Tone.MUTED)

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)


def _length(placed: Placed) -> str:
    """How long a range is."""
    if placed.playhead is None or placed.end is None:
        return ""
    return f" · {duration(placed.end.instant - placed.playhead.instant)}"


def _short(session_id: str) -> str:
    """A session's id without its middle: what tells sessions apart is mostly the end."""
    return session_id if len(session_id) <= _LONG else f"{session_id[:_HEAD]}…{session_id[-_TAIL:]}"
