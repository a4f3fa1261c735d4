"""The events that changed most, in the window, on real files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton, QTableView
from pytestqt.qtbot import QtBot

from app import theme as themes
from app.models.impact import ImpactState
from app.views.impact_page import NOTHING
from app.window import Window
from core.events.instants import from_datetime
from core.projectors.rules import BRAIN_WEB, RECENCY
from tests.app.windows import PATIENCE, position, texts
from tests.builders import START, captured, claim, event, viewed
from tests.builders_files import append_elsewhere, in_session, write_log, write_long_log


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    events = [
        viewed("raft", seconds=0, name="Raft"),
        event("UserHighlighted", seconds=1),
        claim("c", "raft", "paxos", seconds=2),
        captured("document", "a", seconds=3),
        event("UserHighlighted", seconds=4),
    ]
    return write_log(tmp_path / "my.db", in_session("s", events))


@pytest.fixture
def ranked(window: Window, settled: Callable[[], None], log_file: Path) -> Window:
    window.open(log_file)
    settled()
    assert window.impact.model.state == ImpactState(), "nothing is computed before one looks"
    window.actions_by_id["show-impact"].trigger()
    settled()
    return window


def rows(window: Window) -> list[list[str]]:
    table = window.impact.page.findChild(QTableView, "impacts")
    assert isinstance(table, QTableView)
    model = table.model()
    columns = [c for c in range(model.columnCount()) if c != 2]
    return [[str(model.index(r, c).data()) for c in columns] for r in range(model.rowCount())]


@pytest.mark.parametrize("size", [(1600, 1000), (900, 600)])
def test_reached_by_key_the_list_is_framed_and_not_covered(
    ranked: Window, size: tuple[int, int], settled: Callable[[], None]
) -> None:
    """The frame of the keyboard would be filled with the colour of the last event's type."""
    ranked.resize(*size)
    settled()
    table = ranked.impact.page.findChild(QTableView, "impacts")
    assert isinstance(table, QTableView)
    table.setFocus()
    image = table.viewport().grab().toImage()
    below = table.rowHeight(0) * len(rows(ranked)) + 4
    if below < image.height() - 4:
        assert image.pixelColor(40, below) in (themes.DARK.panel, themes.LIGHT.panel)
    found = {image.pixelColor(x, 3).name() for x in range(2, image.width() - 2)}
    assert found & {themes.DARK.panel.name(), themes.LIGHT.panel.name()}


def at(seconds: int) -> int:
    return from_datetime(START) + seconds * 1_000_000


def test_the_events_in_view_are_ranked_with_what_each_changed(ranked: Window) -> None:
    """Of a million events one would not find the few that made the context."""
    assert rows(ranked) == [
        ["1.00", "3", "ClaimUpserted",
         "Raft +0.10 to 0.30 · paxos came at 0.10 · claim c came at 0.80"],
        ["0.70", "4", "SourceCaptured", "document a came at 0.70"],
        ["0.40", "1", "UserViewed", "Raft came at 0.20 · uncertainty −0.20 to 0.80"],
        ["0.30", "5", "UserHighlighted", "uncertainty −0.30 to 0.50"],
    ]  # fmt: skip
    assert "5 events in view · 4 changed the context" in texts(ranked.impact.page)


def test_a_row_leads_to_its_event(ranked: Window) -> None:
    table = ranked.impact.page.findChild(QTableView, "impacts")
    table.row_entered.emit(1)  # type: ignore[union-attr]
    assert position(ranked) == 4
    table.clicked.emit(table.model().index(0, 0))  # type: ignore[union-attr]
    assert position(ranked) == 3


def test_the_marked_range_is_ranked_and_anew_when_it_or_the_rules_change(
    ranked: Window, settled: Callable[[], None]
) -> None:
    """The list would be of another range, or of other rules, than what is on screen."""
    ranked.selection.mark(at(1), at(2))
    settled()
    assert [row[1] for row in rows(ranked)] == ["3"]
    assert "2 events in the marked range" in texts(ranked.impact.page)
    ranked.replay.set_rules(BRAIN_WEB.model_copy(update={"claimed": 0.5}))
    settled()
    assert rows(ranked)[0][0] == "1.80"
    ranked.selection.mark(at(1), at(1))
    settled()
    assert NOTHING in texts(ranked.impact.page)
    ranked.selection.clear()
    ranked.replay.set_rules(RECENCY)
    settled()
    assert len(rows(ranked)) == 5


def test_what_arrives_is_ranked_too(
    ranked: Window, settled: Callable[[], None], log_file: Path, qtbot: QtBot
) -> None:
    """While a session is followed the list would be that of when one opened the page."""
    ranked.actions_by_id["end"].trigger()
    append_elsewhere(log_file, in_session("s", [captured("document", "b", seconds=9)]))
    qtbot.wait_until(lambda: len(rows(ranked)) == 5, timeout=PATIENCE)
    settled()


def test_ranking_can_be_stopped_and_begun_again(
    window: Window, settled: Callable[[], None], tmp_path: Path
) -> None:
    """Under rules that decay a million events would have to be waited for."""
    window.open(write_long_log(tmp_path / "long.db", 20_000))
    settled()
    window.actions_by_id["show-impact"].trigger()
    window.impact.model.start()
    button = window.impact.page.findChild(QPushButton, "impact-button")
    assert isinstance(button, QPushButton)
    assert button.text() == "Stop"
    button.click()
    settled()
    assert window.impact.model.state.is_stopped
    assert button.text() == "Rank"
    button.click()
    settled()
    assert window.impact.model.state.changed > 0
    window.actions_by_id["show-events"].trigger()
    window.actions_by_id["close"].trigger()
    settled()
    assert window.impact.model.state == ImpactState()
