"""What follows the playhead does so at once, in passing or at rest, and holds no hand up."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from app.models.settling import Settling
from tests.app.windows import PATIENCE


@pytest.fixture
def settling(qtbot: QtBot) -> Settling:
    return Settling()


@pytest.fixture
def told(settling: Settling) -> list[str]:
    """What it told, in order."""
    told: list[str] = []
    settling.rested.connect(lambda: told.append("rested"))
    settling.passed.connect(lambda: told.append("passed"))
    return told


def test_a_single_movement_is_followed_in_full_and_once(
    settling: Settling, told: list[str], qtbot: QtBot
) -> None:
    """After a click the table would wait for a rest that is there already, or be filled twice."""
    with qtbot.wait_signal(settling.rested, timeout=PATIENCE):
        settling.moved(by_itself=False)
        assert told == []
    assert not settling.waits
    rests = QTimer(interval=100, singleShot=True)
    with qtbot.wait_signal(rests.timeout, timeout=PATIENCE):
        rests.start()
    assert told == ["rested"]


def test_a_drag_is_followed_in_passing_and_in_full_where_it_ends(
    settling: Settling, told: list[str], qtbot: QtBot
) -> None:
    """Each few frames of a scrub rows would be read that nobody sees, and hold up the hand."""
    hand = QTimer(interval=5)
    hand.timeout.connect(lambda: settling.moved(by_itself=False))
    hand.start()
    qtbot.wait_until(lambda: told.count("passed") >= 3, timeout=PATIENCE)
    hand.stop()
    qtbot.wait_until(lambda: not settling.waits, timeout=PATIENCE)
    assert told[0] == told[-1] == "rested"


def test_what_moves_by_itself_is_followed_in_full(
    settling: Settling, told: list[str], qtbot: QtBot
) -> None:
    """While it plays, the table's rows would come without what they say."""
    plays = QTimer(interval=5)
    plays.timeout.connect(lambda: settling.moved(by_itself=True))
    plays.start()
    qtbot.wait_until(lambda: len(told) >= 3, timeout=PATIENCE)
    plays.stop()
    assert set(told) == {"rested"}


def test_stopped_it_tells_nothing(settling: Settling, told: list[str], qtbot: QtBot) -> None:
    """Views would be told of a session that is closed."""
    settling.moved(by_itself=False)
    settling.stop()
    assert not settling.waits
    other = Settling()
    with qtbot.wait_signal(other.rested, timeout=PATIENCE):
        other.moved(by_itself=False)
    assert told == []
