"""The session that was loaded, carried on as it grows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from app.background import Background, Latest
from app.models.reading import LoadStep, growth_step
from core.events.store.sqlite import SQLiteEventStore
from core.projectors.rules import ProjectionRules
from core.replay.columns import Int64, SessionLog
from core.replay.growth import Growth

_BREATH = 10
"""How long (ms) the window has for itself between two growths of a session, at least."""


class Carried:
    """A growing session and its last step, each step carried on from the one before.

    What was asked for while one is read begins as soon as that is read, before the window has it.
    """

    def __init__(self, growth: Growth, last: LoadStep) -> None:
        self._growth = growth
        self._last = last

    def step(
        self,
        store: SQLiteEventStore,
        rules: ProjectionRules,
        shown: Sequence[str],
        left_out: Int64,
    ) -> LoadStep | None:
        """See `growth_step`; not for several threads at once."""
        step = growth_step(store, self._growth, rules, shown, left_out, before=self._last)
        self._last = step or self._last
        return step


class Growing(QObject):
    """Reads what arrives of a session in the background, one growth after the other.

    ``grown`` carries a `LoadStep` where anything arrived. The longer that takes, the longer the
    next one waits, so that a busy session leaves the window time for its user.
    """

    grown = Signal(object)
    failed = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._carried: Carried | None = None
        self._last: LoadStep | None = None
        self._growing = Latest(background)
        self._wanted: tuple[SQLiteEventStore, ProjectionRules, Sequence[str], Int64] | None = None
        self._breath = QTimer(self, singleShot=True)
        self._breath.timeout.connect(self._grow_again)

    @property
    def log(self) -> SessionLog | None:
        """The session as far as it has been taken up, None before it was loaded."""
        return None if self._last is None else self._last.log

    def begin(self, step: LoadStep) -> None:
        """Go on from the last step of loading."""
        self._carried, self._last = Carried(Growth(step.log), step), step

    def stop(self) -> None:
        """Hear no more of it."""
        self._growing.cancel()
        self._breath.stop()
        self._carried = self._last = self._wanted = None

    def grow(
        self,
        store: SQLiteEventStore,
        rules: ProjectionRules,
        shown: Sequence[str],
        left_out: Int64,
    ) -> None:
        """Read what arrived since the last time; see `growth_step`."""
        if self._breath.isActive():
            self._wanted = (store, rules, shown, left_out)
            return
        carried, self._wanted = self._carried, None
        if carried is not None:
            self._growing.run(
                lambda: carried.step(store, rules, shown, left_out),
                then=self._take,
                error=self.failed.emit,
            )

    def _take(self, step: LoadStep | None) -> None:
        if step is not None:
            self._last = step
            self._breath.start(max(_BREATH, round(step.seconds * 2_000)))
            self.grown.emit(step)

    def _grow_again(self) -> None:
        if self._wanted is not None:
            self.grow(*self._wanted)
