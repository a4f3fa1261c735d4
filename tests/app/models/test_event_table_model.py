"""The table of events wraps the columns; what rows say is fetched as it is looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester

from app.models.cells import Tone
from app.models.event_table import SUMMARY, TYPE, EventTableModel
from app.models.row_summaries import BLOCK, KEPT
from app.models.summaries import summary
from core.events.schema import EventEnvelope
from core.replay.columns import PENDING, SessionLog
from tests.builders import chat, claim, event, log_of, viewed

EVENTS = [
    viewed("c-1", seconds=0.0, name="Raft"),
    chat("c-1", "c-2", seconds=1.2),
    event("Unheard", seconds=38.2, actor=None),
    claim("cl-1", "c-1", seconds=38.2),
]


def shown(model: EventTableModel, row: int) -> list[str]:
    return [model.cell(row, column).text for column in range(model.columnCount())]


def many(count: int) -> list[EventEnvelope]:
    return [viewed("c-1", seconds=i, name=f"n{i}") for i in range(count)]


def asked_of(model: EventTableModel) -> list[list[int]]:
    asked: list[list[int]] = []
    model.rows_requested.connect(asked.append)
    return asked


@pytest.fixture
def model(qtmodeltester: ModelTester) -> EventTableModel:
    model = EventTableModel()
    model.show_log(log_of(EVENTS))
    qtmodeltester.check(model)
    return model


def test_a_row_shows_its_event(model: EventTableModel) -> None:
    model.show_summaries({0: summary(EVENTS[0])})
    assert shown(model, 0) == [
        "1", "09:00:00.000", "", "UserViewed", "user-ada", "concept c-1", "Raft",
    ]  # fmt: skip
    assert shown(model, 2)[:6] == ["3", "09:00:38.200", "+37 s", "Unheard", "—", "—"]
    assert shown(model, 3)[2] == "+0 s"


def test_header_names_the_columns(model: EventTableModel) -> None:
    names = [
        model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())
    ]
    assert names == ["#", "Time (UTC)", "Since last", "Type", "Actor", "Object", "Summary"]


def test_events_to_come_are_muted(model: EventTableModel) -> None:
    model.show_position(2)
    assert [model.cell(row, 0).tone for row in range(4)] == [
        Tone.NORMAL, Tone.NORMAL, Tone.MUTED, Tone.MUTED,
    ]  # fmt: skip


def test_the_day_is_told_where_there_are_several() -> None:
    model = EventTableModel()
    model.show_log(log_of([viewed("c", seconds=0), viewed("c", seconds=86_400)]))
    assert model.cell(1, 1).text == "13 Nov 09:00:00.000"


def test_rows_on_screen_are_asked_for_in_blocks_each_once() -> None:
    """Else scrolling floods the store with questions."""
    model = EventTableModel()
    model.show_log(log_of(many(200)))
    asked = asked_of(model)
    model.want(60, 70)
    model.want(61, 71)
    assert asked == [list(range(BLOCK)), list(range(BLOCK, 2 * BLOCK))]


def test_the_last_block_ends_with_the_log() -> None:
    model = EventTableModel()
    model.show_log(log_of(many(3)))
    asked = asked_of(model)
    model.want(0, 40)
    assert asked == [[0, 1, 2]]


def test_what_is_known_is_not_asked_for_again() -> None:
    events = many(4)
    model = EventTableModel()
    model.show_log(log_of(events))
    model.show_summaries({1: "one", 2: "two"})
    asked = asked_of(model)
    model.want(0, 3)
    assert asked == [[0, 3]]


def test_nothing_is_asked_while_rows_are_being_read() -> None:
    """Else rows asked for too early keep their ellipsis for ever."""
    log = log_of(many(3))
    model = EventTableModel()
    model.show_log(replace(log, complete=False))
    asked = asked_of(model)
    model.want(0, 2)
    assert asked == []
    model.show_log(log)
    model.want(0, 2)
    assert asked == [[0, 1, 2]]


def test_summaries_are_kept_within_bounds_and_asked_for_again() -> None:
    count = KEPT + 3 * BLOCK
    events = many(count)
    model = EventTableModel()
    model.show_log(log_of(events))
    asked = asked_of(model)
    model.want(0, count - 1)
    model.show_summaries({at: summary(each) for at, each in enumerate(events)})
    assert model.cell(0, SUMMARY).text == "…"
    assert model.cell(count - 1, SUMMARY).text == f"n{count - 1}"
    asked.clear()
    model.want(0, 0)
    assert asked == [list(range(BLOCK))]


def test_a_log_that_grew_keeps_what_is_known(model: EventTableModel) -> None:
    model.show_summaries({0: summary(EVENTS[0])})
    resets: list[Any] = []
    model.modelReset.connect(lambda: resets.append(1))
    asked = asked_of(model)
    model.want(0, 3)
    model.show_log(log_of([*EVENTS, viewed("c-9", seconds=60)]))
    assert not resets
    assert model.rowCount() == 5
    assert model.cell(0, SUMMARY).text == "Raft"
    model.want(0, 4)
    assert asked == [[1, 2, 3], [1, 2, 3, 4]]


def test_a_log_with_an_event_in_between_is_shown_anew(model: EventTableModel) -> None:
    """A row's summary must never stay where another event now stands."""
    model.show_summaries({0: summary(EVENTS[0])})
    model.show_log(log_of([*EVENTS, viewed("early", seconds=-5)]))
    assert model.cell(0, SUMMARY).text == "…"
    assert model.cell(0, 5).text == "concept early"


def test_rows_that_are_still_being_read_say_so() -> None:
    log = log_of(EVENTS)
    pending: SessionLog = replace(
        log, kinds=(log.kinds * 0 + PENDING).astype(log.kinds.dtype), complete=False
    )
    model = EventTableModel()
    model.show_log(pending)
    assert model.cell(0, TYPE).text == "…"
    assert model.cell(0, TYPE).swatch is None
    model.show_log(log)
    assert model.cell(0, TYPE).swatch == "UserViewed"


def test_no_log_is_no_row(model: EventTableModel) -> None:
    model.show_log(None)
    assert model.rowCount() == 0
