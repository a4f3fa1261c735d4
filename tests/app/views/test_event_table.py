"""The table of events follows the playhead, and a row is a way to move it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.models.summaries import summary
from app.theme import DARK, LIGHT, Theme, ui_font
from app.views.cell_table import PADDING
from app.views.event_table import EventTableView
from core.replay.columns import SessionLog
from core.replay.playback import Playhead
from tests.app.windows import PATIENCE
from tests.builders import log_of, viewed

EVENTS = [viewed("c-1", seconds=i, name=f"name {i}") for i in range(200)]


@pytest.fixture
def view(qtbot: QtBot) -> EventTableView:
    view = EventTableView()
    qtbot.addWidget(view)
    view.show_theme(DARK)
    view.resize(900, 240)
    view.show_log(log_of(EVENTS))
    with qtbot.waitExposed(view):
        view.show()
    return view


def seeks_of(view: EventTableView) -> list[Playhead]:
    seeks: list[Playhead] = []
    view.seek_requested.connect(seeks.append)
    return seeks


def middle_of(view: EventTableView, row: int) -> QPoint:
    return view.visualRect(view.model().index(row, 3)).center()


def in_view(view: EventTableView, row: int) -> bool:
    rect = view.visualRect(view.model().index(row, 0))
    return rect.isValid() and rect.top() >= 0 and rect.bottom() < view.viewport().height()


def test_the_event_at_the_playhead_is_the_current_row_and_in_view(view: EventTableView) -> None:
    seeks = seeks_of(view)
    for position in (1, 150, 200, 12):
        view.show_position(position)
        assert view.currentIndex().row() == position - 1
        assert in_view(view, position - 1)
    assert seeks == [], "what is shown is no wish"


def test_before_the_first_event_no_row_is_current(view: EventTableView) -> None:
    view.show_position(90)
    view.show_position(0)
    assert not view.currentIndex().isValid()
    assert in_view(view, 0)


def test_without_follow_the_place_stays(view: EventTableView) -> None:
    view.show_position(1)
    view.show_follow(False)
    view.show_position(150)
    assert in_view(view, 0)
    view.show_follow(True)
    assert in_view(view, 149)


def test_a_press_on_a_row_asks_for_it_once(view: EventTableView, qtbot: QtBot) -> None:
    seeks = seeks_of(view)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(view, 3))
    log = log_of(EVENTS)
    assert seeks == [Playhead(4, int(log.times[3]))]


def test_a_press_on_the_current_row_asks_again(view: EventTableView, qtbot: QtBot) -> None:
    """The playhead may stand between two events: a click brings it back to this one."""
    view.show_position(4)
    seeks = seeks_of(view)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(view, 3))
    assert [seek.position for seek in seeks] == [4]


def test_arrows_enter_home_and_end_ask_too(view: EventTableView, qtbot: QtBot) -> None:
    view.show_position(4)
    seeks = seeks_of(view)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_End, Qt.Key.Key_Home):
        qtbot.keyClick(view, key)
    assert [seek.position for seek in seeks] == [5, 5, 200, 1]
    assert in_view(view, 0)


def test_taking_the_focus_is_no_wish(qtbot: QtBot) -> None:
    """Tab must not move the playhead."""
    window = QWidget()
    qtbot.addWidget(window)
    field, view = QLineEdit(window), EventTableView(window)
    view.show_log(log_of(EVENTS))
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus, timeout=PATIENCE)
    seeks = seeks_of(view)
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    qtbot.waitUntil(view.hasFocus, timeout=PATIENCE)
    assert seeks == []
    assert not view.currentIndex().isValid()
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert [seek.position for seek in seeks] == [1]


def test_rows_on_screen_are_asked_for_and_shown(view: EventTableView, qtbot: QtBot) -> None:
    asked: list[list[int]] = []
    view.rows_requested.connect(asked.append)
    view.show_position(150)
    view.viewport().repaint()
    assert 149 in asked[-1]
    view.show_summaries({149: summary(EVENTS[149])})
    assert view.model().index(149, 6).data() == "name 149"


def test_a_log_that_grew_keeps_the_current_row(view: EventTableView) -> None:
    seeks = seeks_of(view)
    view.show_position(150)
    view.show_log(log_of([*EVENTS, viewed("late", seconds=1000)]))
    assert view.currentIndex().row() == 149
    assert view.model().rowCount() == 201
    assert seeks == []


def test_markup_of_a_log_is_shown_as_typed(qtbot: QtBot) -> None:
    view = EventTableView()
    qtbot.addWidget(view)
    odd = viewed("c-1", name="<b>bold</b>")
    view.show_log(log_of([odd]))
    view.show_summaries({0: summary(odd)})
    assert view.model().index(0, 6).data() == "<b>bold</b>"


def test_a_million_rows_are_shown_without_a_copy(qtbot: QtBot) -> None:
    """The columns are wrapped: nothing is made for a row that is not on screen."""
    few = log_of(EVENTS[:2])
    n = 1_000_000
    many: SessionLog = replace(
        few,
        rows=np.arange(1, n + 1),
        times=few.start + np.arange(n) * 1_000,
        kinds=np.zeros(n, np.uint16),
        actors=np.zeros(n, np.int32),
        objects=np.full(n, -1, np.int32),
    )
    view = EventTableView()
    qtbot.addWidget(view)
    view.resize(900, 240)
    asked: list[list[int]] = []
    view.rows_requested.connect(asked.append)
    view.show_log(many)
    with qtbot.waitExposed(view):
        view.show()
    view.show_position(n)
    view.viewport().repaint()
    assert in_view(view, n - 1)
    assert sum(map(len, asked)) <= 4 * 64


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_the_type_has_its_colour_and_the_current_row_stands_out(
    view: EventTableView, theme: Theme
) -> None:
    view.show_theme(theme)
    view.show_position(2)
    picture = view.viewport().grab().toImage()
    current = view.visualRect(view.model().index(1, 3))
    assert picture.pixelColor(current.right() - 4, current.top() + 2) == theme.selection
    swatch = current.left() + 12
    assert picture.pixelColor(swatch, current.center().y()) == theme.type_colour("UserViewed")


@pytest.mark.parametrize("width", [560, 720, 1000, 1600])
def test_the_summary_has_room_at_any_width(view: EventTableView, width: int) -> None:
    view.resize(width, 240)
    assert view.columnWidth(6) >= (100 if width < 720 else 150)


def test_times_of_a_session_of_several_days_are_not_cut(view: EventTableView) -> None:
    """Else two events of one minute cannot be told apart."""
    day = 86_400.0
    log = log_of([viewed("c-1", seconds=i * day, name="Raft") for i in range(60)])
    view.show_log(log)
    advance = QFontMetrics(ui_font(12)).horizontalAdvance
    shown = [str(view.model().index(row, 1).data()) for row in range(60)]
    assert view.columnWidth(1) >= max(map(advance, shown)) + 2 * PADDING


def test_widths_that_the_user_chose_stay(view: EventTableView) -> None:
    view.horizontalHeader().resizeSection(5, 260)
    view.resize(1200, 240)
    view.show_log(log_of(EVENTS))
    assert view.columnWidth(5) == 260
