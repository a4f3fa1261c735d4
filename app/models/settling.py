"""When what is too slow for every frame follows the playhead."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

_RESTS = 60
"""So long (ms) after a movement the hand rests; a slow drag moves less often than its frames."""
_IN_PASSING = 100
_PLAYING = 40


class Settling(QObject):
    """Tells when to follow a playhead that ``moved``: ``rested`` in full, ``passed`` in passing.

    Where it moves for once, that is right after the frame that shows it. While a hand drags, it is
    in passing alone, a few times a second and right after a frame too, so that what it takes is
    over before the hand moves again; in full when the hand rests. What moves by itself has no
    hand to hold up: it is followed in full, a few times a second.
    """

    rested = Signal()
    passed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._moved = False
        self._in_full = True
        self._since = QElapsedTimer()
        self._since.start()
        self._rest = QTimer(self, interval=_RESTS, singleShot=True)
        self._rest.timeout.connect(self._tell_rest)
        self._next = QTimer(self, singleShot=True)
        self._next.timeout.connect(self._tell_next)

    @property
    def waits(self) -> bool:
        """Whether it moved, and has not been followed in full since."""
        return self._moved

    def moved(self, *, by_itself: bool) -> None:
        """The playhead moved, drawn by a hand or by itself."""
        alone, self._moved = not self._rest.isActive(), True
        self._rest.start()
        if self._next.isActive():
            return
        if by_itself:
            self._in_full = True
            self._next.start(_PLAYING)
        elif alone or self._since.hasExpired(_IN_PASSING):
            self._in_full = alone
            self._next.start(0)

    def stop(self) -> None:
        """Tell nothing any more."""
        self._moved = False
        self._rest.stop()
        self._next.stop()

    def _tell_next(self) -> None:
        self._since.start()
        if self._in_full:
            self._tell_rest()
        elif self._moved:
            self.passed.emit()

    def _tell_rest(self) -> None:
        if self._moved:
            self._moved = False
            self.rested.emit()
