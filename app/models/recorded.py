"""The recorded contexts of the session on screen, checked under the rules in force."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import field, replace
from typing import TypeAlias

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.background import Background, Task
from core.late_dataclass import dataclass
from core.replay.columns import Int32, SessionLog
from core.replay.index import ContextIndex
from core.replay.recorded import Finding, Verdict
from core.replay.verifying import PayloadSource, Verified, recording_events, verify_apart

AT_ONCE = 2_000
"""So many are checked as a session opens; more of them once somebody looks."""

_STEP, _SHOWN = 0.02, 0.1
"""At which shares of the work one tells how far it is, and shows what was found so far."""

Findings: TypeAlias = dict[int, Finding]
"""What was found, by the store's key of the recording event."""


@dataclass(frozen=True, eq=False)
class RecordedState:
    """What is known of the recorded contexts of a session.

    ``total`` events may have recorded one. ``share`` (0 to 1) is how much is done while they are
    being checked, else None. ``differing`` and ``agreeing`` are events (indexes, ascending), the
    first with ``findings`` in the same order; what cannot be read is among them. ``silent`` counts
    the events that say nothing of a context. ``is_waiting`` says that they are many and nobody has
    looked yet, ``is_stopped`` that the check was stopped.
    """

    total: int = 0
    rules: str = ""
    share: float | None = None
    differing: Int32 = field(default_factory=lambda: np.zeros(0, np.int32))
    findings: tuple[Finding, ...] = ()
    agreeing: Int32 = field(default_factory=lambda: np.zeros(0, np.int32))
    silent: int = 0
    is_waiting: bool = False
    is_stopped: bool = False

    @property
    def checked(self) -> int:
        """How many recorded contexts have been checked."""
        return len(self.differing) + len(self.agreeing)


NO_STATE = RecordedState()


class RecordedModel(QObject):
    """Checks what a session recorded; ``changed`` carries a `RecordedState`.

    A log that grew has only what came checked: what was recorded speaks of what had arrived then,
    which nothing that comes later changes. Other rules begin anew.
    """

    changed = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._shown = False
        self._index: ContextIndex | None = None
        self._store: PayloadSource | None = None
        self._found: Findings = {}
        self._state = NO_STATE
        self._working: Task | None = None
        self._stopped = threading.Event()

    @property
    def state(self) -> RecordedState:
        """What is known now."""
        return self._state

    def show(self, shown: bool) -> None:
        """Whether anybody looks at the page; many are checked only then."""
        self._shown = shown
        if shown and self._state.is_waiting:
            self.start()

    def show_index(self, index: ContextIndex | None, store: PayloadSource | None) -> None:
        """Check what the log of this index recorded, under its rules."""
        old, self._index, self._store = self._index, index, store
        if index is None:
            self._let_go()
            self._found = {}
            self._tell(NO_STATE)
            return
        if old is None or not _goes_on(old, index):
            self._let_go()
            self._found = {}
        elif self._working is not None:
            # It is of the log before; what it finds stays true.
            return
        elif np.array_equal(recording_events(old.log), recording_events(index.log)):
            # Nothing was recorded meanwhile, and what was stands where it stood.
            return
        self._begin(looked_at=self._shown)

    def start(self) -> None:
        """Check those that have not been, however many they are."""
        self._begin(looked_at=True)

    def stop(self) -> None:
        """Check no further."""
        if self._working is not None:
            self._let_go()
            self._tell(replace(self._state, share=None, is_stopped=True))

    def close(self) -> None:
        """No more of it."""
        self._let_go()

    def _let_go(self) -> None:
        if self._working is not None:
            self._stopped.set()
            self._working.cancel()
            self._working = None

    def _begin(self, *, looked_at: bool) -> None:
        index, store = self._index, self._store
        if index is None or store is None or self._working is not None:
            return
        wanted = self._missing(index.log)
        state = _state(index, self._found)
        if not len(wanted):
            self._tell(state)
        elif len(wanted) > AT_ONCE and not looked_at:
            self._tell(replace(state, is_waiting=True))
        else:
            self._tell(replace(state, share=0.0))
            found, stopped = dict(self._found), threading.Event()
            self._stopped = stopped
            steps = verify_apart(store, index, wanted, stopped=stopped.is_set)
            self._working = self._background.stream(
                lambda: _check(index, steps, found, state), each=self._take, then=self._finish,
                error=self._fail,
            )  # fmt: skip

    def _missing(self, log: SessionLog) -> Int32:
        """The events that may have recorded a context and have not been checked."""
        events = recording_events(log)
        if not self._found:
            return events
        known = np.fromiter(self._found, dtype=np.int64, count=len(self._found))
        return events[~np.isin(log.rows[events], known)]

    def _take(self, step: tuple[RecordedState, Findings]) -> None:
        state, self._found = step
        self._tell(state)

    def _finish(self) -> None:
        self._working = None
        # The log may have grown meanwhile; then what came is still to be checked.
        self._begin(looked_at=self._shown)

    def _fail(self, error: Exception) -> None:
        self._working = None
        self._tell(replace(self._state, share=None, is_stopped=True))
        self._background.failed.emit(error)

    def _tell(self, state: RecordedState) -> None:
        self._state = state
        self.changed.emit(state)


def _goes_on(old: ContextIndex, index: ContextIndex) -> bool:
    """Whether what was found under the old index still holds under the new one."""
    left_out = old.log.left_out is not None or index.log.left_out is not None
    same = old.rules == index.rules and old.log.session_id == index.log.session_id
    return same and (not left_out or old.log is index.log)


def _check(
    index: ContextIndex, steps: Iterator[Verified], found: Findings, state: RecordedState
) -> Iterator[tuple[RecordedState, Findings]]:
    """How far it is and what was found so far, now and then, and at last all of it."""
    told, shown = 0.0, -1.0
    for step in steps:
        found.update({finding.row: finding for finding in step.found})
        share = step.done / step.total
        if share - told < _STEP or share >= 1:
            continue
        told = share
        if share - shown >= _SHOWN:
            shown, state = share, _state(index, found)
        yield replace(state, share=share), dict(found)
    yield _state(index, found), dict(found)


def _state(index: ContextIndex, found: Findings) -> RecordedState:
    log = index.log
    events = recording_events(log)
    total = len(events)
    # Tens of thousands may be recorded, and none checked yet under rules that were just changed.
    recorded = zip(events.tolist(), log.rows[events].tolist(), strict=True) if found else ()
    known = [(event, finding) for event, row in recorded if (finding := found.get(row)) is not None]
    wrong = [each for each in known if each[1].verdict in _WRONG]
    right = [event for event, finding in known if finding.verdict is Verdict.AGREES]
    return RecordedState(
        total=total,
        rules=index.rules.name,
        differing=np.array([event for event, _ in wrong], dtype=np.int32),
        findings=tuple(finding for _, finding in wrong),
        agreeing=np.array(right, dtype=np.int32),
        silent=len(known) - len(wrong) - len(right),
    )


_WRONG = (Verdict.DIFFERS, Verdict.UNREADABLE)
