"""A database of our own: made where there is none, known by its marks, set aside where spoilt."""

from __future__ import annotations

import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import apsw

from core.files.whole import make_empty
from core.late_dataclass import dataclass

DAMAGE = (apsw.NotADBError, apsw.CorruptError, apsw.FormatError, apsw.SQLError)
"""What SQLite raises of a file that it cannot make sense of, or that has other tables than ours."""

_SIDECARS = ("-journal", "-wal", "-shm")
_making = threading.Lock()


class ForeignDatabase(Exception):  # noqa: N818 - named by what is wrong.
    """The file is a database of another kind or of another layout."""


@dataclass(frozen=True, slots=True)
class DatabaseKind:
    """What tells our databases from others': the mark of the kind, its layout, and its tables.

    ``layout`` is raised together with ``create`` (SQL): files of another one are foreign.
    """

    application_id: int
    layout: int
    create: str
    wal: bool = True
    synchronous: Literal["NORMAL", "FULL"] = "FULL"

    def open(self, path: Path, *, busy_milliseconds: int) -> apsw.Connection:
        """Open the file to write, making it first where there is none.

        Waits that long where another program writes. Raises ForeignDatabase, apsw.Error, OSError.
        """
        # One at a time: what is made here must not be closed under another connection's locks.
        with _making:
            make_empty(path)
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            connection.set_busy_timeout(busy_milliseconds)
            connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
            connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
            connection.pragma("cell_size_check", True)
            connection.pragma("synchronous", self.synchronous)
            is_ours = self._marks(connection)
            if self.wal:
                # Of two programs that make the same file at once, the other one sets the mode.
                with suppress(apsw.BusyError):
                    connection.execute("PRAGMA journal_mode = WAL").fetchall()
            if not is_ours:
                self._fill(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _marks(self, connection: apsw.Connection) -> bool:
        """Whether it is ours, or False where it is empty; ForeignDatabase where it is another's."""
        # In one transaction: another program may be filling it just now.
        with connection:
            marks = connection.pragma("application_id"), connection.pragma("user_version")
            is_empty = connection.execute("SELECT count(*) = 0 FROM sqlite_schema").get
        if marks == (self.application_id, self.layout):
            return True
        if marks == (0, 0) and is_empty:
            return False
        raise ForeignDatabase("it is a database of another kind")

    def _fill(self, connection: apsw.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            if not self._marks(connection):
                connection.execute(self.create).fetchall()
                connection.pragma("application_id", self.application_id)
                connection.pragma("user_version", self.layout)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def set_database_aside(path: Path) -> Path:
    """Rename a spoilt database and what lies beside it; its new name. Raises OSError."""
    aside = path.with_name(f"{path.name}.broken-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    # The file goes last: until then it is known for spoilt, whoever stops in between.
    for suffix in (*_SIDECARS, ""):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    return aside
