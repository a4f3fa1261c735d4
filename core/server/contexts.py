"""The contexts of a log's sessions: at their end from folds carried on, earlier from columns."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import cast
from weakref import WeakValueDictionary

from core.events.rows import RawRow
from core.events.store.base import EventPage, EventStore
from core.events.store.joined import JoinedRows
from core.events.store.scan import InstantPage
from core.events.store.sqlite import SQLiteEventStore
from core.projectors.context import SessionContext
from core.projectors.rules import ProjectionRules
from core.projectors.running import RunningSession
from core.projectors.user_preferences import UserPreferences
from core.replay.columns import Int64
from core.replay.index import ContextIndex
from core.replay.loader import load
from core.replay.moment import Moment
from core.replay.reading import RowTuple
from core.server.errors import ServiceStopped

_FOLDS = 64
_INDEXES = 4
_INDEXED_EVENTS = 2_000_000


class UntilStopped:
    """A store whose long readings end, by ServiceStopped, once the server is stopped."""

    def __init__(self, store: SQLiteEventStore, stopped: threading.Event) -> None:
        self._store = store
        self._stopped = stopped

    def since(self, session_id: str, mark: str | None = None) -> Iterator[EventPage]:
        """As the store's."""
        for page in self._store.since(session_id, mark):
            self._check()
            yield page

    def last_rowid(self) -> int:
        """As the store's."""
        return self._store.last_rowid()

    def instant_pages(self, session_id: str) -> Iterator[InstantPage]:
        """As the store's."""
        for page in self._store.instant_pages(session_id):
            self._check()
            yield page

    def row_pages(self, session_id: str, rowids: Int64) -> Iterator[list[RowTuple]]:
        """As the store's."""
        for page in self._store.row_pages(session_id, rowids):
            self._check()
            yield page

    def joined_rows(self, rowids: Int64) -> JoinedRows | None:
        """As the store's."""
        self._check()
        return self._store.joined_rows(rowids)

    def rows(self, rowids: Sequence[int]) -> list[RawRow]:
        """As the store's."""
        self._check()
        return self._store.rows(rowids)

    def _check(self) -> None:
        if self._stopped.is_set():
            raise ServiceStopped("The server is being stopped.")


class _Fold:
    """A running session, for one thread at a time."""

    def __init__(self, session_id: str, rules: ProjectionRules) -> None:
        self.lock = threading.Lock()
        self.running = RunningSession(session_id, rules)


class Folds:
    """Sessions that were folded, carried on when they are asked for; the latest 64 are kept.

    Any thread may ask. Raises what the store raises.
    """

    def __init__(self, source: UntilStopped, rules: ProjectionRules) -> None:
        # It asks for nothing but `since`.
        self._source = cast("EventStore", source)
        self._rules = rules
        self._lock = threading.Lock()
        self._latest: OrderedDict[str, _Fold] = OrderedDict()
        # One that somebody works on stays the only one of its session.
        self._all: WeakValueDictionary[str, _Fold] = WeakValueDictionary()

    def context(self, session_id: str) -> SessionContext:
        """The context after all events of the session."""
        fold = self._fold(session_id)
        with fold.lock:
            fold.running.catch_up(self._source)
            return fold.running.context()

    def preferences(self, session_id: str) -> UserPreferences:
        """The preferences that all events of the session speak of."""
        fold = self._fold(session_id)
        with fold.lock:
            fold.running.catch_up(self._source)
            return fold.running.preferences()

    def _fold(self, session_id: str) -> _Fold:
        with self._lock:
            fold = self._all.get(session_id)
            if fold is None:
                fold = self._all[session_id] = _Fold(session_id, self._rules)
            self._latest[session_id] = fold
            self._latest.move_to_end(session_id)
            if len(self._latest) > _FOLDS:
                self._latest.popitem(last=False)
            return fold


class Indexes:
    """Sessions as columns, for contexts at any moment; the latest four, of two million events."""

    def __init__(
        self, store: SQLiteEventStore, source: UntilStopped, rules: ProjectionRules
    ) -> None:
        self._store = store
        self._source = source
        self._rules = rules
        self._lock = threading.Lock()
        self._latest: OrderedDict[str, ContextIndex] = OrderedDict()

    def context(self, session_id: str, moment: str) -> tuple[SessionContext, int]:
        """The context at a moment, and that moment (µs). Raises MomentError."""
        index = self._index(session_id)
        playhead = Moment(moment).in_log(index.log)
        return index.context_at(playhead.position, playhead.instant), playhead.instant

    def _index(self, session_id: str) -> ContextIndex:
        # One is loaded at a time: several large sessions at once would take their sum of memory.
        with self._lock:
            index = self._latest.pop(session_id, None)
            if index is None or len(index.log) != self._store.position(session_id):
                index = ContextIndex(load(self._source, session_id), self._rules)
            self._latest[session_id] = index
            while len(self._latest) > 1 and self._is_much():
                self._latest.popitem(last=False)
            return index

    def _is_much(self) -> bool:
        events = sum(len(index.log) for index in self._latest.values())
        return len(self._latest) > _INDEXES or events > _INDEXED_EVENTS
