"""The file of a spool: made where there is none, and its faults in words."""

# ruff: noqa: N818 - a fault is named by what is wrong.
from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import apsw

_APPLICATION_ID = 0x42575350
_LAYOUT = 1
# A key is never given twice: what one program removes late must not be what another added since.
_CREATE = f"""
CREATE TABLE waiting (
    key INTEGER PRIMARY KEY AUTOINCREMENT, target BLOB NOT NULL, idempotency_key TEXT,
    event TEXT NOT NULL
) STRICT;
CREATE INDEX waiting_in_order ON waiting (target, key);
CREATE UNIQUE INDEX waiting_once ON waiting (target, idempotency_key)
    WHERE idempotency_key IS NOT NULL;
CREATE TABLE rejected (
    key INTEGER PRIMARY KEY, target BLOB NOT NULL, event TEXT NOT NULL, reason TEXT NOT NULL,
    set_aside_at TEXT NOT NULL DEFAULT (datetime('now'))
) STRICT;
PRAGMA application_id = {_APPLICATION_ID};
PRAGMA user_version = {_LAYOUT};
"""
_DAMAGE = (
    apsw.NotADBError, apsw.CorruptError, apsw.FormatError, apsw.SQLError, UnicodeDecodeError
)  # fmt: skip


class SpoolFault(Exception):
    """The spool cannot be read or written; the message says what to do."""


def inode(path: Path) -> tuple[int, int] | None:
    """Which file lies there, None where there is none; SpoolFault where that cannot be said."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _unusable(path, error) from error
    return status.st_dev, status.st_ino


def open_spool(path: Path, busy_timeout: float) -> apsw.Connection:
    """Open the file, making it first where there is none; raises SpoolFault and apsw's errors.

    Waits `busy_timeout` seconds where another program writes.
    """
    _make(path)
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        connection.set_busy_timeout(round(busy_timeout * 1000))
        connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
        connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        connection.pragma("cell_size_check", True)
        connection.pragma("synchronous", "FULL")
        ours = _is_ours(connection, path)
        # Of two programs that make the same file at once, the other one sets the mode.
        with suppress(apsw.BusyError):
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
        if not ours:
            _fill(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _make(path: Path) -> None:
    """An empty file that only its owner reads, unless there is one.

    Its name is durable too. A file that is there is never opened: closing that handle would drop
    the locks of another connection of this process.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        if os.name == "posix":
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


def _is_ours(connection: apsw.Connection, path: Path) -> bool:
    """Whether it is a spool, or False where it is empty; SpoolFault where it is another's."""
    # In one transaction: another program may be filling it just now.
    with connection:
        marks = connection.pragma("application_id"), connection.pragma("user_version")
        empty = connection.execute("SELECT count(*) = 0 FROM sqlite_schema").get
    if marks == (_APPLICATION_ID, _LAYOUT):
        return True
    if marks == (0, 0) and empty:
        return False
    raise SpoolFault(
        f"“{path}” is no spool of this version, but a database of another kind. Move it away."
    )


def _fill(connection: apsw.Connection, path: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not _is_ours(connection, path):
            connection.execute(_CREATE).fetchall()
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise what apsw and the system raise as SpoolFault."""
    try:
        yield
    except (apsw.FullError, apsw.BusyError, apsw.LockedError) as error:
        full = isinstance(error, apsw.FullError)
        advice = (
            "The disk is full. Make room." if full
            else "Another program holds it locked. Try again when it is done."
        )  # fmt: skip
        raise SpoolFault(f"The spool “{path}” does not take the event. {advice}") from error
    except _DAMAGE as error:
        raise SpoolFault(
            f"The spool “{path}” is damaged ({error}). Move it away, and recover the events that "
            "wait in it with `sqlite3 FILE .recover`."
        ) from error
    except (apsw.Error, OSError) as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: Exception) -> SpoolFault:
    return SpoolFault(
        f"The spool “{path}” cannot be read or written ({error}). Check the permissions of the "
        "file and its folder, and the disk."
    )
