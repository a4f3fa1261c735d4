"""The session that was loaded, carried on as it grows."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import field

from PySide6.QtCore import QObject, Signal, Slot

from app.models.reading import LoadStep, growth_step
from core.events.errors import StoreError
from core.events.store.sqlite import SQLiteEventStore
from core.late_dataclass import dataclass
from core.projectors.rules import ProjectionRules
from core.replay.columns import Int64, SessionLog
from core.replay.growth import Growth
from core.replay.leaving_out import NOTHING
from core.replay.linked import PREFIX

logger = logging.getLogger(__name__)

_BREATH = 0.010
"""How long (s) the window has the processor for itself between two growths, at least."""


@dataclass(frozen=True, eq=False, slots=True)
class Manner:
    """How a session that grows is shown: its rules, and the concepts (ids) that have curves.

    ``left_out`` are the keys of the events that it is shown without.
    """

    rules: ProjectionRules
    shown: Sequence[str] = ()
    left_out: Int64 = field(default_factory=lambda: NOTHING)


class Carried:
    """A growing session and its last step, each step carried on from the one before."""

    def __init__(self, store: SQLiteEventStore, last: LoadStep) -> None:
        self._store = store
        self._growth = Growth(last.log)
        self._last = last

    def is_among(self, session_ids: Collection[str]) -> bool:
        """Whether rows that arrived for these sessions can be its own."""
        own = self._last.log.session_id
        return own in session_ids or (bool(session_ids) and own.startswith(PREFIX))

    def step(self, manner: Manner) -> LoadStep | None:
        """See `growth_step`; not for several threads at once."""
        step = growth_step(
            self._store, self._growth, manner.rules, manner.shown, manner.left_out,
            before=self._last,
        )  # fmt: skip
        self._last = step or self._last
        return step


class Growing(QObject):
    """Reads what arrives of a session, on the thread that notices it: the window may be painting.

    ``grown`` carries a `LoadStep` where anything arrived, in the ``manner`` that is asked for then
    (on that thread). One is read at most while the window has not taken the one before, and the
    longer that takes, the longer the next one waits, so that a busy session leaves the window time
    for its user.
    """

    grown = Signal(object)
    failed = Signal(object)
    _read = Signal()

    def __init__(self, manner: Callable[[], Manner], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._manner = manner
        self._log: SessionLog | None = None
        self._lock = threading.Lock()
        self._carried: Carried | None = None
        self._due = False
        self._at_work = False
        self._came: LoadStep | Exception | None = None
        self._not_before = 0.0
        self._read.connect(self._take)

    @property
    def log(self) -> SessionLog | None:
        """The session as far as it has been taken up, None before it was loaded."""
        return self._log

    @property
    def busy(self) -> bool:
        """Whether something that arrived is still to be told."""
        return self._due or self._at_work or self._came is not None

    def begin(self, store: SQLiteEventStore, step: LoadStep, *, followed: bool) -> None:
        """Go on from the last step of loading; ``followed``: a thread looks what came meanwhile."""
        with self._lock:
            self._carried, self._due = Carried(store, step), followed
            self._came = None
        self._log = step.log

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
