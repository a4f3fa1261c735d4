"""Two sessions on one transport: where both are, what differs there, and where they part."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.background import Background, Latest
from app.models.clock import Clock
from app.models.compared_session import ComparedSession
from app.models.laid import Laid, Picks
from app.models.pair_curves import PairCurves
from app.models.viewport import Viewport
from app.views.timeline.steps import x_of_playhead
from core.late_dataclass import dataclass
from core.projectors.rules import BRAIN_WEB, ProjectionRules
from core.replay.alignment import A, AlignBy, B
from core.replay.axis import AxisMode
from core.replay.columns import SessionLog
from core.replay.index import ContextIndex
from core.replay.parting import Parting, parting
from core.replay.playback import Playback, Playhead
from core.replay.two_contexts import TwoContexts, compare_contexts

Both = tuple[ComparedSession, ComparedSession]


@dataclass(frozen=True, slots=True)
class CompareMoment:
    """Where the transport and both sessions are; ``contexts`` once both are indexed."""

    shared: Playhead
    playheads: tuple[Playhead, Playhead]
    contexts: TwoContexts | None


class Comparing(QObject):
    """Holds A and B, their alignment and the shared playhead.

    ``begun`` and ``ended`` frame a comparison. ``sessions_changed``: names, logs or indexes.
    ``laid_changed``: alignment or axis. ``picked``: which events are chosen to align by.
    ``moment_changed`` carries a `CompareMoment`, ``curves_changed`` a tuple of `Curve` a side,
    ``parting_changed`` a `Parting` or None while it is not known.
    """

    begun = Signal()
    ended = Signal()
    sessions_changed = Signal()
    laid_changed = Signal(object)
    picked = Signal()
    moment_changed = Signal(object)
    curves_changed = Signal(object)
    parting_changed = Signal(object)
    failed = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.clock = Clock(self)
        self.viewport = Viewport(self)
        self.by = AlignBy.START
        self.picks: Picks = (None, None)
        self.axis_mode = AxisMode.FOLDED
        self._rules = BRAIN_WEB
        self._sessions: Both | None = None
        self._laid: Laid | None = None
        self._laid_logs: tuple[SessionLog, SessionLog] | None = None
        self._parting: Parting | None = None
        self._wanted_at: tuple[int, Playhead] | None = None
        self._curves = PairCurves(background, self._tell_curves)
        self._laying = Latest(background)
        self._parting_job = Latest(background)
        self.clock.playback_changed.connect(self._tell_moment)
        self.viewport.changed.connect(self._choose)

    # -- what is known ----------------------------------------------------------------------------

    @property
    def sessions(self) -> Both | None:
        """A and B, None while nothing is compared."""
        return self._sessions

    @property
    def laid(self) -> Laid | None:
        """How they lie upon each other, None while that is not known."""
        return self._laid

    @property
    def parting(self) -> Parting | None:
        """Where they part, None while that is not known."""
        return self._parting

    @property
    def busy(self) -> bool:
        """Whether something is still to come."""
        jobs = self._laying.busy or self._curves.busy or self._parting_job.busy
        loading = self._sessions is not None and any(each.busy for each in self._sessions)
        return jobs or loading or self.clock.unsettled

    # -- what is asked for ------------------------------------------------------------------------

    def begin(self, a: ComparedSession, b: ComparedSession, at: Playhead | None = None) -> None:
        """Compare these, from where A is ``at``, by default its start."""
        self.end()
        self._sessions = (a, b)
        self.by, self.picks = AlignBy.START, (None, None)
        self._curves.forget()
        self._wanted_at = (A, at) if at is not None else None
        for each in self._sessions:
            each.changed.connect(self._take_change)
            each.failed.connect(self.failed)
        self.begun.emit()
        for each in self._sessions:
            each.read_under(self._rules)
        self._take_change()

    def end(self) -> None:
        """Compare no more."""
        if self._sessions is None:
            return
        for job in (self._laying, self._curves, self._parting_job):
            job.cancel()
        for each in self._sessions:
            each.cancel()
            each.changed.disconnect(self._take_change)
            each.failed.disconnect(self.failed)
            each.deleteLater()
        self.clock.close()
        self._sessions = self._laid = self._laid_logs = self._parting = None
        self.ended.emit()

    def cancel_reading(self) -> None:
        """Read no further of either."""
        for each in self._sessions or ():
            each.cancel()
        self.sessions_changed.emit()

    def set_rules(self, rules: ProjectionRules) -> None:
        """Compute both under these rules."""
        self._rules = rules
        for each in self._sessions or ():
            if each.index is not None:
                each.read_under(rules)

    def swap(self) -> None:
        """Let A be B and B be A; the transport stays where it is."""
        if self._sessions is None:
            return
        a, b = self._sessions
        self._sessions = (b, a)
        self.picks = (self.picks[B], self.picks[A])
        self.picked.emit()
        if self._laid is None:
            if self._wanted_at is not None:
                side, at = self._wanted_at
                self._wanted_at = (B if side == A else A, at)
            self.sessions_changed.emit()
            self._lay()
            return
        laid = self._laid
        self._laid = Laid(laid.alignment.swapped(), laid.axis, laid.axes[::-1])
        self._laid_logs = self._logs()
        self._tell_curves()
        self.sessions_changed.emit()
        self.laid_changed.emit(self._laid)
        self.clock.change(lambda playback: playback)
        self._choose()
        self._find_parting()

    def align(self, by: AlignBy) -> None:
        """Align by this; by the events at the playhead where none was chosen."""
        self.by = by
        if by is AlignBy.EVENT:
            here = self._events_here()
            self.picks = tuple(  # type: ignore[assignment]
                event if pick is None else pick
                for pick, event in zip(self.picks, here, strict=True)
            )
            self.picked.emit()
        self._lay()

    def align_here(self) -> None:
        """Align by the events at which both sessions are now."""
        self.picks = (None, None)
        self.align(AlignBy.EVENT)

    def pick(self, side: int) -> None:
        """Choose the event at which a session is now to align it by."""
        event = self._events_here()[side]
        self.picks = (event, self.picks[B]) if side == A else (self.picks[A], event)
        self.picked.emit()
        if self.by is AlignBy.EVENT:
            self._lay()

    def _events_here(self) -> Picks:
        """The event at which each is; the first where none has happened, None where none is."""
        moment = self.moment()
        if moment is None or self._sessions is None:
            return None, None
        found = [
            max(0, at.position - 1) if each.log is not None and len(each.log) else None
            for at, each in zip(moment.playheads, self._sessions, strict=True)
        ]
        return found[A], found[B]

    def show_axis(self, mode: AxisMode) -> None:
        """Fold what is idle in both, or not."""
        if mode != self.axis_mode:
            self.axis_mode = mode
            self._lay()

    def seek(self, side: int, playhead: Playhead) -> None:
        """Go to a moment of one session."""
        if self._laid is not None:
            self.clock.seek(self._laid.alignment.shared(side, playhead))

    def go_to_parting(self) -> bool:
        """Go to where the events part, else to where the contexts do; False where nothing parts."""
        laid, found = self._laid, self._parting
        if laid is None or found is None:
            return False
        if found.event is not None:
            longer = A if found.event.number <= len(laid.alignment.sides[A]) else B
            times = laid.alignment.sides[longer]
            self.seek(longer, Playhead(found.event.number, int(times[found.event.number - 1])))
        elif found.context is not None:
            at = laid.alignment.at_step(found.context.step)
            self.clock.change(lambda playback: playback.at(at))
        self.clock.change(Playback.paused)
        return found.event is not None or found.context is not None

    # -- laying upon each other -------------------------------------------------------------------

    def _take_change(self) -> None:
        self._tell_curves()
        self.sessions_changed.emit()
        laid, logs = self._laid, self._logs()
        if logs is None:
            return
        times = () if laid is None else laid.alignment.sides
        same = [len(t) == len(log) for t, log in zip(times, logs, strict=False)] == [True, True]
        if logs == self._laid_logs:
            self._take_indexes()
        elif not same or all(log.complete for log in logs):
            # What has the same instants stays as it is while the rows come in.
            self._lay()

    def _take_indexes(self) -> None:
        """Tell anew what the contexts say, under other rules; once both are there."""
        if self._indexes() is not None:
            self.clock.change(lambda playback: playback)
            self._choose()
            self._find_parting()

    def _logs(self) -> tuple[SessionLog, SessionLog] | None:
        if self._sessions is None:
            return None
        a, b = (each.log for each in self._sessions)
        return None if a is None or b is None else (a, b)

    def _lay(self) -> None:
        logs, by, mode = self._logs(), self.by, self.axis_mode
        if logs is None:
            return
        events = self.picks
        if by is AlignBy.EVENT and (events[A] is None or events[B] is None):
            by = AlignBy.START
        chosen = events if by is AlignBy.EVENT else None

        def lay() -> Laid:
            return Laid.upon(*logs, by, mode, events=chosen)

        self._laying.run(lay, then=lambda laid: self._take_laid(laid, logs, events))

    def _take_laid(self, laid: Laid, logs: tuple[SessionLog, SessionLog], events: Picks) -> None:
        if self._logs() != logs or self.picks != events:
            self._lay()
            return
        old, playback = self._laid, self.clock.playback
        wanted, self._wanted_at = self._wanted_at, None
        if wanted is None and old is not None and playback is not None:
            wanted = (A, old.alignment.playheads(playback.playhead)[A])
        self._laid, self._laid_logs = laid, logs
        same = old is not None and old.alignment.by is laid.alignment.by is not AlignBy.EVENT
        self.laid_changed.emit(laid)
        self.clock.open(
            laid.alignment,
            Playhead(0, 0) if wanted is None else laid.alignment.shared(*wanted),
        )
        self.viewport.show_axis(laid.axis, keep=same, still=True)
        self._find_parting()

    # -- the playhead -----------------------------------------------------------------------------

    def moment(self) -> CompareMoment | None:
        """Where all are now, None while nothing is laid."""
        laid, playback = self._laid, self.clock.playback
        if laid is None or playback is None:
            return None
        playheads = laid.alignment.playheads(playback.playhead)
        indexes = self._indexes()
        contexts = None
        if indexes is not None:
            contexts = compare_contexts(indexes[A], playheads[A], indexes[B], playheads[B])
        return CompareMoment(playback.playhead, playheads, contexts)

    def _indexes(self) -> tuple[ContextIndex, ContextIndex] | None:
        """The indexes of both; None before they are of the events that are laid, by one rule."""
        if self._sessions is None or self._laid is None:
            return None
        a, b = (each.index for each in self._sessions)
        if a is None or b is None or a.rules != b.rules:
            return None
        lengths = tuple(map(len, self._laid.alignment.sides))
        return (a, b) if lengths == (len(a.log), len(b.log)) else None

    def _tell_moment(self, playback: Playback) -> None:
        moment, laid = self.moment(), self._laid
        if moment is None or laid is None:
            return
        self.moment_changed.emit(moment)
        if self.viewport.axis is laid.axis:
            self.viewport.reveal(x_of_playhead(laid.axis, playback.playhead))

    # -- curves and where they part ---------------------------------------------------------------

    def _choose(self, *_: object) -> None:
        """Choose the concepts that are drawn: the heaviest of what is visible of both."""
        indexes, laid = self._indexes(), self._laid
        if indexes is not None and laid is not None:
            self._curves.choose(indexes, laid.axes, self.viewport.range)

    def _tell_curves(self) -> None:
        """Tell which curves are drawn, by the codes that their concepts have now."""
        if self._sessions is not None:
            a, b = (each.index for each in self._sessions)
            self.curves_changed.emit(self._curves.of((a, b)))

    def _find_parting(self) -> None:
        indexes, laid = self._indexes(), self._laid
        self._show_parting(None)
        self._parting_job.cancel()
        if indexes is not None and laid is not None:
            self._parting_job.run(
                lambda: parting(*indexes, laid.alignment),
                then=lambda found: self._show_parting(found) if self._laid is laid else None,
            )

    def _show_parting(self, found: Parting | None) -> None:
        self._parting = found
        self.parting_changed.emit(found)
