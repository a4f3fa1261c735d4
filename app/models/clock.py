"""The only “now”: a playhead that the GUI thread's timer moves by measured time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

from core.replay.columns import SessionLog
from core.replay.playback import Playback, Playhead

_FRAME = 16
_SETTLE = 40
_NO_TIMES = np.zeros(0, np.int64)


class Clock(QObject):
    """Owns the playback of the open session and tells of its changes.

    ``playback_changed`` comes at every change. ``settled`` follows when the playhead has rested a
    moment, and a few times a second while it moves: for what is too slow for every frame.
    A slow frame drops frames and never time: playing goes on by the time that has passed.
    """

    playback_changed = Signal(object)
    settled = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._playback: Playback | None = None
        self._manner = Playback.of(_NO_TIMES)
        self._frame = QTimer(self, interval=_FRAME, timerType=Qt.TimerType.PreciseTimer)
        self._frame.timeout.connect(self._tick)
        self._settle = QTimer(self, interval=_SETTLE, singleShot=True)
        self._settle.timeout.connect(self._tell_settled)
        self._since = QElapsedTimer()
        self._seen = 0

    @property
    def playback(self) -> Playback | None:
        """The playback, None while no session is open."""
        return self._playback

    @property
    def unsettled(self) -> bool:
        """Whether ``settled`` is still to come."""
        return self._settle.isActive()

    def open(self, log: SessionLog, playhead: Playhead | None = None) -> None:
        """Begin a session, at its end unless told otherwise; speed and skipping stay."""
        old = self._playback or self._manner
        fresh = Playback.of(log.times).at_speed(old.speed).skipping_idle(old.skip_idle)
        self._set(fresh.at_position(len(log)) if playhead is None else fresh.at(playhead))

    def grow(self, log: SessionLog) -> None:
        """The same session with other rows: keep the playhead."""
        if self._playback is not None:
            self._set(self._playback.over(log.times))

    def close(self) -> None:
        """No session any more."""
        self._frame.stop()
        self._settle.stop()
        if self._playback is not None:
            self._manner = self._playback.over(_NO_TIMES)
        self._playback = None

    def seek(self, playhead: Playhead) -> None:
        """Go there; playing goes on from there."""
        self.change(lambda playback: playback.at(playhead))

    def change(self, how: Callable[[Playback], Playback]) -> None:
        """Replace the playback by what ``how`` makes of it.

        With no session open it says how the next one plays.
        """
        if self._playback is not None:
            self._set(how(self._playback))
        else:
            self._manner = how(self._manner)

    def _set(self, playback: Playback) -> None:
        self._playback = playback
        if playback.playing and not self._frame.isActive():
            self._since.start()
            self._seen = 0
            self._frame.start()
        elif not playback.playing:
            self._frame.stop()
        self.playback_changed.emit(playback)
        if not self._settle.isActive():
            self._settle.start()

    def _tick(self) -> None:
        seen, self._seen = self._seen, self._since.nsecsElapsed()
        seconds = (self._seen - seen) / 1e9
        self.change(lambda playback: playback.advanced(seconds))

    def _tell_settled(self) -> None:
        if self._playback is not None:
            self.settled.emit(self._playback)
