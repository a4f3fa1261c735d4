"""The turns of a session in the window, on real files: drawn, told, stepped through, followed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from app.models import turns as turn_models
from app.models.event_table import EventTableModel
from app.models.opening import Wish
from app.views.timeline.thread import KNOTS_MOST, Thread
from app.window import Window
from core.events.schema import EventEnvelope
from core.replay.moment import Moment
from tests.app.windows import PATIENCE, position, texts
from tests.builders import chat, claim, viewed
from tests.builders_files import Row, append_elsewhere, execute_elsewhere, row_of, write_log


def in_turn(event: EventEnvelope, correlation: str | None = None, trace: str | None = None) -> Row:
    return row_of(event, correlation_id=correlation, trace_id=trace)


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    """Events 1, 3 and 6 are a turn, 2 and 4 another, 5 none."""
    events = [
        in_turn(chat("raft", seconds=0), "c-1"),
        in_turn(viewed("paxos", seconds=10), None, "t-2"),
        in_turn(claim("cl-1", "raft", seconds=20), "c-1", "t-1"),
        in_turn(viewed("paxos", seconds=30), None, "t-2"),
        in_turn(viewed("clocks", seconds=40)),
        in_turn(viewed("raft", seconds=50), None, "t-1"),
    ]
    return write_log(tmp_path / "turns.db", events)


@pytest.fixture
def at_third(window: Window, settled: Callable[[], None], log_file: Path) -> Window:
    """The window at the second event of the first turn."""
    window.open(log_file, Wish("s", Moment("#3")))
    settled()
    return window


def do(window: Window, command: str, settled: Callable[[], None]) -> int:
    window.actions_by_id[command].trigger()
    settled()
    return position(window)


def marked(window: Window) -> list[int]:
    """The numbers of the rows that the table marks."""
    model = window.event_table.model()
    assert isinstance(model, EventTableModel)
    return [row + 1 for row in range(model.rowCount()) if model.cell(row, 0).mark]


def thread(window: Window) -> Thread | None:
    layer = window.timeline._layers.get("turn")
    assert layer is None or isinstance(layer, Thread)
    return layer


def links(window: Window) -> list[str]:
    found = window.turns.bar.findChildren(QToolButton)
    return [link.text() for link in found if link.isVisibleTo(window.turns.bar)]


def test_the_turn_of_the_event_at_the_playhead_is_told_marked_and_drawn(at_third: Window) -> None:
    """Which events answer each other would have to be read out of their ids."""
    assert "Turn: 2 of 3 events" in texts(at_third.turns.bar)
    assert links(at_third) == ["#1", "#3", "#6"]
    assert marked(at_third) == [1, 3, 6]
    drawn = thread(at_third)
    assert drawn is not None
    assert drawn.events.tolist() == [0, 2, 5]


def test_t_steps_through_the_turn(at_third: Window, settled: Callable[[], None]) -> None:
    """The answer to a question would be looked for event by event."""
    assert do(at_third, "next-in-turn", settled) == 6
    assert do(at_third, "next-in-turn", settled) == 6
    assert do(at_third, "previous-in-turn", settled) == 3
    assert do(at_third, "previous-in-turn", settled) == 1
    assert marked(at_third) == [1, 3, 6]


def test_from_an_event_without_a_turn_one_gets_to_the_next_that_has_one(
    at_third: Window, settled: Callable[[], None]
) -> None:
    """The key would be dead, and nobody would know why."""
    at_third.clock.change(lambda p: p.at_position(5))
    settled()
    assert "Turn: none" in texts(at_third.turns.bar)
    assert marked(at_third) == []
    assert thread(at_third) is None
    assert do(at_third, "previous-in-turn", settled) == 4
    assert marked(at_third) == [2, 4]


def test_a_link_leads_to_its_event(at_third: Window, settled: Callable[[], None]) -> None:
    at_third.actions_by_id["show-detail"].trigger()
    at_third.turns.bar.findChildren(QToolButton, "turn-link-2")[0].click()
    settled()
    assert position(at_third) == 6
    assert "Turn: 3 of 3 events" in texts(at_third.turns.bar)


def test_the_thread_tells_what_it_joins(at_third: Window) -> None:
    """A line without words is a riddle."""
    picture = at_third.timeline._shown()
    drawn = thread(at_third)
    assert picture is not None
    assert drawn is not None
    _, points = drawn._knots(picture.layout, picture.scene)
    hit = picture.hit(points[2].toPoint())
    assert hit is not None
    assert "Turn: 3 of 3 events" in hit.text
    assert "#6 UserViewed" in hit.text
    assert hit.seek is not None
    assert hit.seek.position == 6
    between = (points[0] + points[1]) / 2
    on_line = picture.hit(between.toPoint())
    assert on_line is not None
    assert on_line.text == "Turn of 3 events between 09:00:00 and 09:00:50"
    beside = picture.hit(between.toPoint() + QPoint(25, 0))
    assert beside is None or "Turn of" not in beside.text


def test_a_turn_that_grows_is_followed_late_events_included(
    at_third: Window, settled: Callable[[], None], log_file: Path, qtbot: QtBot
) -> None:
    """While a session runs the answer comes after the question."""
    late = in_turn(viewed("raft", seconds=5), None, "t-1")
    append_elsewhere(log_file, [late, in_turn(chat(seconds=60), "c-1")])
    qtbot.wait_until(lambda: marked(at_third) == [1, 2, 4, 7, 8], timeout=PATIENCE)
    settled()
    assert position(at_third) == 4
    assert "Turn: 3 of 5 events" in texts(at_third.turns.bar)


def test_the_turns_of_a_long_session_are_read_when_asked_for(
    window: Window,
    settled: Callable[[], None],
    log_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A million rows would be read a second time each time a session is opened."""
    monkeypatch.setattr(turn_models, "UNASKED", 5)
    window.open(log_file, Wish("s", Moment("#3")))
    settled()
    assert "not looked for yet" in texts(window.turns.bar)
    assert links(window) == ["Find the turns"]
    assert marked(window) == []
    assert do(window, "next-in-turn", settled) == 6
    assert marked(window) == [1, 3, 6]


def test_another_session_has_turns_of_its_own(
    at_third: Window, settled: Callable[[], None], tmp_path: Path
) -> None:
    """The thread of the session before would lie over another one."""
    at_third.open(write_log(tmp_path / "other.db", [viewed("raft", seconds=n) for n in range(3)]))
    settled()
    assert thread(at_third) is None
    assert marked(at_third) == []
    assert "Turn: none" in texts(at_third.turns.bar)
    at_third.actions_by_id["close"].trigger()
    assert thread(at_third) is None


def test_a_file_that_was_rewritten_is_told(
    window: Window,
    settled: Callable[[], None],
    log_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The turns would be those of rows that are no more."""
    monkeypatch.setattr(turn_models, "UNASKED", 5)
    window.open(log_file)
    settled()
    execute_elsewhere(log_file, "DELETE FROM events WHERE rowid = 3")
    window.turns.bar.read_requested.emit()
    settled()
    assert "1 rows of the session vanished" in texts(window.turns.bar)


def test_a_turn_of_a_great_many_events_is_drawn_through_a_bounded_number(
    window: Window, settled: Callable[[], None], tmp_path: Path
) -> None:
    """A frame would cost what the log holds."""
    looks = [
        in_turn(chat(seconds=n) if n % 2 else viewed("r", seconds=n), "c") for n in range(3000)
    ]
    window.open(write_log(tmp_path / "one.db", looks))
    settled()
    picture, drawn = window.timeline._shown(), thread(window)
    assert picture is not None
    assert drawn is not None
    assert 100 < len(drawn._knots(picture.layout, picture.scene)[1]) <= KNOTS_MOST
    assert links(window) == [f"#{n:,}" for n in range(2_994, 3_001)]
