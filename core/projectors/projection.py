"""Projecting in the background: contexts and preferences of marked sessions into read models."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from core.events.background import ProjectionProblem, ProjectionQueue, QueueStatus
from core.events.backoff import Backoff
from core.events.schema import EventEnvelope, EventType, new_event
from core.events.store.base import EventStore
from core.late_dataclass import dataclass
from core.projectors.context import SessionContext
from core.projectors.followed import FollowedSessions, Source, content
from core.projectors.read_model.base import ReadModel
from core.projectors.read_model_writer import ReadModelWriter, Seen

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReadModelStatus:
    """How a read model keeps up: whether it is down, how many sessions it was given, its queue."""

    name: str
    down: bool
    written: int
    queue: QueueStatus


@dataclass(frozen=True, slots=True)
class ProjectionStatus:
    """What a projection does: `folded` counts how often an event was folded, for all of it."""

    folded: int
    recorded: int
    read_models: tuple[ReadModelStatus, ...]


class Projection:
    """Projects marked sessions under the default rules, and writes them to every read model.

    Each read model has a queue and a thread of its own, so that one that is down is in nobody's
    way; it is tried again until it is back, and has then what it missed. `store` is a store, which
    remains the caller's, or how to open one. With `record_contexts` each new context is also
    appended to the log, as the system's own `SessionContextUpdated`; such events are no activity
    and have nothing projected. `on_context` is told of each new context, `on_problem` once of a
    read model that is down and of each session that is given up, from threads of the projection.
    """

    def __init__(
        self,
        store: EventStore | Callable[[], EventStore],
        read_models: Sequence[ReadModel],
        *,
        record_contexts: bool = False,
        on_context: Callable[[SessionContext], object] | None = None,
        on_problem: Callable[[ProjectionProblem], object] | None = None,
        backoff: Backoff = Backoff(),  # noqa: B008 - a frozen value.
    ) -> None:
        self._source = Source(store)
        self._sessions = FollowedSessions(self._source)
        self._on_context = on_context
        self._on_problem = on_problem
        self._backoff = backoff
        self._ending = threading.Event()
        self._told, self._noted = Seen(), Seen()
        self._recorded = 0
        self._writers = [self._writer(model) for model in read_models]
        self._queues = [self._queue(writer.model.name, writer.project) for writer in self._writers]
        self._of_models = tuple(self._queues)
        if on_context is not None:
            self._queues.append(self._queue("context", self._tell_context))
        if record_contexts:
            self._queues.append(self._queue("record", self._record))

    def mark(self, session_id: str) -> None:
        """Have a session projected soon; returns at once and raises nothing."""
        for queue in self._queues:
            queue.mark(session_id)

    def mark_event(self, event: EventEnvelope) -> None:
        """Have the session of an event that was stored projected, unless it is a system's note."""
        if event.event_type != EventType.SESSION_CONTEXT_UPDATED:
            self.mark(event.session_id)

    def catch_up(self) -> None:
        """Give the read models what they miss of the whole log, the latest sessions first.

        Returns at once and raises nothing; marked sessions go before. What is not reached by
        `close` is left, and no context is told or recorded for its sake.
        """
        for queue in self._of_models:
            queue.catch_up()

    def reopen(self) -> None:
        """Open the store anew with the next projection, where it was not given: it moved."""
        self._source.reopen()

    def drain(self, timeout: float) -> bool:
        """Wait until what is marked is projected; False where `timeout` seconds do not do."""
        end = time.monotonic() + timeout
        drained = [queue.drain(max(0.0, end - time.monotonic())) for queue in self._queues]
        return all(drained)

    def close(self, timeout: float) -> bool:
        """Drain for `timeout` seconds at the most and end; True if all is projected.

        A read model that is down is tried once more; what it misses is left to later marks. The
        read models remain the caller's to close.
        """
        self._ending.set()
        end = time.monotonic() + timeout
        done = [queue.close(max(0.0, end - time.monotonic())) for queue in self._queues]
        self._source.reopen()
        for writer in self._writers:
            if writer.missed:
                logger.warning("%d sessions are not in %s", writer.missed, writer.model.name)
        return all(done) and not any(writer.missed for writer in self._writers)

    def status(self) -> ProjectionStatus:
        """What is done and what is left, by read model."""
        return ProjectionStatus(
            folded=self._sessions.folded,
            recorded=self._recorded,
            read_models=tuple(
                ReadModelStatus(w.model.name, w.down, w.written, queue.status())
                for w, queue in zip(self._writers, self._queues, strict=False)
            ),
        )

    def _writer(self, model: ReadModel) -> ReadModelWriter:
        return ReadModelWriter(
            model, self._sessions, ending=self._ending, backoff=self._backoff, tell=self._tell
        )

    def _queue(self, name: str, project: Callable[[str], None]) -> ProjectionQueue:
        return ProjectionQueue(
            {name: project},
            everything=self._sessions.all_ids,
            backoff=self._backoff,
            on_problem=self._tell,
        )

    def _tell(self, problem: ProjectionProblem) -> None:
        if self._on_problem is None:
            return
        try:
            self._on_problem(problem)
        except Exception:
            logger.exception("Who is told of problems failed at one")

    def _tell_context(self, session_id: str) -> None:
        snapshot = self._sessions.snapshot(session_id)
        if self._on_context is None or not self._told.is_news(session_id, snapshot.activity):
            return
        self._told.note(session_id, snapshot.activity)
        try:
            self._on_context(snapshot.kept.context)
        except Exception:
            logger.exception("Who is told of contexts failed at one")

    def _record(self, session_id: str) -> None:
        """Append a context that says something new to the log; once, whoever else does too."""
        snapshot = self._sessions.snapshot(session_id)
        if not self._noted.is_news(session_id, snapshot.activity):
            return
        context = snapshot.kept.context
        wire = context.to_wire()
        if content(wire) != snapshot.recorded:
            event = new_event(
                EventType.SESSION_CONTEXT_UPDATED,
                session_id,
                payload=wire | {"position": context.position},
                # In a log that only grows, so much activity has but one context.
                idempotency_key=f"session-context:{session_id}:{snapshot.activity}",
            )
            with self._source.used() as store:
                self._recorded += not store.append(event).existed
        self._noted.note(session_id, snapshot.activity)
