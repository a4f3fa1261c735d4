"""Emission to one store: it never fails for the store's sake, and never loses in silence."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from core.events.backlog import HELD_LIMIT, Backlog
from core.events.backoff import Backoff
from core.events.draining import BATCH, Drained, drained_batch
from core.events.emission import (
    Delivery,
    EmittedEvent,
    EmitterStatus,
    checked_event,
    emitted,
    same_content,
    warn_of_conflict,
)
from core.events.errors import EventRejected, SourceLocked, SourceNotFound, StoreError
from core.events.schema import EventEnvelope, ObjectRef
from core.events.spool import Spool
from core.events.store import SQLiteEventStore
from core.events.store.base import Appended, EventStore

logger = logging.getLogger(__name__)

OpenStore = Callable[[], EventStore]


class EventEmitter:
    """Appends events to the store that `open_store` opens, and spools them while it is down.

    `target` names that store in the spool. Any thread may emit. The first emission that finds the
    store down waits for as long as the store does; the later ones go to the spool at once, while a
    thread tries again and drains, in order. `on_stored` is told of each event that is newly in the
    log, by the thread that stored it. The spool remains the caller's to close. Not to be carried
    across a fork. What a signal handler emits while it interrupts its own thread in here is held,
    and stored as soon as that thread goes on.
    """

    def __init__(
        self,
        open_store: OpenStore,
        *,
        target: str,
        spool: Spool,
        on_stored: Callable[[EventEnvelope], object] | None = None,
        backoff: Backoff = Backoff(),  # noqa: B008 - a frozen value.
        held_limit: int = HELD_LIMIT,
    ) -> None:
        self.target = target
        self._open_store = open_store
        self._on_stored = on_stored
        self._backoff = backoff
        self._backlog = Backlog(spool, target, limit=held_limit, on_fault=self._note_of_spool)
        self._lock = threading.Lock()
        # While events go to the backlog the store is the drainer's, else who has the lock may
        # use it.
        self._behind = False
        self._store: EventStore | None = None
        self._drainer: threading.Thread | None = None
        self._in_outage = False
        self._closed = False
        self._stop = threading.Event()
        self._deadline = float("inf")
        self._inside = threading.local()
        self._interrupting: deque[EventEnvelope] = deque()
        self._counts: Counter[str] = Counter()
        self._last_fault: str | None = None

    def start(self) -> None:
        """Begin to drain what waits from before, where an emission is not to be waited for."""
        with self._interruptible(), self._lock:
            if not self._closed and self._backlog.any():
                self._behind = True
                self._ensure_drainer()
        self._emit_what_interrupted()

    def emit(
        self,
        event_type: str,
        session_id: str,
        actor_id: str | None = None,
        object_ref: ObjectRef | None = None,
        payload: Mapping[str, Any] | None = None,
        correlation_id: str | None = None,
        idempotency_key: str | None = None,
        trace_id: str | None = None,
    ) -> EmittedEvent:
        """Store an event that happens now; answers what is stored, and where.

        Without a key it is a new event every time; the same key answers with the first event.
        Raises TypeError, ValueError and EventRejected for what no store could keep; faults of the
        store are not raised.
        """
        event = checked_event(
            event_type,
            session_id,
            actor_id,
            object_ref,
            payload,
            correlation_id,
            idempotency_key,
            trace_id,
        )
        if self._is_interrupting():
            # To wait for what it has interrupted would be for ever.
            self._interrupting.append(event)
            return emitted(event, Delivery.HELD)
        try:
            return emitted(*self._emitted(event))
        finally:
            self._emit_what_interrupted()

    def status(self) -> EmitterStatus:
        """What was done so far, and what waits now."""
        counts, backlog = self._counts, self._backlog
        waiting = None
        if not self._is_interrupting():
            with self._interruptible():
                waiting = backlog.waiting()
            self._emit_what_interrupted()
        return EmitterStatus(
            emitted=counts["emitted"],
            stored=counts[Delivery.STORED],
            duplicates=counts[Delivery.DUPLICATE] + backlog.duplicates,
            conflicts=counts[Delivery.CONFLICT] + backlog.conflicts,
            spooled=backlog.spooled,
            rejected=counts["rejected"],
            lost=backlog.lost,
            waiting=waiting,
            held=backlog.held,
            last_fault=self._last_fault,
        )

    def close(self, timeout: float = 5.0) -> bool:
        """Drain for `timeout` seconds at the most, and let go of the store; True if nothing waits.

        A store that is down is tried once more. What is emitted later goes to the spool.
        """
        try:
            with self._interruptible():
                done = self._close(timeout)
        finally:
            interrupted = bool(self._interrupting)
            self._emit_what_interrupted()
        return done and not interrupted

    # What a caller does.

    def _emitted(self, event: EventEnvelope) -> tuple[EventEnvelope, Delivery]:
        with self._interruptible(), self._lock:
            answer, delivery = self._delivered(event)
            if delivery is Delivery.DUPLICATE and not same_content(answer, event):
                delivery = Delivery.CONFLICT
            self._counts["emitted"] += 1
            self._counts[delivery] += 1
        if delivery is Delivery.CONFLICT:
            warn_of_conflict(answer, event)
        elif delivery is Delivery.STORED:
            self._announce(answer)
        return answer, delivery

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        """For what takes locks: who emits by interrupting it does not wait for them."""
        self._inside.now = True
        try:
            yield
        finally:
            self._inside.now = False

    def _is_interrupting(self) -> bool:
        """Whether this is a signal handler that interrupted its thread in here."""
        return getattr(self._inside, "now", False)

    def _emit_what_interrupted(self) -> None:
        while True:
            try:
                event = self._interrupting.popleft()
            except IndexError:
                return
            try:
                self._emitted(event)
            except EventRejected as refusal:
                logger.error(
                    "The log refuses the event %s of type %s of a signal handler: %s",
                    event.event_id, event.event_type, refusal,
                )  # fmt: skip

    def _close(self, timeout: float) -> bool:
        with self._lock:
            self._closed = True
            drainer = self._drainer
        self._deadline = time.monotonic() + timeout
        self._stop.set()
        if drainer is not None and drainer is not threading.current_thread():
            drainer.join(timeout)
        if drainer is None or not drainer.is_alive():
            self._let_go()
        self._backlog.rescue(wait=True)
        self._backlog.tidy(wait=True)
        self._backlog.give_up()
        return not self._backlog.any()

    # What a caller does under the lock.

    def _delivered(self, event: EventEnvelope) -> tuple[EventEnvelope, Delivery]:
        if self._may_append():
            appended = self._appended(event)
            if appended is not None:
                existed = appended.existed
                return appended.event, Delivery.DUPLICATE if existed else Delivery.STORED
            self._behind = True
        answer = self._backlog.put(event)
        self._ensure_drainer()
        return answer

    def _may_append(self) -> bool:
        if self._behind or self._closed:
            return False
        if self._backlog.any():
            # Left by another program, or an earlier one: what comes now is behind it.
            logger.info("Events wait for “%s”: they are stored first", self.target)
            self._behind = True
        return not self._behind

    def _appended(self, event: EventEnvelope) -> Appended | None:
        """The store's answer; None where it is down."""
        try:
            return self._opened().append(event)
        except EventRejected:
            raise
        except StoreError as fault:
            self._note(fault)
        except Exception:
            logger.exception("An event goes to the spool: the store failed by a bug")
        return None

    def _ensure_drainer(self) -> None:
        if self._closed or not self._behind:
            return
        if self._drainer is not None and self._drainer.is_alive():
            return
        self._drainer = threading.Thread(target=self._drain, name="event-drainer", daemon=True)
        try:
            self._drainer.start()
        except RuntimeError as error:
            # At the end of the program; what waits on disk is the next one's.
            logger.warning("Nothing can be drained now: %s", error)
            self._drainer = None

    # What the drainer does, in its thread.

    def _drain(self) -> None:
        try:
            self._drain_until_caught_up()
            failures = 1
            while not self._stop.is_set() and not self._backlog.tidy():
                self._stop.wait(self._backoff.delay(failures))
                failures += 1
        finally:
            if self._closed:
                self._let_go()

    def _drain_until_caught_up(self) -> None:
        failures = 0
        while True:
            # Asked for before the attempt, so that one more is made when it is time to end.
            ending, drained = self._stop.is_set(), self._counts["drained"]
            try:
                self._backlog.rescue()
                while self._drain_some():
                    pass
                if self._caught_up():
                    return
                if self._counts["drained"] > drained:
                    failures = 0
                    continue
            except StoreError as fault:
                self._note(fault)
                if not isinstance(fault, SourceLocked):
                    self._let_go()
            except Exception:
                logger.exception("Draining failed by a bug; it is tried again")
                self._let_go()
            if ending:
                return
            failures = 1 if self._counts["drained"] > drained else failures + 1
            self._stop.wait(self._backoff.delay(failures))

    def _drain_some(self) -> bool:
        """Drain a batch; whether there is more than another one, and the time for it."""
        drained = 0
        try:
            for each in drained_batch(self._opened(), self._backlog):
                drained += 1
                self._count(each)
        finally:
            self._backlog.tidy()
        return drained >= BATCH and time.monotonic() < self._deadline

    def _count(self, each: Drained) -> None:
        conflict = each.first is not None and not same_content(each.first, each.event)
        with self._lock:
            self._counts["drained"] += 1
            if each.appended is None:
                self._counts["rejected"] += 1
            elif each.is_new:
                self._counts[Delivery.STORED] += 1
            elif each.first is not None:
                self._counts[Delivery.CONFLICT if conflict else Delivery.DUPLICATE] += 1
        if conflict and each.first is not None:
            warn_of_conflict(each.first, each.event)
        if each.is_new:
            self._announce(each.event)

    def _caught_up(self) -> bool:
        """Drain the last few and give the store back to the callers; True when that is done.

        Callers wait for it, else a busy one would always be ahead: the store has just been seen to
        work. True too when the time is over.
        """
        drained: list[Drained] = []
        try:
            with self._lock:
                drained.extend(drained_batch(self._opened(), self._backlog))
                if self._backlog.any():
                    return time.monotonic() >= self._deadline
                self._behind = False
                # Who falls behind from here on needs a new one, though this one has not ended yet.
                self._drainer = None
                if self._in_outage:
                    logger.info("“%s” takes events again; what waited is stored", self.target)
                self._in_outage = False
                return True
        finally:
            for each in drained:
                self._count(each)
            self._backlog.tidy()

    # What both do.

    def _opened(self) -> EventStore:
        if self._store is not None and _is_elsewhere(self._store):
            self._let_go()
        if self._store is None:
            self._store = self._open_store()
        return self._store

    def _let_go(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            with suppress(StoreError):
                store.close()

    def _announce(self, event: EventEnvelope) -> None:
        if self._on_stored is None:
            return
        try:
            self._on_stored(event)
        except Exception:
            logger.exception("Who is told of stored events failed at one")

    def _note(self, fault: StoreError) -> None:
        """Tell of an outage once, when it begins."""
        self._last_fault = str(fault)
        if not self._in_outage:
            logger.warning("Events wait on disk until they can be stored: %s", fault)
        self._in_outage = True

    def _note_of_spool(self, fault: str) -> None:
        self._last_fault = fault


def _is_elsewhere(store: EventStore) -> bool:
    """Whether an open file was deleted or replaced: SQLite would go on writing to what is gone."""
    if not isinstance(store, SQLiteEventStore):
        return False
    try:
        now, then = store.identity(), store.opened_as
    except SourceNotFound:
        return True
    return (now.device, now.inode) != (then.device, then.inode)
