"""The open source: its store, its sessions, and the session that is being read."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.background import Background, Latest, Task
from core.events.errors import SourceChanged
from core.events.problems import Problem
from core.events.schema import EventEnvelope
from core.events.store.base import SessionSummary
from core.events.store.sqlite import SQLiteEventStore
from core.projectors.rules import ProjectionRules
from core.replay.apart import WORTH_IT, ReaderDiedError, steps_apart
from core.replay.axis import Axis, AxisMode, axis_of
from core.replay.columns import SessionLog
from core.replay.index import ContextIndex
from core.replay.loader import Loaded, load_steps

logger = logging.getLogger(__name__)

_WATCH = 1000
_COUNTS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Opened:
    """A source that was opened: where it is, and what there is to say of it (or nothing)."""

    path: Path
    notice: str | None


@dataclass(frozen=True, eq=False)
class LoadStep:
    """A session as far as it has been read; axes and index come with the last step."""

    log: SessionLog
    read: int
    total: int
    seconds: float
    axes: dict[AxisMode, Axis]
    index: ContextIndex | None


class Source(QObject):
    """Opens files and reads sessions, all of it in the background.

    ``failed`` tells of a known fault with its message. ``state_changed`` says `grown`, `replaced`
    or `deleted` once when that happens to the file that is open.
    """

    opened = Signal(object)
    failed = Signal(object)
    sessions_changed = Signal(object)
    counts_changed = Signal(object)
    activity_changed = Signal(object)
    session_opening = Signal(str)
    step_loaded = Signal(object)
    load_failed = Signal(object)
    envelopes_read = Signal(object)
    state_changed = Signal(str)
    closed = Signal()

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._store: SQLiteEventStore | None = None
        self._path: Path | None = None
        self._tasks: list[Task] = []
        self._loading: Task | None = None
        self._state = "same"
        self._look = Latest(background)
        self._watch = QTimer(self, interval=_WATCH)
        self._watch.timeout.connect(self._look_at_file)

    @property
    def path(self) -> Path | None:
        """The file that is open."""
        return self._path

    def open(self, path: Path) -> None:
        """Open a file read-only, and list its sessions; the one before is closed."""
        self.close()
        self._path = path
        self._tasks.append(
            self._background.run(
                lambda: SQLiteEventStore(path), then=self._take_store, error=self._refuse
            )
        )

    def reload(self) -> None:
        """Open the same file again, for it may have grown or been replaced."""
        if self._path is not None:
            self.open(self._path)

    def close(self) -> None:
        """Close the file; nothing more is heard of it."""
        for task in self._tasks:
            task.cancel()
        self._tasks.clear()
        self.cancel_loading()
        self._watch.stop()
        self._look.cancel()
        store, self._store, self._path, self._state = self._store, None, None, "same"
        if store is not None:
            self._background.run(store.close, then=lambda _: None, lasting=True)
            self.closed.emit()

    def open_session(self, session_id: str, rules: ProjectionRules) -> None:
        """Read a session; steps come by ``step_loaded``."""
        store = self._store
        if store is None:
            return
        self.cancel_loading()
        self.session_opening.emit(session_id)
        self._loading = self._background.stream(
            lambda: _steps(store, session_id, rules),
            each=self.step_loaded.emit,
            error=self.load_failed.emit,
        )

    def cancel_loading(self) -> None:
        """Stop reading the session."""
        if self._loading is not None:
            self._loading.cancel()
            self._loading = None

    def read_envelopes(self, log: SessionLog, events: Sequence[int]) -> None:
        """Read whole events by index; ``envelopes_read`` brings them by index."""
        store = self._store
        if store is not None:
            self._run(
                lambda: (log, _envelopes(store, log, events)),
                self.envelopes_read.emit,
                self.load_failed.emit,
            )

    def read_activity(self, session_ids: Sequence[str], bins: int) -> None:
        """Count the events of sessions over their time; ``activity_changed`` brings them by id."""
        store = self._store
        if store is None:
            return
        for session_id in session_ids:
            self._run(
                lambda one=session_id: {one: store.activity(one, bins)},  # type: ignore[misc]
                self.activity_changed.emit,
                self.failed.emit,
            )

    def check(
        self, found: Callable[[list[Problem]], None], done: Callable[[], None]
    ) -> Task | None:
        """Look for every problem in the file; ``found`` gets them in batches."""
        store = self._store
        if store is None:
            return None
        task = self._background.stream(
            lambda: _batches(store.problems()), each=found, then=done, error=self.failed.emit
        )
        self._tasks.append(task)
        return task

    def _run(
        self,
        job: Callable[[], object],
        then: Callable[[object], None],
        error: Callable[[Exception], None],
    ) -> None:
        self._tasks = [task for task in self._tasks if not task.done]
        self._tasks.append(self._background.run(job, then=then, error=error))

    def _take_store(self, store: SQLiteEventStore) -> None:
        self._store = store
        assert self._path is not None
        self.opened.emit(Opened(self._path, store.notice))
        self._watch.start()
        self._run(store.sessions, self._take_sessions, self.failed.emit)

    def _refuse(self, error: Exception) -> None:
        self._path = None
        self.failed.emit(error)

    def _take_sessions(self, sessions: object) -> None:
        assert isinstance(sessions, list)
        self.sessions_changed.emit(sessions)
        store = self._store
        if store is not None:
            self._tasks.append(
                self._background.stream(
                    lambda: _counts(store, sessions),
                    each=self.counts_changed.emit,
                    error=self.failed.emit,
                )
            )

    def _look_at_file(self) -> None:
        store = self._store
        if store is not None:
            self._look.run(store.changed, then=self._take_state, error=self._take_state_error)

    def _take_state(self, state: str) -> None:
        if state != self._state:
            self._state = state
            if state != "same":
                self.state_changed.emit(state)

    def _take_state_error(self, error: Exception) -> None:
        self._watch.stop()
        self.failed.emit(error)


def _steps(store: SQLiteEventStore, session_id: str, rules: ProjectionRules) -> Iterator[LoadStep]:
    """The steps of loading, with what the charts need computed beside them."""
    began = time.monotonic()
    axes: dict[AxisMode, Axis] = {}
    total = -1
    for step, index in _read(store, session_id, rules):
        if step.total != total:
            axes = {mode: axis_of(step.log, mode) for mode in AxisMode}
            total = step.total
        # Asked for here, so that the first paint does not have to.
        assert step.log.events_by_kind is not None
        yield LoadStep(step.log, step.read, step.total, time.monotonic() - began, axes, index)


def _read(
    store: SQLiteEventStore, session_id: str, rules: ProjectionRules
) -> Iterator[tuple[Loaded, ContextIndex | None]]:
    """Read here, or, once it shows to be long, in a process of its own."""
    for step in load_steps(store, session_id):
        if step.log.complete:
            yield step, ContextIndex(step.log, rules).prepare()
            return
        yield step, None
        if step.read == 0 and step.total >= WORTH_IT and store.recovered_from is None:
            try:
                yield from steps_apart(store.path, session_id, rules)
            except ReaderDiedError as error:
                logger.warning("%s; reading here instead", error)
            else:
                return


def _envelopes(
    store: SQLiteEventStore, log: SessionLog, events: Sequence[int]
) -> dict[int, EventEnvelope]:
    """Whole events by index. Raises SourceChanged where a row is not the one that was indexed."""
    rows = {int(log.rows[event]): event for event in events}
    found = store.envelopes(list(rows))
    if any(envelope.session_id != log.session_id for envelope in found.values()):
        raise SourceChanged("The file was rewritten while it was open. Press F5 to read it again.")
    return {rows[row]: envelope for row, envelope in found.items()}


def _counts(store: SQLiteEventStore, sessions: list[SessionSummary]) -> Iterator[dict[str, int]]:
    ids = [session.session_id for session in sessions]
    for start in range(0, len(ids), _COUNTS_AT_ONCE):
        yield store.session_counts(ids[start : start + _COUNTS_AT_ONCE])


def _batches(problems: Iterator[Problem], size: int = 200) -> Iterator[list[Problem]]:
    batch: list[Problem] = []
    for problem in problems:
        batch.append(problem)
        if len(batch) >= size:
            yield batch
            batch = []
    yield batch
