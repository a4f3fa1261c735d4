"""How many events the sessions of a log have in all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.events.store.base import SessionSummary


class EventTotal:
    """Keeps the sum of counts that come in some at a time; each costs as much as it brings.

    Linked sessions have no events of their own, and are passed over.
    """

    def __init__(self) -> None:
        self._counts: dict[str, int | None] = {}
        self._uncounted = 0
        self._sum = 0

    def begin(self, sessions: Iterable[SessionSummary]) -> None:
        """These are the sessions; what was counted before is forgotten."""
        self._counts = {s.session_id: None for s in sessions if not s.parts}
        self._uncounted, self._sum = len(self._counts), 0

    def add(self, sessions: Iterable[SessionSummary]) -> None:
        """There are these, too, if they were not yet."""
        for session in sessions:
            if not session.parts and session.session_id not in self._counts:
                self._counts[session.session_id] = None
                self._uncounted += 1

    def take(self, counts: Mapping[str, int]) -> None:
        """Take up how many events some of the sessions have, by id."""
        for session_id, number in counts.items():
            if session_id in self._counts:
                before = self._counts[session_id]
                self._counts[session_id] = number
                self._uncounted -= before is None
                self._sum += number - (before or 0)

    @property
    def sessions(self) -> int:
        """How many sessions there are."""
        return len(self._counts)

    @property
    def events(self) -> int | None:
        """How many events they have; None while some are still to be counted."""
        return None if self._uncounted else self._sum
