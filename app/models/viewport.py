"""The visible range of the axis, owned in one place."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QObject, Signal

from core.replay.axis import Axis

_ZOOM = 1.5
_PAN = 0.2
_REMEMBERED = 20
"""How many leaps can be taken back."""


class Viewport(QObject):
    """The axis and the range of it that the charts show; ``x`` is in the axis's own unit."""

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._axis: Axis | None = None
        self._range = (0.0, 1.0)
        self._left: deque[tuple[int, int] | None] = deque(maxlen=_REMEMBERED)

    @property
    def axis(self) -> Axis | None:
        """The axis, None while no session is open."""
        return self._axis

    @property
    def range(self) -> tuple[float, float]:
        """The visible range on the axis."""
        return self._range

    def show_axis(self, axis: Axis, *, keep: bool = False, still: bool = False) -> None:
        """Show all of an axis; ``keep`` keeps the instants that were visible, where it can.

        Where everything was visible, everything stays so, and where the end was, the end; unless
        what is visible is to stand ``still``.
        """
        old, (x0, x1) = self._axis, self._range
        self._axis = axis
        if not keep:
            self._left.clear()
        if not keep or old is None or ((x0, x1) == (0.0, old.length) and not still):
            self.fit()
        elif not still and x1 >= old.length:
            self.show(axis.length - (x1 - x0), axis.length)
        else:
            x = axis.x_of_instants(old.instants_at((x0, x1)))
            self.show(float(x[0]), float(x[1]))

    def fit(self) -> None:
        """Show the whole session."""
        if self._axis is not None:
            self.show(0.0, self._axis.length)

    def leap(self, x0: float, x1: float) -> None:
        """Show a range, so that `back` shows again what was visible before."""
        if self._axis is None:
            return
        everything = self._range == (0.0, self._axis.length)
        start, end = self._axis.instants_at(self._range).tolist()
        before = self._range
        self.show(x0, x1)
        if self._range != before:
            # Instants, since another axis may be shown by then.
            self._left.append(None if everything else (start, end))

    def leap_to_all(self) -> None:
        """Show the whole session, so that `back` shows again what was visible before."""
        if self._axis is not None:
            self.leap(0.0, self._axis.length)

    def back(self) -> bool:
        """Show again what was visible before the last leap; False where there was none."""
        if self._axis is None or not self._left:
            return False
        before = self._left.pop()
        if before is None:
            self.fit()
        else:
            x0, x1 = self._axis.x_of_instants(before).tolist()
            self.show(x0, x1)
        return True

    def show(self, x0: float, x1: float) -> None:
        """Show a range, pushed into the session and not below the least width."""
        if self._axis is None:
            return
        length = self._axis.length
        width = min(max(x1 - x0, self._least()), length)
        start = min(max((x0 + x1 - width) / 2 if x1 - x0 < width else x0, 0.0), length - width)
        self._range = (start, start + width)
        self.changed.emit(self._range)

    def zoom(self, steps: int, x: float) -> None:
        """Zoom in so many steps (out where negative), x staying where it is."""
        factor = _ZOOM**-steps
        x0, x1 = self._range
        x = min(max(x, x0), x1)
        self.show(x - (x - x0) * factor, x + (x1 - x) * factor)

    def pan(self, steps: int) -> None:
        """Move on by so many fifths of what is visible, or back."""
        x0, x1 = self._range
        by = (x1 - x0) * _PAN * steps
        self.show(x0 + by, x1 + by)

    def reveal(self, x: float) -> None:
        """Move the range, as wide as it is, so that x is within it; it turns like a page."""
        x0, x1 = self._range
        if not x0 <= x <= x1:
            width = x1 - x0
            start = x - width * 0.1 if x > x1 else x - width * 0.9
            self.show(start, start + width)

    def _least(self) -> float:
        assert self._axis is not None
        least = 3.0 if self._axis.mode.counts else 1e-3
        return min(least, self._axis.length)
