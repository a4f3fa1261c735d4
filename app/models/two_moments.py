"""The two ends of the marked range, A and B: what differs between them, and what lies between."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.background import Background, Latest
from app.models.opening import Opening
from app.models.range_selection import End, RangeSelection
from app.models.replay import Replay
from core.late_dataclass import dataclass
from core.replay.columns import SessionLog
from core.replay.index import ContextIndex
from core.replay.playback import Playhead
from core.replay.range_statistics import RangeStatistics, range_statistics
from core.replay.two_moments import TwoMoments, compare


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to tell of a whole range."""

    difference: TwoMoments
    statistics: RangeStatistics


@dataclass(frozen=True, slots=True)
class RangeState:
    """What is known of the marked range.

    ``a`` and ``b`` are where it starts and ends in the log that is open. ``turned`` says that the
    difference is that from B to A. ``found`` follows once both are there; while something changes
    it is that of before. ``reading`` says that the session is still being read.
    """

    has_session: bool = False
    reading: bool = False
    a: Playhead | None = None
    b: Playhead | None = None
    turned: bool = False
    can_undo: bool = False
    found: Found | None = None

    @property
    def is_whole(self) -> bool:
        """Whether both ends are there."""
        return self.a is not None and self.b is not None


class TwoMomentsModel(QObject):
    """Follows selection, rules and log, also one that grows; ``changed`` carries a `RangeState`.

    The ends are found at once; what differs and what lies between is computed in the background,
    while somebody looks (`show`).
    """

    changed = Signal(object)

    def __init__(
        self,
        background: Background,
        *,
        opening: Opening,
        replay: Replay,
        selection: RangeSelection,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._opening = opening
        self._replay = replay
        self._selection = selection
        self._shown = False
        self._asked: tuple[ContextIndex, Playhead, Playhead, bool] | None = None
        self._finding = Latest(background)
        self._state = RangeState()
        selection.changed.connect(self._follow)
        replay.index_changed.connect(self._follow)
        opening.log_changed.connect(self._follow)

    @property
    def state(self) -> RangeState:
        """What is known now."""
        return self._state

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._finding.busy

    def show(self, shown: bool) -> None:
        """Whether anybody looks."""
        self._shown = shown
        self._follow()

    def turn(self) -> None:
        """Read the difference the other way."""
        self._state = replace(self._state, turned=not self._state.turned, found=None)
        self._follow()

    def _follow(self, *_: object) -> None:
        log, index = self._opening.log, self._replay.index
        fits = index is not None and index.log.whole is log
        has_session = log is not None and len(log) > 0
        a = _in_log(self._selection.start, log if has_session else None)
        b = _in_log(self._selection.end, log if has_session else None)
        whole = a is not None and b is not None
        self._tell(
            RangeState(
                has_session=has_session,
                reading=has_session and not fits,
                a=a,
                b=b,
                turned=self._state.turned and has_session,
                can_undo=self._selection.can_undo,
                found=self._state.found if whole else None,
            )
        )
        if a is None or b is None or not self._shown:
            self._asked = None
            self._finding.cancel()
        elif fits and index is not None:
            self._find(index, a, b)

    def _find(self, index: ContextIndex, a: Playhead, b: Playhead) -> None:
        turned = self._state.turned
        asked = index, a, b, turned
        if asked == self._asked:
            return
        self._asked = asked
        self._finding.run(
            lambda: _found(index, a, b, turned=turned), then=lambda found: self._take(asked, found)
        )

    def _take(self, asked: object, found: Found) -> None:
        if asked is self._asked:
            self._tell(replace(self._state, found=found))

    def _tell(self, state: RangeState) -> None:
        if state != self._state:
            self._state = state
            self.changed.emit(state)


def _in_log(end: End | None, log: SessionLog | None) -> Playhead | None:
    return None if end is None or log is None else end.in_log(log)


def _found(index: ContextIndex, a: Playhead, b: Playhead, *, turned: bool) -> Found:
    difference = compare(index, b, a) if turned else compare(index, a, b)
    statistics = range_statistics(
        index.log, a.position, b.position, since=a.instant, until=b.instant
    )
    return Found(difference, statistics)
