"""Looking for garbage while nobody waits."""

from __future__ import annotations

import gc
import time
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from app.collector import collected_at_rest


class Knot:
    """An object that refers to itself: counting references never lets it go."""

    def __init__(self) -> None:
        self.itself = self


def old_garbage() -> weakref.ref[Knot]:
    """Garbage that has lived so long that Python takes it for something that stays."""
    knot = Knot()
    gc.collect(1)
    known = weakref.ref(knot)
    del knot
    gc.collect(1)
    assert known() is not None
    return known


@pytest.fixture
def resting() -> Iterator[list[bool]]:
    before = gc.get_threshold()
    yield [True]
    assert gc.get_threshold() == before, "Python looks for garbage no more"


def test_what_is_no_longer_used_goes_while_nothing_moves(qtbot: QtBot, resting: list[bool]) -> None:
    """Else memory would grow for as long as the window is open."""
    with collected_at_rest(lambda: resting[0], every=5):
        known = old_garbage()
        qtbot.wait_until(lambda: known() is None)


def test_a_movement_is_not_held_up(qtbot: QtBot, resting: list[bool]) -> None:
    """To look through everything takes as long as two frames."""
    resting[0], asked = False, list[bool]()

    def is_at_rest() -> bool:
        asked.append(resting[0])
        return resting[0]

    with collected_at_rest(is_at_rest, every=5):
        known = old_garbage()
        qtbot.wait_until(lambda: len(asked) >= 3)
        assert known() is not None
        resting[0] = True
        qtbot.wait_until(lambda: known() is None)


def test_a_movement_that_never_ends_does_not_fill_the_memory(
    qtbot: QtBot, resting: list[bool]
) -> None:
    """A running session is never at rest."""
    with collected_at_rest(lambda: False, every=1):
        known = old_garbage()
        qtbot.wait_until(lambda: known() is None)


def test_a_hand_that_moves_something_is_not_held_up(qtbot: QtBot, resting: list[bool]) -> None:
    """Nothing is worked out while one zooms, and the picture would stand still all the same."""
    asked = list[bool]()
    zooming = QTimer(interval=1)
    zooming.timeout.connect(lambda: busy_for(0.01))
    with collected_at_rest(lambda: bool(asked.append(True)) or True, every=300):
        known = old_garbage()
        zooming.start()
        still = QTimer(interval=700, singleShot=True)
        with qtbot.wait_signal(still.timeout):
            still.start()
        assert known() is not None
        assert asked == []
        zooming.stop()
        qtbot.wait_until(lambda: known() is None)


def busy_for(seconds: float) -> None:
    """Take so much of the processor."""
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass
