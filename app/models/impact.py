"""The events of a range ranked by how much each changed the context, computed while looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from app.background import Background, Task
from app.models.impact_words import words_of
from core.late_dataclass import dataclass
from core.projectors.context import difference
from core.replay.impact import impact_chunks
from core.replay.index import ContextIndex

MOST = 200
"""So many of the greatest are told."""

_LEAST = 1e-9
_REST = 120
_STEP = 0.02


@dataclass(frozen=True, slots=True)
class Impact:
    """An event (index; ``row`` is the store's key), how much it changed, and what in words."""

    event: int
    row: int
    instant: int
    kind: str
    size: float
    words: str


@dataclass(frozen=True, slots=True)
class ImpactState:
    """What is known of a range of events, from ``start`` up to ``stop``.

    ``share`` (0 to 1) is how much is done while it is being computed, else None. ``impacts`` are
    the greatest, the greatest first, of ``changed`` events that changed anything. ``is_marked``
    says whether the range is one that the user marked, ``is_stopped`` that it was stopped.
    """

    start: int = 0
    stop: int = 0
    is_marked: bool = False
    share: float | None = None
    impacts: tuple[Impact, ...] = ()
    changed: int = 0
    is_stopped: bool = False


class ImpactModel(QObject):
    """Computes while somebody looks (`show`); ``changed`` carries an `ImpactState`.

    Another range or other rules begin it anew at once; a log that only grew lets it end first.
    """

    changed = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._shown = False
        self._index: ContextIndex | None = None
        self._range = (0, 0)
        self._is_marked = False
        self._state = ImpactState()
        self._working: Task | None = None
        self._is_stale = True
        self._rest = QTimer(self, interval=_REST, singleShot=True)
        self._rest.timeout.connect(self._begin)

    @property
    def state(self) -> ImpactState:
        """What is known now."""
        return self._state

    @property
    def busy(self) -> bool:
        """Whether something is still to come."""
        return self._rest.isActive()

    def show(self, shown: bool) -> None:
        """Whether anybody looks; nothing is computed before."""
        self._shown = shown
        if shown and self._is_stale:
            self._soon()
        elif not shown and self._working is not None:
            self._let_go()
            self._is_stale = True

    def show_index(self, index: ContextIndex | None) -> None:
        """Take this index."""
        old, self._index = self._index, index
        grew = (
            old is not None
            and index is not None
            and old.rules == index.rules
            and old.log.session_id == index.log.session_id
        )
        self._is_stale = True
        if index is None:
            self._let_go()
            self._tell(ImpactState())
        elif not grew or self._working is None:
            self._soon()

    def show_range(self, start: int, stop: int, *, is_marked: bool) -> None:
        """Rank the events from ``start`` up to ``stop`` (indexes)."""
        if (start, stop, is_marked) == (*self._range, self._is_marked):
            return
        self._range, self._is_marked = (start, stop), is_marked
        self._is_stale = True
        self._soon()

    def start(self) -> None:
        """Compute it, once more if it was stopped."""
        self._is_stale = True
        self._begin()

    def stop(self) -> None:
        """Compute no further."""
        if self._working is not None:
            self._let_go()
            self._tell(replace(self._state, share=None, is_stopped=True))

    def close(self) -> None:
        """No more of it."""
        self._shown = False
        self._let_go()

    def _soon(self) -> None:
        if self._shown and self._index is not None:
            self._rest.start()

    def _let_go(self) -> None:
        self._rest.stop()
        if self._working is not None:
            self._working.cancel()
            self._working = None

    def _begin(self) -> None:
        index = self._index
        if index is None or not self._shown:
            return
        self._let_go()
        self._is_stale = False
        stop = min(self._range[1], len(index.log))
        start = min(self._range[0], stop)
        before = self._state
        self._tell(
            replace(before, start=start, stop=stop, is_marked=self._is_marked, share=0.0,
                    is_stopped=False)
        )  # fmt: skip
        state = self._state
        self._working = self._background.stream(
            lambda: _rank(index, state), each=self._tell, then=self._finish
        )

    def _finish(self) -> None:
        self._working = None
        if self._is_stale:
            self._soon()

    def _tell(self, state: ImpactState) -> None:
        if state != self._state:
            self._state = state
            self.changed.emit(state)


def _rank(index: ContextIndex, state: ImpactState) -> Iterator[ImpactState]:
    """How far it is, now and then, and at last the greatest."""
    start, stop = state.start, state.stop
    sizes = np.zeros(stop - start)
    told = 0.0
    for first, part in impact_chunks(index, start, stop):
        sizes[first - start : first - start + len(part)] = part
        share = (first + len(part) - start) / (stop - start)
        # Nothing but a step is told, and yet each chunk is a chance to be cancelled.
        told = share if share - told >= _STEP else told
        yield replace(state, share=told)
    changed = np.flatnonzero(sizes > _LEAST)
    greatest = changed[np.argsort(-np.round(sizes[changed], 9), kind="stable")[:MOST]]
    impacts = tuple(_impact(index, start + int(at), float(sizes[at])) for at in greatest)
    yield replace(state, share=None, impacts=impacts, changed=len(changed))


def _impact(index: ContextIndex, event: int, size: float) -> Impact:
    log = index.log
    return Impact(
        event=event,
        row=int(log.rows[event]),
        instant=int(log.times[event]),
        kind=log.kind_names[log.kinds[event]],
        size=size,
        words=words_of(difference(*index.changed_by(event + 1))),
    )
