"""Opening a file and a session in it: which one, where the playhead goes, and reading it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from app.models.clock import Clock
from app.models.growing import Manner
from app.models.reading import LoadStep
from app.models.replay import Replay
from app.models.source import Source
from app.models.viewport import Viewport
from app.nearest import no_such_session
from app.sources import Place
from core.events.store.base import SessionSummary
from core.late_dataclass import dataclass
from core.replay.arrival import ArrivalOrder
from core.replay.axis import ArrivalAxis, Axis, AxisMode
from core.replay.columns import SessionLog
from core.replay.moment import Moment, MomentError
from core.replay.playback import Playhead
from core.replay.room import continues


@dataclass(frozen=True, slots=True)
class Wish:
    """What to show of a file: a session (None: the latest of several events), a moment of it."""

    session_id: str | None = None
    at: Moment | None = None


class Opening(QObject):
    """Carries a wish from the file through its list of sessions to the log on screen.

    ``log_changed`` comes with each step of reading (None: no session any more), ``loaded`` with the
    last. ``complained`` carries a sentence about what was wished for and cannot be had.
    """

    log_changed = Signal(object)
    loaded = Signal(object)
    session_changed = Signal(object)
    complained = Signal(str)

    def __init__(
        self,
        source: Source,
        *,
        clock: Clock,
        viewport: Viewport,
        replay: Replay,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._clock = clock
        self._viewport = viewport
        self._replay = replay
        self._wish = Wish()
        self._session_id: str | None = None
        self._log: SessionLog | None = None
        self._axes: dict[AxisMode, Axis] = {}
        self.axis_mode = AxisMode.FOLDED
        self._begun = False
        self._waiting_for_any = False
        self._lively = False
        self.paints_first = False
        """Whether what is told now is to be on screen before all else hears of it: the first of a
        session, or what came at its end."""
        source.manner = self._manner
        source.opened.connect(self._begin_what_is_wished)
        source.sessions_changed.connect(self._choose)
        source.step_loaded.connect(self._take)
        source.grown.connect(self._grow)
        source.summaries_changed.connect(self._take_first)

    @property
    def session_id(self) -> str | None:
        """The session that is open or being read."""
        return self._session_id

    @property
    def log(self) -> SessionLog | None:
        """What has been read of it."""
        return self._log

    @property
    def lively(self) -> bool:
        """Whether the session runs, or did while it was on screen: it can be followed live."""
        return self._lively

    @property
    def order(self) -> ArrivalOrder | None:
        """The order of arrival, where the session is shown in it and not all came in time."""
        axis = self._axes.get(self.axis_mode)
        return axis.order if isinstance(axis, ArrivalAxis) else None

    def open(self, place: Place, wish: Wish | None = None) -> None:
        """Open a source and what is wished for in it."""
        self._forget()
        self._wish = wish or Wish()
        self._source.open(place)

    def reload(self) -> None:
        """Read the file again; session and playhead stay, and so does a wish not yet granted."""
        self._source.reload()

    def close(self) -> None:
        """Close the file."""
        self._forget()
        self._source.close()

    def open_session(self, session_id: str, at: Moment | None = None) -> None:
        """Read another session of the file, and go to a moment of it."""
        if session_id == self._session_id and self._log is not None and self._log.complete:
            return
        self._wish = Wish(session_id, at)
        self._begin(session_id)

    def cancel(self) -> None:
        """Stop reading; what has been read of the session is let go."""
        self._source.cancel_loading()
        self._forget()

    def show_axis(self, mode: AxisMode) -> None:
        """Show the session over another axis, the same instants in view."""
        self.axis_mode = mode
        axis = self._axes.get(mode)
        if axis is not None:
            self._viewport.show_axis(axis, keep=True)

    def _begin_what_is_wished(self) -> None:
        """Read the session that is wished for at once; the list will tell whether it is there."""
        self._begun = self._waiting_for_any = False
        wished = self._wish.session_id or self._session_id
        if wished is not None:
            self._begin(wished)

    def _choose(self, sessions: Sequence[SessionSummary]) -> None:
        ids = [session.session_id for session in sessions]
        wished = self._wish.session_id or self._session_id
        if self._begun and (wished is None or wished in ids):
            # It is being read, or was cancelled meanwhile.
            return
        if wished is not None and wished not in ids:
            self.complained.emit(no_such_session(wished, ids))
            # A moment of that session is none of another's.
            wished, self._wish = None, Wish()
        if wished is None:
            several = (s.session_id for s in sessions if s.first != s.last)
            wished = next(several, ids[0] if ids else None)
        if wished is not None:
            self._begin(wished)
        else:
            self.cancel()
            self._waiting_for_any = True

    def _begin(self, session_id: str) -> None:
        if session_id != self._session_id:
            self._forget()
        self._session_id = session_id
        self._begun, self._waiting_for_any = True, False
        if self._log is None:
            self.session_changed.emit(session_id)
        self._source.open_session(session_id, self._replay.rules)

    def _grow(self, session_ids: set[str]) -> None:
        """The session on screen runs; what arrived of it comes by itself."""
        is_there = self._log is not None and self._log.complete
        if is_there and self._session_id in session_ids and not self._source.filling:
            self._liven()

    def _manner(self) -> Manner:
        replay = self._replay
        return Manner(replay.rules, replay.shown_concepts, replay.left_out)

    def filled(self) -> None:
        """All of the session is in the mirror that was filled: go where it was wished to."""
        log = self._log
        if log is None or not log.complete:
            return
        if self._source.is_running(log):
            self._liven()
            if self._wish.at is None and self._at_end(log):
                self._clock.follow()
        playhead = self._playhead(log)
        if playhead is not None:
            self._clock.seek(playhead)

    def _at_end(self, log: SessionLog) -> bool:
        playback = self._clock.playback
        return playback is not None and playback.position == len(log)

    def _liven(self) -> None:
        self._lively = True
        self._clock.show_running(True)

    def _take_first(self, summaries: Mapping[str, SessionSummary]) -> None:
        """Open the first session of a log that had none."""
        if self._waiting_for_any and summaries:
            self._begin(next(iter(summaries)))

    def _forget(self) -> None:
        if self._session_id is None and self._log is None:
            return
        self._session_id, self._log, self._axes = None, None, {}
        self._lively = False
        self._clock.close()
        self._replay.show_log(None)
        self.session_changed.emit(None)
        self.log_changed.emit(None)

    def _take(self, step: LoadStep) -> None:
        before = self._log
        self.paints_first = (
            before is None or not before.complete or continues(step.log.rows, before.rows)
        )
        try:
            self._show(step)
        finally:
            self.paints_first = False

    def _show(self, step: LoadStep) -> None:
        log, first = step.log, self._log is None
        known = self._log is not None and self._log.complete
        if not log.complete and not first and self._log is not None and self._log.complete:
            return
        if log.complete and not len(log):
            self._finish(step)
            return
        same_axis = not first and self._log is not None and len(self._log) == len(log)
        before, self._log = self._log, log
        self._axes = step.axes
        self.log_changed.emit(log)
        if not same_axis or self._viewport.axis is not step.axes[self.axis_mode]:
            # Who looks at the past keeps it in view; who follows sees all of it, if they did.
            playback = self._clock.playback
            still = known and playback is not None and not playback.live
            still = still and not self._source.filling
            self._viewport.show_axis(step.axes[self.axis_mode], keep=not first, still=still)
        if first:
            # The playhead comes first, so that nothing is told at the one of the session before.
            self._lively = self._source.is_running(log)
            self._clock.open(log, self._playhead(log), running=self._lively)
            self._replay.show_log(log, step.index, left_out=step.left_out)
        else:
            follows = self._source.filling and before is not None and self._at_end(before)
            playback = self._clock.playback
            if playback is not None and playback.live:
                # The playhead comes first here too: what is new is told once, and not where it was.
                self._clock.grow(log)
                self._replay.show_log(log, step.index, left_out=step.left_out)
            else:
                self._replay.show_log(log, step.index, left_out=step.left_out)
                self._clock.grow(log)
            if follows:
                # Who has not looked elsewhere sees the end, as where all is there at once.
                self._clock.change(lambda playback: playback.at_position(len(log)))
        if log.complete:
            self.loaded.emit(step)

    def _finish(self, step: LoadStep) -> None:
        """A session whose rows have no readable instant: there is nothing to replay."""
        self._log = step.log
        self._axes = {}
        self._replay.show_log(step.log, step.index)
        self.log_changed.emit(step.log)
        self.loaded.emit(step)

    def _playhead(self, log: SessionLog) -> Playhead | None:
        if self._source.filling:
            # The moment may be one of those that are still to come.
            return None
        wish, self._wish = self._wish, Wish()
        if wish.at is None:
            return None
        try:
            return wish.at.in_log(log)
        except MomentError as error:
            self.complained.emit(f"{error}.")
            return None
