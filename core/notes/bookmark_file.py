"""The bookmarks of a user, in one file of theirs that several programs may use at once."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import apsw
import platformdirs

from core.notes.bookmark import Bookmark
from core.notes.errors import BookmarkError
from core.notes.wire import dumps, from_wire, loads, to_wire

logger = logging.getLogger(__name__)

_APPLICATION_ID = 0x4257424D
_LAYOUT = 1
_CREATE = f"""
CREATE TABLE bookmarks (
    id TEXT PRIMARY KEY, session_id BLOB NOT NULL, changed INTEGER NOT NULL, body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX bookmarks_of_session ON bookmarks (session_id);
PRAGMA application_id = {_APPLICATION_ID};
PRAGMA user_version = {_LAYOUT};
"""
_BUSY_MILLISECONDS = 5_000
_IMPORT_MOST = 64 << 20
_DAMAGE = (apsw.NotADBError, apsw.CorruptError, apsw.FormatError, apsw.SQLError)
_making = threading.Lock()


class _Spoilt(Exception):  # noqa: N818 - named by what is wrong.
    """The file is damaged, or not one of ours."""


@dataclass(frozen=True, slots=True)
class Merged:
    """How many bookmarks were not there before, were changed, and were left as they are."""

    added: int = 0
    updated: int = 0
    skipped: int = 0


def bookmark_path() -> Path:
    """Where bookmarks are kept unless another place is named."""
    return platformdirs.user_data_path("brainweb-replay", appauthor=False) / "bookmarks.db"


class BookmarkFile:
    """Bookmarks by session, whichever file the session was read from.

    Any thread and any number of programs may use one file: each call is a transaction of its own,
    and of two changes of one bookmark the last wins. A file that is broken is set aside under
    another name, which ``notice`` tells, and a new one begun. Raises BookmarkError.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or bookmark_path()
        self.notice: str | None = None

    def of_session(self, session_id: str) -> list[Bookmark]:
        """The bookmarks of a session, in the order in which they were made."""
        return self._select("WHERE session_id = ?", (_blob(session_id),))

    def all(self) -> list[Bookmark]:
        """Every bookmark, in the order in which they were made."""
        return self._select("", ())

    def put(self, bookmarks: Iterable[Bookmark]) -> Merged:
        """Keep these; where one is there in a state that was changed later, that one stays."""
        counts = {"added": 0, "updated": 0, "skipped": 0}
        with self._writing() as connection:
            for bookmark in bookmarks:
                counts[_put(connection, bookmark)] += 1
        return Merged(**counts)

    def remove(self, ids: Iterable[str]) -> None:
        """Remove the bookmarks of these ids; those that are not there are none."""
        with self._writing() as connection:
            connection.executemany("DELETE FROM bookmarks WHERE id = ?", [(id_,) for id_ in ids])

    def import_from(self, path: Path) -> tuple[list[Bookmark], Merged]:
        """Merge the bookmarks of a document (see `core.notes.wire`); answers all that it holds."""
        try:
            with path.open("rb") as file:
                text = file.read(_IMPORT_MOST + 1)
        except OSError as error:
            raise BookmarkError(f"“{path}” cannot be read: {error.strerror or error}.") from error
        if len(text) > _IMPORT_MOST:
            raise BookmarkError(f"“{path}” is too large to be a file of bookmarks.")
        try:
            found = loads(text)
        except BookmarkError as error:
            raise BookmarkError(f"“{path}” was not imported. {error}") from error
        return found, self.put(found)

    def _select(self, where: str, values: tuple[bytes, ...]) -> list[Bookmark]:
        try:
            if not self.path.exists():
                # Who looks leaves nothing behind.
                return []
        except OSError as error:
            # Whose folder is closed to us has no bookmarks to see; a log is open all the same.
            logger.warning("the bookmarks cannot be looked for: %s", error)
            return []
        with self._opened() as connection:
            rows = connection.execute(f"SELECT id, body FROM bookmarks {where}", values).fetchall()
        found = (_read(str(id_), str(body)) for id_, body in rows)
        return sorted(filter(None, found), key=lambda bookmark: (bookmark.created, bookmark.id))

    @contextmanager
    def _writing(self) -> Iterator[apsw.Connection]:
        with self._opened() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _opened(self) -> Iterator[apsw.Connection]:
        """A connection for one call: what other programs did to the file is seen by the next."""
        try:
            connection = self._open()
            try:
                yield connection
            finally:
                connection.close()
        except apsw.Error as error:
            if isinstance(error, _DAMAGE):
                self._set_aside(error)
            raise _fault(error, self.path) from error
        except OSError as error:
            raise _fault(error, self.path) from error

    def _open(self) -> apsw.Connection:
        try:
            return _open(self.path)
        except (_Spoilt, *_DAMAGE) as error:
            self._set_aside(error)
        try:
            return _open(self.path)
        except _Spoilt as error:
            raise BookmarkError(
                f"The bookmarks in “{self.path}” cannot be used: {error}."
            ) from error

    def _set_aside(self, reason: Exception) -> None:
        aside = self.path.with_name(f"{self.path.name}.broken-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
        for suffix in ("-journal", "-wal", "-shm", ""):
            with suppress(FileNotFoundError):
                self.path.with_name(self.path.name + suffix).rename(
                    aside.with_name(aside.name + suffix)
                )
        self.notice = (
            f"The file of your bookmarks was broken ({reason}). It was set aside as “{aside}”, "
            "and a new one was begun."
        )
        logger.warning("%s", self.notice)


def _put(connection: apsw.Connection, bookmark: Bookmark) -> str:
    body = json.dumps(to_wire(bookmark))
    row = connection.execute(
        "SELECT changed, body FROM bookmarks WHERE id = ?", (bookmark.id,)
    ).fetchone()
    if row is not None and (row[0] > bookmark.changed or row[1] == body):
        return "skipped"
    connection.execute(
        "INSERT OR REPLACE INTO bookmarks (id, session_id, changed, body) VALUES (?, ?, ?, ?)",
        (bookmark.id, _blob(bookmark.session_id), bookmark.changed, body),
    )
    return "added" if row is None else "updated"


def export_to(path: Path, bookmarks: Iterable[Bookmark]) -> None:
    """Write a document of bookmarks: the old file or the new one, never half of it."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        fresh.write_text(dumps(bookmarks), encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise BookmarkError(
            f"“{path}” cannot be written: {error.strerror or error}. Choose another place."
        ) from error


def _read(id_: str, body: str) -> Bookmark | None:
    """A bookmark as it was kept; None, and it stays there, where a newer program wrote it."""
    try:
        return from_wire(json.loads(body))
    except (BookmarkError, ValueError, RecursionError) as error:
        logger.warning("the bookmark %s cannot be read: %s", id_, error)
        return None


def _open(path: Path) -> apsw.Connection:
    # One at a time: closing the handle would drop the locks of another connection.
    with _making:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        connection.set_busy_timeout(_BUSY_MILLISECONDS)
        connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
        connection.config(apsw.SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        if not _is_ours(connection):
            _fill(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _is_ours(connection: apsw.Connection) -> bool:
    """Whether it is, or False where it is empty; _Spoilt where it is another's."""
    marks = connection.pragma("application_id"), connection.pragma("user_version")
    if marks == (_APPLICATION_ID, _LAYOUT):
        return True
    if marks == (0, 0) and connection.execute("SELECT count(*) = 0 FROM sqlite_schema").get:
        return False
    raise _Spoilt("it is a database of another kind")


def _fill(connection: apsw.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not _is_ours(connection):
            connection.execute(_CREATE).fetchall()
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _blob(text: str) -> bytes:
    """A text that may hold what UTF-8 cannot."""
    return text.encode("utf-8", "surrogatepass")


def _fault(error: Exception, path: Path) -> BookmarkError:
    if isinstance(error, apsw.BusyError | apsw.LockedError):
        return BookmarkError(
            f"The bookmarks in “{path}” are locked by another program. Try again when it is done."
        )
    if isinstance(error, apsw.FullError):
        return BookmarkError(f"The disk is full: nothing was written to “{path}”. Make room.")
    return BookmarkError(
        f"The bookmarks in “{path}” cannot be read or written ({error}). Check the permissions of "
        "the file and its folder, and the disk."
    )
