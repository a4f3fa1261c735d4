"""Writing projections to one read model, through the times that it is down."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable

from core.events.background import ProjectionProblem
from core.events.backoff import Backoff
from core.projectors.followed import FollowedSessions, Snapshot
from core.projectors.read_model.base import ReadModel, ReadModelDown

logger = logging.getLogger(__name__)

SEEN_KEPT = 4096


class Seen:
    """Up to which activity sessions were seen, the latest of them; for one thread."""

    def __init__(self) -> None:
        self._activity: OrderedDict[str, int] = OrderedDict()

    def __contains__(self, session_id: str) -> bool:
        return session_id in self._activity

    def is_news(self, session_id: str, activity: int) -> bool:
        """Whether there was activity that was not seen. What is forgotten is news again."""
        return activity != self._activity.get(session_id, 0)

    def note(self, session_id: str, activity: int) -> None:
        """Note what was seen."""
        self._activity[session_id] = activity
        self._activity.move_to_end(session_id)
        if len(self._activity) > SEEN_KEPT:
            self._activity.popitem(last=False)


class ReadModelWriter:
    """Keeps a read model up to date; `project` is for one thread, and waits while it is down.

    An outage is told once, when it begins, to the log and to `tell`. `written` counts sessions that
    were written, `missed` those that were not, since it is time to end.
    """

    def __init__(
        self,
        model: ReadModel,
        sessions: FollowedSessions,
        *,
        ending: threading.Event,
        backoff: Backoff,
        tell: Callable[[ProjectionProblem], None],
    ) -> None:
        self.model = model
        self.down = False
        self.written = 0
        self.missed = 0
        self._sessions = sessions
        self._ending = ending
        self._backoff = backoff
        self._tell = tell
        self._seen = Seen()

    def project(self, session_id: str) -> None:
        """Bring a session up to date. Raises StoreError where the log cannot be read."""
        failures = 0
        while True:
            # When it is time to end, an outage that is known is tried once more and not again.
            last = self._ending.is_set()
            if last and self.down and self.missed:
                break
            try:
                if self._is_kept(session_id):
                    return
                snapshot = self._sessions.snapshot(session_id)
                if not self._seen.is_news(session_id, snapshot.activity):
                    return
                self._write(snapshot)
            except ReadModelDown as fault:
                failures += 1
                self._note(fault, failures)
                if last:
                    break
                self._ending.wait(self._backoff.delay(failures))
            else:
                self._seen.note(session_id, snapshot.activity)
                return
        self.missed += 1

    def _is_kept(self, session_id: str) -> bool:
        """Whether another run kept all that there is, so that nothing has to be folded."""
        if session_id in self._seen:
            return False
        kept = self.model.context(session_id)
        return kept is not None and kept.context.position >= self._sessions.position(session_id)

    def _write(self, snapshot: Snapshot) -> None:
        # The context last: where it is kept, so are the preferences.
        self.model.keep_preferences(snapshot.preferences, position=snapshot.position)
        self.model.keep_context(snapshot.kept)
        self.written += 1
        if self.down:
            logger.info("The read model %s is back; it is given what it missed", self.model.name)
        self.down = False

    def _note(self, fault: ReadModelDown, failures: int) -> None:
        if self.down:
            return
        self.down = True
        logger.warning("The read model %s is down: %s", self.model.name, fault)
        self._tell(ProjectionProblem(self.model.name, None, str(fault), failures))
