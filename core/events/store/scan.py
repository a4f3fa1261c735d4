"""Reading the table in pages that each hold the file's lock for a moment only."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import apsw
import numpy as np
from numpy.typing import NDArray

from core.events.instants import UNREADABLE, parse_instants, parse_joined
from core.events.problems import Problem
from core.events.rows import RawRow, RepairedText, SQLiteValue
from core.events.store.base import Arrival, SessionSummary
from core.events.store.index_walk import IndexWalk, Rowids, Texts
from core.events.store.joined import JoinedRows, Joining
from core.events.store.lane import Lane, Row, Select
from core.events.store.layout import COLUMNS, TEXTS, Layout
from core.events.store.likely import Need, question

_FIRST_KEY = -(2**63)


class InstantPage(NamedTuple):
    """Keys and instants (µs) of rows; `bad` has the places and reasons of unreadable instants.

    An unreadable instant is UNREADABLE in `instants`.
    """

    rowids: Rowids
    instants: NDArray[np.int64]
    bad: list[tuple[int, str]]


class Scan:
    """The pages of a table `events`."""

    def __init__(self, lane: Lane, layout: Layout) -> None:
        self._lane = lane
        self._layout = layout
        self._columnar = _columnar(layout)
        self._joining = Joining(lane, layout)

    @property
    def bare(self) -> Scan:
        """The scan that gives out what is stored, as this one does."""
        return self

    def shown(self, summary: SessionSummary) -> SessionSummary:
        """A summary of what is stored, as this scan gives it out."""
        return summary

    def shown_problem(self, problem: Problem) -> Problem:
        """A problem of what is stored, as this scan gives it out."""
        return problem

    def instant_pages(self, session_id: str) -> Iterator[InstantPage]:
        """Key and instant of each row of the session.

        In the order of the index on session and instant (which is by text), else of arrival.
        """
        for texts in self._texts(session_id):
            if texts.values is None:
                instants, bad = parse_joined(texts.joined, len(texts.rowids))
            else:
                instants, bad = parse_instants(texts.values)
            yield InstantPage(texts.rowids, instants, bad)

    def arrivals(self, session_id: str, after: int) -> Iterator[InstantPage]:
        """As `instant_pages`, of the rows that are newer than a key, by order of arrival."""
        for page in self.matching(
            "e.session_id = ?1", session_id, after=after, more=("e.occurred_at",)
        ):
            rowids, raws = zip(*page, strict=True)
            yield InstantPage(np.array(rowids, dtype=np.int64), *parse_instants(raws))

    def arrivals_in_all(self, after: int) -> Iterator[list[Arrival]]:
        """The rows of every session that are newer than a key, by order of arrival."""
        select = Select(
            ("e.rowid", "e.session_id", "e.actor_id", "e.occurred_at"),
            "FROM events AS e NOT INDEXED WHERE e.rowid > ? ORDER BY e.rowid",
        )
        complete = False
        while not complete:
            rows, complete, _ = self._lane.page(select, (after,))
            if rows:
                after = rows[-1][0]
                instants = parse_instants([row[3] for row in rows])[0].tolist()
                yield [
                    Arrival(row[0], _name(row[1]), None if at == UNREADABLE else at, _name(row[2]))
                    for row, at in zip(rows, instants, strict=True)
                ]

    def _texts(self, session_id: str) -> Iterator[Texts]:
        if not _storable(session_id):
            return
        if self._layout.index is None:
            for page in self.matching("e.session_id = ?1", session_id, more=("e.occurred_at",)):
                rowids, raws = zip(*page, strict=True)
                yield Texts(np.array(rowids, dtype=np.int64), values=raws)
            return
        walk = IndexWalk(self._lane, self._layout.index, session_id)
        if self._layout.nullable:
            yield from walk.through("occurred_at IS NULL AND rowid > ?", _FIRST_KEY)
        yield from walk.in_order()

    def rowids_of(self, event_id: str) -> list[int]:
        """The keys of the rows with an event id; `row:N` is what stands for a missing one."""
        if self._layout.by_id and _storable(event_id):
            found = self._lane.one("SELECT rowid FROM events WHERE event_id = ?", (event_id,))
            if found is not None:
                return [int(found[0])]
        elif not self._layout.by_id:
            for page in self.matching("e.event_id = ?1", event_id):
                return [int(page[0][0])]
        key = event_id.removeprefix("row:")
        if key == event_id or not key.isdecimal() or len(key) > 18:
            return []
        found = self._lane.one(
            "SELECT rowid FROM events WHERE rowid = ? AND event_id IS NULL", (int(key),)
        )
        return [] if found is None else [int(found[0])]

    def matching(
        self, condition: str, value: object, *, after: int = _FIRST_KEY, more: tuple[str, ...] = ()
    ) -> Iterator[list[Row]]:
        """Key (and more columns) of the rows for which a condition on `?1` holds, by arrival.

        The condition is computed for each row, so that the time a page takes does not depend on
        how many rows meet it.
        """
        if isinstance(value, str) and not _storable(value):
            return
        select = Select(
            ("e.rowid", *more, f"({condition})"),
            "FROM events AS e NOT INDEXED WHERE e.rowid > ?2 ORDER BY e.rowid",
        )
        complete = False
        while not complete:
            rows, complete, _ = self._lane.page(select, (value, after))
            if rows:
                after = rows[-1][0]
            if found := [row[:-1] for row in rows if row[-1]]:
                yield found

    def raw_pages(self, after: int = _FIRST_KEY) -> Iterator[list[RawRow]]:
        """Every row of the log that is newer than a key, by order of arrival."""
        complete = False
        select = Select(_RAW, "FROM events AS e NOT INDEXED WHERE e.rowid > ? ORDER BY e.rowid")
        while not complete:
            rows, complete, _ = self._lane.page(select, (after,))
            if rows:
                after = rows[-1][0]
                yield [RawRow._make(row) for row in rows]

    def row_pages(self, session_id: str, rowids: Rowids) -> Iterator[list[Row]]:
        """Rows for columns, of ascending keys of one session, in that order.

        A row is (rowid, event_type, actor_id, object_ref_type, object_ref_id, payload, odd). `odd`
        is true where something is not stored as usual: only `rows` tells how to read it. Rows that
        are gone are left out.
        """
        yield from self._by_block(self._columnar, session_id, rowids)

    def joined_rows(self, rowids: Rowids) -> JoinedRows | None:
        """The same rows, but all in one step, where they are as usual; else None."""
        return self._joining.rows(rowids)

    def correlation_pages(self, session_id: str, rowids: Rowids) -> Iterator[list[CorrelationRow]]:
        """Correlation and trace ids of rows of one session, of ascending keys, in that order.

        A text that is not valid, or no text at all, is read as `decode_row` reads it. Rows that are
        gone are left out.
        """
        for page in self._by_block(_CORRELATION, session_id, rowids):
            yield [(row[0], _name(row[1]), _name(row[2])) for row in page]

    def created_pages(self, session_id: str, rowids: Rowids) -> Iterator[InstantPage]:
        """Key and time of storing of rows of one session, of ascending keys, in that order.

        As the writer's clock had it, often to the second. Rows that are gone are left out.
        """
        for page in self._by_block(("e.rowid", "e.created_at"), session_id, rowids):
            keys, raws = zip(*page, strict=True)
            yield InstantPage(np.array(keys, dtype=np.int64), *parse_instants(raws))

    def correlated(self, correlation_id: str, limit: int) -> list[str] | None:
        """The sessions of some rows with a correlation id; None where no index finds them."""
        if not (self._layout.by_correlation and _storable(correlation_id)):
            return [] if self._layout.by_correlation else None
        select = Select(
            ("e.session_id",),
            "FROM events AS e WHERE e.correlation_id = ? ORDER BY e.rowid LIMIT ?",
        )
        rows, _, _ = self._lane.page(select, (correlation_id, limit))
        return [name for row in rows if (name := _name(row[0])) is not None]

    def neighbours(self, first: int, last: int) -> Iterator[tuple[str | None, ...]]:
        """Session, correlation id and trace id of the rows from one key to another."""
        select = Select(
            ("e.rowid", "e.session_id", "e.correlation_id", "e.trace_id"),
            "FROM events AS e NOT INDEXED WHERE e.rowid BETWEEN ? AND ? ORDER BY e.rowid",
        )
        complete = False
        while not complete:
            rows, complete, _ = self._lane.page(select, (first, last))
            for row in rows:
                yield tuple(map(_name, row[1:]))
            first = rows[-1][0] + 1 if rows else first

    def raw_rows(self, rowids: Rowids) -> Iterator[list[RawRow]]:
        """Whole rows of ascending keys, in that order; those that are gone are left out."""
        for page in self._by_key(_RAW, rowids):
            yield [RawRow._make(row) for row in page]

    def likely(self, rowids: Rowids, need: Need) -> Rowids:
        """Those of some ascending keys whose rows may hold what is needed; the others do not."""
        if not (self._layout.text and self._lane.encoding == "UTF-8"):
            return rowids
        select, values = question(need)
        rest = np.ascontiguousarray(rowids, dtype=np.int64)
        found: list[int] = []
        complete = False
        while len(rest) and not complete:
            rows, complete, _ = self._lane.page(select, (apsw.carray(rest), *values))
            found += [rowid for rowid, may in rows if may]
            if rows:
                rest = rest[np.searchsorted(rest, rows[-1][0], side="right") :]
        return np.array(found, dtype=np.int64)

    def actor(self, rowid: int) -> str | None:
        """The actor of a row; None where it has none, or none that is text."""
        for page in self.raw_rows(np.array([rowid])):
            for row in page:
                actor = row.actor_id
                return actor if actor is None or isinstance(actor, str) else None
        return None

    def _by_block(
        self, columns: tuple[str, ...], session_id: str, rowids: Rowids
    ) -> Iterator[list[Row]]:
        for start in range(0, len(rowids), _BLOCK):
            block = rowids[start : start + _BLOCK]
            if len(block) >= _DENSE * (int(block[-1]) - int(block[0]) + 1):
                yield from self._dense(columns, session_id, block)
            else:
                yield from self._by_key(columns, block)

    def _dense(
        self, columns: tuple[str, ...], session_id: str, block: Rowids
    ) -> Iterator[list[Row]]:
        select = Select(
            columns,
            "FROM events AS e NOT INDEXED WHERE e.rowid BETWEEN ? AND ? AND e.session_id = ?"
            " ORDER BY e.rowid",
        )
        wanted, last = block.tolist(), int(block[-1])
        complete = False
        while wanted and not complete:
            rows, complete, careful = self._lane.page(select, (wanted[0], last, session_id))
            keys = [row[0] for row in rows]
            if keys != wanted[: len(keys)]:
                among = set(wanted)
                rows = [row for row in rows if row[0] in among]
            if rows:
                yield _marked(rows) if careful and columns is self._columnar else rows
            if keys:
                wanted = wanted[bisect_right(wanted, keys[-1]) :]

    def _by_key(self, columns: tuple[str, ...], rowids: Rowids) -> Iterator[list[Row]]:
        select = Select(columns, "FROM carray(?) AS c CROSS JOIN events AS e ON e.rowid = c.value")
        rest = np.ascontiguousarray(rowids, dtype=np.int64)
        complete = False
        while len(rest) and not complete:
            rows, complete, careful = self._lane.page(select, (apsw.carray(rest),))
            if rows:
                rest = rest[np.searchsorted(rest, rows[-1][0], side="right") :]
                yield _marked(rows) if careful and columns is self._columnar else rows


CorrelationRow: TypeAlias = tuple[int, str | None, str | None]
"""Key, correlation id and trace id of a row."""

_CORRELATION = ("e.rowid", "e.correlation_id", "e.trace_id")
_RAW = ("e.rowid", *(f"e.{name}" for name in COLUMNS))
_BLOCK = 8_192
_DENSE = 0.25
"""The share of a range of rows from which reading the whole range costs less than seeking."""


def _columnar(layout: Layout) -> tuple[str, ...]:
    odd = ["e.version IS NOT 1", "(e.object_ref_type > '') IS NOT (e.object_ref_id > '')"]
    # A payload is long: its value would be fetched once more, its type is beside it.
    odd += ["typeof(e.payload) IS NOT 'text'", *(f"e.{name} IS NULL" for name in TEXTS[:2])]
    # A BLOB sorts after every text. Where the columns are declared TEXT, no number can be in them.
    odd += [f"e.{name} >= x''" for name in TEXTS]
    odd += [] if layout.text else [f"e.{name} < ''" for name in TEXTS]
    names = ("rowid", "event_type", "actor_id", "object_ref_type", "object_ref_id", "payload")
    return (*(f"e.{name}" for name in names), f"({' OR '.join(odd)})")


def _name(value: SQLiteValue) -> str | None:
    """A value as `decode_row` reads it where a text should stand."""
    if value is None or type(value) is str:
        return value
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _storable(text: str) -> bool:
    """Whether SQLite can hold a text; it cannot hold lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _marked(rows: list[Row]) -> list[Row]:
    """The rows, odd where their text was not valid."""
    return [
        (*row[:-1], 1) if any(isinstance(value, RepairedText) for value in row) else row
        for row in rows
    ]
