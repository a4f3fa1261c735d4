"""The file of the embedded read model: made where there is none, set aside where it is spoilt."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import apsw

from core.projectors.read_model.base import ReadModelDown

log = logging.getLogger(__name__)

_APPLICATION_ID = 0x42575252
_LAYOUT = 1
"""To be raised with CREATE: a file of another layout is taken for a foreign one."""

_CREATE = f"""
CREATE TABLE contexts (
    source BLOB NOT NULL, session_id BLOB NOT NULL, rules TEXT NOT NULL, version INTEGER NOT NULL,
    position INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (source, session_id, rules, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE preferences (
    source BLOB NOT NULL, session_id BLOB NOT NULL, rules TEXT NOT NULL, version INTEGER NOT NULL,
    position INTEGER NOT NULL, user_id BLOB NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (source, session_id, rules, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX preferences_by_user ON preferences (source, user_id);
PRAGMA application_id = {_APPLICATION_ID};
PRAGMA user_version = {_LAYOUT};
"""
_BUSY_MILLISECONDS = 2_000
_SIDECARS = ("-journal", "-wal", "-shm")
_making = threading.Lock()


class Spoilt(Exception):  # noqa: N818 - named by what is wrong.
    """The file is damaged, or not one of ours."""


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise what apsw and the system raise as Spoilt or ReadModelDown."""
    try:
        yield
    except apsw.Error as error:
        if _is_damage(error):
            raise Spoilt(str(error)) from error
        raise _fault(error, path) from error
    except UnicodeDecodeError as error:
        raise Spoilt(str(error)) from error
    except OSError as error:
        raise ReadModelDown(
            f"The read model “{path}” cannot be made or written ({error}). Check the permissions "
            "of its folder, and the disk."
        ) from error


def open_file(path: Path) -> apsw.Connection:
    """Open the file, making it first where there is none; Spoilt where it is not one of ours."""
    with translated(path):
        _make(path)
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            connection.set_busy_timeout(_BUSY_MILLISECONDS)
            connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
            connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
            connection.pragma("cell_size_check", True)
            if not _is_ours(connection):
                _fill(connection)
            # What a power cut takes is projected again.
            connection.pragma("synchronous", "NORMAL")
        except BaseException:
            connection.close()
            raise
        return connection


def set_aside(path: Path, reason: object) -> None:
    """Rename a spoilt file and what lies beside it, so that a new one can be made."""
    aside = path.with_name(f"{path.name}.set-aside-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    with translated(path):
        # The file goes last: until then it is known for spoilt, whoever stops in between.
        for suffix in (*_SIDECARS, ""):
            with suppress(FileNotFoundError):
                path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    log.warning(
        "The read model %s cannot be used (%s). It is set aside as %s and made anew from the log.",
        path, reason, aside.name,
    )  # fmt: skip


def inode(path: Path) -> tuple[int, int] | None:
    """Which file lies there, None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _make(path: Path) -> None:
    """An empty file that only its owner reads, unless there is one.

    One at a time, since closing the handle would drop the locks of another connection.
    """
    with _making:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _is_ours(connection: apsw.Connection) -> bool:
    """Whether it is, or False where it is empty; Spoilt where it is another's."""
    marks = connection.pragma("application_id"), connection.pragma("user_version")
    if marks == (_APPLICATION_ID, _LAYOUT):
        return True
    if marks == (0, 0) and connection.execute("SELECT count(*) = 0 FROM sqlite_schema").get:
        return False
    raise Spoilt("it is a database of another kind")


def _fill(connection: apsw.Connection) -> None:
    # Of two programs that make the same file at once, the other one sets the mode.
    with suppress(apsw.BusyError):
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not _is_ours(connection):
            connection.execute(_CREATE).fetchall()
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _is_damage(error: apsw.Error) -> bool:
    if isinstance(error, apsw.IOError):
        code = apsw.mapping_extended_result_codes.get(getattr(error, "extendedresult", 0), "")
        return "SHORT_READ" in str(code)
    return isinstance(
        error,
        apsw.NotADBError | apsw.CorruptError | apsw.FormatError | apsw.SQLError
        | apsw.SchemaChangeError,
    )  # fmt: skip


def _fault(error: apsw.Error, path: Path) -> ReadModelDown:
    if isinstance(error, apsw.BusyError | apsw.LockedError):
        return ReadModelDown(
            f"The read model “{path}” is locked by another program. Try again when it is done."
        )
    if isinstance(error, apsw.FullError):
        return ReadModelDown(f"The disk is full: nothing was written to “{path}”. Make room.")
    return ReadModelDown(
        f"The read model “{path}” cannot be read or written ({error}). Check the permissions of "
        "the file and its folder, and the disk."
    )
