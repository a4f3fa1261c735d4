"""What waits for one store: on disk in the spool, or in memory where even that fails."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from core.events.emission import Delivery, same_content, warn_of_conflict
from core.events.schema import EventEnvelope
from core.events.spool import Spool, SpoolFault
from core.late_dataclass import dataclass

logger = logging.getLogger(__name__)

HELD_LIMIT = 10_000
"""So many events are held in memory at the most."""

_TELLING = 3


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that waits; `key` is None where it is held in memory."""

    key: int | None
    event: EventEnvelope


class Backlog:
    """The events that wait for one target, in order of arrival. Any thread may call.

    Nothing is raised for the spool's sake. What is stored waits no more, even while the disk takes
    no change: `tidy` removes it when it does.
    """

    def __init__(
        self,
        spool: Spool,
        target: str,
        *,
        limit: int = HELD_LIMIT,
        on_fault: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._spool = spool
        self._target = target
        self._limit = limit
        self._on_fault = on_fault
        self._lock = threading.Lock()
        self._held: dict[str, EventEnvelope] = {}
        self._held_by_key: dict[str, EventEnvelope] = {}
        self._spool_fails = False
        # What was drained from this file, up to which key, and what is to be changed there yet: by
        # key why an event is to be set aside, None for one to be removed.
        self._file: tuple[int, int] | None = None
        self._passed = 0
        self._untidy: dict[int, str | None] = {}
        self._tidying = threading.Lock()
        self._tidy_failures = 0
        self.spooled = 0
        self.duplicates = 0
        self.conflicts = 0
        self.lost = 0

    @property
    def held(self) -> int:
        """How many events are held in memory."""
        return len(self._held)

    def put(self, event: EventEnvelope) -> tuple[EventEnvelope, Delivery]:
        """Let an event wait behind the others; answers it, or the first of its key that waits.

        The delivery is SPOOLED, HELD, LOST, or DUPLICATE for one that waited before.
        """
        with self._lock:
            if not self._held:
                try:
                    waiting, existed = self._spool.add(self._target, event)
                except SpoolFault as fault:
                    self._note(fault)
                except Exception:
                    logger.exception("An event is held in memory: the spool failed by a bug")
                else:
                    self._spool_fails = False
                    self.spooled += not existed
                    return waiting, Delivery.DUPLICATE if existed else Delivery.SPOOLED
            return self._hold(event)

    def any(self) -> bool:
        """Whether anything is known to wait."""
        with self._lock:
            if self._held:
                return True
            try:
                waits = self._spool.any_waiting(self._target, after=self._after())
            except SpoolFault as fault:
                # What cannot be read cannot be drained: no reason to stay away from the store.
                self._note(fault)
                return False
            self._spool_fails = False
            return waits

    def waiting(self) -> int | None:
        """How many events wait on disk; None where that cannot be read."""
        try:
            return self._spool.waiting(self._target, after=self._after())
        except SpoolFault:
            return None

    def batch(self, limit: int) -> list[Waiting]:
        """The first events that wait; those in memory are brought to the disk if that is possible.

        Where the spool cannot be read they are what is in memory.
        """
        self.rescue()
        try:
            found = self._spool.batch(self._target, limit, after=self._after())
        except SpoolFault as fault:
            self._note(fault)
            found = []
        if found:
            return [Waiting(key, event) for key, event in found]
        with self._lock:
            return [Waiting(None, event) for event in list(self._held.values())[:limit]]

    def rescue(self, *, wait: bool = False) -> None:
        """Bring to the disk what is held in memory, if that is possible.

        Who emits meanwhile waits for it, so that `wait`, for a spool that is locked, is for the
        end.
        """
        with self._lock:
            if not self._held:
                return
            held = list(self._held.values())
            try:
                answers = self._spool.add_many(self._target, held, wait=wait)
            except SpoolFault as fault:
                self._note(fault)
                return
            except Exception:
                logger.exception("Events remain in memory: the spool failed by a bug")
                return
            self._spool_fails = False
            for event, (waiting, existed) in zip(held, answers, strict=True):
                self._count_rescued(event, waiting if existed else None)
            self._held.clear()
            self._held_by_key.clear()

    def done(self, waited: Sequence[Waiting]) -> None:
        """Note that events are stored."""
        for each in waited:
            self._pass(each, None)

    def set_aside(self, each: Waiting, reason: str) -> None:
        """Note that an event is to be kept apart from the others, since its store refuses it."""
        self._pass(each, reason)

    def tidy(self, *, wait: bool = False) -> bool:
        """Remove from the disk what waits no more; False where it has to be tried again."""
        with self._tidying:
            try:
                self._after()
                changes = dict(self._untidy)
                stored = [key for key, reason in changes.items() if reason is None]
                self._spool.remove(stored, wait=wait)
                for key, reason in changes.items():
                    if reason is not None:
                        self._spool.set_aside(key, reason, wait=wait)
            except SpoolFault as fault:
                self._note_untidy(fault)
                return False
            for key in changes:
                self._untidy.pop(key, None)
            if changes and not self._untidy:
                self._passed = 0
                self._tidy_failures = 0
            return True

    def give_up(self) -> None:
        """Count as lost what is still in memory when the program ends."""
        with self._lock:
            if self._held:
                logger.error("%d events that were held in memory are lost", len(self._held))
            self.lost += len(self._held)
            self._held.clear()
            self._held_by_key.clear()
        with self._tidying:
            self._untidy.clear()

    def _hold(self, event: EventEnvelope) -> tuple[EventEnvelope, Delivery]:
        key = event.idempotency_key
        if key is not None and key in self._held_by_key:
            return self._held_by_key[key], Delivery.DUPLICATE
        if len(self._held) >= self._limit:
            self.lost += 1
            _log_lost(self.lost, event)
            return event, Delivery.LOST
        self._held[event.event_id] = event
        if key is not None:
            self._held_by_key[key] = event
        return event, Delivery.HELD

    def _count_rescued(self, event: EventEnvelope, first: EventEnvelope | None) -> None:
        """Count an event that was held; `first` of its key is kept instead, if there is one."""
        if first is None:
            self.spooled += 1
        elif same_content(first, event):
            self.duplicates += 1
        else:
            self.conflicts += 1
            warn_of_conflict(first, event)

    def _after(self) -> int:
        """Up to which key all is drained. Raises SpoolFault."""
        file = self._spool.file()
        if file != self._file:
            # In another file the same keys are other events.
            self._untidy.clear()
            self._file, self._passed = file, 0
        return self._passed

    def _pass(self, each: Waiting, reason: str | None) -> None:
        if each.key is None:
            self._let_go(each.event)
        else:
            self._untidy[each.key] = reason
            self._passed = max(self._passed, each.key)

    def _let_go(self, event: EventEnvelope) -> None:
        with self._lock:
            self._held.pop(event.event_id, None)
            if event.idempotency_key is not None:
                self._held_by_key.pop(event.idempotency_key, None)

    def _note(self, fault: SpoolFault) -> None:
        """Tell of a fault of the spool, once for all of the time that it lasts."""
        self._on_fault(str(fault))
        if not self._spool_fails:
            logger.error("What has to wait is held in memory alone: %s", fault)
        self._spool_fails = True

    def _note_untidy(self, fault: SpoolFault) -> None:
        self._on_fault(str(fault))
        self._tidy_failures += 1
        # Once or twice is what another program does that writes at the same moment.
        if self._tidy_failures == _TELLING:
            logger.warning("What is stored cannot be removed from the spool yet: %s", fault)


def _log_lost(count: int, event: EventEnvelope) -> None:
    # At 1, 2, 4, 8, …: the log must not be drowned by what it is to tell.
    if count & (count - 1) == 0:
        logger.error(
            "%d events are lost, the latest of type %s in session %s: the log, the spool and the "
            "memory for held events take none",
            count, event.event_type, event.session_id,
        )  # fmt: skip
