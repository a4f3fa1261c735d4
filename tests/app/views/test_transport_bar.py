"""The transport bar does what its actions do, and fits where the window is narrow."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QToolButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.theme import DARK, LIGHT, Theme, apply, use_fonts
from app.views.playhead_label import PlayheadLabel
from app.views.transport_bar import ACTIONS, TransportBar
from core.replay.axis import AxisMode
from core.replay.playback import SPEEDS, Playback
from tests.app.windows import PATIENCE

START = 1_794_474_000_000_000  # 12 Nov 2026 09:00 UTC
TIMES = START + np.arange(400, dtype=np.int64) * 60_000_000 + 901_000


@pytest.fixture
def actions() -> dict[str, QAction]:
    actions = {name: QAction(name) for name in ACTIONS}
    for name in ("skip-idle", "loop"):
        actions[name].setCheckable(True)
    actions["play"].setText("Play or pause")
    actions["play"].setToolTip("Play or pause (Space)")
    actions["play"].setShortcut(QKeySequence("Space"))
    return actions


@pytest.fixture
def themed(qapp: QApplication) -> Iterator[None]:
    """The fonts and sizes of the program: what fits depends on them."""
    font = qapp.font()
    use_fonts(qapp)
    yield
    qapp.setFont(font)


@pytest.fixture
def bar(
    actions: dict[str, QAction], themed: None, qapp: QApplication, qtbot: QtBot
) -> TransportBar:
    bar = TransportBar(actions)
    qtbot.addWidget(bar)
    apply(qapp, bar, DARK)
    bar.show_theme(DARK)
    bar.resize(1100, bar.height())
    bar.show_playback(Playback.of(TIMES).at_position(214).at_speed(8.0), len(TIMES))
    with qtbot.waitExposed(bar):
        bar.show()
    return bar


def button(bar: TransportBar, name: str) -> QToolButton:
    found = bar.findChild(QToolButton, name)
    assert isinstance(found, QToolButton)
    return found


def where(bar: TransportBar) -> PlayheadLabel:
    return bar.findChildren(PlayheadLabel)[0]


@pytest.mark.parametrize("name", ACTIONS)
def test_each_button_triggers_its_action(
    bar: TransportBar, actions: dict[str, QAction], name: str, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(actions[name].triggered):
        qtbot.mouseClick(button(bar, f"transport-{name}"), Qt.MouseButton.LeftButton)


def test_toggles_show_the_state_of_their_actions(
    bar: TransportBar, actions: dict[str, QAction], qtbot: QtBot
) -> None:
    loop = button(bar, "transport-loop")
    actions["loop"].setChecked(True)
    assert loop.isChecked()
    qtbot.mouseClick(loop, Qt.MouseButton.LeftButton)
    assert not actions["loop"].isChecked()
    assert not loop.isChecked()


def test_a_disabled_action_has_a_disabled_button(
    bar: TransportBar, actions: dict[str, QAction]
) -> None:
    actions["next"].setEnabled(False)
    assert not button(bar, "transport-next").isEnabled()


def test_tips_tell_the_key_and_names_are_spoken(bar: TransportBar) -> None:
    play = button(bar, "transport-play")
    assert play.toolTip() == "Play or pause (Space)"
    assert play.accessibleName() == "Play or pause"


def test_a_click_takes_no_focus(bar: TransportBar, qtbot: QtBot) -> None:
    """Else Space presses the button again instead of pausing."""
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    field = QLineEdit()
    column.addWidget(field)
    column.addWidget(bar)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus, timeout=PATIENCE)
    for shown in bar.findChildren(QToolButton):
        assert shown.focusPolicy() == Qt.FocusPolicy.TabFocus
    qtbot.mouseClick(button(bar, "transport-next"), Qt.MouseButton.LeftButton)
    assert field.hasFocus()
    bar.setParent(None)


def test_the_playhead_is_told(bar: TransportBar) -> None:
    assert where(bar).text == "Event 214 / 400  ·  12:33:00.901 UTC  +03:33:00"


def test_play_shows_what_a_click_will_do(bar: TransportBar) -> None:
    play = button(bar, "transport-play")
    paused = play.grab().toImage()
    playback = Playback.of(TIMES).at_position(214)
    bar.show_playback(playback.played(), len(TIMES))
    playing = play.grab().toImage()
    assert playing != paused
    bar.show_playback(playback, len(TIMES))
    assert play.grab().toImage() == paused


def test_speeds_and_axes_are_wished_for_by_value(bar: TransportBar, qtbot: QtBot) -> None:
    speeds: list[object] = []
    axes: list[object] = []
    bar.speed_requested.connect(speeds.append)
    bar.axis_requested.connect(axes.append)
    for action in button(bar, "speed").menu().actions():
        action.trigger()
    for action in button(bar, "axis").menu().actions():
        action.trigger()
    assert speeds == list(SPEEDS)
    assert axes == list(AxisMode)


def test_what_is_shown_is_no_wish(bar: TransportBar) -> None:
    speeds: list[object] = []
    bar.speed_requested.connect(speeds.append)
    bar.show_playback(Playback.of(TIMES).at_speed(1024.0), len(TIMES))
    bar.show_axis(AxisMode.FOLDED)
    assert button(bar, "speed").text() == "1024×"
    assert button(bar, "axis").text() == "Idle folded"
    assert speeds == []


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("total", [400, 1_000_000])
@pytest.mark.parametrize("width", [437, 500, 560, 640, 720, 800, 900, 1000, 1300])
def test_nothing_clips_or_overlaps_at_any_width(
    bar: TransportBar, width: int, total: int, theme: Theme
) -> None:
    bar.show_theme(theme)
    times = START + np.arange(total, dtype=np.int64) * 1_000_000
    bar.show_playback(Playback.of(times).at_position(total), total)
    bar.resize(width, bar.height())
    QApplication.processEvents()
    shown = [child for child in bar.children() if isinstance(child, QWidget) and child.isVisible()]
    shown.sort(key=lambda child: child.x())
    for left, right in pairwise(shown):
        assert left.geometry().right() < right.geometry().left()
    assert shown[-1].geometry().right() <= width - 12
    assert where(bar).width() >= where(bar).sizeHint().width()


def test_the_time_since_the_start_goes_first_then_the_texts(bar: TransportBar) -> None:
    told = []
    for width in range(1100, 600, -10):
        bar.resize(width, bar.height())
        QApplication.processEvents()
        texts = button(bar, "transport-loop").width() > 40
        told.append((where(bar).text, texts))
    forms = list(dict.fromkeys(told))
    full = "Event 214 / 400  ·  12:33:00.901 UTC"
    assert forms[:3] == [(f"{full}  +03:33:00", True), (full, True), (full, False)]


def test_without_events_no_moment_is_made_up(bar: TransportBar) -> None:
    bar.show_playback(Playback.of(np.zeros(0, np.int64)), 0)
    assert where(bar).text == "No events"


def test_in_a_window_of_1280_px_it_still_tells_event_and_time(bar: TransportBar) -> None:
    bar.resize(678, bar.height())
    assert where(bar).text == "Event 214 / 400  ·  12:33:00.901 UTC"


def test_its_layout_holds_still_while_playing(bar: TransportBar) -> None:
    """Figures that change must not push the buttons beside them."""
    places = set()
    for position in (0, 1, 9, 99, 214, 400):
        bar.show_playback(Playback.of(TIMES).at_position(position), len(TIMES))
        QApplication.processEvents()
        places.add((where(bar).geometry().x(), button(bar, "axis").x()))
    assert len(places) == 1


def test_a_choice_moves_nothing_and_has_room(bar: TransportBar) -> None:
    places = set()
    for speed in SPEEDS:
        bar.show_playback(Playback.of(TIMES).at_speed(speed), len(TIMES))
        QApplication.processEvents()
        shown = button(bar, "speed")
        assert shown.fontMetrics().horizontalAdvance(shown.text()) + 30 <= shown.width()
        places.add(button(bar, "transport-loop").x())
    assert len(places) == 1


def test_a_tip_tells_the_day(bar: TransportBar) -> None:
    assert bar.childAt(QPoint(where(bar).x() + 5, 20)) is where(bar)
