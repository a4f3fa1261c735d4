"""What lies beside a mirror's events: how far each session is, the table's list, and problems."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

from core.events.errors import SourceDamaged
from core.events.instants import UNREADABLE
from core.events.store.base import SessionSummary
from core.events.store.faults import translated
from core.files.database import DatabaseKind, ForeignDatabase
from core.late_dataclass import dataclass

_BUSY = 5_000
_TABLES = """
CREATE TABLE sessions (
    session_id TEXT PRIMARY KEY, after TEXT, whole INTEGER NOT NULL, bytes INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE heads (
    session_id TEXT PRIMARY KEY, first INTEGER, last INTEGER, count INTEGER, actor_id TEXT
) WITHOUT ROWID;
CREATE TABLE problems (
    session_id TEXT, event_id TEXT, reason TEXT, raw TEXT,
    PRIMARY KEY (session_id, event_id, reason)
) WITHOUT ROWID;
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""

_KEEP_HEAD = """
INSERT INTO heads VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET
    first = min(first, ?2), last = max(last, ?3),
    count = max(coalesce(count, ?4), coalesce(?4, count)),
    actor_id = iif(?2 <= first, ?5, actor_id)
WHERE (first, last, count, actor_id) IS NOT (
    min(first, ?2), max(last, ?3), max(coalesce(count, ?4), coalesce(?4, count)),
    iif(?2 <= first, ?5, actor_id)
)
"""

_KIND = DatabaseKind(application_id=0x42575241, layout=1, create=_TABLES, synchronous="NORMAL")

Noted = tuple[str, str, str, str]
"""Session, event id, reason and raw text of a problem."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a session is mirrored: the last key taken, whether it was read to its end, bytes."""

    after: str | None = None
    whole: bool = False
    size: int = 0


class SideFile:
    """A small database of its own, so that `events.db` keeps exactly its layout. Thread-safe."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self.notes = 0
        """Changes whenever problems were noted, or forgotten."""
        try:
            with translated(path):
                self._connection = _KIND.open(path, busy_milliseconds=_BUSY)
        except ForeignDatabase as error:
            raise SourceDamaged(
                f"“{path}” is no file of this program's. Clear the cache of tables, and open the "
                "table again."
            ) from error

    def progress(self, session_id: str) -> Progress:
        """How far a session is."""
        found = self._rows(
            "SELECT after, whole, bytes FROM sessions WHERE session_id = ?", session_id
        )
        return Progress(found[0][0], bool(found[0][1]), found[0][2]) if found else Progress()

    def went_on(self, session_id: str, after: str, size: int) -> None:
        """A session was taken up to a key, so many bytes more."""
        self._rows(
            "INSERT INTO sessions VALUES (?1, ?2, 0, ?3) ON CONFLICT DO UPDATE SET"
            " after = max(coalesce(after, ?2), ?2), bytes = bytes + ?3",
            session_id, after, size,
        )  # fmt: skip

    def ended(self, session_id: str) -> None:
        """A session was read to its end."""
        self._rows(
            "INSERT INTO sessions VALUES (?, NULL, 1, 0) ON CONFLICT DO UPDATE SET whole = 1",
            session_id,
        )

    def note(self, problems: Iterable[Noted]) -> None:
        """Keep problems, each of them once."""
        with self._transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO problems VALUES (?, ?, ?, ?)", problems)
        self.notes += 1

    def noted(self, session_id: str | None = None) -> list[Noted]:
        """The problems of a session, or all."""
        where = "" if session_id is None else " WHERE session_id = ?"
        values = () if session_id is None else (session_id,)
        sql = f"SELECT session_id, event_id, reason, raw FROM problems{where}"
        found = self._rows(sql, *values)
        return [(row[0], row[1], row[2], row[3]) for row in found]

    def forget_note(self, session_id: str, event_id: str) -> None:
        """What was noted there is so no more."""
        self._rows(
            "DELETE FROM problems WHERE session_id = ? AND event_id = ?", session_id, event_id
        )
        self.notes += 1

    def keep_heads(self, heads: Iterable[SessionSummary]) -> set[str]:
        """Keep what the table says of its sessions; answers the ids of those that changed.

        A log only grows: who knows less of a session than is known already takes nothing back.
        """
        changed = set()
        with self._transaction() as connection:
            for head in heads:
                connection.execute(
                    _KEEP_HEAD,
                    (head.session_id, head.first, head.last, head.count, head.actor_id),
                )
                if connection.changes():
                    changed.add(head.session_id)
        return changed

    def reach(self, session_id: str, instant: int, actor_id: object) -> None:
        """An event of a session was written: it is listed, as long as it lasts at least."""
        if instant <= UNREADABLE:
            return
        self._rows(
            "INSERT INTO heads VALUES (?1, ?2, ?2, NULL, ?3) ON CONFLICT DO UPDATE SET"
            " first = min(first, ?2), last = max(last, ?2)",
            session_id, instant, actor_id if isinstance(actor_id, str) else None,
        )  # fmt: skip

    def heads(self) -> dict[str, SessionSummary]:
        """What the table said of its sessions, by id."""
        found = self._rows("SELECT session_id, first, last, count, actor_id FROM heads")
        return {row[0]: SessionSummary(*row) for row in found}

    def head(self, session_id: str) -> SessionSummary | None:
        """What the table said of one."""
        found = self._rows(
            "SELECT session_id, first, last, count, actor_id FROM heads WHERE session_id = ?",
            session_id,
        )
        return SessionSummary(*found[0]) if found else None

    def about(self, name: str) -> str | None:
        """What is kept under a name, such as which table this is."""
        found = self._rows("SELECT value FROM about WHERE name = ?", name)
        return str(found[0][0]) if found else None

    def keep_about(self, name: str, value: str) -> None:
        """Keep something under a name."""
        self._rows("INSERT OR REPLACE INTO about VALUES (?, ?)", name, value)

    def close(self) -> None:
        """Close it; closing twice is no fault."""
        with self._lock:
            self._connection.close()

    def _rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock, translated(self._path):
            return list(self._connection.execute(sql, values))

    @contextmanager
    def _transaction(self) -> Iterator[apsw.Connection]:
        with self._lock, translated(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
