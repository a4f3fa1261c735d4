"""What can be told about a database file without opening it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from core.events.errors import SourceNotFound, SourceUnreadable
from core.events.store.base import FileIdentity
from core.events.store.faults import not_a_database

SIDECARS = ("-journal", "-wal")
"""What SQLite keeps beside a file and needs to read it; `-shm` can always be made anew."""


_SMALLEST = 512
"""One page: SQLite takes anything shorter for an empty database."""


def checked(path: Path) -> Path:
    """The resolved path of a file that is worth opening.

    Raises SourceNotFound or SourceUnreadable. Nothing is opened: closing a plain handle would drop
    the locks that SQLite holds in this process.
    """
    try:
        resolved = path.resolve(strict=True)
        status = resolved.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SourceNotFound(f"There is no file “{path}”. Check the path.") from error
    except (OSError, RuntimeError, ValueError) as error:
        raise SourceUnreadable(f"“{path}” cannot be read: {error}. Check the path.") from error
    if stat.S_ISDIR(status.st_mode):
        raise SourceUnreadable(f"“{path}” is a folder. Choose the events.db inside it.")
    if not stat.S_ISREG(status.st_mode):
        raise SourceUnreadable(f"“{path}” is no ordinary file. Choose an events.db.")
    if not os.access(resolved, os.R_OK):
        raise SourceUnreadable(
            f"“{path}” may not be read by you. Ask for read permission, or copy the file."
        )
    return resolved


def checked_to_read(path: Path) -> Path:
    """As `checked`, of a file that has something in it."""
    resolved = checked(path)
    size = resolved.stat().st_size
    if size == 0:
        raise SourceUnreadable(
            f"“{path}” is empty. If a backend has just started, open it after its first event."
        )
    if size < _SMALLEST:
        raise not_a_database(path)
    return resolved


def identity(path: Path) -> FileIdentity:
    """Which file this is, and its size and time; raises SourceNotFound where it is gone."""
    try:
        status = path.stat()
    except OSError as error:
        raise SourceNotFound(f"There is no file “{path}” any more. Check the path.") from error
    return FileIdentity(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def sidecars(path: Path) -> list[Path]:
    """The journal and the log of changes that lie beside a database file."""
    beside = (path.with_name(path.name + suffix) for suffix in SIDECARS)
    return [file for file in beside if file.exists()]
