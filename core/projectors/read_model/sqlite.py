"""The embedded read model: one file of SQLite, a cache of what the log says."""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import apsw
import platformdirs

from core.projectors.read_model.base import PROJECTOR_VERSION, KeptContext, ReadModelDown
from core.projectors.read_model.sqlite_file import Spoilt, inode, open_file, set_aside, translated
from core.projectors.read_model.wire import context_from_wire, preferences_from_wire
from core.projectors.rules import BRAIN_WEB
from core.projectors.user_preferences import UserPreferences

log = logging.getLogger(__name__)

Row = tuple[Any, ...]

# An update that its WHERE forbids returns no row.
_KEEP_CONTEXT = """
INSERT INTO contexts (source, session_id, rules, version, position, body)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET position = excluded.position, body = excluded.body
WHERE excluded.position >= contexts.position
RETURNING 1
"""
_KEEP_PREFERENCES = """
INSERT INTO preferences (source, session_id, rules, version, position, user_id, body)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE
SET position = excluded.position, user_id = excluded.user_id, body = excluded.body
WHERE excluded.position >= preferences.position
RETURNING 1
"""
_CONTEXT = """
SELECT position, body FROM contexts
WHERE source = ? AND session_id = ? AND rules = ? AND version = ?
"""
_PREFERENCES = """
SELECT body FROM preferences
WHERE source = ? AND user_id = ? AND rules = ? AND version = ? ORDER BY session_id
"""


def default_path() -> Path:
    """Where the embedded read model lies for this user."""
    return platformdirs.user_data_path("brainweb-replay", appauthor=False) / "read-model.db"


class SQLiteReadModel:
    """Keeps contexts and preferences of one source in a file that several sources share.

    A file that is damaged, or is not one of ours, is renamed and made anew, and one that was
    deleted is made anew: it only holds what the log says. The file is opened at the first call.
    """

    def __init__(self, path: Path | None = None, *, source: str) -> None:
        self.path = path or default_path()
        self._source = _key(source)
        self._lock = threading.Lock()
        self._connection: apsw.Connection | None = None
        self._opened: tuple[int, int] | None = None
        self._closed = False

    @property
    def name(self) -> str:
        """What it is, for a person."""
        return "embedded"

    def keep_context(self, kept: KeptContext) -> bool:
        """Keep a context; False where one of a later position is kept already."""
        context = kept.context
        body = json.dumps(context.to_wire() | {"last_event_id": kept.last_event_id})
        key = (self._source, _key(context.session_id), BRAIN_WEB.name, PROJECTOR_VERSION)
        return bool(self._rows(_KEEP_CONTEXT, (*key, context.position, body)))

    def context(self, session_id: str) -> KeptContext | None:
        """The context that is kept of a session."""
        key = (self._source, _key(session_id), BRAIN_WEB.name, PROJECTOR_VERSION)
        for position, body in self._rows(_CONTEXT, key):
            try:
                wire = json.loads(body)
                context = context_from_wire(wire, position=position)
                return KeptContext(context, wire.get("last_event_id"))
            except ValueError as error:
                _unreadable(error)
        return None

    def keep_preferences(self, preferences: UserPreferences, *, position: int) -> bool:
        """Keep preferences as of a position; False where later ones are kept already."""
        body = json.dumps(preferences.to_wire())
        key = (self._source, _key(preferences.session_id), BRAIN_WEB.name, PROJECTOR_VERSION)
        values = (*key, position, _key(preferences.user_id), body)
        return bool(self._rows(_KEEP_PREFERENCES, values))

    def preferences_of(self, user_id: str) -> list[UserPreferences]:
        """The preferences that are kept of a user's sessions, by session id."""
        found = []
        key = (self._source, _key(user_id), BRAIN_WEB.name, PROJECTOR_VERSION)
        for (body,) in self._rows(_PREFERENCES, key):
            try:
                found.append(preferences_from_wire(json.loads(body)))
            except ValueError as error:
                _unreadable(error)
        return found

    def close(self) -> None:
        """Let go of the file; what is called later raises ReadModelDown."""
        with self._lock:
            self._closed = True
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

    def _rows(self, statement: str, values: Row) -> list[Row]:
        with self._lock:
            if self._closed:
                raise ReadModelDown("The read model was closed. Open it again.")
            try:
                return self._execute(statement, values)
            except Spoilt as spoilt:
                # Unless another program has put a new one in its place meanwhile.
                if inode(self.path) == self._opened:
                    set_aside(self.path, spoilt)
            try:
                return self._execute(statement, values)
            except Spoilt as spoilt:
                raise ReadModelDown(
                    f"The read model “{self.path}” is damaged as soon as it is made ({spoilt}). "
                    "Check the disk."
                ) from spoilt

    def _execute(self, statement: str, values: Row) -> list[Row]:
        if self._connection is not None and inode(self.path) != self._opened:
            self._let_go()
        try:
            if self._connection is None:
                self._opened = inode(self.path)
                self._connection = open_file(self.path)
                self._opened = inode(self.path)
            with translated(self.path):
                return self._connection.execute(statement, values).fetchall()
        except BaseException:
            self._let_go()
            raise

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _unreadable(error: ValueError) -> None:
    log.warning("A row of the embedded read model is taken for none: it is %s", error)


def _key(text: str) -> bytes:
    """As bytes, since SQLite's own text cannot hold half a surrogate pair."""
    return text.encode("utf-8", "surrogatepass")
