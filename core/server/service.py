"""What the server asks of a log: its sessions, events, contexts and preferences."""

from __future__ import annotations

import base64
import binascii
import logging
import threading
from bisect import bisect_right
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from core.events.emission import EmittedEvent
from core.events.instants import from_datetime
from core.events.schema import EventEnvelope, ObjectRef
from core.events.store.base import EventPage, SessionSummary
from core.events.store.sqlite import SQLiteEventStore
from core.late_dataclass import dataclass
from core.projectors.context import SessionContext
from core.projectors.read_model.base import KeptContext, ReadModel, ReadModelDown
from core.projectors.rules import BRAIN_WEB, ProjectionRules
from core.projectors.user_preferences import UserPreferences
from core.replay.moment import MomentError
from core.server.contexts import Folds, Indexes, UntilStopped
from core.server.encoding import encode
from core.server.errors import (
    READ_ONLY,
    BadRequest,
    NotWritable,
    ServiceBusy,
    ServiceStopped,
    UnknownSession,
)
from core.server.following import Follower, Marks, check_is_there

logger = logging.getLogger(__name__)

_WORKERS = 6
LONG_AT_ONCE = 4
"""So many of the threads at most fold or load sessions; the others stay for what is quick."""
_WAITING = 64
PAGE_BYTES = 8 << 20
"""About so many bytes of events in a page."""
_READ_AT_ONCE = 16
_ENVELOPE = 400
"""Bytes of an event beside its payload, about."""
_NO_ACTOR = "unknown"
# Of events that share an instant, the cursor after all of them.
_LAST_KEY = 2**63 - 1
_WHOLE = 2**63

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


@dataclass(frozen=True, slots=True)
class SessionPage:
    """Some sessions, the latest first, and where to go on."""

    sessions: list[SessionSummary]
    cursor: str | None


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
        self._read_model = read_model if rules == BRAIN_WEB else None
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
        found = self._store.sessions()
        start = 0
        if cursor is not None:
            start = bisect_right(found, _session_after(cursor), key=_session_key)
        stop = start + limit
        named = found[start:stop]
        counts = self._store.session_counts(each.session_id for each in named)
        page = [replace(each, count=counts[each.session_id]) for each in named]
        return SessionPage(page, _session_cursor(named[-1]) if stop < len(found) else None)

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
        if cursor is None and after is not None:
            cursor = f"{after}.{_LAST_KEY}"
        try:
            return self._page(session_id, _whole(cursor), limit)
        except ValueError as error:
            raise BadRequest("The cursor is not one of an earlier page.") from error

    def _page(self, session_id: str, cursor: str | None, limit: int) -> EventPage:
        """A page that is read by and by, and ends once it is large."""
        events: list[EventEnvelope] = []
        room = PAGE_BYTES
        while True:
            at_once = min(_READ_AT_ONCE, limit - len(events))
            part = self._store.page(session_id, cursor=cursor, limit=at_once)
            events += part.events
            cursor = part.cursor
            room -= sum(len(encode(each.payload)) + _ENVELOPE for each in part.events)
            if cursor is None or len(events) >= limit or room <= 0:
                return EventPage(events, cursor)

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
        return self._latest(session_id) or self._folds.context(session_id)

    def context_at(self, session_id: str, moment: str) -> tuple[SessionContext, int]:
        """The context at a moment as a person writes it, and the instant (µs) that this is."""
        self._known(session_id)
        try:
            return self._indexes.context(session_id, moment)
        except MomentError as error:
            raise BadRequest(str(error)) from error

    def _latest(self, session_id: str) -> SessionContext | None:
        """The context that is kept, if it is of the session's last event."""
        kept = self._kept(session_id)
        if kept is None or kept.context.position != self._store.position(session_id):
            return None
        return kept.context if self._is_last(kept) else None

    def _kept(self, session_id: str) -> KeptContext | None:
        if self._read_model is None:
            return None
        try:
            return self._read_model.context(session_id)
        except ReadModelDown as error:
            logger.warning("The log is read in place of the read model: %s", error)
            return None

    def _is_last(self, kept: KeptContext) -> bool:
        """Whether the last event that a kept context knows is the last one of the log."""
        session_id = kept.context.session_id
        event = None if kept.last_event_id is None else self._store.get(kept.last_event_id)
        if event is None or event.session_id != session_id:
            return False
        if from_datetime(event.occurred_at) != kept.context.instant:
            return False
        return not self._store.list_events(session_id, after_ts=event.occurred_at, limit=1)

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
        kept = self._kept_preferences(user_id)
        return [
            kept[name] if name in kept and self._latest(name) else self._folds.preferences(name)
            for name in sorted(names)
        ]

    def _kept_preferences(self, user_id: str) -> dict[str, UserPreferences]:
        if self._read_model is None:
            return {}
        try:
            return {each.session_id: each for each in self._read_model.preferences_of(user_id)}
        except ReadModelDown as error:
            logger.warning("The log is read in place of the read model: %s", error)
            return {}


def _session_key(summary: SessionSummary) -> tuple[int, str]:
    return -summary.last, summary.session_id


def _session_cursor(last: SessionSummary) -> str:
    text = f"{last.last}.{last.session_id}"
    return base64.urlsafe_b64encode(text.encode()).decode("ascii").rstrip("=")


def _session_after(cursor: str) -> tuple[int, str]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        instant, _, session_id = text.partition(".")
        return -int(instant), session_id
    except (ValueError, binascii.Error) as error:
        raise BadRequest("The cursor is not one of an earlier page.") from error


def _whole(cursor: str | None) -> str | None:
    """The cursor, if its numbers are such as a store has."""
    for number in () if cursor is None else cursor.split("."):
        if not -_WHOLE <= int(number) < _WHOLE:
            raise ValueError("beyond the numbers of a store")
    return cursor
