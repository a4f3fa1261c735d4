"""The only “now”: a playhead that the GUI thread's timer moves by measured time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

import numpy as np
from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal, SignalInstance

from app.models.settling import Settling
from core.replay.columns import Int64
from core.replay.playback import Playback, Playhead

_FRAME = 16
_SECOND = 1000
_NO_TIMES = np.zeros(0, np.int64)


class Timed(Protocol):
    """What can be played: a log, or whatever else happens at instants."""

    @property
    def times(self) -> Int64:
        """When (µs), ascending."""
        ...

    def __len__(self) -> int: ...


def wall_clock() -> int:
    """Now, in µs since 1970 (UTC)."""
    return time.time_ns() // 1_000


class Clock(QObject):
    """Owns the playback of the open session and tells of its changes.

    ``playback_changed`` comes at every change. For what is too slow for every frame ``settled``
    follows, and while a hand drags the playhead ``passed`` in its place: see `Settling`.
    A slow frame drops frames and never time: playing goes on by the time that has passed. While a
    running session is followed live, the instant is ``now`` (µs, UTC), told with each event and
    once a second between events.
    """

    playback_changed = Signal(object)
    settled = Signal(object)
    passed = Signal(object)

    def __init__(
        self, parent: QObject | None = None, *, now: Callable[[], int] = wall_clock
    ) -> None:
        super().__init__(parent)
        self._now = now
        self._running = False
        self._playback: Playback | None = None
        self._manner = Playback.of(_NO_TIMES)
        self._frame = QTimer(self, interval=_FRAME, timerType=Qt.TimerType.PreciseTimer)
        self._frame.timeout.connect(self._tick)
        self._settling = Settling(self)
        self._settling.rested.connect(lambda: self._tell(self.settled))
        self._settling.passed.connect(lambda: self._tell(self.passed))
        self._second = QTimer(self, interval=_SECOND)
        self._second.timeout.connect(self._tell_now)
        self._since = QElapsedTimer()
        self._seen = 0

    @property
    def playback(self) -> Playback | None:
        """The playback, None while no session is open."""
        return self._playback

    @property
    def unsettled(self) -> bool:
        """Whether ``settled`` is still to come."""
        return self._settling.waits

    def open(self, log: Timed, playhead: Playhead | None = None, *, running: bool = False) -> None:
        """Begin a session at its end unless told otherwise, followed where it is ``running``.

        Speed and skipping stay.
        """
        old = self._playback or self._manner
        fresh = Playback.of(log.times).at_speed(old.speed).skipping_idle(old.skip_idle)
        self._running = running
        if playhead is not None:
            self._set(fresh.at(playhead))
        else:
            self._set(self._at_now(fresh) if running else fresh.at_position(len(log)))

    def grow(self, log: Timed) -> None:
        """The same session with other rows: keep the playhead."""
        if self._playback is not None:
            grown = self._playback.over(log.times)
            self._set(self._at_now(grown) if grown.live else grown)

    def follow(self) -> None:
        """Go to the end and stay there as the session grows."""
        self.change(lambda playback: self._at_now(playback.followed()))

    def show_running(self, running: bool) -> None:
        """Whether time goes on in the session, so that while it is followed it is now."""
        if running != self._running:
            self._running = running
            if self._playback is not None and self._playback.live:
                self._set(self._at_now(self._playback))

    def _at_now(self, playback: Playback) -> Playback:
        return playback.followed(self._now() if self._running else None)

    def _tell_now(self) -> None:
        self.change(self._at_now)

    def close(self) -> None:
        """No session any more."""
        for timer in (self._frame, self._settling, self._second):
            timer.stop()
        self._running = False
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
        if playback.live and self._running:
            self._second.start()
        else:
            self._second.stop()
        self._settling.moved(by_itself=playback.playing or playback.live)
        self.playback_changed.emit(playback)

    def _tick(self) -> None:
        seen, self._seen = self._seen, self._since.nsecsElapsed()
        seconds = (self._seen - seen) / 1e9
        self.change(lambda playback: playback.advanced(seconds))
        playback = self._playback
        if playback is not None and playback.at_end and not playback.playing and self._running:
            # Who plays a running session to its end goes on with it.
            self.follow()

    def _tell(self, signal: SignalInstance) -> None:
        if self._playback is not None:
            signal.emit(self._playback)
