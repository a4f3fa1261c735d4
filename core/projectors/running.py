"""The context of a session that runs: the fold, carried on from where it was."""

from __future__ import annotations

from bisect import bisect_right

from core.events.instants import from_datetime
from core.events.schema import EventEnvelope
from core.events.store import EventStore
from core.late_dataclass import dataclass
from core.projectors.context import SessionContext
from core.projectors.rules import BRAIN_WEB, ProjectionRules
from core.projectors.session_context import ContextFold
from core.projectors.user_preferences import PreferenceFold, UserPreferences

_RECENT = 512
_NEAR = 32


@dataclass(slots=True)
class _State:
    """What is folded from the events so far."""

    context: ContextFold
    preferences: PreferenceFold

    def copied(self) -> _State:
        return _State(self.context.copied(), self.preferences.copied())


class RunningSession:
    """Catches up with a session of a store; each event is folded thrice at most, late ones aside.

    The fold is carried on from the last event. A late event, one whose instant lies before that of
    another that was folded, takes its place among the latest events; one from before these has the
    session folded anew. ``folded`` counts how often an event was folded. Not for several threads.
    """

    _mark: str | None
    _head: _State
    _base: _State
    """What was folded before the latest events, for late ones to be folded upon."""
    _near: _State
    """The same shortly before the head, for those that are hardly late: one event from a clock
    that is ahead makes all that follow it such."""
    _near_count: int
    _recent: list[EventEnvelope]
    _instants: list[int]
    _before_recent: int

    def __init__(self, session_id: str, rules: ProjectionRules = BRAIN_WEB) -> None:
        self.session_id = session_id
        self.rules = rules
        self.folded = 0
        self._forget()

    @property
    def position(self) -> int:
        """How many events have been taken in."""
        return self._head.context.position

    @property
    def last_event_id(self) -> str | None:
        """The id of the last of them in order, None where there is none."""
        return self._recent[-1].event_id if self._recent else None

    def context(self, instant: int | None = None) -> SessionContext:
        """The context after them, at ``instant`` (µs), by default the last one's."""
        return self._head.context.context(instant)

    def preferences(self) -> UserPreferences:
        """The preferences that they speak of."""
        return self._head.preferences.preferences()

    def catch_up(self, store: EventStore) -> bool:
        """Take in what arrived since the last call; answers whether anything did.

        Raises what the store raises; the next call then begins anew.
        """
        before = self.position
        try:
            if not self._take_new(store):
                self._forget()
                self._take_new(store)
        except BaseException:
            self._forget()
            raise
        return self.position != before

    def _take_new(self, store: EventStore) -> bool:
        """Take in what is new; False where it cannot be without folding anew."""
        latest_kept: int | None = None
        for page in store.since(self.session_id, self._mark):
            for event in page.events:
                instant = from_datetime(event.occurred_at)
                if instant < self._before_recent:
                    return False
                place = bisect_right(self._instants, instant)
                is_late = place < len(self._recent)
                self._instants.insert(place, instant)
                self._recent.insert(place, event)
                if is_late:
                    latest_kept = place if latest_kept is None else min(place, latest_kept)
                elif latest_kept is None:
                    self._apply(self._head, [event])
                    self._move_on()
            self._mark = page.cursor or self._mark
        if latest_kept is not None:
            self._fold_from(latest_kept)
        return True

    def _fold_from(self, place: int) -> None:
        """Fold the latest events again, from a place among them on."""
        if place < self._near_count:
            self._near, self._near_count = self._base.copied(), 0
        self._move_on()
        self._head = self._near.copied()
        self._apply(self._head, self._recent[self._near_count :])

    def _move_on(self) -> None:
        """Let the states behind the head follow, so that what is kept and what is folded again for
        a late event stay bounded, however wrong a clock is."""
        while len(self._recent) > 2 * _RECENT:
            self._apply(self._base, self._recent[:_RECENT])
            self._before_recent = self._instants[_RECENT - 1]
            del self._recent[:_RECENT], self._instants[:_RECENT]
            self._near_count -= _RECENT
        if self._near_count < 0:
            self._near, self._near_count = self._base.copied(), 0
        if len(self._recent) - self._near_count > 2 * _NEAR:
            stop = len(self._recent) - _NEAR
            self._apply(self._near, self._recent[self._near_count : stop])
            self._near_count = stop

    def _apply(self, state: _State, events: list[EventEnvelope]) -> None:
        self.folded += len(events)
        for event in events:
            state.context.apply(event)
            state.preferences.apply(event)

    def _forget(self) -> None:
        self._mark = None
        self._head = _State(
            ContextFold(self.session_id, self.rules), PreferenceFold(self.session_id)
        )
        self._base, self._near, self._near_count = self._head.copied(), self._head.copied(), 0
        self._recent = []
        self._instants = []
        self._before_recent = -(2**63)
