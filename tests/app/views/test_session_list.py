"""The list of sessions: found by typing, opened by a click or by keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QTableView, QToolButton
from pytestqt.qtbot import QtBot

from app.theme import DARK, LIGHT
from app.views.session_list import SessionListView
from app.views.text_views import ElidedLabel
from core.events.store.base import SessionSummary
from tests.app.windows import PATIENCE

HOUR = 3_600_000_000
START = 1_794_474_000_000_000
SESSIONS = [
    *(SessionSummary(f"session-{i}", START + i, START + i + HOUR, None, "ada") for i in range(5)),
    SessionSummary("<b>x</b>", START - 9, START + HOUR - 9, None, "bo"),
    SessionSummary("single-1", START, START, None, "bo"),
    SessionSummary("single-2", START + 1, START + 1, None, "bo"),
]


@pytest.fixture
def view(qtbot: QtBot) -> SessionListView:
    view = SessionListView()
    qtbot.addWidget(view)
    view.show_theme(DARK)
    view.resize(250, 700)
    view.show_sessions(SESSIONS)
    with qtbot.waitExposed(view):
        view.show()
    view.activateWindow()
    return view


def table(view: SessionListView) -> QTableView:
    found = view.findChild(QTableView, "session-rows")
    assert isinstance(found, QTableView)
    return found


def field(view: SessionListView) -> QLineEdit:
    found = view.findChild(QLineEdit, "session-search")
    assert isinstance(found, QLineEdit)
    return found


def rows(view: SessionListView) -> list[str]:
    model = table(view).model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def heading(view: SessionListView) -> str:
    return view.findChildren(ElidedLabel)[0].text()


def middle_of(view: SessionListView, row: int) -> QPoint:
    return table(view).visualRect(table(view).model().index(row, 0)).center()


def opened_by(view: SessionListView) -> list[str]:
    opened: list[str] = []
    view.session_requested.connect(opened.append)
    return opened


def click(view: SessionListView, row: int, qtbot: QtBot) -> None:
    qtbot.mouseClick(table(view).viewport(), Qt.MouseButton.LeftButton, pos=middle_of(view, row))


def test_a_click_opens_a_session(view: SessionListView, qtbot: QtBot) -> None:
    opened = opened_by(view)
    click(view, 1, qtbot)
    assert opened == ["session-3"]


def test_an_id_comes_back_as_it_is_in_the_log(view: SessionListView, qtbot: QtBot) -> None:
    opened = opened_by(view)
    click(view, rows(view).index("<b>x</b>"), qtbot)
    assert opened == ["<b>x</b>"]


def test_typing_finds_and_enter_opens(view: SessionListView, qtbot: QtBot) -> None:
    opened = opened_by(view)
    field(view).setFocus()
    qtbot.keyClicks(field(view), "session-2")
    assert rows(view) == ["session-2"]
    assert heading(view) == "SESSIONS · 1 / 8"
    qtbot.keyClick(field(view), Qt.Key.Key_Down)
    qtbot.waitUntil(table(view).hasFocus, timeout=PATIENCE)
    qtbot.keyClick(table(view), Qt.Key.Key_Return)
    assert opened == ["session-2"]


def test_escape_clears_the_search(view: SessionListView, qtbot: QtBot) -> None:
    qtbot.keyClicks(field(view), "zzz")
    assert rows(view) == []
    qtbot.keyClick(field(view), Qt.Key.Key_Escape)
    assert field(view).text() == ""
    assert heading(view) == "SESSIONS · 8"


def test_arrows_move_without_opening(view: SessionListView, qtbot: QtBot) -> None:
    """A session of a million events must not be read because one passes by."""
    opened = opened_by(view)
    qtbot.keyClick(field(view), Qt.Key.Key_Return)
    for _ in range(2):
        qtbot.keyClick(table(view), Qt.Key.Key_Down)
    assert opened == []
    qtbot.keyClick(table(view), Qt.Key.Key_Enter)
    assert opened == ["session-2"]


def test_up_from_the_first_row_goes_back_to_the_search(view: SessionListView, qtbot: QtBot) -> None:
    qtbot.keyClick(field(view), Qt.Key.Key_Down)
    qtbot.keyClick(table(view), Qt.Key.Key_Up)
    qtbot.waitUntil(field(view).hasFocus, timeout=PATIENCE)


def test_the_fold_opens_and_closes_by_click_and_keys(view: SessionListView, qtbot: QtBot) -> None:
    fold = rows(view).index("2 sessions of one event")
    click(view, fold, qtbot)
    assert rows(view)[fold + 1 :] == ["single-2", "single-1"]
    click(view, fold, qtbot)
    assert len(rows(view)) == fold + 1
    qtbot.keyClick(table(view), Qt.Key.Key_Right)
    assert len(rows(view)) == fold + 3
    qtbot.keyClick(table(view), Qt.Key.Key_Down)
    qtbot.keyClick(table(view), Qt.Key.Key_Left)
    assert table(view).currentIndex().row() == fold, "first to the line that holds it"
    qtbot.keyClick(table(view), Qt.Key.Key_Left)
    assert len(rows(view)) == fold + 1
    qtbot.keyClick(table(view), Qt.Key.Key_Return)
    assert len(rows(view)) == fold + 3


def test_the_fold_is_a_low_line_wherever_it_stands(view: SessionListView, qtbot: QtBot) -> None:
    fold = len(rows(view)) - 1
    low = table(view).rowHeight(fold)
    assert low < table(view).rowHeight(0)
    click(view, fold, qtbot)
    view.show_counts({"session-0": 1})
    fold = rows(view).index("3 sessions of one event")
    heights = [table(view).rowHeight(row) for row in range(len(rows(view)))]
    assert [row for row, height in enumerate(heights) if height == low] == [fold]


def test_sorting_by_the_menu(view: SessionListView) -> None:
    button = view.findChild(QToolButton, "sort-the-sessions")
    assert isinstance(button, QToolButton)
    by_name = next(action for action in button.menu().actions() if action.text() == "Name")
    by_name.trigger()
    assert rows(view)[:2] == ["<b>x</b>", "session-0"]
    assert button.text() == "Name"


def test_the_open_session_is_marked_and_in_view(view: SessionListView) -> None:
    view.resize(250, 260)
    opened = opened_by(view)
    view.show_current("<b>x</b>")
    place = rows(view).index("<b>x</b>")
    rect = table(view).visualRect(table(view).model().index(place, 0))
    assert rect.top() >= 0 and rect.bottom() < table(view).viewport().height()
    picture = table(view).viewport().grab().toImage()
    assert picture.pixelColor(rect.left() + 3, rect.center().y()) == DARK.selection
    assert opened == []


def test_sparklines_are_asked_for_as_rows_show(view: SessionListView, qtbot: QtBot) -> None:
    asked: list[str] = []
    many = [SessionSummary(f"s-{i:04}", START, START + HOUR, 5, None) for i in range(500)]
    view.activity_requested.connect(asked.extend)
    view.show_sessions(many)
    table(view).viewport().repaint()
    assert 0 < len(asked) < 30, "only what is on screen"
    table(view).viewport().repaint()
    assert len(asked) == len(set(asked))
    before = table(view).viewport().grab().toImage()
    view.show_activity({asked[0]: [0, 4, 1, 0]})
    assert table(view).viewport().grab().toImage() != before


def test_counts_that_come_later_keep_the_place(view: SessionListView, qtbot: QtBot) -> None:
    view.show_counts({"session-1": 30})
    view.show_current("session-1")
    view.show_counts({"single-2": 7, "session-0": 1})
    assert rows(view)[table(view).currentIndex().row()] == "session-1"


def test_nothing_found_is_said(view: SessionListView, qtbot: QtBot) -> None:
    blank = SessionListView()
    qtbot.addWidget(blank)
    blank.show_theme(LIGHT)
    blank.resize(250, 400)
    blank.show_sessions([])
    picture = table(blank).viewport().grab().toImage()
    colours = {picture.pixelColor(x, 30).name() for x in range(picture.width())}
    assert len(colours) > 1, "a text stands there"


def test_narrow_rows_cut_texts_and_overlap_nothing(view: SessionListView) -> None:
    view.resize(200, 400)
    long = SessionSummary("session_1794474072480_9c2hv6ron", START, START + HOUR, 4, "a" * 60)
    view.show_sessions([long])
    QApplication.processEvents()
    assert table(view).horizontalScrollBar().maximum() == 0
    picture = table(view).viewport().grab().toImage()
    written = [
        any(picture.pixelColor(x, y) != DARK.panel for y in range(8, 26))
        for x in range(picture.width())
    ]
    inside = "".join("x" if column else " " for column in written).strip()
    assert " " * 8 in inside, "id and actor stand apart"
    edge = {picture.pixelColor(picture.width() - 3, y).name() for y in range(58)}
    assert edge == {DARK.panel.name()}, "the margin is kept"
