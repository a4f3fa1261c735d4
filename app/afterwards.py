"""What may come a little after the picture: while a session grows, a few things a turn."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

Slot = Callable[..., object]

_AFTER, _BETWEEN = 8, 1
"""How long (ms) after it was told the first thing is done, and how far apart the turns are."""
_TURN = 0.004
"""A turn begins nothing more after so many seconds."""


class Afterwards(QObject):
    """Calls slots at once, or, while it is ``hurried``, soon: in their order, with what came last.

    What is told meanwhile paints first. Nothing waits longer because more comes. A slot that is
    told at once, because it is not hurried, comes after all that waits.
    """

    def __init__(self, hurried: Callable[[], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hurried = hurried
        self._waiting: dict[object, tuple[Slot, tuple[object, ...]]] = {}
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._go_on)

    @property
    def busy(self) -> bool:
        """Whether something is still to be called."""
        return bool(self._waiting)

    def later(self, slot: Slot) -> Slot:
        """What calls the slot so: connect this in its place."""
        key = object()

        def told(*values: object) -> None:
            if self._hurried():
                self._waiting[key] = slot, values
                if not self._timer.isActive():
                    self._timer.start(_AFTER)
            else:
                self.finish()
                slot(*values)

        return told

    def finish(self) -> None:
        """Call now what waits."""
        while self._waiting:
            self._call_next()

    def stop(self) -> None:
        """Call nothing any more."""
        self._timer.stop()
        self._waiting.clear()

    def _go_on(self) -> None:
        until = time.monotonic() + _TURN
        try:
            while self._waiting and time.monotonic() < until:
                self._call_next()
        finally:
            if self._waiting:
                self._timer.start(_BETWEEN)

    def _call_next(self) -> None:
        slot, values = self._waiting.pop(next(iter(self._waiting)))
        slot(*values)
