"""Driver errors into the faults that a person can do something about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from core.events.errors import (
    EventRejected,
    NotADatabase,
    ReadOnlyStore,
    SourceChanged,
    SourceDamaged,
    SourceLocked,
    SourceUnreadable,
    StoreClosed,
    StoreError,
    WriteFailed,
)


@contextmanager
def translated(path: Path, was_changed: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Raise what apsw raises as StoreError; `was_changed` tells whether the file was replaced."""
    try:
        yield
    except apsw.Error as error:
        fault = _fault(error, path, was_changed)
        if fault is None:
            raise
        raise fault from error


def changed_under_us(path: Path) -> SourceChanged:
    """The fault of a file that is no longer the one that was opened."""
    return SourceChanged(
        f"“{path}” was replaced, shortened or deleted while it was open. Open it again."
    )


def not_a_database(path: Path) -> NotADatabase:
    """The fault of a file of another kind."""
    return NotADatabase(
        f"“{path}” is not an SQLite database. Choose the events.db of a Brain Web backend."
    )


def needs_recovery(error: apsw.Error) -> bool:
    """Whether a read-only open failed because there is something to write first."""
    return isinstance(error, apsw.ReadOnlyError | apsw.CantOpenError)


def _fault(error: apsw.Error, path: Path, was_changed: Callable[[], bool]) -> StoreError | None:
    match error:
        case apsw.ConnectionClosedError():
            return StoreClosed(f"“{path}” was closed. Open it again.")
        case apsw.BusyError() | apsw.LockedError():
            return SourceLocked(
                f"“{path}” is locked: another program is writing to it. Try again when it is done."
            )
        case apsw.ConstraintError() | apsw.MismatchError():
            return EventRejected(f"“{path}” does not take the event: {error}.")
        case apsw.FullError():
            return WriteFailed(f"The disk is full: nothing was written to “{path}”. Make room.")
    if was_changed():
        return changed_under_us(path)
    match error:
        case apsw.NotADBError():
            return not_a_database(path)
        case apsw.CorruptError() | apsw.FormatError():
            return _damaged(path, error)
        case apsw.IOError() if "SHORT_READ" in _code(error):
            return _damaged(path, error)
        case apsw.ReadOnlyError() if "ROLLBACK" in _code(error):
            return SourceChanged(
                f"The program that writes “{path}” stopped in the middle of a write. "
                "Open the file again: a recovered copy is shown."
            )
        case apsw.ReadOnlyError():
            return ReadOnlyStore(
                f"“{path}” cannot be written. Open it for reading, or ask for "
                "permission to write the file and its folder."
            )
        case apsw.CantOpenError() | apsw.PermissionsError() | apsw.AuthError() | apsw.IOError():
            return SourceUnreadable(
                f"“{path}” cannot be read ({error}). Check the permissions of the file and its "
                "folder, and the disk."
            )
        case apsw.SQLError() if "no such collation" in str(error):
            return SourceUnreadable(
                f"“{path}” is sorted in a way that only the program which made it knows ({error}). "
                "Copy its events into a log of Brain Web with that program."
            )
        case apsw.SQLError() | apsw.SchemaChangeError():
            return SourceChanged(
                f"The tables of “{path}” changed while it was open ({error}). Open it again."
            )
    return None


def _damaged(path: Path, error: apsw.Error) -> SourceDamaged:
    return SourceDamaged(
        f"“{path}” is damaged or cut short ({error}). Take a fresh copy from the backend, or "
        "recover it with `sqlite3 FILE .recover`."
    )


def _code(error: apsw.Error) -> str:
    return str(apsw.mapping_extended_result_codes.get(getattr(error, "extendedresult", 0), ""))
