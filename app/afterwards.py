"""What may come a little after the picture that it tells of, a little a turn."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

Slot = Callable[..., object]

_AFTER, _BETWEEN = 5, 1
"""How long (ms) after the picture the first thing is done, and how far apart the turns are."""
_TURN = 0.004
"""A turn begins nothing more after so many seconds."""


class Afterwards(QObject):
    """Calls slots at once, or, while it is ``hurried``, soon: in their order, with what came last.

    What is painted meanwhile comes first, and nothing waits longer because more comes. A slot that
    is told when it is not hurried is called at once, after all that waits; a patient one waits too.
    """

    def __init__(self, hurried: Callable[[], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hurried = hurried
        self._waiting: dict[object, tuple[Slot, tuple[object, ...]]] = {}
        self._painted = True
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._go_on)

    @property
    def busy(self) -> bool:
        """Whether something is still to be called."""
        return bool(self._waiting)

    def later(self, slot: Slot, *, patient: bool = False) -> Slot:
        """What calls the slot so: connect this in its place."""
        key = object()

        def told(*values: object) -> None:
            if self._hurried() or (patient and self._waiting):
                self._waiting[key] = slot, values
                if not self._timer.isActive():
                    # What is to be painted is painted before a timer comes, be it of no time.
                    self._painted = False
                    self._timer.start(0)
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
        if not self._painted:
            self._painted = True
            self._timer.start(_AFTER)
            return
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
