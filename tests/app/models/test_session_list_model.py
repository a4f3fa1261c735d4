"""The list of sessions: what is found, in which order, and what is folded away."""

from __future__ import annotations

from dataclasses import replace

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


class TestGrowing:
    @pytest.fixture
    def counted(self, model: SessionListModel) -> SessionListModel:
        model.show_counts(
            {"session-10": 5, "session-2": 7, "session-1": 3, "chat-1": 1, "chat-2": 1}
        )
        return model

    def resets(self, model: SessionListModel) -> list[int]:
        resets: list[int] = []
        model.modelReset.connect(lambda: resets.append(1))
        return resets

    def test_a_session_that_grew_keeps_its_place(self, counted: SessionListModel) -> None:
        """Rows that jump while one aims at them are the wrong ones when one clicks."""
        resets = self.resets(counted)
        grown = summary("session-1", lasts=100 * DAY, count=9)
        counted.update_sessions({"session-1": grown})
        assert ids(counted) == ["session-10", "session-2", "session-1", None]
        row = counted.row(2)
        assert row is not None
        assert (row.size, row.length) == ("9 events", "100 d")
        assert resets == []

    def test_a_new_session_comes_first(self, counted: SessionListModel) -> None:
        resets = self.resets(counted)
        counted.update_sessions({"new": summary("new", begins=9 * DAY, count=2)})
        assert ids(counted) == ["new", "session-10", "session-2", "session-1", None]
        assert (counted.total, counted.matches) == (6, 6)
        assert resets == []

    def test_a_session_of_one_event_is_folded_until_it_has_two(
        self, counted: SessionListModel
    ) -> None:
        """A backend makes one for each stray turn; each would push the others down."""
        resets = self.resets(counted)
        counted.update_sessions({"new": summary("new", begins=9 * DAY, lasts=0, count=1)})
        assert counted.fold_text() == "3 sessions of one event"
        counted.update_sessions({"new": summary("new", begins=9 * DAY, lasts=1, count=2)})
        assert counted.fold_text() == "2 sessions of one event"
        assert ids(counted) == ["new", "session-10", "session-2", "session-1", None]
        assert resets == []

    def test_in_another_order_a_new_one_takes_its_place(self, counted: SessionListModel) -> None:
        counted.sort_by(SessionSort.MOST_EVENTS)
        counted.update_sessions({"new": summary("new", begins=9 * DAY, count=6)})
        assert ids(counted) == ["session-2", "new", "session-10", "session-1", None]

    def test_the_old_sparkline_stays_until_the_new_one_is_there(
        self, counted: SessionListModel
    ) -> None:
        """A sparkline that blinks with each event draws the eye from what matters."""
        counted.show_activity({"session-1": [1, 2]})
        asked: list[list[str]] = []
        counted.activity_requested.connect(asked.append)
        counted.update_sessions({"session-1": summary("session-1", lasts=3 * HOUR, count=4)})
        row = counted.row(2)
        assert row is not None
        assert row.activity == (1, 2)
        counted.want_activity(2, 2)
        assert asked == [["session-1"]]

    def test_one_that_hardly_grew_is_not_drawn_anew(self, counted: SessionListModel) -> None:
        """Its rows would be read again for each event of a session of a million."""
        counted.show_counts({"session-1": 1_000})
        counted.show_activity({"session-1": [1, 2]})
        asked: list[list[str]] = []
        counted.activity_requested.connect(asked.append)
        counted.update_sessions({"session-1": summary("session-1", lasts=3 * HOUR, count=1_001)})
        counted.want_activity(2, 2)
        assert asked == []

    def test_what_runs_is_marked_and_spoken(self, counted: SessionListModel) -> None:
        counted.show_running(frozenset({"session-2"}))
        rows = [counted.row(n) for n in range(3)]
        assert [row.running for row in rows if row] == [False, True, False]
        spoken = counted.data(counted.index(1), Qt.ItemDataRole.AccessibleTextRole)
        assert "running" in spoken


def test_actors_come_after_the_names_of_many(model: SessionListModel) -> None:
    """A list of ten thousand would come twice as late, or say that nobody acted."""
    model.show_sessions([replace(s, actor_id=None) for s in SESSIONS], actors_known=False)
    shown = [model.row(row) for row in range(3)]
    assert [row and row.actor for row in shown] == ["…", "…", "…"]
    assert "no actor" not in model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole)
    model.find("bo")
    assert ids(model) == []
    model.show_actors({s.session_id: s for s in SESSIONS})
    assert ids(model) == ["session-2"]
    model.find("")
    shown = [model.row(row) for row in range(3)]
    assert [row and row.actor for row in shown] == ["ada", "bo", "—"]
