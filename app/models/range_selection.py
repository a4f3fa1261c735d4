"""The range of instants that the user marked, and whether playing repeats it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class RangeSelection(QObject):
    """A start and an end (µs), either of which may still be missing.

    ``changed`` carries the range, None while it is not whole; ``loop_changed`` the range to
    repeat, None when there is none.
    """

    changed = Signal(object)
    loop_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._start: int | None = None
        self._end: int | None = None
        self._looping = False

    @property
    def range(self) -> tuple[int, int] | None:
        """The range, None while it is not whole."""
        if self._start is None or self._end is None:
            return None
        return self._start, self._end

    @property
    def looping(self) -> bool:
        """Whether playing repeats the range."""
        return self._looping

    def start_at(self, instant: int) -> None:
        """Begin the range here; an end before it is forgotten."""
        end = self._end if self._end is not None and self._end > instant else None
        self._set(instant, end)

    def end_at(self, instant: int) -> None:
        """End the range here; a start after it is forgotten."""
        start = self._start if self._start is not None and self._start < instant else None
        self._set(start, instant)

    def mark(self, start: int, end: int) -> None:
        """Mark a whole range."""
        self._set(start, end)

    def clear(self) -> None:
        """No range, and nothing to repeat."""
        self._looping = False
        self._set(None, None)

    def loop(self, looping: bool) -> None:
        """Repeat the range, or do not."""
        self._looping = looping
        self._tell()

    def _set(self, start: int | None, end: int | None) -> None:
        self._start, self._end = start, end
        self._tell()

    def _tell(self) -> None:
        self.changed.emit(self.range)
        self.loop_changed.emit(self.range if self._looping else None)
