"""Late events and what was known when, in the window, on real files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QTableView
from pytestqt.qtbot import QtBot

from app.features.arrival import NONE_LATE
from app.models.cells import Tone
from app.models.event_table import NUMBER, SINCE, SUMMARY, TIME
from app.views.known_section import ALL_KNOWN, NO_MOMENT
from app.views.timeline.late_layer import LateLayer
from app.views.timeline.scene import Hit
from app.window import Window
from core.projectors.rules import RECENCY
from tests.app.windows import PATIENCE, position, texts
from tests.builders import captured, viewed
from tests.builders_files import append_elsewhere, in_session, row_of, write_log


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    """By time: #1 raft, #2 raft (late), #3 a paper (later still), #4 paxos, #5 raft, #6 raft."""
    arriving = [
        (viewed("raft", seconds=0, name="Raft"), 0),
        (viewed("paxos", seconds=30, name="Paxos"), 30),
        (viewed("raft", seconds=40), 40),
        (viewed("raft", seconds=10), 42),
        (captured("document", "paper", seconds=20), 48),
        (viewed("raft", seconds=60), 60),
    ]
    rows = [
        row_of(event, created_at=f"2026-11-12 09:{second // 60:02}:{second % 60:02}")
        for event, second in arriving
    ]
    return write_log(tmp_path / "my.db", rows)


@pytest.fixture
def opened(window: Window, settled: Callable[[], None], log_file: Path) -> Window:
    window.open(log_file)
    settled()
    return window


def go(window: Window, event: int) -> None:
    window.clock.change(lambda p: p.at_position(event))


def known_rows(window: Window) -> list[list[str]]:
    table = window.arrival.section.findChild(QTableView, "known")
    assert isinstance(table, QTableView)
    model = table.model()
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def hits(window: Window) -> list[Hit]:
    """What the marks of late events tell, each once."""
    picture = window.timeline._shown()
    assert picture is not None
    layer = window.timeline._layers["late"]
    assert isinstance(layer, LateLayer)
    lanes = picture.layout.within_plot(picture.layout.lanes)
    found: list[Hit] = []
    for y in range(lanes.top(), lanes.bottom() + 3, 3):
        for x in range(lanes.left(), lanes.right() + 1, 4):
            hit = layer.hit(QPoint(x, y), picture.layout, picture.scene, picture.everything)
            if hit is not None and hit not in found:
                found.append(hit)
    return found


def test_next_and_previous_step_through_the_late_events(opened: Window) -> None:
    opened.actions_by_id["start"].trigger()
    for wanted in (2, 3, 3):
        opened.actions_by_id["next-late"].trigger()
        assert position(opened) == wanted
    opened.actions_by_id["previous-late"].trigger()
    assert position(opened) == 2


def test_stepping_by_arrival_goes_as_they_came(opened: Window) -> None:
    opened.actions_by_id["start"].trigger()
    came = []
    for _ in range(7):
        opened.actions_by_id["next-arrived"].trigger()
        came.append(position(opened))
    assert came == [1, 4, 5, 2, 3, 6, 6]
    for wanted in (3, 2, 5, 4, 1, 0, 0):
        opened.actions_by_id["previous-arrived"].trigger()
        assert position(opened) == wanted


def test_as_it_was_known_tells_what_came_too_late_to_count(
    opened: Window, settled: Callable[[], None]
) -> None:
    section = opened.arrival.section
    assert not section.isVisible()
    opened.actions_by_id["as-known"].trigger()
    go(opened, 5)
    settled()
    assert section.isVisible()
    assert "2 of the 5 events until here had not come yet:" in texts(section)
    assert known_rows(opened) == [
        ["Uncertainty", "0.80", "0.50"],
        ["Raft", "1.  0.40", "1.  0.60"],
        ["document paper", "—", "0.70"],
    ]
    go(opened, 3)
    settled()
    assert "This event came 18 s and 2 events late." in texts(section)
    assert ALL_KNOWN in texts(section)
    assert known_rows(opened) == []
    go(opened, 0)
    settled()
    assert NO_MOMENT in texts(section)
    opened.actions_by_id["as-known"].trigger()
    assert not section.isVisible()


def test_other_rules_tell_other_values(opened: Window, settled: Callable[[], None]) -> None:
    opened.actions_by_id["as-known"].trigger()
    go(opened, 5)
    opened.replay.set_rules(RECENCY)
    settled()
    assert known_rows(opened)[0][0] == "Uncertainty"
    assert known_rows(opened)[0][1:] != ["0.80", "0.50"]


def test_the_table_has_a_sign_for_late_events_and_a_tip(opened: Window) -> None:
    model = opened.event_table._table
    late = [row for row in range(6) if model.cell(row, SINCE).text.startswith("↶")]
    assert late == [1, 2]
    assert model.tip(1, SINCE) == "arrived 12 s and 2 events late"
    told = model.index(1, SINCE).data(Qt.ItemDataRole.AccessibleTextRole)
    assert told.endswith("arrived 12 s and 2 events late")
    assert model.tip(0, SINCE) == ""


def test_the_lanes_mark_late_events_and_tell_how_late(opened: Window) -> None:
    told = hits(opened)
    assert sorted(hit.seek.position for hit in told if hit.seek) == [2, 3]
    assert any("↶ came 12 s and 2 events late" in hit.text for hit in told)
    assert not opened.timeline.grab().isNull()


def test_a_late_event_that_arrives_while_one_looks_is_marked(
    opened: Window, qtbot: QtBot, log_file: Path, settled: Callable[[], None]
) -> None:
    append_elsewhere(log_file, [viewed("raft", seconds=50)])

    def count() -> int:
        lateness = opened.arrival.model.lateness
        return 0 if lateness is None else len(lateness.order.late)

    qtbot.wait_until(lambda: count() == 3, timeout=PATIENCE)
    settled()
    opened.actions_by_id["as-known"].trigger()
    go(opened, 7)
    settled()
    assert "1 of the 7 events until here" in texts(opened.arrival.section)


def numbers(window: Window) -> list[str]:
    model = window.event_table._table
    return [model.cell(row, NUMBER).text for row in range(model.rowCount())]


def test_all_of_it_can_be_seen_in_the_order_in_which_it_arrived(
    opened: Window, settled: Callable[[], None]
) -> None:
    """Table, steps and what was known would go on in another order than the charts."""
    opened.actions_by_id["axis-arrival"].trigger()
    settled()
    model, section = opened.event_table._table, opened.arrival.section
    assert numbers(opened) == ["1", "4", "5", "2", "3", "6"]
    assert [model.cell(row, SINCE).text for row in (1, 3)] == ["+30 s", "↶ −30 s"]
    assert section.isVisible()
    opened.actions_by_id["start"].trigger()
    came = []
    for _ in range(4):
        opened.actions_by_id["next"].trigger()
        came.append(position(opened))
    assert came == [1, 4, 5, 2]
    settled()
    assert opened.event_table.currentIndex().row() == 3
    assert [model.cell(row, TIME).tone is Tone.MUTED for row in range(6)] == [False] * 4 + [
        True
    ] * 2
    assert "This event came 12 s and 2 events late." in texts(section)
    opened.actions_by_id["previous"].trigger()
    assert position(opened) == 5
    opened.actions_by_id["axis-time"].trigger()
    settled()
    assert numbers(opened) == ["1", "2", "3", "4", "5", "6"]
    assert not section.isVisible()


def test_by_arrival_the_lanes_have_what_was_late_where_it_came(
    opened: Window, settled: Callable[[], None]
) -> None:
    opened.actions_by_id["axis-arrival"].trigger()
    settled()
    told = hits(opened)
    assert sorted(hit.seek.position for hit in told if hit.seek) == [2, 3]
    picture = opened.timeline._shown()
    layer = opened.timeline._layers["late"]
    assert picture is not None
    assert isinstance(layer, LateLayer)
    _, pixels, _ = layer._marks(picture.layout, picture.scene)
    assert pixels.tolist() == picture.scene.pixels(np.array([4.0, 5.0])).round().tolist()
    assert not opened.timeline.grab().isNull()


def test_by_arrival_the_hits_alone_are_in_that_order_too(
    opened: Window, settled: Callable[[], None]
) -> None:
    opened.actions_by_id["axis-arrival"].trigger()
    opened.filter.bar.field.setText("concept:raft")
    settled()
    opened.actions_by_id["only-hits"].trigger()
    settled()
    assert numbers(opened) == ["1", "5", "2", "6"]
    opened.actions_by_id["axis-event"].trigger()
    settled()
    assert numbers(opened) == ["1", "2", "5", "6"]


def test_what_comes_late_while_one_looks_is_the_last_by_arrival(
    opened: Window, qtbot: QtBot, log_file: Path, settled: Callable[[], None]
) -> None:
    """Its row would come up where nobody looks, and the others' summaries be of other events."""
    opened.actions_by_id["axis-arrival"].trigger()
    append_elsewhere(log_file, [viewed("late", seconds=50, name="Late")])
    qtbot.wait_until(lambda: len(numbers(opened)) == 7, timeout=PATIENCE)
    settled()
    assert numbers(opened) == ["1", "4", "5", "2", "3", "7", "6"]
    model = opened.event_table._table

    def summaries() -> list[str]:
        model.want(0, 6)
        return [model.cell(row, SUMMARY).text for row in range(7)]

    qtbot.wait_until(lambda: "…" not in summaries(), timeout=PATIENCE)
    assert summaries()[6] == "Late"
    assert summaries()[0] == "Raft"


def test_a_session_where_nothing_was_late_says_so(
    window: Window, settled: Callable[[], None], tmp_path: Path
) -> None:
    events = [viewed("raft"), viewed("raft", seconds=1)]
    window.open(write_log(tmp_path / "my.db", in_session("s", events)))
    settled()
    window.actions_by_id["next-late"].trigger()
    assert NONE_LATE in texts(window.banner)
    assert "late" not in window.timeline._layers
    window.actions_by_id["as-known"].trigger()
    settled()
    assert ALL_KNOWN in texts(window.arrival.section)
