"""Walking through the rows of one session in the index on session and instant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import apsw
import numpy as np
from numpy.typing import NDArray

from core.events.errors import SourceChanged
from core.events.store.lane import Lane, Select

Rowids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Texts:
    """Keys of rows and their instants as stored, as one text with commas or as values."""

    rowids: Rowids
    joined: str = ""
    values: Sequence[object] | None = None


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
        last: int | None = None
        while (texts := self._after(last)) is not None:
            yield texts
            last = int(texts.rowids[-1])
            for same in self.through(f"occurred_at = {_LAST_INSTANT} AND rowid > ?", last):
                yield same
                last = int(same.rowids[-1])
        if last is not None and not self._lane.one(
            "SELECT 1 FROM events WHERE rowid = ? AND session_id = ?", (last, self._session_id)
        ):
            raise SourceChanged("Rows of the session vanished while it was read. Open it again.")

    def through(self, condition: str, rowid: int) -> Iterator[Texts]:
        """The rows of one instant (or of none) by key, from after `rowid`."""
        keys = condition.count("?")
        while (texts := self._page(condition, (rowid,) * keys, order="rowid")) is not None:
            yield texts
            rowid = int(texts.rowids[-1])

    def _after(self, last: int | None) -> Texts | None:
        if last is None:
            return self._page("occurred_at IS NOT NULL", (), order="occurred_at, rowid")
        return self._page(f"occurred_at > {_LAST_INSTANT}", (last,), order="occurred_at, rowid")

    def _page(self, condition: str, values: tuple[int, ...], *, order: str) -> Texts | None:
        """The next rows: in one step, or one by one where they hold more than plain text."""
        rest = f"{self._from} AND {condition} ORDER BY {order}"
        texts = self._joined(rest, values)
        if texts is not None:
            return texts if len(texts.rowids) else None
        select = Select(("rowid", "occurred_at"), rest)
        rows = self._lane.page(select, (self._session_id, *values)).rows
        if not rows:
            return None
        rowids, instants = zip(*rows, strict=True)
        return Texts(np.array(rowids, dtype=np.int64), values=instants)

    def _joined(self, rest: str, values: tuple[int, ...]) -> Texts | None:
        """Rows joined by SQLite, which takes a third of the time of rows one by one.

        None where they cannot be told apart again. The size follows the time that a page takes.
        """
        sql = f"{_JOIN} FROM (SELECT rowid, occurred_at {rest} LIMIT ?)"
        started = perf_counter()
        try:
            row = self._lane.one(sql, (self._session_id, *values, self._size))
        except (UnicodeDecodeError, apsw.TooBigError):
            return None
        self._adapt(perf_counter() - started)
        assert row is not None
        count, rowids, joined, others = row
        if count == 0:
            return Texts(np.zeros(0, dtype=np.int64))
        if others or joined.count(",") != count - 1:
            return None
        return Texts(np.fromstring(rowids, dtype=np.int64, sep=","), joined)

    def _adapt(self, seconds: float) -> None:
        if seconds > _LONG:
            self._size = max(self._size // 2, _SMALLEST_SIZE)
        elif seconds < _SHORT:
            self._size = min(self._size * 2, _LARGEST_SIZE)


_JOIN = (
    "SELECT count(*), group_concat(rowid, ','), group_concat(occurred_at, ','),"
    " sum(typeof(occurred_at) IS NOT 'text')"
)
_LAST_INSTANT = "(SELECT occurred_at FROM events WHERE rowid = ?)"
_FIRST_SIZE = 2_048
_SMALLEST_SIZE = 256
_LARGEST_SIZE = 16_384
_SHORT, _LONG = 0.005, 0.012
