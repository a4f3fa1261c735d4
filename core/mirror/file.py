"""The file of a mirror: an ordinary events.db, filled from the items of a table."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from core.events.instants import InstantError, parse_instant
from core.events.problems import Problem, printable
from core.events.store.faults import translated
from core.events.store.layout import COLUMNS
from core.events.store.opening import open_to_write
from core.mirror.remote import RemoteRow
from core.mirror.side import Noted, SideFile

EVENTS = "events.db"
PROGRESS = "progress.db"

_BUSY = 5.0
_INSERT = (
    f"INSERT INTO events ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
    " ON CONFLICT DO NOTHING"
)
_BY_ID = f"SELECT {', '.join(COLUMNS)} FROM events WHERE event_id = ?"
_PLACES = {name: place for place, name in enumerate(COLUMNS)}
_ID, _KEY = _PLACES["event_id"], _PLACES["idempotency_key"]
_MUST = {
    "event_type": "", "session_id": "", "occurred_at": "", "version": 1, "payload": "",
    "created_at": "",
}  # fmt: skip
"""What stands for what is missing in columns that cannot be null."""


class MirrorFile:
    """Writes a mirror; any thread and several programs may. Raises StoreError.

    What is taken twice is stored once. Problems are kept before the events that have them, and the
    progress after: a mirror that was cut off anywhere is gone on with from there.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / EVENTS
        self._lock = threading.Lock()
        with translated(self.path):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._connection = open_to_write(self.path, create=True, busy_timeout=_BUSY).connection
        try:
            self.side = SideFile(folder / PROGRESS)
            self.backend = bool(self.side.about("backend"))
            """Whether others than our own store write into the table too."""
        except BaseException:
            self._connection.close()
            raise

    def take(self, session_id: str, rows: Sequence[RemoteRow], size: int = 0) -> int:
        """Store items of a session (``size`` bytes of them), in order of arrival.

        Answers how many of them are new.
        """
        if not rows:
            return 0
        noted: list[Noted] = []
        with self._lock, translated(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                new = sum([self._put(session_id, row, noted) for row in _in_order(rows)])
                if noted:
                    self.side.note(noted)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        if not self.backend and any(not row.arrival for row in rows):
            self.backend = True
            self.side.keep_about("backend", "yes")
        self.side.went_on(session_id, max(row.key for row in rows), size)
        return new

    def _put(self, session_id: str, item: RemoteRow, noted: list[Noted]) -> bool:
        """Store an item unless it is there; what is wrong with it is noted."""
        values, wrong = _values(session_id, item), list(item.wrong)
        new = self._insert(values, item, wrong)
        event_id = str(values[_ID])
        noted += [(session_id, event_id, reason, printable(raw)) for reason, raw in wrong]
        return new

    def _insert(self, values: list[Any], item: RemoteRow, wrong: list[tuple[str, str]]) -> bool:
        self._connection.execute(_INSERT, values)
        if self._connection.changes():
            return True
        there = self._connection.execute(_BY_ID, (values[_ID],)).fetchone()
        if there is not None and _same(there, values):
            return False
        if there is not None:
            wrong.append(("another event of this table has the same event_id", str(values[_ID])))
            values[_ID] = f"{values[_ID]} ({item.key})"
        else:
            key = str(values[_KEY])
            wrong.append(("idempotency_key is that of another event, and left out here", key))
            values[_KEY] = None
        return self._insert(values, item, wrong)

    def count(self, session_id: str) -> int:
        """How many items of a session are stored."""
        return int(self._one("SELECT count(*) FROM events WHERE session_id = ?", session_id) or 0)

    def last_row(self, sessions: Sequence[str]) -> int:
        """The newest key of a row of these sessions, 0 where there is none."""
        newest = (
            self._one("SELECT max(rowid) FROM events WHERE session_id = ?", session)
            for session in sessions
        )
        return max((row or 0 for row in newest), default=0)

    def last_but(self, session_id: str, most: int) -> str | None:
        """The instant (as it is stored) that so many items of a session are not before, or None."""
        found = self._one(
            "SELECT occurred_at FROM events WHERE session_id = ? ORDER BY occurred_at DESC"
            " LIMIT 1 OFFSET ?",
            session_id, most - 1,
        )  # fmt: skip
        return None if found is None else str(found)

    def problems(self, session_id: str | None = None) -> list[Problem]:
        """What is wrong with items that the rows themselves do not show."""
        return [
            Problem(self._rowid(event_id), of_session, event_id or None, reason, raw)
            for of_session, event_id, reason, raw in self.side.noted(session_id)
        ]

    def _rowid(self, event_id: str) -> int | None:
        found = self._one("SELECT rowid FROM events WHERE event_id = ?", event_id)
        return None if found is None else int(found)

    def _one(self, sql: str, *values: Any) -> Any:
        with self._lock, translated(self.path):
            found = self._connection.execute(sql, values).fetchone()
            return None if found is None else found[0]

    def close(self) -> None:
        """Close it; closing twice is no fault."""
        with self._lock:
            self._connection.close()
        self.side.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def instant_of(item: RemoteRow) -> int:
    """The instant (µs) of an item, the least one where it cannot be read."""
    try:
        return parse_instant(item.row.occurred_at)
    except InstantError:
        return -(2**63)


def _in_order(rows: Sequence[RemoteRow]) -> list[RemoteRow]:
    """By instant, then by arrival, what has none first, then by key: as the table's store reads."""
    return sorted(rows, key=_place)


def _place(item: RemoteRow) -> tuple[int, int, str]:
    return instant_of(item), item.arrival, item.key


def _values(session_id: str, item: RemoteRow) -> list[Any]:
    """The columns to store; the session is that of the partition."""
    named = dict(zip(COLUMNS, item.row[1:], strict=True))
    named["session_id"] = session_id
    if named["event_id"] is None:
        # The key is of this item alone, and the same whenever it is read.
        named["event_id"] = item.key
    version = named["version"]
    if isinstance(version, int) and not -(2**63) <= version < 2**63:
        named["version"] = str(version)
    return [_MUST.get(name) if value is None else value for name, value in named.items()]


def _same(there: Sequence[Any], values: Sequence[Any]) -> bool:
    """Whether a stored row is this item's; its key may have been left out."""
    return all(
        old == new or str(old) == str(new) or (place == _KEY and old is None)
        for place, (old, new) in enumerate(zip(there, values, strict=True))
    )
