"""Walking through the rows of one session in the index on session and instant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import perf_counter

import apsw
import numpy as np
from numpy.typing import NDArray

from core.events.errors import SourceChanged
from core.events.store.lane import Lane, Select
from core.late_dataclass import dataclass

Rowids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Texts:
    """Keys of rows and their instants as stored, as one text with commas or as values.

    `complete` says that no more rows met the condition.
    """

    rowids: Rowids
    joined: str = ""
    values: Sequence[object] | None = None
    complete: bool = False


_JOINED = "SELECT count(*), group_concat(rowid, ','), group_concat(occurred_at, ','),"
_JOIN = f"{_JOINED} sum(typeof(occurred_at) IS NOT 'text')"
_JOIN_TEXTS = f"{_JOINED} 0"


class IndexWalk:
    """A walk through the rows of a session in the index on session and instant.

    It goes on from the last row's key alone, whose instant SQLite looks up again: that is exact for
    whatever is stored there.
    """

    def __init__(self, lane: Lane, index: str, session_id: str) -> None:
        self._lane = lane
        self._from = f"FROM events INDEXED BY {index} WHERE session_id = ?"
        self._session_id = session_id
        self._size = _FIRST_SIZE

    def in_order(self) -> Iterator[Texts]:
        """Every row with an instant."""
        # Numbers come before every text, and BLOBs after. That all of a page are texts is known by
        # their place: to look at the type of each takes half as long as all the rest.
        yield from self._between("IS NOT NULL", "< ''", join=_JOIN)
        yield from self._between(">= ''", "< x''", join=_JOIN_TEXTS)
        yield from self._between(">= x''", "IS NOT NULL", join=_JOIN)

    def _between(self, start: str, stop: str, *, join: str) -> Iterator[Texts]:
        def page(beyond: str, *values: int) -> Texts:
            # Of two lower bounds SQLite would go to the first one, and look at all from there on.
            bounds = f"occurred_at {beyond} AND occurred_at {stop}"
            return self._page(bounds, values, order="occurred_at, rowid", join=join)

        texts = page(start)
        while len(texts.rowids):
            yield texts
            if texts.complete:
                return
            last = int(texts.rowids[-1])
            for same in self.through(f"occurred_at = {_LAST_INSTANT} AND rowid > ?", last):
                yield same
                last = int(same.rowids[-1])
            self._check_row(last)
            texts = page(f"> {_LAST_INSTANT}", last)

    def through(self, condition: str, rowid: int) -> Iterator[Texts]:
        """The rows of one instant (or of none) by key, from after `rowid`."""
        keys = condition.count("?")
        complete = False
        while not complete:
            texts = self._page(condition, (rowid,) * keys, order="rowid")
            complete = texts.complete
            if len(texts.rowids):
                yield texts
                rowid = int(texts.rowids[-1])

    def _check_row(self, rowid: int) -> None:
        """Raise SourceChanged where the row to go on from is gone."""
        sql = "SELECT 1 FROM events WHERE rowid = ? AND session_id = ?"
        if self._lane.one(sql, (rowid, self._session_id)) is None:
            raise SourceChanged("Rows of the session vanished while it was read. Open it again.")

    def _page(
        self, condition: str, values: tuple[int, ...], *, order: str, join: str = _JOIN
    ) -> Texts:
        """The next rows: in one step, or one by one where they hold more than plain text."""
        rest = f"{self._from} AND {condition} ORDER BY {order}"
        texts = self._joined(join, rest, values)
        if texts is not None:
            return texts
        select = Select(("rowid", "occurred_at"), rest)
        rows, complete, _ = self._lane.page(select, (self._session_id, *values))
        rowids = np.array([row[0] for row in rows], dtype=np.int64)
        return Texts(rowids, values=[row[1] for row in rows], complete=complete)

    def _joined(self, join: str, rest: str, values: tuple[int, ...]) -> Texts | None:
        """Rows joined by SQLite, which takes a third of the time of rows one by one.

        None where they cannot be told apart again. The size follows the time that a page takes.
        """
        sql = f"{join} FROM (SELECT rowid, occurred_at {rest} LIMIT ?)"
        size, started = self._size, perf_counter()
        try:
            row = self._lane.one(sql, (self._session_id, *values, size))
        except (UnicodeDecodeError, apsw.TooBigError):
            return None
        self._adapt(perf_counter() - started)
        count, rowids, joined, others = row or (0, "", "", 0)
        if count == 0:
            return Texts(np.zeros(0, dtype=np.int64), complete=True)
        if others or joined.count(",") != count - 1:
            return None
        return Texts(np.fromstring(rowids, np.int64, sep=","), joined, complete=count < size)

    def _adapt(self, seconds: float) -> None:
        if seconds > _LONG:
            self._size = max(self._size // 2, _SMALLEST_SIZE)
        elif seconds < _SHORT:
            self._size = min(self._size * 2, _LARGEST_SIZE)


_LAST_INSTANT = "(SELECT occurred_at FROM events WHERE rowid = ?)"
_FIRST_SIZE = 2_048
_SMALLEST_SIZE = 256
_LARGEST_SIZE = 32_768
_SHORT, _LONG = 0.005, 0.012
