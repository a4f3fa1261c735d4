"""A running session is followed: what another program appends is on screen at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.models.opening import Wish
from app.models.session_list import SessionListModel
from app.window import Window
from core.events.instants import to_datetime
from core.events.schema import EventEnvelope
from core.events.store import SQLiteEventStore
from core.projectors.rules import RECENCY
from core.projectors.session_context import fold
from core.replay.moment import Moment
from tests.app.windows import PATIENCE, position
from tests.builders import chat, viewed
from tests.builders_files import append_elsewhere, in_session, write_log


def ago(event: EventEnvelope, seconds: float) -> EventEnvelope:
    """The same event, that long before now."""
    moment = datetime.now(UTC) - timedelta(seconds=seconds)
    return event.model_copy(update={"occurred_at": moment})


@pytest.fixture
def running(tmp_path: Path) -> Path:
    """A log whose session `s` runs; `old` is of another day."""
    events = [ago(viewed("raft"), 60 - n) for n in range(5)]
    old = in_session("old", [viewed("old", seconds=n) for n in range(3)])
    return write_log(tmp_path / "live.db", [*old, *events])


def is_live(window: Window) -> bool:
    return window.clock.playback is not None and window.clock.playback.live


def grow(window: Window, qtbot: QtBot, path: Path, *events: EventEnvelope) -> None:
    """Append elsewhere, and wait until the window has it."""
    assert window.opening.log is not None
    awaited = len(window.opening.log) + len(events)
    append_elsewhere(path, events)
    qtbot.wait_until(
        lambda: window.opening.log is not None and len(window.opening.log) == awaited,
        timeout=PATIENCE,
    )


def sessions_of(window: Window) -> SessionListModel:
    model = window.session_list.findChild(SessionListModel)
    assert isinstance(model, SessionListModel)
    return model


def test_a_running_session_opens_live_and_follows(
    window: Window, settled: Callable[[], None], running: Path, qtbot: QtBot
) -> None:
    """An operator who opens a running session sees it run, without pressing anything."""
    window.open(running)
    settled()
    assert is_live(window)
    assert window.top_bar.live.isVisible()
    assert window.top_bar.live.text() == "Live"
    shown = []
    window.replay.moment_changed.connect(lambda moment: shown.append(moment.context))
    grow(window, qtbot, running, ago(chat("paxos"), 0), ago(viewed("raft"), 0))
    assert position(window) == 7
    qtbot.wait_until(lambda: bool(shown) and shown[-1].position == 7, timeout=PATIENCE)
    with SQLiteEventStore(running) as store:
        expected = fold("s", list(store.replay("s")))
    assert shown[-1].active_concepts == expected.active_concepts
    assert shown[-1].uncertainty_score == expected.uncertainty_score


def test_any_seek_leaves_live_and_end_enters_it_again(
    window: Window, settled: Callable[[], None], running: Path, qtbot: QtBot
) -> None:
    """Who looks at the past of a running session is not pulled away from it."""
    window.open(running)
    settled()
    window.actions_by_id["previous"].trigger()
    assert not is_live(window)
    grow(window, qtbot, running, ago(viewed("paxos"), 0))
    assert position(window) == 4
    assert window.top_bar.live.text().startswith("2 events")
    assert "2 events" in window.top_bar.live.toolTip()
    window.top_bar.live.click()
    assert is_live(window)
    assert position(window) == 6
    window.actions_by_id["start"].trigger()
    assert not is_live(window)
    window.actions_by_id["end"].trigger()
    assert is_live(window)


def test_who_looks_at_the_past_keeps_it_in_view(
    window: Window, settled: Callable[[], None], running: Path, qtbot: QtBot
) -> None:
    """The charts would slide away under the pointer with each event."""
    window.open(running)
    settled()
    window.actions_by_id["axis-time"].trigger()
    window.actions_by_id["start"].trigger()
    axis = window.viewport.axis
    assert axis is not None
    before = axis.instants_at(window.viewport.range).tolist()
    grow(window, qtbot, running, ago(viewed("paxos"), 0))
    axis = window.viewport.axis
    assert axis is not None
    assert axis.instants_at(window.viewport.range).tolist() == before
    window.actions_by_id["end"].trigger()
    window.actions_by_id["fit"].trigger()
    grow(window, qtbot, running, ago(viewed("paxos"), -1))
    axis = window.viewport.axis
    assert axis is not None
    assert window.viewport.range == (0.0, axis.length)


def test_a_late_event_takes_its_place(
    window: Window, settled: Callable[[], None], running: Path, qtbot: QtBot
) -> None:
    """What was known late would be shown as having happened last."""
    window.open(running)
    settled()
    log = window.opening.log
    assert log is not None
    between = to_datetime(int(log.times[1]) + 1)
    grow(window, qtbot, running, viewed("late").model_copy(update={"occurred_at": between}))
    log = window.opening.log
    assert log is not None
    assert log.rows.tolist() == [4, 5, 9, 6, 7, 8]


def test_between_events_time_goes_on(
    window: Window, settled: Callable[[], None], running: Path, qtbot: QtBot
) -> None:
    """Under rules that decay, a running session's context fades while nobody acts."""
    window.open(running, Wish("s"))
    settled()
    window.replay.set_rules(RECENCY)
    settled()
    shown = []
    window.replay.moment_changed.connect(lambda moment: shown.append(moment.context))
    qtbot.wait_until(lambda: len(shown) >= 2, timeout=PATIENCE)
    assert shown[-1].instant > shown[0].instant
    assert shown[-1].active_concepts[0].weight < shown[0].active_concepts[0].weight


def test_the_list_marks_what_runs_and_grows(
    window: Window, settled: Callable[[], None], running: Path, qtbot: QtBot
) -> None:
    """Which of hundreds of sessions is going on now is what an operator looks for."""
    window.open(running)
    settled()
    model = sessions_of(window)
    rows = [model.row(n) for n in range(model.rowCount())]
    assert [(row.session_id, row.running) for row in rows if row] == [("s", True), ("old", False)]
    fresh = in_session("fresh", [ago(viewed("a"), 1), ago(viewed("b"), 0)])
    append_elsewhere(running, [*fresh, *in_session("old", [viewed("old", seconds=9)])])
    qtbot.wait_until(lambda: model.total == 3, timeout=PATIENCE)

    def told() -> dict[str, tuple[str, bool]]:
        shown = (model.row(n) for n in range(model.rowCount()))
        return {row.session_id: (row.size, row.running) for row in shown if row}

    expected = {"fresh": ("2 events", True), "s": ("5 events", True), "old": ("4 events", True)}
    qtbot.wait_until(lambda: told() == expected, timeout=PATIENCE)
    row = model.row(0)
    assert row is not None
    assert row.session_id == "fresh"


def test_a_log_without_events_shows_the_first_that_comes(
    window: Window, settled: Callable[[], None], tmp_path: Path, qtbot: QtBot
) -> None:
    """Who starts to watch before the backend starts would look at an empty window for ever."""
    path = write_log(tmp_path / "new.db", [])
    window.open(path)
    settled()
    append_elsewhere(path, [ago(viewed("raft"), 0)])
    qtbot.wait_until(lambda: window.opening.session_id == "s", timeout=PATIENCE)
    settled()
    assert is_live(window)


def test_a_session_of_the_past_that_grows_can_be_followed(
    window: Window, settled: Callable[[], None], running: Path, qtbot: QtBot
) -> None:
    """What one looks at does not change by itself; that there is more is told."""
    window.open(running, Wish("old"))
    settled()
    assert not is_live(window)
    assert not window.top_bar.live.isVisible()
    grow(window, qtbot, running, *in_session("old", [viewed("old", seconds=30)]))
    assert position(window) == 3
    assert window.top_bar.live.isVisible()
    assert window.top_bar.live.text().startswith("1 event")


def test_a_moment_that_was_asked_for_is_not_left_for_the_end(
    window: Window, settled: Callable[[], None], running: Path
) -> None:
    window.open(running, Wish("s", Moment("#2")))
    settled()
    assert position(window) == 2
    assert not is_live(window)
    assert window.top_bar.live.text().startswith("3 events")


def test_space_stops_following(window: Window, settled: Callable[[], None], running: Path) -> None:
    """Pause means: let me look at this."""
    window.open(running)
    settled()
    window.actions_by_id["play"].trigger()
    assert not is_live(window)
    assert position(window) == 5
    assert window.clock.playback is not None
    assert not window.clock.playback.playing


def test_who_follows_may_look_elsewhere_meanwhile(
    window: Window, settled: Callable[[], None], running: Path, qtbot: QtBot
) -> None:
    """A pan, a zoom or a scroll that each new event undoes cannot be used at all."""
    window.open(running)
    settled()
    window.actions_by_id["axis-time"].trigger()
    window.viewport.show(0.5, 1.5)
    grow(window, qtbot, running, ago(viewed("paxos"), 0))
    settled()
    assert is_live(window)
    assert window.viewport.range == pytest.approx((0.5, 1.5))
    window.actions_by_id["end"].trigger()
    axis = window.viewport.axis
    assert axis is not None
    assert window.viewport.range[1] == pytest.approx(axis.length)
    grow(window, qtbot, running, ago(viewed("paxos"), -1))
    axis = window.viewport.axis
    assert axis is not None
    assert window.viewport.range[1] == pytest.approx(axis.length)


def test_playing_to_the_end_of_a_running_session_goes_on_live(
    window: Window, settled: Callable[[], None], running: Path, qtbot: QtBot
) -> None:
    """It would stop where the end was when it was reached, a few events behind."""
    window.open(running, Wish("s", Moment("#1")))
    settled()
    for _ in range(6):
        window.actions_by_id["faster"].trigger()
    window.actions_by_id["play"].trigger()
    qtbot.wait_until(lambda: is_live(window), timeout=PATIENCE)
    assert position(window) == 5


def test_a_session_that_begins_meanwhile_is_offered(
    window: Window, settled: Callable[[], None], running: Path, qtbot: QtBot
) -> None:
    """An operator would go on looking at one that has ended."""
    window.open(running, Wish("s"))
    settled()
    append_elsewhere(running, in_session("next", [ago(viewed("a"), 1), ago(viewed("b"), 0)]))
    qtbot.wait_until(window.banner.isVisible, timeout=PATIENCE)
    button = window.banner.findChild(QPushButton, "banner-action")
    assert button is not None
    assert button.text() == "Follow it"
    button.click()
    qtbot.wait_until(lambda: window.opening.session_id == "next", timeout=PATIENCE)
    settled()
    assert is_live(window)
