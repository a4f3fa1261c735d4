"""Which sessions run: something of them happened a short while ago."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from app.models.clock import wall_clock
from core.events.store.base import SessionSummary

RECENT = 2 * 60 * 1_000_000
"""For how long (µs) after its last event a session is said to run."""


class Running:
    """Notes when something happened last; a session of the past runs as soon as a row arrives."""

    def __init__(self, now: Callable[[], int] = wall_clock) -> None:
        self._now = now
        self._last: dict[str, int] = {}

    def clear(self) -> None:
        """Another log."""
        self._last.clear()

    def take(self, sessions: Iterable[SessionSummary]) -> None:
        """Note the last events of sessions."""
        for session in sessions:
            self.happened(session.session_id, session.last)

    def arrived(self, session_ids: Iterable[str]) -> None:
        """Rows of these arrived just now, whatever their instants."""
        now = self._now()
        for session_id in session_ids:
            self.happened(session_id, now)

    def happened(self, session_id: str, instant: int) -> None:
        """Something of the session happened at an instant (µs); of the past it is passed over."""
        if self._now() - instant < RECENT:
            self._last[session_id] = max(instant, self._last.get(session_id, instant))

    @property
    def ids(self) -> frozenset[str]:
        """The sessions that run now."""
        oldest = self._now() - RECENT
        self._last = {i: last for i, last in self._last.items() if last > oldest}
        return frozenset(self._last)
