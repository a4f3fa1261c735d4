"""When the window's program looks for garbage: in small portions, and for all of it at rest."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QTimer

_PORTION, _PORTIONS = 700, 3
"""So many portions of young objects are looked through once more before they count as old. Ten of
them, as Python has it, take as long as a frame."""
_NEVER = 1 << 30
_EVERY = 10_000
_PAUSE = 300
"""A pause of so many ms is a rest, if the thread that paints had next to nothing to do in it."""
_NEXT_TO_NOTHING = 0.01
_LONGEST = 12
"""After so many times that long without a rest it is looked for all the same."""


@contextmanager
def collected_at_rest(is_at_rest: Callable[[], bool], *, every: int = _EVERY) -> Iterator[None]:
    """Meanwhile old objects are looked through when nothing moves, asked ``every`` so many ms.

    Python would do it in the midst of a movement, and hold that up by two frames and more.
    ``is_at_rest`` says whether nothing is being worked out; a hand that zooms, scrolls or types is
    known by the processor's time that this thread takes to follow it.
    """
    before, used, turns = gc.get_threshold(), time.thread_time(), 0
    pause = min(_PAUSE, every)

    def look() -> None:
        nonlocal used, turns
        taken, used = time.thread_time() - used, time.thread_time()
        *_, grown_old = gc.get_count()
        paused = timer.interval() == pause and taken < _NEXT_TO_NOTHING and is_at_rest()
        turns = turns + 1 if grown_old else 0
        if grown_old and (paused or turns * pause >= _LONGEST * every):
            gc.collect()
            turns = 0
        timer.setInterval(pause if turns else every)

    timer = QTimer(interval=every)
    timer.timeout.connect(look)
    gc.set_threshold(_PORTION, _PORTIONS, _NEVER)
    timer.start()
    try:
        yield
    finally:
        timer.stop()
        gc.set_threshold(*before)
