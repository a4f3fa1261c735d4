"""The commands that move the playhead and what is seen of it, triggered in the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.theme import ThemeChoice
from app.window import Window
from core.replay.axis import AxisMode
from tests.app.windows import PATIENCE, position
from tests.builders import chat, event, viewed
from tests.builders_files import write_log


@pytest.fixture
def opened(window: Window, settled: Callable[[], None], tmp_path: Path) -> Window:
    """Views at every second but each third, where there is a chat; the playhead after the tenth."""
    events = [
        chat("raft", seconds=second) if second % 3 == 0 else viewed("raft", seconds=second)
        for second in range(40)
    ]
    window.open(write_log(tmp_path / "my.db", [*events, event("Odd", seconds=400)]))
    settled()
    window.clock.change(lambda playback: playback.at_position(20))
    settled()
    return window


def trigger(window: Window, command: str) -> None:
    window.actions_by_id[command].trigger()


@pytest.mark.parametrize(
    ("command", "leads_to"),
    [
        ("previous", 19), ("next", 21), ("back", 19), ("forward", 21), ("back-10", 10),
        ("forward-10", 30), ("previous-of-type", 18), ("next-of-type", 21), ("start", 0),
        ("end", 41),
    ],
)  # fmt: skip
def test_the_playhead_goes_where_the_command_says(
    opened: Window, command: str, leads_to: int
) -> None:
    """A key would lead to another event than the table of keys says."""
    trigger(opened, command)
    assert position(opened) == leads_to


def test_playing_is_faster_and_slower(opened: Window) -> None:
    """A long session could be watched at one speed alone."""
    playback = opened.clock.playback
    assert playback is not None
    trigger(opened, "faster")
    assert opened.clock.playback.speed > playback.speed  # type: ignore[union-attr]
    trigger(opened, "slower")
    assert opened.clock.playback.speed == playback.speed  # type: ignore[union-attr]


def test_zooming_and_panning_go_about_the_playhead(opened: Window) -> None:
    """What is looked at would slip out of view."""
    trigger(opened, "fit")
    whole = opened.viewport.range
    trigger(opened, "zoom-in")
    near = opened.viewport.range
    assert near[1] - near[0] < whole[1] - whole[0]
    trigger(opened, "pan-right")
    assert opened.viewport.range[0] > near[0]
    trigger(opened, "pan-left")
    assert opened.viewport.range == pytest.approx(near)
    trigger(opened, "zoom-out")
    out = opened.viewport.range
    assert out[1] - out[0] > near[1] - near[0]


@pytest.mark.parametrize(
    ("command", "mode"),
    [
        ("axis-time", AxisMode.TIME), ("axis-folded", AxisMode.FOLDED),
        ("axis-event", AxisMode.EVENT), ("axis-arrival", AxisMode.ARRIVAL),
    ],
)  # fmt: skip
def test_the_axis_is_chosen(
    opened: Window, settled: Callable[[], None], command: str, mode: AxisMode
) -> None:
    """The charts would stand over another scale than is ticked."""
    trigger(opened, command)
    settled()
    assert opened.viewport.axis is not None
    assert opened.viewport.axis.mode is mode
    assert opened.settings.axis is mode


@pytest.mark.parametrize("choice", [ThemeChoice.DARK, ThemeChoice.LIGHT, ThemeChoice.SYSTEM])
def test_the_theme_is_chosen_and_kept(opened: Window, choice: ThemeChoice) -> None:
    """The next start would be in another theme."""
    trigger(opened, f"theme-{choice}")
    assert opened.actions_by_id[f"theme-{choice}"].isChecked()
    assert opened.settings.theme is choice


def test_the_problems_are_shown(opened: Window) -> None:
    """What could not be read would not be found by key."""
    trigger(opened, "show-problems")
    assert opened.problem_page.isVisible()


def test_the_event_is_copied_as_json(opened: Window, settled: Callable[[], None]) -> None:
    """What is looked at could not be handed on."""
    QApplication.clipboard().clear()
    settled()
    trigger(opened, "copy-event")
    assert '"event_type": "UserViewed"' in QApplication.clipboard().text()


def test_quitting_closes_the_window(opened: Window, qtbot: QtBot) -> None:
    """The program would go on where nobody sees it."""
    trigger(opened, "quit")
    qtbot.wait_until(lambda: not opened.isVisible(), timeout=PATIENCE)


@pytest.mark.parametrize(
    ("command", "page"),
    [
        ("panel-context", "context_panel"), ("panel-events", "event_table"),
        ("panel-detail", "event_detail"), ("panel-change", "before_after"),
        ("panel-problems", "problem_page"), ("panel-sessions", "session_list"),
    ],
)  # fmt: skip
def test_a_panel_is_hidden_and_shown(opened: Window, command: str, page: str) -> None:
    """What is in the way could not be put aside, or not be had back."""
    widget, action = getattr(opened, page), opened.actions_by_id[command]
    assert action.isChecked()
    trigger(opened, command)
    assert not action.isChecked()
    assert not widget.isVisible()
    trigger(opened, command)
    assert action.isChecked()
    assert widget.isVisible()
