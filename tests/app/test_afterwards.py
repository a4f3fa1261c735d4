"""What may come a little after the picture: all of it comes, the newest of each, in order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from app.afterwards import Afterwards
from tests.app.windows import PATIENCE


class Told(QObject):
    """Something that is told, in a hurry or not."""

    one = Signal(int)
    two = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.hurried = False
        self.heard: list[tuple[str, int]] = []
        self.afterwards = Afterwards(lambda: self.hurried, self)
        later = self.afterwards.later
        self.one.connect(later(lambda n: self.heard.append(("one", n))))
        self.two.connect(later(lambda n: self.heard.append(("two", n))))


@pytest.fixture
def told(qtbot: QtBot) -> Iterator[Told]:
    told = Told()
    yield told
    told.afterwards.stop()


def test_without_hurry_everything_comes_at_once(told: Told) -> None:
    """Another session on screen would show the pages of the one before."""
    told.one.emit(1)
    assert told.heard == [("one", 1)]
    assert not told.afterwards.busy


def test_in_a_hurry_the_newest_of_each_comes_soon_and_in_order(told: Told, qtbot: QtBot) -> None:
    """Pages that hang on the table would be told before it, or each event cost a turn."""
    told.hurried = True
    told.one.emit(1)
    told.two.emit(1)
    told.one.emit(2)
    assert told.heard == []
    assert told.afterwards.busy
    qtbot.wait_until(lambda: not told.afterwards.busy, timeout=PATIENCE)
    assert told.heard == [("one", 2), ("two", 1)]


def test_what_waits_comes_before_what_is_told_without_hurry(told: Told) -> None:
    """A page would go back to a session that was left."""
    told.hurried = True
    told.one.emit(1)
    told.two.emit(1)
    told.hurried = False
    told.two.emit(2)
    assert told.heard == [("one", 1), ("two", 1), ("two", 2)]
    assert not told.afterwards.busy


def test_what_is_patient_waits_behind_what_waits(told: Told, qtbot: QtBot) -> None:
    """The turn that shows what arrived would do all the rest as well, where the playhead rests."""
    told.two.disconnect()
    told.two.connect(told.afterwards.later(lambda n: told.heard.append(("two", n)), patient=True))
    told.two.emit(1)
    assert told.heard == [("two", 1)], "nothing waits"
    told.hurried = True
    told.one.emit(1)
    told.hurried = False
    told.two.emit(2)
    assert told.heard == [("two", 1)]
    qtbot.wait_until(lambda: not told.afterwards.busy, timeout=PATIENCE)
    assert told.heard == [("two", 1), ("one", 1), ("two", 2)]


def test_a_fault_holds_up_nothing_else(told: Told, qtbot: QtBot) -> None:
    """One page that fails would leave all behind it as they were."""

    def fail(_: int) -> None:
        raise ValueError("broken")

    failing = Told()
    failing.hurried = True
    failing.one.disconnect()
    failing.one.connect(failing.afterwards.later(fail))
    with qtbot.capture_exceptions() as faults:
        failing.one.emit(1)
        failing.two.emit(1)
        qtbot.wait_until(lambda: failing.heard == [("two", 1)], timeout=PATIENCE)
    assert [kind for kind, *_ in faults] == [ValueError]


def test_stopped_it_calls_nothing(told: Told) -> None:
    """A window that goes would be told of what it has no views for any more."""
    told.hurried = True
    told.one.emit(1)
    told.afterwards.stop()
    told.afterwards.finish()
    assert told.heard == []
