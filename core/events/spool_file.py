"""The file of a spool: made where there is none, and its faults in words."""

# ruff: noqa: N818 - a fault is named by what is wrong.
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from core.files import whole
from core.files.database import DAMAGE, DatabaseKind, ForeignDatabase

# A key is never given twice: what one program removes late must not be what another added since.
_SPOOL = DatabaseKind(
    application_id=0x42575350,
    layout=1,
    create="""
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
""",
)


class SpoolFault(Exception):
    """The spool cannot be read or written; the message says what to do."""


def inode(path: Path) -> tuple[int, int] | None:
    """Which file lies there, None where there is none; SpoolFault where that cannot be said."""
    try:
        return whole.inode(path)
    except OSError as error:
        raise _unusable(path, error) from error


def open_spool(path: Path, busy_timeout: float) -> apsw.Connection:
    """Open the file, making it first where there is none; raises SpoolFault and apsw's errors.

    Waits `busy_timeout` seconds where another program writes.
    """
    try:
        return _SPOOL.open(path, busy_milliseconds=round(busy_timeout * 1000))
    except ForeignDatabase as error:
        raise SpoolFault(
            f"“{path}” is no spool of this version, but a database of another kind. Move it away."
        ) from error


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
    except (*DAMAGE, UnicodeDecodeError) as error:
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
