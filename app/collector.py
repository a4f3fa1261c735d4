"""When the window's program looks for garbage: in small portions, and for all of it at rest."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QTimer

_PORTION, _PORTIONS = 700, 3
"""So many portions of young objects are looked through once more before they count as old. Ten of
them, as Python has it, take as long as a frame."""
_NEVER = 1 << 30
_EVERY = 10_000
_LONGEST = 12
"""After so many turns without a rest it is looked for all the same."""


@contextmanager
def collected_at_rest(is_at_rest: Callable[[], bool], *, every: int = _EVERY) -> Iterator[None]:
    """Meanwhile old objects are looked through when nothing moves, asked ``every`` so many ms.

    Python would do it in the midst of a movement, and hold that up by two frames and more.
    """
    before, turns = gc.get_threshold(), 0

    def look() -> None:
        nonlocal turns
        *_, grown_old = gc.get_count()
        turns += 1
        if grown_old and (turns >= _LONGEST or is_at_rest()):
            turns = 0
            gc.collect()

    timer = QTimer(interval=every)
    timer.timeout.connect(look)
    gc.set_threshold(_PORTION, _PORTIONS, _NEVER)
    timer.start()
    try:
        yield
    finally:
        timer.stop()
        gc.set_threshold(*before)
