"""The sessions that a projection follows: each is folded on from where it was."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from core.events.errors import SourceLocked, StoreError
from core.events.schema import EventType
from core.events.store.base import EventPage, EventStore
from core.late_dataclass import dataclass
from core.projectors.read_model.base import KeptContext
from core.projectors.running import RunningSession
from core.projectors.user_preferences import UserPreferences

SESSIONS_KEPT = 256

Content = tuple[Any, ...]
"""What of a context makes it another one: not its position, nor its time."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a session is projected to after its events so far.

    `activity` counts those that are not the system's own notes. `recorded` is what the latest of
    these notes says, None where there is none.
    """

    kept: KeptContext
    preferences: UserPreferences
    activity: int
    recorded: Content | None

    @property
    def position(self) -> int:
        """How many events it knows."""
        return self.kept.context.position


def content(wire: dict[str, Any]) -> Content:
    """What a context in its wire shape says."""
    return tuple(
        wire.get(name) for name in ("active_concepts", "active_objects", "uncertainty_score")
    )


class Source:
    """A store that is given, or one that is opened when it is needed and again after a fault."""

    def __init__(self, store: EventStore | Callable[[], EventStore]) -> None:
        self._lock = threading.Lock()
        self._open: Callable[[], EventStore] | None = None
        self._store: EventStore | None = None
        if callable(store):
            self._open = store
        else:
            self._store = store

    @contextmanager
    def used(self) -> Iterator[EventStore]:
        """The store. Raises StoreError; after a fault that does not pass it is opened anew."""
        store = self._opened()
        try:
            yield store
        except SourceLocked:
            raise
        except StoreError:
            self.reopen(store)
            raise

    def reopen(self, store: EventStore | None = None) -> None:
        """Let go of what was opened, or of it alone if it is this store."""
        with self._lock:
            if self._open is None or self._store is None or store not in (None, self._store):
                return
            opened, self._store = self._store, None
        opened.close()

    def _opened(self) -> EventStore:
        with self._lock:
            if self._store is None:
                assert self._open is not None
                self._store = self._open()
            return self._store


class _Noted:
    """A store as a running session reads it, with a note of whose events they are."""

    def __init__(self, store: EventStore) -> None:
        self.store = store
        self.activity = 0
        self.recorded: Content | None = None

    def since(self, session_id: str, mark: str | None = None) -> Iterator[EventPage]:
        if mark is None:
            self.activity, self.recorded = 0, None
        for page in self.store.since(session_id, mark):
            for event in page.events:
                if event.event_type == EventType.SESSION_CONTEXT_UPDATED:
                    self.recorded = content(event.payload)
                else:
                    self.activity += 1
            yield page


class _Followed:
    """One session, for one thread at a time."""

    def __init__(self, session_id: str) -> None:
        self.lock = threading.Lock()
        self._session_id = session_id
        self._noted: _Noted | None = None
        self._running = RunningSession(session_id)

    def snapshot(self, store: EventStore) -> tuple[Snapshot, int]:
        """What the session is now, and how many events were folded for it."""
        if self._noted is None or self._noted.store is not store:
            # A mark is good for as long as its store is open.
            self._noted, self._running = _Noted(store), RunningSession(self._session_id)
        running, folded = self._running, self._running.folded
        # Of a store it asks for nothing but `since`.
        running.catch_up(cast(EventStore, self._noted))
        snapshot = Snapshot(
            kept=KeptContext(running.context(), running.last_event_id),
            preferences=running.preferences(),
            activity=self._noted.activity,
            recorded=self._noted.recorded,
        )
        return snapshot, running.folded - folded


class FollowedSessions:
    """Snapshots of sessions, of which the latest used stay in memory. Any thread may call."""

    def __init__(self, source: Source, *, kept: int = SESSIONS_KEPT) -> None:
        self._source = source
        self._kept = kept
        self._lock = threading.Lock()
        self._sessions: OrderedDict[str, _Followed] = OrderedDict()
        self.folded = 0

    def snapshot(self, session_id: str) -> Snapshot:
        """What a session is now. Raises StoreError."""
        followed = self._followed(session_id)
        with followed.lock, self._source.used() as store:
            snapshot, folded = followed.snapshot(store)
        with self._lock:
            self.folded += folded
        return snapshot

    def position(self, session_id: str) -> int:
        """How many events a session has, which is quick to ask. Raises StoreError."""
        with self._source.used() as store:
            return store.position(session_id)

    def all_ids(self) -> list[str]:
        """Every session of the store, the latest first. Raises StoreError."""
        with self._source.used() as store:
            return [each.session_id for each in store.sessions()]

    def _followed(self, session_id: str) -> _Followed:
        with self._lock:
            followed = self._sessions.setdefault(session_id, _Followed(session_id))
            self._sessions.move_to_end(session_id)
            if len(self._sessions) > self._kept:
                self._sessions.popitem(last=False)
            return followed
