"""How long the GUI thread was kept from its work at the longest."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QTimer

BEAT = 1


class Heartbeat:
    """Beats once a millisecond; what lies between two beats beyond that was a block.

    ``longest`` in seconds; ``worked`` is the most that the thread itself worked between two beats,
    the rest it waited: for a lock, for the disk, or for its turn on a machine that is busy.
    """

    def __init__(self) -> None:
        self.longest = self.worked = 0.0
        self._last, self._work = time.perf_counter(), time.thread_time()
        self._timer = QTimer(interval=BEAT)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now, work = time.perf_counter(), time.thread_time()
        self.longest = max(self.longest, now - self._last - BEAT / 1000)
        self.worked = max(self.worked, work - self._work)
        self._last, self._work = now, work

    @property
    def told(self) -> str:
        """What was measured, in words."""
        return f"{self.longest * 1000:.0f} ms, at work {self.worked * 1000:.0f} ms"

    @contextmanager
    def apart(self) -> Iterator[None]:
        """What the test itself does meanwhile, such as starting a program, is no block."""
        self._timer.stop()
        try:
            yield
        finally:
            self._last, self._work = time.perf_counter(), time.thread_time()
            self._timer.start()

    def stop(self) -> None:
        self._timer.stop()


@contextmanager
def heartbeat() -> Iterator[Heartbeat]:
    """Measures while the block runs; its waiting must run the event loop."""
    beating = Heartbeat()
    try:
        yield beating
    finally:
        beating.stop()
