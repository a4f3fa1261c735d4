"""The bookmarks of a user, in one file of theirs that several programs may use at once."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import platformdirs

from core.files.database import DAMAGE, DatabaseKind, ForeignDatabase, set_database_aside
from core.files.whole import replacing
from core.late_dataclass import dataclass
from core.notes.bookmark import Bookmark
from core.notes.errors import BookmarkError
from core.notes.wire import dumps, from_wire, loads, to_wire

logger = logging.getLogger(__name__)

_BOOKMARKS = DatabaseKind(
    application_id=0x4257424D,
    layout=1,
    wal=False,
    create="""
CREATE TABLE bookmarks (
    id TEXT PRIMARY KEY, session_id BLOB NOT NULL, changed INTEGER NOT NULL, body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX bookmarks_of_session ON bookmarks (session_id);
""",
)
_BUSY_MILLISECONDS = 5_000
_IMPORT_MOST = 64 << 20


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
                connection.execute("COMMIT")
            except BaseException:
                # A full disk has ended it already.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

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
            if isinstance(error, DAMAGE):
                self._set_aside(error)
            raise _fault(error, self.path) from error
        except OSError as error:
            raise _fault(error, self.path) from error

    def _open(self) -> apsw.Connection:
        try:
            return _BOOKMARKS.open(self.path, busy_milliseconds=_BUSY_MILLISECONDS)
        except (ForeignDatabase, *DAMAGE) as error:
            self._set_aside(error)
        try:
            return _BOOKMARKS.open(self.path, busy_milliseconds=_BUSY_MILLISECONDS)
        except ForeignDatabase as error:
            raise BookmarkError(
                f"The bookmarks in “{self.path}” cannot be used: {error}."
            ) from error

    def _set_aside(self, reason: Exception) -> None:
        aside = set_database_aside(self.path)
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
    try:
        with replacing(path) as file:
            file.write(dumps(bookmarks).encode())
    except OSError as error:
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
