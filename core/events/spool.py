"""A file in which events wait that their store could not take."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import apsw
import platformdirs

from core.events.schema import EventEnvelope
from core.events.spool_file import SpoolFault, inode, open_spool, translated
from core.late_dataclass import dataclass

__all__ = ["RejectedEvent", "Spool", "SpoolFault", "default_path"]

logger = logging.getLogger(__name__)

_INSERT = (
    "INSERT INTO waiting (target, idempotency_key, event) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
)
_FIRST = "SELECT key, CAST(event AS BLOB) FROM waiting WHERE target = ? AND idempotency_key = ?"
_COUNT = "SELECT count(*) FROM waiting WHERE target = ? AND key > ?"
_ANY = "SELECT EXISTS (SELECT 1 FROM waiting WHERE target = ? AND key > ?)"
# As bytes: a text that is none would be no fault of one row, but of all of them.
_BATCH = (
    "SELECT key, CAST(event AS BLOB) FROM waiting WHERE target = ? AND key > ? ORDER BY key LIMIT ?"
)
_SET_ASIDE = (
    "INSERT OR IGNORE INTO rejected (key, target, event, reason)"
    " SELECT key, target, event, ? FROM waiting WHERE key = ?"
)
_REMOVE = "DELETE FROM waiting WHERE key = ?"
_REJECTED = "SELECT CAST(event AS BLOB), reason FROM rejected WHERE target = ? ORDER BY key"


@dataclass(frozen=True, slots=True)
class RejectedEvent:
    """An event that its store refused: the text of its envelope (JSON), and why."""

    event: str
    reason: str


def default_path() -> Path:
    """Where the spool of this user lies."""
    return platformdirs.user_data_path("brainweb-replay", appauthor=False) / "spool.db"


class Spool:
    """Events in order of arrival, by `target`: a text that names the store they are for.

    Several programs and threads may use one file at once. It is made when the first event is added;
    one that was deleted is made anew. Every call raises SpoolFault where the file cannot be used.
    """

    def __init__(self, path: Path | None = None, *, busy_timeout: float = 5.0) -> None:
        self.path = path or default_path()
        self._busy_timeout = busy_timeout
        self._lock = threading.Lock()
        self._connection: apsw.Connection | None = None
        self._opened: tuple[int, int] | None = None

    def add(self, target: str, event: EventEnvelope) -> tuple[EventEnvelope, bool]:
        """Keep an event durably; answers what waits, and whether it waited before.

        The same idempotency key for the same target answers with the first event.
        """
        return self.add_many(target, [event])[0]

    def add_many(
        self, target: str, events: Sequence[EventEnvelope], *, wait: bool = True
    ) -> list[tuple[EventEnvelope, bool]]:
        """Keep events durably, all or none, and answer for each in turn.

        Without `wait` it is a fault at once where another program writes.
        """
        texts = [json.dumps(event.to_wire()) for event in events]
        with self._transaction(wait) as connection:
            rows = zip(events, texts, strict=True)
            return [_add(connection, _bytes(target), event, text) for event, text in rows]

    def file(self) -> tuple[int, int] | None:
        """Which file it is by now; keys are of one file. None where there is none."""
        return inode(self.path)

    def any_waiting(self, target: str, *, after: int = 0) -> bool:
        """Whether an event waits, with a key after this one; quick to ask."""
        return bool(self._rows(_ANY, (_bytes(target), after), absent=[(0,)])[0][0])

    def waiting(self, target: str, *, after: int = 0) -> int:
        """How many events wait, with keys after this one."""
        return int(self._rows(_COUNT, (_bytes(target), after), absent=[(0,)])[0][0])

    def batch(self, target: str, limit: int, *, after: int = 0) -> list[tuple[int, EventEnvelope]]:
        """The first events that wait, each with its key, which is after this one.

        One that cannot be read is set aside, and passed over where that fails.
        """
        while rows := self._rows(_BATCH, (_bytes(target), after, limit)):
            events, unreadable = _read(rows)
            for key, reason in unreadable:
                self._set_unreadable_aside(key, reason)
            if events:
                return events
            after = rows[-1][0]
        return []

    def remove(self, keys: Iterable[int], *, wait: bool = True) -> None:
        """Forget events; keys that are gone already are no fault."""
        values = [(key,) for key in keys]
        if values and self._exists():
            with self._transaction(wait) as connection:
                connection.executemany(_REMOVE, values)

    def set_aside(self, key: int, reason: str, *, wait: bool = True) -> None:
        """Keep an event apart, so that it is not in the way of the others."""
        with self._transaction(wait) as connection:
            _set_aside(connection, key, reason)

    def rejected(self, target: str) -> list[RejectedEvent]:
        """What was set aside, in order of arrival."""
        rows = self._rows(_REJECTED, (_bytes(target),))
        return [RejectedEvent(event.decode("utf-8", "replace"), reason) for event, reason in rows]

    def close(self) -> None:
        """Let go of the file. What is called later opens it again."""
        with self._lock:
            self._let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _set_unreadable_aside(self, key: int, reason: str) -> None:
        try:
            self.set_aside(key, reason, wait=False)
        except SpoolFault as fault:
            logger.warning("An event of the spool cannot be read, nor set aside yet: %s", fault)
        else:
            logger.error("An event of the spool %s is set aside: %s", self.path, reason)

    def _rows(
        self, statement: str, values: tuple[Any, ...], *, absent: list[Any] | None = None
    ) -> list[Any]:
        """The rows of a statement, or `absent` where there is no file: none is made to be read."""
        if not self._exists():
            return absent or []
        with self._use(self._busy_timeout) as connection:
            return connection.execute(statement, values).fetchall()

    @contextmanager
    def _transaction(self, wait: bool) -> Iterator[apsw.Connection]:
        with self._use(self._busy_timeout if wait else 0.0) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _use(self, busy_timeout: float) -> Iterator[apsw.Connection]:
        """The connection, for one thread; opened where it is not, or the file is another by now."""
        with self._lock, translated(self.path):
            if self._connection is None or inode(self.path) != self._opened:
                self._let_go()
                self._connection = open_spool(self.path, busy_timeout)
                self._opened = inode(self.path)
            self._connection.set_busy_timeout(round(busy_timeout * 1000))
            try:
                yield self._connection
            except (apsw.NotADBError, apsw.CorruptError, apsw.IOError):
                # A later call may find the file in order again.
                self._let_go()
                raise

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _exists(self) -> bool:
        return inode(self.path) is not None


def _add(
    connection: apsw.Connection, target: bytes, event: EventEnvelope, text: str
) -> tuple[EventEnvelope, bool]:
    values = target, event.idempotency_key, text
    connection.execute(_INSERT, values)
    if connection.changes():
        return event, False
    rows = connection.execute(_FIRST, (target, event.idempotency_key)).fetchall()
    first, unreadable = _read(rows)
    if first:
        return first[0][1], True
    for key, reason in unreadable:
        logger.error("An event of the spool is set aside for another of its key: %s", reason)
        _set_aside(connection, key, reason)
    connection.execute(_INSERT, values)
    return event, False


def _set_aside(connection: apsw.Connection, key: int, reason: str) -> None:
    connection.execute(_SET_ASIDE, (reason, key))
    connection.execute(_REMOVE, (key,))


def _read(
    rows: Sequence[tuple[Any, ...]],
) -> tuple[list[tuple[int, EventEnvelope]], list[tuple[int, str]]]:
    """The events of rows by key, and by key what is wrong with the other ones."""
    events, unreadable = [], []
    for key, text in rows:
        try:
            events.append((key, _decoded(text)))
        except (ValueError, RecursionError) as error:
            unreadable.append((key, f"it cannot be read: {type(error).__name__}"))
    return events, unreadable


def _decoded(text: bytes) -> EventEnvelope:
    return EventEnvelope.model_validate(json.loads(text.decode("utf-8")))


def _bytes(target: str) -> bytes:
    """As bytes, since the name of a file may be no valid text."""
    return target.encode("utf-8", "surrogatepass")
