"""Where one begins: open, the sample, a recent file, and why one could not be opened."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QTableView, QWidget
from pytestqt.qtbot import QtBot

from app.theme import DARK
from app.views.start_page import StartPage
from app.views.text_views import PlainLabel

PATHS = ["/logs/events.db", "/tmp/<b>x.db"]


@pytest.fixture
def page(qtbot: QtBot) -> StartPage:
    page = StartPage()
    qtbot.addWidget(page)
    page.show_theme(DARK)
    page.resize(1000, 620)
    with qtbot.waitExposed(page):
        page.show()
    return page


def button(page: StartPage, name: str) -> QPushButton:
    found = page.findChild(QPushButton, name)
    assert isinstance(found, QPushButton)
    return found


def recent(page: StartPage) -> QTableView:
    found = page.findChild(QTableView, "recent-list")
    assert isinstance(found, QTableView)
    return found


def test_buttons_ask_for_what_they_say(page: StartPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.open_requested):
        qtbot.mouseClick(button(page, "start-open"), Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(page.table_requested):
        qtbot.mouseClick(button(page, "start-table"), Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(page.sample_requested):
        qtbot.mouseClick(button(page, "start-sample"), Qt.MouseButton.LeftButton)


def test_whenever_it_comes_enter_opens(page: StartPage) -> None:
    button(page, "start-sample").setFocus()
    page.hide()
    page.show()
    assert page.focusWidget() is button(page, "start-open")


def test_recent_files_are_offered_with_their_folder(page: StartPage, qtbot: QtBot) -> None:
    page.show_recent(PATHS, missing=[PATHS[1]])
    model = recent(page).model()
    shown = [[model.index(row, column).data() for column in (0, 1)] for row in range(2)]
    assert shown == [["events.db", "/logs"], ["<b>x.db", "not there now · /tmp"]]
    asked: list[str] = []
    page.recent_requested.connect(asked.append)
    place = recent(page).visualRect(model.index(0, 0)).center()
    qtbot.mouseClick(recent(page).viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.keyClick(recent(page), Qt.Key.Key_Down)
    qtbot.keyClick(recent(page), Qt.Key.Key_Return)
    assert asked == PATHS


def test_a_file_that_is_gone_says_so(page: StartPage) -> None:
    page.show_recent(["/tmp/gone.db"], missing=["/tmp/gone.db"])
    assert recent(page).model().index(0, 1).data() == "not there now · /tmp"


def test_without_recent_files_there_is_no_list(page: StartPage) -> None:
    page.show_recent([])
    assert not recent(page).isVisible()
    page.show_recent(PATHS)
    assert recent(page).isVisible()


def test_a_fault_is_told_with_a_way_to_try_again(page: StartPage, qtbot: QtBot) -> None:
    page.show_error("half.db cannot be opened", "It is not a <b>database</b>.")
    box = page.findChild(QWidget, "start-error")
    assert isinstance(box, QWidget)
    assert box.isVisible()
    text = page.findChild(PlainLabel, "start-error-message")
    assert isinstance(text, PlainLabel)
    assert text.text() == "It is not a <b>database</b>."
    assert text.textFormat() == Qt.TextFormat.PlainText
    with qtbot.waitSignal(page.retry_requested):
        qtbot.mouseClick(button(page, "start-retry"), Qt.MouseButton.LeftButton)
    page.show_error("", "")
    assert not box.isVisible()


def test_everything_is_reached_by_tab(page: StartPage, qtbot: QtBot) -> None:
    page.show_recent(PATHS)
    page.activateWindow()
    button(page, "start-open").setFocus()
    assert page.focusWidget() is button(page, "start-open")
    qtbot.keyClick(button(page, "start-open"), Qt.Key.Key_Tab)
    assert button(page, "start-sample").hasFocus()
    qtbot.keyClick(button(page, "start-sample"), Qt.Key.Key_Tab)
    qtbot.keyClick(button(page, "start-table"), Qt.Key.Key_Tab)
    assert recent(page).hasFocus()
