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
    (on that thread), and after what is to be done ``first``. One is read at most while the window
    has not taken the one before, and the longer that takes, the longer the next one waits, so that
    a busy session leaves the window time for its user.
    """

    grown = Signal(object)
    failed = Signal(object)
    _read = Signal()

    def __init__(
        self,
        manner: Callable[[], Manner],
        parent: QObject | None = None,
        *,
        first: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__(parent)
        self._manner = manner
        self._first = first
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
        with self._lock:
            self._carried = self._came = None
            self._due = False
        self._log = None

    # -- on the thread that follows ---------------------------------------------------------------

    def expect(self, session_ids: Collection[str]) -> None:
        """Rows of these sessions arrived."""
        with self._lock:
            if self._carried is not None and self._carried.is_among(session_ids):
                self._due = True

    def work(self) -> None:
        """Read what is expected, if it is time to; to be called again and again."""
        with self._lock:
            carried = self._carried
            waits = self._came is not None or time.monotonic() < self._not_before
            if carried is None or waits or not self._due:
                return
            self._due, self._at_work = False, True
        began = time.monotonic()
        try:
            self._first()
            began = time.monotonic()
            self._put(carried, _outcome(carried, self._manner))
        finally:
            ended = time.monotonic()
            self._not_before = ended + max(_BREATH, (ended - began) * 2)
            self._at_work = False

    def rest(self) -> None:
        """Nobody looks any more what arrives."""
        with self._lock:
            self._due = False

    def _put(self, carried: Carried, outcome: LoadStep | Exception | None) -> None:
        with self._lock:
            if outcome is not None and carried is self._carried:
                self._came = outcome
                self._read.emit()

    # -- on the GUI thread ------------------------------------------------------------------------

    @Slot()
    def _take(self) -> None:
        with self._lock:
            came, self._came = self._came, None
        if isinstance(came, Exception):
            self.failed.emit(came)
        elif came is not None:
            self._log = came.log
            self.grown.emit(came)


def _outcome(carried: Carried, manner: Callable[[], Manner]) -> LoadStep | Exception | None:
    try:
        return carried.step(manner())
    except StoreError as error:
        return error
    except Exception as error:
        logger.exception("what arrived of a session could not be taken up")
        return error
