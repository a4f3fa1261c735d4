"""When the events of the session on screen arrived, and what was known at the playhead."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from app.background import Background, Latest
from app.models.lateness import Late, Lateness
from core.late_dataclass import dataclass
from core.projectors.context import ContextDifference, SessionContext, difference
from core.replay.arrival import ArrivalOrder
from core.replay.as_known import known_context
from core.replay.columns import SessionLog
from core.replay.index import ContextIndex
from core.replay.lateness import CreatedSource
from core.replay.playback import Playhead
from core.replay.room import continues

_REST = 200
"""How long (ms) a session that grows is left alone before its order is told again."""


@dataclass(frozen=True, eq=False, slots=True)
class KnownThen:
    """What was known when the last event at a playhead arrived, and what is known of it now.

    ``missing`` of its events came later. ``change`` leads from what was known to what is known.
    ``late`` tells how late that last event itself came, None where it was not.
    """

    playhead: Playhead
    missing: int
    known: SessionContext
    change: ContextDifference
    late: Late | None


class ArrivalModel(QObject):
    """Works out the order of arrival of a log in the background, and what was known while asked.

    ``lateness_changed`` carries a `Lateness`, None while there is none; ``known_changed`` a
    `KnownThen` once `watch` asks for it, None where there is no playhead to tell it of.
    """

    lateness_changed = Signal(object)
    known_changed = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log: SessionLog | None = None
        self._store: CreatedSource | None = None
        self._index: ContextIndex | None = None
        self._playhead: Playhead | None = None
        self._lateness: Lateness | None = None
        self._watched = False
        self._reading = Latest(background)
        self._knowing = Latest(background)
        self._rest = QTimer(self, interval=_REST, singleShot=True)
        self._rest.timeout.connect(self._read)

    @property
    def lateness(self) -> Lateness | None:
        """The order of arrival, of the log as it was a moment ago where it grows."""
        return self._lateness

    @property
    def busy(self) -> bool:
        """Whether something is still to come."""
        return self._rest.isActive() or self._reading.busy or self._knowing.busy

    def show_log(self, log: SessionLog | None, store: CreatedSource | None) -> None:
        """Work out the order of this log; where it only grew, after a moment."""
        old, self._log, self._store = self._log, log, store
        if log is None or old is None or old.session_id != log.session_id:
            self._rest.stop()
            self._reading.cancel()
            self._knowing.cancel()
            self._take(None)
        if log is None or not log.complete:
            return
        if self._lateness is None:
            self._read()
        elif not self._rest.isActive():
            self._rest.start()

    def show_index(self, index: ContextIndex | None) -> None:
        """The contexts are those of this index."""
        self._index = index
        self._know()

    def show_playhead(self, playhead: Playhead) -> None:
        """What was known there."""
        self._playhead = playhead
        self._know()

    def watch(self, watched: bool) -> None:
        """Whether anybody wants to see what was known."""
        self._watched = watched
        self._know()

    def close(self) -> None:
        """No more of it."""
        self._rest.stop()
        self._reading.cancel()
        self._knowing.cancel()

    def _read(self) -> None:
        log, store = self._log, self._store
        if log is not None and store is not None and log.complete:
            known = self._lateness
            self._reading.run(lambda: _lateness(store, log, known), then=self._take_read)

    def _take_read(self, lateness: Lateness) -> None:
        log = self._log
        if log is not None and lateness.order.log.session_id == log.session_id:
            self._take(lateness)

    def _take(self, lateness: Lateness | None) -> None:
        self._lateness = lateness
        self.lateness_changed.emit(lateness)
        self._know()

    def _know(self) -> None:
        if not self._watched:
            return
        index, lateness, at = self._index, self._lateness, self._playhead
        if index is None or lateness is None or at is None:
            self._knowing.cancel()
            self.known_changed.emit(None)
        # While either is of a log that has grown since, the other is on its way.
        elif index.log.rows is lateness.order.log.rows and at.position <= len(index.log):
            self._knowing.run(lambda: _known(index, lateness, at), then=self._take_known)

    def _take_known(self, known: KnownThen) -> None:
        index = self._index
        if self._watched and index is not None:
            self.known_changed.emit(known)


def _lateness(store: CreatedSource, log: SessionLog, known: Lateness | None) -> Lateness:
    """What there is to tell of a log; where it only grew in order, nothing is read again."""
    if known is None or not continues(log.rows, known.order.log.rows):
        return Lateness.read(store, ArrivalOrder(log))
    order = known.order.grown(log).prepare()
    if order.late is known.order.late:
        return Lateness(order, known.delays)
    return Lateness.read(store, order)


def _known(index: ContextIndex, lateness: Lateness, at: Playhead) -> KnownThen:
    order = lateness.order
    known = known_context(index, order, at.position, at.instant)
    return KnownThen(
        playhead=at,
        missing=len(order.missing_at(at.position)),
        known=known,
        change=difference(known, index.context_at(at.position, at.instant)),
        late=lateness.of(at.position - 1) if at.position else None,
    )
