"""The turns of the session on screen: read in the background, and again where it grew."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.background import Background, Latest, Task
from app.models.source import Source
from core.late_dataclass import dataclass
from core.replay.columns import Bool, Int32, SessionLog
from core.replay.turns import Turns, TurnStep, turn_steps_apart, turns_of

UNASKED = 200_000
"""Up to how many events the turns of a session are read before anybody asks for them."""


@dataclass(frozen=True, eq=False, slots=True)
class Turn:
    """The turn of an event: its events (indexes, ascending) and which of them it is, from 0."""

    log: SessionLog
    events: Int32
    place: int
    marks: Bool
    """Which events of the log are of the turn."""


@dataclass(frozen=True, eq=False, slots=True)
class TurnState:
    """What is known of the turns of a log.

    ``share`` (0 to 1) is how much of it was read while that goes on, None where it does not;
    ``fault`` says why it ended otherwise. ``waits`` says that a long session was not asked for.
    """

    log: SessionLog | None = None
    turns: Turns | None = None
    share: float | None = None
    waits: bool = False
    fault: str = ""

    def turn_of(self, event: int) -> Turn | None:
        """The turn of an event, None where it has none, or that is not known."""
        if self.log is None or self.turns is None:
            return None
        events = self.turns.around(event)
        if not len(events):
            return None
        marks = self.turns.turn == self.turns.turn[event]
        return Turn(self.log, events, int(events.searchsorted(event)), marks)


class TurnModel(QObject):
    """Reads what ties the events of a session, of a long one only when asked (`read`).

    ``changed`` carries a `TurnState`. Where the log grew what is known of the log before is shown
    until what arrived was read. What fails is told in the words that ``told`` has for it.
    """

    changed = Signal(object)

    def __init__(
        self,
        source: Source,
        background: Background,
        parent: QObject | None,
        *,
        told: Callable[[Exception], str],
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._background = background
        self._told = told
        self._log: SessionLog | None = None
        self._reading: Task | None = None
        self._stopped = threading.Event()
        self._growing = Latest(background)
        self._state = TurnState()
        source.opened.connect(self._forget)

    @property
    def state(self) -> TurnState:
        """What is known now."""
        return self._state

    def show_log(self, log: SessionLog | None) -> None:
        """Another log, or the same one grown; one that is still being read has no turns yet."""
        before, self._log = self._log, log
        if log is None or before is None or log.session_id != before.session_id:
            self._forget()
        if log is None or not log.complete:
            return
        known = self._state.turns
        if known is not None:
            self._grow(log, known)
        elif self._reading is None and len(log) > UNASKED:
            self._tell(TurnState(log, waits=True))
        elif self._reading is None:
            self.read()

    def read(self) -> None:
        """Read the turns of the log, where they are neither known nor being read."""
        store, log = self._source.store, self._log
        if store is None or log is None or not log.complete or self._reading is not None:
            return
        if self._state.turns is not None:
            return
        self._tell(TurnState(log, share=0.0))
        self._stopped = stopped = threading.Event()
        self._reading = self._background.stream(
            lambda: _told_seldom(turn_steps_apart(store, log, stopped=stopped.is_set)),
            each=self._take,
            error=self._fail,
        )

    def _forget(self, *_: object) -> None:
        if self._reading is not None:
            self._stopped.set()
            self._reading.cancel()
            self._reading = None
        self._growing.cancel()
        self._tell(TurnState())

    def _take(self, step: TurnStep) -> None:
        if isinstance(step, float):
            self._tell(replace(self._state, share=step))
            return
        self._reading = None
        self._tell(TurnState(self._state.log, step))
        # It may have grown meanwhile.
        if self._log is not None and self._log is not self._state.log:
            self._grow(self._log, step)

    def _grow(self, log: SessionLog, known: Turns) -> None:
        store = self._source.store
        if store is not None and log is not self._state.log:
            self._growing.run(
                lambda: turns_of(store, log, known),
                then=lambda turns: self._tell(TurnState(log, turns)),
                error=self._fail,
            )

    def _fail(self, error: Exception) -> None:
        self._reading = None
        self._tell(TurnState(self._log, fault=self._told(error)))

    def _tell(self, state: TurnState) -> None:
        self._state = state
        self.changed.emit(state)


def _told_seldom(steps: Iterator[TurnStep]) -> Iterator[TurnStep]:
    """The same steps without those that nobody could see: less than a hundredth further."""
    told = -1.0
    with closing(steps):  # type: ignore[type-var]
        for step in steps:
            if not isinstance(step, float) or step - told >= 0.01:
                told = step if isinstance(step, float) else told
                yield step
