"""The list of sessions: what is found, in which order, and what is folded away."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester

from app.models.session_list import SessionListModel
from app.models.session_order import SessionSort
from core.events.store.base import SessionSummary

DAY = 86_400_000_000
START = 1_794_474_000_000_000  # 12 Nov 2026 09:00 UTC
HOUR = 3_600_000_000


def summary(
    session_id: str,
    *,
    begins: int = 0,
    lasts: int = HOUR,
    count: int | None = None,
    actor: str | None = "ada",
) -> SessionSummary:
    return SessionSummary(session_id, START + begins, START + begins + lasts, count, actor)


SESSIONS = [
    summary("session-10", begins=2 * DAY, lasts=HOUR),
    summary("session-2", begins=DAY, lasts=3 * HOUR, actor="bo"),
    summary("session-1", begins=0, lasts=2 * HOUR, actor=None),
    summary("chat-1", begins=3 * DAY, lasts=0),
    summary("chat-2", begins=4 * DAY, lasts=0),
]


def ids(model: SessionListModel) -> list[str | None]:
    return [model.session_id(row) for row in range(model.rowCount())]


@pytest.fixture
def model(qtmodeltester: ModelTester) -> SessionListModel:
    model = SessionListModel()
    model.show_sessions(SESSIONS)
    qtmodeltester.check(model)
    return model


def test_one_event_sessions_are_folded_into_one_line_at_the_end(model: SessionListModel) -> None:
    """A backend makes one for each stray chat turn: they would bury the sessions."""
    assert ids(model) == ["session-10", "session-2", "session-1", None]
    assert model.fold_text() == "2 sessions of one event"
    model.set_open(True)
    assert ids(model)[3:] == [None, "chat-2", "chat-1"]
    model.set_open(False)
    assert len(ids(model)) == 4


def test_counts_decide_what_is_folded(model: SessionListModel) -> None:
    """A session may begin as it ends and still have several events, at one instant."""
    model.show_counts({"session-1": 30, "chat-1": 3, "chat-2": 1})
    assert ids(model) == ["chat-1", "session-10", "session-2", "session-1", None]
    assert model.fold_text() == "1 session of one event"


def test_a_log_of_one_event_sessions_is_open_from_the_start() -> None:
    model = SessionListModel()
    model.show_sessions(SESSIONS[3:])
    assert ids(model) == [None, "chat-2", "chat-1"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (SessionSort.NEWEST, ["session-10", "session-2", "session-1"]),
        (SessionSort.LONGEST, ["session-2", "session-1", "session-10"]),
        (SessionSort.MOST_EVENTS, ["session-1", "session-10", "session-2"]),
        (SessionSort.NAME, ["session-1", "session-2", "session-10"]),
    ],
)
def test_sessions_are_sorted(model: SessionListModel, sort: SessionSort, order: list[str]) -> None:
    model.sort_by(sort)
    model.show_counts({"session-1": 400, "session-10": 30, "session-2": 10})
    assert ids(model)[:3] == order


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("session-2", ["session-2"]),
        ("BO", ["session-2"]),
        ("13 nov", ["session-2"]),
        ("2026-11-12", ["session-1"]),
        ("ada session", ["session-10"]),
        ("nothing such", []),
        ("chat", [None, "chat-2", "chat-1"]),
    ],
)
def test_sessions_are_found_by_id_actor_and_date(
    model: SessionListModel, text: str, found: list[str | None]
) -> None:
    model.find(text)
    assert ids(model) == found
    model.find("")
    assert len(ids(model)) == 4


def test_a_row_tells_size_length_and_start(model: SessionListModel) -> None:
    model.show_counts({"session-1": 400})
    row = model.row(model.row_of("session-1") or 0)
    assert row is not None
    assert (row.actor, row.size, row.length) == ("—", "400 events", "2 h")
    assert row.started == "12 Nov 2026 09:00"


def test_a_screen_reader_hears_all_of_a_row(model: SessionListModel) -> None:
    model.show_counts({"session-2": 12})
    role = Qt.ItemDataRole.AccessibleTextRole
    assert model.index(1).data(role) == "session-2, bo, 12 events, 3 h, 13 Nov 2026 09:00"
    assert model.index(3).data(role) == "2 sessions of one event, closed"


def test_sparklines_are_asked_for_once_for_rows_that_show(model: SessionListModel) -> None:
    asked: list[list[str]] = []
    model.activity_requested.connect(asked.append)
    model.want_activity(0, 1)
    model.want_activity(0, 3)
    assert asked == [["session-10", "session-2"], ["session-1"]]
    model.show_activity({"session-2": [0, 3, 1]})
    row = model.row(1)
    assert row is not None and row.activity == (0, 3, 1)


def test_reading_the_file_again_keeps_what_did_not_change(model: SessionListModel) -> None:
    """F5 must not blank the list; a session that grew is asked for again."""
    model.show_counts({"session-1": 400, "session-2": 12})
    model.show_activity({"session-1": [1], "session-2": [2]})
    grown = summary("session-2", begins=DAY, lasts=4 * HOUR, actor="bo")
    model.show_sessions([SESSIONS[0], grown, *SESSIONS[2:]])
    asked: list[list[str]] = []
    model.activity_requested.connect(asked.append)
    model.want_activity(0, 3)
    assert asked == [["session-10", "session-2"]]
    assert model.row(2).size == "400 events"  # type: ignore[union-attr]
    assert model.row(1).size == "… events"  # type: ignore[union-attr]


def test_the_open_session_is_shown_even_if_folded(model: SessionListModel) -> None:
    model.show_current("chat-1")
    row = model.row_of("chat-1")
    assert row is not None
    assert model.row(row).current  # type: ignore[union-attr]
