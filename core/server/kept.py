"""What a read model keeps of a log, where that is what the log would give now."""

from __future__ import annotations

import logging

from core.events.instants import from_datetime
from core.events.store.sqlite import SQLiteEventStore
from core.projectors.context import SessionContext
from core.projectors.read_model.base import KeptContext, ReadModel, ReadModelDown
from core.projectors.user_preferences import UserPreferences

logger = logging.getLogger(__name__)


class Kept:
    """Answers from a read model; from none, and from one that is down, nothing is known."""

    def __init__(self, store: SQLiteEventStore, read_model: ReadModel | None) -> None:
        self._store = store
        self._read_model = read_model

    def context(self, session_id: str) -> SessionContext | None:
        """The context that is kept, if it is of the session's last event."""
        kept = self._context(session_id)
        if kept is None or kept.context.position != self._store.position(session_id):
            return None
        return kept.context if self._is_last(kept) else None

    def preferences(self, user_id: str) -> dict[str, UserPreferences]:
        """The preferences of a user that are kept, by session, whatever event they are of."""
        if self._read_model is None:
            return {}
        try:
            return {each.session_id: each for each in self._read_model.preferences_of(user_id)}
        except ReadModelDown as error:
            _warn(error)
            return {}

    def _context(self, session_id: str) -> KeptContext | None:
        if self._read_model is None:
            return None
        try:
            return self._read_model.context(session_id)
        except ReadModelDown as error:
            _warn(error)
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


def _warn(error: ReadModelDown) -> None:
    logger.warning("The log is read in place of the read model: %s", error)
