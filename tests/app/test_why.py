"""Why a value is what it is, in the window, on real files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.models.explaining import Whole
from app.window import Window
from core.projectors.rules import BRAIN_WEB
from tests.app.windows import PATIENCE, position, texts
from tests.builders import captured, chat, claim, viewed
from tests.builders_files import append_elsewhere, in_session, write_log

TOLD = Qt.ItemDataRole.AccessibleTextRole


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    events = [
        viewed("raft", seconds=0, name="Raft"),
        captured("document", "a", seconds=1),
        *(viewed("raft", seconds=2 + i, name="Raft") for i in range(5)),
        claim("c", "paxos", seconds=10),
        chat("raft", seconds=11),
        captured("document", "a", seconds=12),
    ]
    return write_log(tmp_path / "my.db", in_session("s", events))


@pytest.fixture
def opened(window: Window, settled: Callable[[], None], log_file: Path) -> Window:
    window.open(log_file)
    settled()
    return window


def heading(window: Window) -> str:
    found = window.context_panel.findChild(QWidget, "why-heading")
    assert isinstance(found, QWidget)
    return found.accessibleName()


def rows(window: Window) -> QAbstractItemView:
    found = window.context_panel.findChild(QAbstractItemView, "why")
    assert isinstance(found, QAbstractItemView)
    return found


def told(window: Window) -> list[str]:
    model = rows(window).model()
    return [model.index(row, 0).data(TOLD) for row in range(model.rowCount())]


def run(window: Window, settled: Callable[[], None], *commands: str) -> int:
    """Trigger commands one after another, and answer where the playhead then is."""
    for command in commands:
        window.actions_by_id[command].trigger()
        settled()
    return position(window)


def test_the_uncertainty_is_explained_and_let_go_by_escape(
    opened: Window, settled: Callable[[], None], qtbot: QtBot
) -> None:
    """That it fell would be told, and never by what."""
    opened.replay.select_id("raft")
    run(opened, settled, "explain-uncertainty")
    assert opened.replay.selected is None
    assert heading(opened) == "WHY UNCERTAINTY IS 0.20"
    assert len(told(opened)) == 3
    qtbot.keyClick(QApplication.focusWidget() or opened, Qt.Key.Key_Escape)
    assert opened.why.model.subject is None
    assert heading(opened) == "WHY"


def test_a_concept_takes_the_place_of_what_was_selected(
    opened: Window, settled: Callable[[], None], qtbot: QtBot
) -> None:
    """Two things would look selected, and one of them be explained."""
    opened.why.select(("document", "a"))
    settled()
    assert heading(opened) == "WHY “document a” IS 0.70"
    opened.replay.select_id("raft")
    settled()
    assert opened.why.model.subject is None
    assert heading(opened) == "WHY “Raft” IS 1.00"
    qtbot.keyClick(QApplication.focusWidget() or opened, Qt.Key.Key_Escape)
    assert opened.replay.selected is None
    run(opened, settled, "clear-selection")
    assert heading(opened) == "WHY"


def test_the_object_of_the_event_is_explained_where_it_is_not_active_too(
    opened: Window, settled: Callable[[], None]
) -> None:
    """What the limit cut is in no list, so nobody could ask about it."""
    opened.replay.set_rules(BRAIN_WEB.model_copy(update={"max_objects": 1}))
    settled()
    opened.clock.change(lambda playback: playback.at_position(8))
    run(opened, settled, "explain-object")
    assert opened.why.model.subject == ("claim", "c")
    assert heading(opened) == "WHY “claim c” IS NOT ACTIVE"
    assert "Number 2 by first touch; 1 are kept." in texts(opened.context_panel)
    opened.clock.change(lambda playback: playback.at_position(1))
    opened.why.clear()
    run(opened, settled, "explain-object")
    assert opened.why.model.subject is None
    assert "touches no object" in texts(opened.banner)


def test_a_reason_leads_to_its_event_and_follows_the_playhead(
    opened: Window, settled: Callable[[], None]
) -> None:
    """The panel would go on explaining a moment that is past."""
    opened.why.select(Whole.UNCERTAINTY)
    settled()
    opened.context_panel._why.press(1)
    settled()
    assert position(opened) == 5
    assert heading(opened) == "WHY UNCERTAINTY IS 0.50"
    assert len(told(opened)) == 2


def test_n_goes_from_change_to_change_of_what_is_selected(
    opened: Window, settled: Callable[[], None]
) -> None:
    """One would step through a thousand events to find the three that mattered."""
    run(opened, settled, "start")
    opened.replay.select_id("raft")
    # At the cap (the fifth view) nothing changes it any more.
    assert [run(opened, settled, "next-change") for _ in range(6)] == [1, 3, 4, 5, 6, 6]
    assert "No later event changed “Raft”" in texts(opened.banner)
    assert run(opened, settled, "previous-change") == 5
    opened.why.select(("document", "a"))
    assert run(opened, settled, "next-change") == 10
    assert run(opened, settled, "previous-change") == 2
    opened.why.select(Whole.UNCERTAINTY)
    assert run(opened, settled, "next-change", "next-change") == 10
    assert run(opened, settled, "previous-change", "previous-change") == 1


def test_with_nothing_selected_n_goes_to_what_changed_anything(
    opened: Window, settled: Callable[[], None]
) -> None:
    run(opened, settled, "end")
    # The tenth event brings the uncertainty down, the ninth found Raft at its cap.
    assert run(opened, settled, "previous-change") == 8
    assert run(opened, settled, "next-change") == 10
    run(opened, settled, "next-change")
    assert "No later event changed the context" in texts(opened.banner)


def test_what_arrives_is_taken_into_the_reason(
    opened: Window, settled: Callable[[], None], log_file: Path, qtbot: QtBot
) -> None:
    """While a session is followed the reason would stay that of an hour ago."""
    opened.replay.set_rules(BRAIN_WEB.model_copy(update={"objects": "recent"}))
    opened.why.select(("document", "a"))
    settled()
    run(opened, settled, "end")
    append_elsewhere(log_file, in_session("s", [captured("document", "a", seconds=60)]))
    qtbot.wait_until(lambda: len(told(opened)) == 3, timeout=PATIENCE)
    settled()


def test_before_and_after_tells_a_change_below_the_active_concepts(
    opened: Window, settled: Callable[[], None]
) -> None:
    """An event that made a concept heavier would be said to have changed nothing."""
    opened.replay.set_rules(BRAIN_WEB.model_copy(update={"max_concepts": 1, "max_objects": 1}))
    opened.clock.change(lambda playback: playback.at_position(8))
    settled()
    run(opened, settled, "show-change")
    assert "nothing changed but what is below the 1 active" in texts(opened.before_after)
