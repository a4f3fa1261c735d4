"""One connection for several threads, in turns that are short for the writers of the file."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from core.events.errors import StoreClosed
from core.events.rows import RepairedText
from core.events.store.faults import changed_under_us, translated
from core.late_dataclass import dataclass

Row = tuple[Any, ...]

HOLD = 0.020
"""Seconds after which a page ends, so that no read holds the file's lock for over 50 ms."""

_SHARED_HOLD = 0.004
_LOOK_EVERY = 8
_CAREFUL_ROWS = 64


@dataclass(frozen=True, slots=True)
class Select:
    """A statement that can be continued by key, and its twin for text that is not valid."""

    columns: tuple[str, ...]
    rest: str

    @property
    def fast(self) -> str:
        """Values as SQLite has them; text that is not valid raises UnicodeDecodeError."""
        return f"SELECT {', '.join(self.columns)} {self.rest}"

    @property
    def careful(self) -> str:
        """Each value's bytes where it is text, and whether it is."""
        pairs = (
            f"typeof({c}) = 'text', iif(typeof({c}) = 'text', CAST({c} AS BLOB), {c})"
            for c in self.columns
        )
        return f"SELECT {', '.join(pairs)} {self.rest}"


class Page(NamedTuple):
    """Some rows: at least one if they are not all, and whether text among them was repaired."""

    rows: list[Row]
    complete: bool
    careful: bool


class Lane:
    """Runs statements one page at a time, each under a lock that is granted in turn.

    Every call raises StoreError for the faults of the file, SourceChanged among them where its
    newest row at opening has gone.
    """

    def __init__(
        self, connection: apsw.Connection, path: Path, was_changed: Callable[[], bool]
    ) -> None:
        self._connection = connection
        self._path = path
        self._was_changed = was_changed
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._closed = False
        try:
            with translated(path, was_changed):
                self._encoding = str(connection.execute("PRAGMA encoding").get)
                self._version = self._data_version()
                self._witness = self._newest_row()
        except BaseException:
            connection.close()
            raise

    def page(self, select: Select, values: Sequence[Any]) -> Page:
        """The first rows of a statement, for as long as a page may take."""
        with self.turn() as connection:
            rows, complete = self._fetch(connection, select.fast, values)
            careful = complete is None and not rows
            if careful:
                rows, complete = self._fetch_carefully(connection, select, values)
            self._check_version()
            return Page(rows, complete=bool(complete), careful=careful)

    def one(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        """The only row of a statement that is quick."""
        with self.turn() as connection:
            row = connection.execute(sql, values).fetchone()
            self._check_version()
            return row

    @property
    def encoding(self) -> str:
        """How the file encodes its texts, as SQLite names it."""
        return self._encoding

    @contextmanager
    def turn(self) -> Iterator[apsw.Connection]:
        """The connection, for one short piece of work."""
        with self._turn:
            self._lock.acquire()
        try:
            if self._closed:
                raise StoreClosed(f"“{self._path}” was closed. Open it again.")
            with translated(self._path, self._was_changed):
                yield self._connection
        finally:
            self._lock.release()

    def data_version(self) -> int:
        """A number that changes when another connection has written."""
        with self.turn():
            return self._data_version()

    def revision(self) -> tuple[int, int]:
        """What differs once another connection, or this one, has written."""
        with self.turn() as connection:
            return self._data_version(), connection.total_changes()

    def same_file(self) -> bool:
        """Whether the newest row at opening is still there: the file grew, but is the same log."""
        with self.turn():
            return self._has_witness()

    def forget_pages(self) -> None:
        """Let go of what of the file is kept in memory; it is read again when it is asked for."""
        with self.turn() as connection:
            connection.execute("PRAGMA shrink_memory")

    def close(self) -> None:
        """Close the connection, after the page that is being read."""
        with self._turn, self._lock:
            self._closed = True
            self._connection.close()

    def _fetch(
        self, connection: apsw.Connection, sql: str, values: Sequence[Any]
    ) -> tuple[list[Row], bool | None]:
        """Rows until the time is over; None instead of whether they are all, if one is not valid.

        Each row lets go of the interpreter and may wait to have it back, so that the clock is
        looked at often.
        """
        rows: list[Row] = []
        start = time.perf_counter()
        cursor = connection.execute(sql, values)
        try:
            while True:
                before = len(rows)
                rows.extend(islice(cursor, _LOOK_EVERY))
                if len(rows) - before < _LOOK_EVERY:
                    return rows, True
                held = time.perf_counter() - start
                if held > HOLD or (held > _SHARED_HOLD and self._turn.locked()):
                    return rows, False
        except UnicodeDecodeError:
            return rows, None
        finally:
            cursor.close(force=True)

    def _fetch_carefully(
        self, connection: apsw.Connection, select: Select, values: Sequence[Any]
    ) -> tuple[list[Row], bool]:
        cursor = connection.execute(select.careful, values)
        try:
            raw = list(islice(cursor, _CAREFUL_ROWS))
        finally:
            cursor.close(force=True)
        return [self._repaired(row) for row in raw], len(raw) < _CAREFUL_ROWS

    def _repaired(self, row: Row) -> Row:
        return tuple(
            self.decoded(value) if is_text else value
            for is_text, value in zip(row[::2], row[1::2], strict=True)
        )

    def decoded(self, stored: bytes) -> str:
        """The text of bytes as the file encodes them; RepairedText where they are not valid."""
        try:
            return stored.decode(self._encoding)
        except UnicodeDecodeError:
            return RepairedText(stored.decode(self._encoding, "replace"))

    def texts(self, stored: Sequence[bytes | None]) -> list[str | None]:
        """As `decoded`, of many at once; None where there is none."""
        encoding = self._encoding
        try:
            return [None if each is None else each.decode(encoding) for each in stored]
        except UnicodeDecodeError:
            return [None if each is None else self.decoded(each) for each in stored]

    def _data_version(self) -> int:
        return int(self._connection.execute("PRAGMA data_version").get)

    def _newest_row(self) -> Row | None:
        return self._connection.execute(
            "SELECT rowid, CAST(event_id AS BLOB), CAST(occurred_at AS BLOB) FROM events"
            " ORDER BY rowid DESC LIMIT 1"
        ).fetchone()

    def _has_witness(self) -> bool:
        if self._witness is None:
            self._witness = self._newest_row()
            return True
        found = self._connection.execute(
            "SELECT rowid, CAST(event_id AS BLOB), CAST(occurred_at AS BLOB) FROM events"
            " WHERE rowid = ?",
            (self._witness[0],),
        ).fetchone()
        return bool(found == self._witness)

    def _check_version(self) -> None:
        version = self._data_version()
        if version != self._version:
            if not self._has_witness():
                raise changed_under_us(self._path)
            self._version = version
