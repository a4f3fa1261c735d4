"""The range of instants that the user marked, and whether playing repeats it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal

from core.late_dataclass import dataclass
from core.replay.columns import SessionLog
from core.replay.playback import Playhead

_UNDOS = 50


@dataclass(frozen=True, slots=True)
class End:
    """An end of the range: an instant (µs), and how many events of that very instant are before it.

    None is all of them. Positions shift when a late event arrives; this does not.
    """

    instant: int
    happened: int | None = None

    @classmethod
    def at(cls, playhead: Playhead, log: SessionLog) -> End:
        """The end that stands where a playhead of this log does."""
        return cls(playhead.instant, playhead.position - _first(log, playhead.instant))

    def in_log(self, log: SessionLog) -> Playhead:
        """The playhead that stands there in a log."""
        last = log.position_at(self.instant)
        if self.happened is None:
            return Playhead(last, self.instant)
        return Playhead(min(_first(log, self.instant) + self.happened, last), self.instant)


def _first(log: SessionLog, instant: int) -> int:
    return int(np.searchsorted(log.times, instant, side="left"))


@dataclass(frozen=True, slots=True)
class _Marked:
    start: End | None = None
    end: End | None = None
    looping: bool = False


class RangeSelection(QObject):
    """A start and an end, either of which may still be missing.

    ``changed`` carries the range in µs, None while it is not whole; ``loop_changed`` the range to
    repeat, None when there is none. What a change took away can be had back.
    """

    changed = Signal(object)
    loop_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now = _Marked()
        self._before: list[_Marked] = []
        self._dragging = False

    @property
    def start(self) -> End | None:
        """Where it starts."""
        return self._now.start

    @property
    def end(self) -> End | None:
        """Where it ends."""
        return self._now.end

    @property
    def range(self) -> tuple[int, int] | None:
        """The range in µs, None while it is not whole."""
        if self.start is None or self.end is None:
            return None
        return self.start.instant, self.end.instant

    @property
    def looping(self) -> bool:
        """Whether playing repeats the range."""
        return self._now.looping

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._before)

    def start_at(self, instant: int, happened: int | None = None) -> None:
        """Begin the range here (see `End`); an end before it is forgotten."""
        end = self.end if self.end is not None and self.end.instant > instant else None
        self._set(_Marked(End(instant, happened), end, self.looping))

    def end_at(self, instant: int, happened: int | None = None) -> None:
        """End the range here (see `End`); a start after it is forgotten."""
        start = self.start if self.start is not None and self.start.instant < instant else None
        self._set(_Marked(start, End(instant, happened), self.looping))

    def drag(self, end: End | None, *, start: bool) -> None:
        """Move an end along with the hand, not beyond the other one; None is to where it was.

        Until `drop` all of it is one change to have back.
        """
        if end is None:
            if self._dragging:
                self.undo()
            return
        other = self.end if start else self.start
        if other is not None and start and end.instant >= other.instant:
            end = End(other.instant - 1)
        elif other is not None and not start and end.instant <= other.instant:
            end = End(other.instant + 1)
        marked = _Marked(end, other, self.looping) if start else _Marked(other, end, self.looping)
        if self._dragging:
            self._now = marked
            self._tell()
        else:
            self._set(marked)
        self._dragging = True

    def drop(self) -> None:
        """The hand lets go."""
        self._dragging = False

    def mark(self, start: int, end: int) -> None:
        """Mark a whole range (µs)."""
        self._set(_Marked(End(start), End(end), self.looping))

    def clear(self) -> None:
        """No range, and nothing to repeat."""
        self._set(_Marked())

    def loop(self, looping: bool) -> None:
        """Repeat the range, or do not."""
        self._now = _Marked(self.start, self.end, looping)
        self._tell()

    def undo(self) -> None:
        """What was marked before the last change of it, repeated as it was then."""
        if self._before:
            self._now = self._before.pop()
            self._tell()

    def forget(self) -> None:
        """Another session: no range, and nothing to have back."""
        self._before.clear()
        self._now = _Marked()
        self._tell()

    def _set(self, marked: _Marked) -> None:
        if (marked.start, marked.end) != (self.start, self.end):
            self._before = [*self._before[1 - _UNDOS :], self._now]
        self._now = marked
        self._tell()

    def _tell(self) -> None:
        self.changed.emit(self.range)
        self.loop_changed.emit(self.range if self.looping else None)
