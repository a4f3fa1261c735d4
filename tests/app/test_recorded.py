"""Recorded contexts in the window, on real files: marked, listed and stepped through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton, QTableView
from pytestqt.qtbot import QtBot

from app.models import recorded as recorded_model
from app.views.recorded_page import ALL_AGREE, NOTHING
from app.views.timeline.recorded_layer import RecordedLayer
from app.views.timeline.scene import Hit
from app.window import Window
from core.projectors.rules import RECENCY
from tests.app.windows import PATIENCE, position, texts
from tests.builders import viewed
from tests.builders_files import append_elsewhere, in_session, write_log
from tests.builders_recorded import payload_of, recorded, with_recorded_contexts


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    return write_log(tmp_path / "my.db", with_recorded_contexts())


@pytest.fixture
def opened(window: Window, settled: Callable[[], None], log_file: Path) -> Window:
    window.open(log_file)
    settled()
    return window


def table_of(window: Window) -> QTableView:
    table = window.recorded.page.findChild(QTableView, "recorded")
    assert isinstance(table, QTableView)
    return table


def rows_of(window: Window) -> list[list[str]]:
    model = table_of(window).model()
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def hits(window: Window) -> list[Hit]:
    """What the marks over the uncertainty tell, from left to right, each once."""
    picture = window.timeline._shown()
    assert picture is not None
    layer = window.timeline._layers["recorded"]
    assert isinstance(layer, RecordedLayer)
    plot = picture.layout.within_plot(picture.layout.uncertainty)
    found: list[Hit] = []
    for y in (plot.top() + 3, plot.bottom()):
        for x in range(plot.left(), plot.right() + 1):
            hit = layer.hit(QPoint(x, y), picture.layout, picture.scene, picture.everything)
            if hit is not None and hit not in found:
                found.append(hit)
    return found


def test_what_differs_is_listed_with_what_was_recorded_and_what_the_rules_give(
    opened: Window,
) -> None:
    opened.actions_by_id["show-recorded"].trigger()
    tampered, nonsense = rows_of(opened)
    assert tampered[0] == "7"
    assert tampered[2:] == ["RAFT", "0.90", "0.60", "6"]
    assert nonsense[0] == "8"
    assert nonsense[2] == "not a context"
    assert "active_concepts are no list" in nonsense[3]
    assert "3 recorded contexts · 2 differ" in texts(opened.recorded.page)


def test_a_press_and_enter_go_to_the_event(opened: Window, qtbot: QtBot) -> None:
    opened.actions_by_id["show-recorded"].trigger()
    table = table_of(opened)
    cell = table.visualRect(table.model().index(0, 2))
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=cell.center())
    assert position(opened) == 7
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Down)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert position(opened) == 8


def test_next_and_previous_step_through_what_differs(opened: Window) -> None:
    opened.actions_by_id["start"].trigger()
    opened.actions_by_id["next-recorded"].trigger()
    assert position(opened) == 7
    opened.actions_by_id["next-recorded"].trigger()
    assert position(opened) == 8
    opened.actions_by_id["previous-recorded"].trigger()
    assert position(opened) == 7
    assert table_of(opened).currentIndex().row() == 0


def test_the_timeline_marks_what_differs_and_what_agrees(opened: Window) -> None:
    told = hits(opened)
    assert [hit.seek.position for hit in told if hit.seek] == [7, 8, 5]
    assert "RAFT: recorded 0.90, the rules give 0.60" in told[0].text
    assert "is no context" in told[1].text
    assert told[2].text == "Recorded context #5: as the rules give it"
    assert not opened.timeline.grab().isNull()


def test_other_rules_have_all_of_it_checked_again(
    opened: Window, settled: Callable[[], None]
) -> None:
    opened.actions_by_id["show-recorded"].trigger()
    opened.replay.set_rules(RECENCY)
    settled()
    assert len(opened.recorded.model.state.findings) == 3
    assert "“Recency”" in texts(opened.recorded.page)


def test_times_are_told_as_the_user_chose(opened: Window, settled: Callable[[], None]) -> None:
    opened.actions_by_id["show-recorded"].trigger()
    assert rows_of(opened)[0][1] == "09:01:00.000"
    opened.actions_by_id["times-start"].trigger()
    settled()
    assert rows_of(opened)[0][1].startswith("+00:01:00")
    opened.actions_by_id["times-utc"].trigger()


def test_a_session_that_grows_has_only_what_came_checked(
    opened: Window, qtbot: QtBot, log_file: Path, settled: Callable[[], None]
) -> None:
    """A late event moves all that follow it: what differs must still be found where it is."""
    before = opened.recorded.model.state.findings
    late = viewed("paxos", seconds=5)
    wrong = recorded({"uncertainty_score": 0.123}, seconds=90)
    append_elsewhere(log_file, [late, wrong])
    qtbot.wait_until(lambda: len(opened.recorded.model.state.findings) == 3, timeout=PATIENCE)
    settled()
    state = opened.recorded.model.state
    assert state.findings[:2] == before
    assert [event + 1 for event in state.differing.tolist()] == [8, 9, 11]
    opened.actions_by_id["fit"].trigger()
    assert [hit.seek.position for hit in hits(opened) if hit.seek] == [8, 9, 11, 6]


def test_another_session_leaves_nothing_of_the_one_before(
    window: Window, settled: Callable[[], None], tmp_path: Path
) -> None:
    good = [viewed("raft"), recorded(payload_of([viewed("raft")]), seconds=1)]
    events = [
        *with_recorded_contexts(),
        *in_session("good", good),
        *in_session("bare", [viewed("raft"), viewed("raft", seconds=1)]),
    ]
    window.open(write_log(tmp_path / "my.db", events))
    settled()
    window.actions_by_id["show-recorded"].trigger()
    window.opening.open_session("good")
    settled()
    assert ALL_AGREE in texts(window.recorded.page)
    window.actions_by_id["next-recorded"].trigger()
    assert "is what the rules give" in texts(window.banner)
    window.opening.open_session("bare")
    settled()
    assert NOTHING in texts(window.recorded.page)
    assert "recorded" not in window.timeline._layers


def test_very_many_are_checked_once_somebody_looks(
    window: Window,
    settled: Callable[[], None],
    log_file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else opening a long log would make the window slow for what nobody asked for."""
    monkeypatch.setattr(recorded_model, "AT_ONCE", 2)
    window.open(log_file)
    settled()
    assert window.recorded.model.state.is_waiting
    window.actions_by_id["next-recorded"].trigger()
    settled()
    assert len(window.recorded.model.state.findings) == 2


def test_the_check_can_be_stopped_and_begun_again(
    window: Window, settled: Callable[[], None], log_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded_model, "AT_ONCE", 2)
    window.open(log_file)
    settled()
    window.actions_by_id["show-recorded"].trigger()
    window.recorded.model.stop()
    button = window.recorded.page.findChild(QPushButton, "recorded-button")
    assert isinstance(button, QPushButton)
    assert (button.text(), button.isVisible()) == ("Check", True)
    button.click()
    settled()
    assert len(window.recorded.model.state.findings) == 2
    assert not button.isVisible()
