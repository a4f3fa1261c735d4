"""Opening a file by the rules that leave it, and the program that writes it, in peace."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path

import apsw

from core.events.errors import (
    NotAnEventLog,
    ReadOnlyStore,
    SourceLocked,
    SourceNotFound,
    SourceUnreadable,
)
from core.events.store.base import FileIdentity
from core.events.store.faults import needs_recovery, translated
from core.events.store.files import checked, checked_to_read, identity, sidecars
from core.events.store.layout import CREATE, Layout, missing_unique, read_layout
from core.events.store.recovery import discard, recovered_copy
from core.late_dataclass import dataclass

_creating = threading.Lock()


@dataclass(frozen=True, slots=True)
class Opened:
    """An open database and how it was opened.

    `file` is the file that was asked for. `copy` is the recovered copy that is read in its place,
    `frozen` whether later changes cannot be seen, `beside` the names that lay beside the file then,
    `notice` a sentence about it for the user.
    """

    connection: apsw.Connection
    layout: Layout
    file: Path
    identity: FileIdentity
    copy: Path | None = None
    frozen: bool = False
    beside: tuple[str, ...] = ()
    notice: str | None = None

    def same_file(self) -> bool:
        """Whether the path still names the file that was opened; SourceNotFound if it is gone."""
        now = identity(self.file)
        return (now.device, now.inode) == (self.identity.device, self.identity.inode)

    def untouched(self) -> bool:
        """Whether the file and what lies beside it are as they were; SourceNotFound if gone."""
        beside = tuple(each.name for each in sidecars(self.file))
        return identity(self.file) == self.identity and beside == self.beside

    def was_changed(self) -> bool:
        """Whether a fault in reading may come from the file being another one by now."""
        try:
            return not self.same_file() or identity(self.file).size < self.identity.size
        except SourceNotFound:
            return True


def open_to_read(path: Path, *, busy_timeout: float, cache: Path | None = None) -> Opened:
    """Open a file that is someone else's; raises StoreError.

    Where SQLite would have to write first, a recovered copy is read. Where it would have to make
    files in a folder that cannot be written, the file is read as it stands, unless something lies
    beside it.
    """
    file = checked_to_read(path)
    attempts = 3
    with translated(path):
        while True:
            known = identity(file)
            try:
                return Opened(*_connect(file, path, "mode=ro", busy_timeout), file, known)
            except apsw.Error as error:
                if not needs_recovery(error):
                    raise
                if beside := sidecars(file):
                    return _open_copy(file, path, beside, busy_timeout=busy_timeout, cache=cache)
                if not os.access(file.parent, os.W_OK):
                    return _open_frozen(file, path, known, busy_timeout)
                # What was in the way is gone again.
                attempts -= 1
                if not attempts:
                    raise


_FROZEN = (
    "The folder of this file cannot be written, so the file is read as it stood when it was "
    "opened. Reload it to see what came later."
)
_INTERRUPTED = (
    "The program that writes this file stopped in the middle of a write. This is a recovered copy, "
    "as of the last complete write; the file itself is untouched."
)
_COPIED = (
    "The folder of this file cannot be written, so a copy of it is read, with the latest changes "
    "that lie beside it. Reload it to see what came later."
)


def _open_frozen(file: Path, path: Path, known: FileIdentity, busy_timeout: float) -> Opened:
    """Open without locks a file that has nothing beside it; SourceLocked if that changes."""
    connection, layout = _connect(file, path, "mode=ro&immutable=1", busy_timeout)
    opened = Opened(connection, layout, file, known, frozen=True, notice=_FROZEN)
    if not opened.untouched():
        connection.close()
        raise SourceLocked(f"“{path}” is being written just now. Try again in a moment.")
    return opened


def _open_copy(
    file: Path, path: Path, beside: list[Path], *, busy_timeout: float, cache: Path | None
) -> Opened:
    known = identity(file)
    copy = recovered_copy(file, cache=cache)
    notice = _INTERRUPTED if any(s.name.endswith("-journal") for s in beside) else _COPIED
    try:
        connection, layout = _connect(copy, path, "mode=ro", busy_timeout)
    except BaseException:
        discard(copy.parent)
        raise
    names = tuple(each.name for each in beside)
    return Opened(
        connection, layout, file, known, copy=copy, frozen=True, beside=names, notice=notice
    )


def open_to_write(path: Path, *, create: bool, busy_timeout: float) -> Opened:
    """Open a log to append to it, making it first where `create` says so; raises StoreError."""
    with _creating:
        if create:
            _make_file(path)
        file = checked(path)
        if not create:
            checked_to_read(path)
        with translated(path):
            connection = apsw.Connection(_uri(file, "mode=rw"), flags=_READ_WRITE)
            try:
                _prepare(connection, busy_timeout)
                connection.pragma("synchronous", "FULL")
                if connection.readonly("main"):
                    raise ReadOnlyStore(
                        f"“{path}” may not be written by you. Ask for write permission, or open "
                        "it for reading."
                    )
                if create:
                    _make_table(connection)
                layout = read_layout(connection, path)
                if lacking := missing_unique(connection):
                    raise NotAnEventLog(
                        f"“{path}” cannot be appended to: its table “events” does not hold "
                        f"{' and '.join(lacking)} unique. Open it for reading."
                    )
            except BaseException:
                connection.close()
                raise
            return Opened(connection, layout, file, identity(file))


_READ = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
_READ_WRITE = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_URI


def _connect(
    file: Path, path: Path, options: str, busy_timeout: float
) -> tuple[apsw.Connection, Layout]:
    connection = apsw.Connection(_uri(file, options), flags=_READ)
    try:
        _prepare(connection, busy_timeout)
        connection.pragma("query_only", True)
        return connection, read_layout(connection, path)
    except BaseException:
        connection.close()
        raise


def _prepare(connection: apsw.Connection, busy_timeout: float) -> None:
    """Trust nothing that the file says; wait a little where it is locked."""
    connection.set_busy_timeout(round(busy_timeout * 1000))
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    connection.pragma("cell_size_check", True)
    connection.pragma("cache_size", -16_000)


def _uri(file: Path, options: str) -> str:
    return f"{file.as_uri()}?{options}"


def _make_file(path: Path) -> None:
    """An empty file that only its owner reads, unless there is one.

    SQLite would make it readable to all. No other store of this process can have it open yet.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return
    except FileNotFoundError as error:
        raise SourceNotFound(f"There is no folder “{path.parent}”. Make it first.") from error
    except OSError as error:
        raise SourceUnreadable(
            f"“{path}” cannot be made: {error}. Choose another place."
        ) from error


def _make_table(connection: apsw.Connection) -> None:
    """The table and its indexes, in a database that has nothing in it."""
    if not _is_empty(connection):
        return
    # Of two programs that make the same file at once, the other one sets the mode.
    with suppress(apsw.BusyError):
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in CREATE if _is_empty(connection) else ():
            connection.execute(statement)
        connection.execute("COMMIT")
    except BaseException:
        # A full disk has ended it already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _is_empty(connection: apsw.Connection) -> bool:
    return bool(connection.execute("SELECT count(*) = 0 FROM sqlite_schema").get)
