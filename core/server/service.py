"""What the server asks of a log: its sessions, events, contexts and preferences."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from core.events.emission import EmittedEvent
from core.events.schema import ObjectRef
from core.events.store.base import EventPage
from core.events.store.sqlite import SQLiteEventStore
from core.projectors.context import SessionContext
from core.projectors.read_model.base import ReadModel
from core.projectors.rules import BRAIN_WEB, ProjectionRules
from core.projectors.user_preferences import UserPreferences
from core.replay.moment import MomentError
from core.server.contexts import Folds, Indexes, UntilStopped
from core.server.errors import (
    READ_ONLY,
    BadRequest,
    NotWritable,
    ServiceBusy,
    ServiceStopped,
    UnknownSession,
)
from core.server.following import Follower, Marks, check_is_there
from core.server.kept import Kept
from core.server.pages import SessionPage, event_page, session_page

_WORKERS = 6
LONG_AT_ONCE = 4
"""So many of the threads at most fold or load sessions; the others stay for what is quick."""
_WAITING = 64
_NO_ACTOR = "unknown"

T = TypeVar("T")


class Emitter(Protocol):
    """What is asked of `core.events.emitter.EventEmitter`."""

    def emit(
        self,
        event_type: str,
        session_id: str,
        *,
        actor_id: str | None = None,
        object_ref: ObjectRef | None = None,
        payload: dict[str, Any] | None = None,
        correlation_id: str | None = None,
        idempotency_key: str | None = None,
        trace_id: str | None = None,
    ) -> EmittedEvent:
        """Store an event, or spool it. Raises ValueError for one that no store could keep."""
        ...


class LogService:
    """Answers from a log, and follows it from `start` to `stop`.

    Any thread may ask; the answers take as long as the disk does. It owns neither the store nor the
    read model, which their owner closes after `stop`. Contexts and preferences of a session are to
    be asked for by one at a time (`core.server.turns`): others would wait in their threads. `asked`
    is told of each session that is asked for before the log is looked at, and may fetch it. Raises
    StoreError, UnknownSession and BadRequest.
    """

    def __init__(
        self,
        store: SQLiteEventStore,
        *,
        emitter: Emitter | None = None,
        read_model: ReadModel | None = None,
        projection: Marks | None = None,
        rules: ProjectionRules = BRAIN_WEB,
        asked: Callable[[str], object] = lambda _: None,
    ) -> None:
        self._store = store
        self._asked = asked
        self._emitter = emitter
        # A read model holds what the default rules give.
        self._kept = Kept(store, read_model if rules == BRAIN_WEB else None)
        self._projection = projection
        self._stopped = threading.Event()
        source = UntilStopped(store, self._stopped)
        self._folds = Folds(source, rules)
        self._indexes = Indexes(store, source, rules)
        self._follower: Follower | None = None
        self._workers: ThreadPoolExecutor | None = None
        self._places = threading.BoundedSemaphore(_WAITING)

    # -- life -------------------------------------------------------------------------------------

    def start(self, publish: Callable[[SessionContext], None]) -> None:
        """Follow the log: `publish` is called, from threads, with contexts of watched sessions."""
        self._follower = Follower(
            self._store, self._folds, self._stopped, publish=publish, projection=self._projection
        )
        self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="server-read")
        self._follower.start()

    def stop(self) -> None:
        """Give up what is being read, and end the threads; stopping twice is no fault."""
        self._stopped.set()
        if self._workers is not None:
            self._workers.shutdown(wait=True)
        if self._follower is not None:
            self._follower.stop()
        self._workers = self._follower = None
        self._stopped.clear()

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """Have a job done by one of a few threads; of at most 64 jobs at once.

        Raises ServiceBusy beyond that, and ServiceStopped where the service does not run.
        """
        workers = self._workers
        if workers is None or self._stopped.is_set():
            raise ServiceStopped("The server is being stopped.")
        if not self._places.acquire(blocking=False):
            raise ServiceBusy("Too much is asked for at once. Try again in a moment.")
        try:
            future = workers.submit(job)
        except RuntimeError as error:
            self._places.release()
            raise ServiceStopped("The server is being stopped.") from error
        future.add_done_callback(lambda _: self._places.release())
        return future

    def read(self, job: Callable[[], T]) -> Future[T]:
        """Have a job done that reads the log; it fails where that was replaced or deleted."""

        def work() -> T:
            check_is_there(self._store)
            return job()

        return self.submit(work)

    def watch(self, session_id: str) -> None:
        """Publish the session's context whenever it grows."""
        if self._follower is not None:
            self._follower.watch(session_id)

    def unwatch(self, session_id: str) -> None:
        """Publish it no longer."""
        if self._follower is not None:
            self._follower.unwatch(session_id)

    def catch_up(self, within: float) -> None:
        """Look at once what arrived, and publish it, before this returns; see `Follower`."""
        if self._follower is not None:
            self._follower.catch_up(within)

    @property
    def writable(self) -> bool:
        """Whether events can be appended."""
        return self._emitter is not None

    @property
    def problem(self) -> str | None:
        """Why the log cannot be followed at the moment; None where it can."""
        return None if self._follower is None else self._follower.problem

    # -- sessions and events ----------------------------------------------------------------------

    def sessions(self, *, limit: int = 100, cursor: str | None = None) -> SessionPage:
        """The sessions with their numbers of events, the latest first, after a cursor."""
        return session_page(self._store, cursor=cursor, limit=limit)

    def events(
        self,
        session_id: str,
        *,
        after: int | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> EventPage:
        """The session's events after an instant (µs, exclusive), or after a cursor if one is given.

        No event is lost where several share an instant, nor given twice. A page ends early, with a
        cursor, where its events have about 8 MB; it has one event at least.
        """
        self._known(session_id)
        return event_page(self._store, session_id, after=after, cursor=cursor, limit=limit)

    def append(
        self,
        event_type: str,
        session_id: str,
        *,
        actor_id: str | None = None,
        object_ref: ObjectRef | None = None,
        payload: dict[str, Any] | None = None,
        correlation_id: str | None = None,
        idempotency_key: str | None = None,
        trace_id: str | None = None,
    ) -> EmittedEvent:
        """Append an event.

        Raises NotWritable where the source was opened for reading, BadRequest for what no log can
        keep.
        """
        if self._emitter is None:
            raise NotWritable(READ_ONLY)
        try:
            emitted = self._emitter.emit(
                event_type,
                session_id,
                actor_id=actor_id,
                object_ref=object_ref,
                payload=payload,
                correlation_id=correlation_id,
                idempotency_key=idempotency_key,
                trace_id=trace_id,
            )
        except ValueError as error:
            raise BadRequest(str(error)) from error
        if self._follower is not None:
            self._follower.look()
        return emitted

    def _known(self, session_id: str) -> None:
        """Raises UnknownSession where the session has no event."""
        self._asked(session_id)
        if not self._store.position(session_id):
            raise UnknownSession("There is no session of that name, or it has no readable event.")

    # -- contexts and preferences -----------------------------------------------------------------

    def context(self, session_id: str, *, known: bool = True) -> SessionContext:
        """The context after all events: as it is kept where that is the latest, else projected.

        Of a session without events, where it need not be `known`, it is empty.
        """
        if known:
            self._known(session_id)
        else:
            self._asked(session_id)
        return self._kept.context(session_id) or self._folds.context(session_id)

    def context_at(self, session_id: str, moment: str) -> tuple[SessionContext, int]:
        """The context at a moment as a person writes it, and the instant (µs) that this is."""
        self._known(session_id)
        try:
            return self._indexes.context(session_id, moment)
        except MomentError as error:
            raise BadRequest(str(error)) from error

    def preferences(self, user_id: str) -> list[UserPreferences]:
        """The preferences of each session whose first event is the user's, by session.

        `unknown` is the user of sessions whose first event names nobody. They are as they are kept
        where that is of the latest event, else projected.
        """
        names = (
            each.session_id
            for each in self._store.sessions()
            if (each.actor_id or _NO_ACTOR) == user_id
        )
        kept = self._kept.preferences(user_id)
        return [
            kept[name]
            if name in kept and self._kept.context(name)
            else self._folds.preferences(name)
            for name in sorted(names)
        ]
