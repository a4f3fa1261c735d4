"""One of two sessions that are compared: read in the background, and indexed under the rules."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import count as numbers

from PySide6.QtCore import QObject, QTimer, Signal

from app.background import Background, Latest, Task
from app.models.reading import LoadStep, growth_step, session_steps
from app.text import count, duration, plain
from core.events.store.sqlite import SQLiteEventStore
from core.mirror.store import MirroredEventStore
from core.projectors.rules import ProjectionRules
from core.replay.columns import SessionLog
from core.replay.growth import Growth
from core.replay.index import ContextIndex

_NAME = 60
_REST = 250
"""How long (ms) what arrives is gathered before it is read."""
_WHO = (f"compared {number}" for number in numbers(1))
"""Under which name each wants a session of a table."""
_LOOK = 0.1
"""How long (s) one waits before looking again how far a table is mirrored."""


class ComparedSession(QObject):
    """A session of an open store; ``source_name`` is what its source is called.

    ``changed`` comes with every step of reading and with another index, ``failed`` with a fault.
    One that is ``followed`` is given its index by its owner when there is another (`take`); others
    take up what arrived when they are told to `grow`. A session of a table is followed there from
    `read_under` to `cancel`.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(
        self,
        store: SQLiteEventStore,
        session_id: str,
        *,
        source_name: str,
        background: Background,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.store = store
        self.session_id = session_id
        self.source_name = source_name
        self.followed = False
        self.log: SessionLog | None = None
        self.index: ContextIndex | None = None
        self.read = self.total = 0
        self._background = background
        self.who = next(_WHO)
        self._stop = threading.Event()
        self._loading: Task | None = None
        self._indexing = Latest(background)
        self._rules: ProjectionRules | None = None
        self._growth: Growth | None = None
        self._last: LoadStep | None = None
        self._growing = Latest(background)
        self._rest = QTimer(self, interval=_REST, singleShot=True)
        self._rest.timeout.connect(self._read_on)

    @property
    def is_loading(self) -> bool:
        """Whether rows of it are still to be read."""
        return self._loading is not None

    @property
    def busy(self) -> bool:
        """Whether something of it is still to come."""
        growing = self._rest.isActive() or self._growing.busy
        return self.is_loading or self._indexing.busy or growing

    @property
    def about(self) -> str:
        """Who, how much and how long: `ada · 400 events · 5 h 12 m`; empty before it is known."""
        log = self.log
        if log is None:
            return ""
        first = int(log.actors[0]) if len(log) and log.complete else -1
        actor = [plain(log.actor_names[first], limit=_NAME)] if first >= 0 else []
        return " · ".join([*actor, count(len(log), "event"), duration(log.end - log.start)])

    def take(self, index: ContextIndex) -> None:
        """It is known already, or known anew."""
        self.log, self.index = index.log, index
        self.read = self.total = len(index.log)
        self.changed.emit()

    def read_under(self, rules: ProjectionRules) -> None:
        """Read it, or where it is read already compute it under these rules."""
        self._rules = rules
        if self.index is not None:
            self._reindex(rules)
            return
        self.cancel()
        stop = self._stop = threading.Event()
        self._loading = self._background.stream(
            lambda: _steps(self.store, self.session_id, rules, stop, self.who),
            each=lambda step: self._take_step(step, rules),
            then=self._end,
            error=self._fail,
        )

    def _reindex(self, rules: ProjectionRules) -> None:
        log, index = self.log, self.index
        stale = index is not None and index.rules != rules
        if log is not None and stale and not self.followed:
            self._indexing.run(
                lambda: ContextIndex(log, rules).prepare(), then=self._take_if_of(log)
            )

    def _take_if_of(self, log: SessionLog) -> Callable[[ContextIndex], None]:
        return lambda index: self.take(index) if self.log is log else None

    def _take_step(self, step: LoadStep, rules: ProjectionRules) -> None:
        self.log, self.index = step.log, step.index
        self.read, self.total = step.read, step.total
        if step.log.complete:
            self._loading = None
            self._growth, self._last = Growth(step.log), step
        self.changed.emit()
        # What arrived while it was being read.
        self.grow()

    def grow(self) -> None:
        """Take up soon what has arrived of it since it was read."""
        if self._growth is not None and not self.followed and not self._rest.isActive():
            self._rest.start()

    def _read_on(self) -> None:
        growth, rules, last = self._growth, self._rules, self._last
        if growth is not None and rules is not None:
            self._growing.run(
                lambda: growth_step(self.store, growth, rules, before=last),
                then=self._take_growth,
                error=self.failed.emit,
            )

    def _take_growth(self, step: LoadStep | None) -> None:
        if step is None or step.index is None or self._growth is None:
            return
        self._last = step
        self.take(step.index)
        if self._rules is not None:
            # Others may have been chosen meanwhile.
            self._reindex(self._rules)

    def _end(self) -> None:
        self._loading = None

    def _fail(self, error: Exception) -> None:
        self._loading = None
        self.failed.emit(error)

    def cancel(self) -> None:
        """Read no further."""
        self._stop.set()
        self._indexing.cancel()
        self._growth = self._last = None
        self._rest.stop()
        self._growing.cancel()
        if self._loading is not None:
            self._loading.cancel()
            self._loading = None
        if isinstance(self.store, MirroredEventStore):
            self.store.feeder.want((), who=self.who)


def _steps(
    store: SQLiteEventStore,
    session_id: str,
    rules: ProjectionRules,
    stop: threading.Event,
    who: str,
) -> Iterator[LoadStep]:
    """The steps of reading; a session of a table is mirrored to its end first, and followed on."""
    if not isinstance(store, MirroredEventStore):
        yield from session_steps(store, session_id, rules, stopped=stop.is_set)
        return
    parts = store.parts(session_id)
    try:
        # Beside the session on screen, which is followed on, too.
        store.prepare(session_id, stop.is_set, who=who)
        while not all(store.mirror.side.progress(part).whole for part in parts):
            fault = store.feeder.fed_for(who).fault
            if fault is not None:
                raise fault
            if stop.wait(_LOOK):
                return
        yield from session_steps(store, session_id, rules, stopped=stop.is_set, who=who)
    finally:
        if stop.is_set():
            # Nobody wanted it any more while it was only just asked for.
            store.feeder.want((), who=who)
