"""Whose a key is: the player's wherever it can be, the widget's where it has a use for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QLineEdit,
    QMainWindow,
    QPushButton,
    QTableWidget,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.keyboard import KeyboardManners

TAB = Qt.FocusReason.TabFocusReason
PLAYER = {"play": "Space", "next": ".", "zoom": "W", "back": "Left", "start": "Home"}


class Desk(QMainWindow):
    """A button, a table and a field; ``done`` has what the player was told, and presses."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[str] = []
        self.button, self.table, self.field = QPushButton("Do"), QTableWidget(3, 1), QLineEdit()
        self.button.clicked.connect(lambda: self.done.append("press"))
        page = QWidget()
        column = QVBoxLayout(page)
        for widget in (self.button, self.table, self.field):
            column.addWidget(widget)
        self.setCentralWidget(page)
        for name, key in PLAYER.items():
            action = QAction(name, self)
            action.setShortcut(key)
            action.triggered.connect(lambda _=False, name=name: self.done.append(name))
            self.addAction(action)
        self.manners = KeyboardManners(self)


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    desk = Desk()
    qtbot.addWidget(desk)
    with qtbot.waitActive(desk):
        desk.show()
        desk.activateWindow()
    desk.field.setFocus(TAB)
    return desk


@pytest.fixture
def press(desk: Desk, qtbot: QtBot) -> Callable[[Qt.Key], list[str]]:
    """Press a key on what has the focus; what that did."""

    def pressed(key: Qt.Key) -> list[str]:
        desk.done.clear()
        focused = desk.focusWidget()
        assert focused is not None
        qtbot.keyClick(focused, key)
        return list(desk.done)

    return pressed


def test_enter_and_space_press_the_button_that_tab_led_to(
    desk: Desk, press: Callable[[Qt.Key], list[str]]
) -> None:
    desk.button.setFocus(TAB)
    assert press(Qt.Key.Key_Return) == ["press"]
    assert press(Qt.Key.Key_Enter) == ["press"]
    assert press(Qt.Key.Key_Space) == ["press"]


def test_a_disabled_button_is_not_pressed(desk: Desk, press: Callable[[Qt.Key], list[str]]) -> None:
    desk.button.setFocus(TAB)
    desk.button.setEnabled(False)
    desk.table.setFocus(TAB)
    assert press(Qt.Key.Key_Return) == []


def test_a_table_that_tab_led_to_moves_by_arrows_and_still_plays_and_steps(
    desk: Desk, press: Callable[[Qt.Key], list[str]]
) -> None:
    desk.table.setCurrentCell(2, 0)
    desk.table.setFocus(TAB)
    assert press(Qt.Key.Key_Left) == [] and press(Qt.Key.Key_Home) == []
    assert press(Qt.Key.Key_Space) == ["play"]
    assert press(Qt.Key.Key_Period) == ["next"]
    assert press(Qt.Key.Key_W) == ["zoom"]


def test_a_field_keeps_what_is_typed(desk: Desk, press: Callable[[Qt.Key], list[str]]) -> None:
    desk.field.setFocus(TAB)
    for key in (Qt.Key.Key_W, Qt.Key.Key_Space, Qt.Key.Key_Period, Qt.Key.Key_Left):
        assert press(key) == []
    assert desk.field.text() == "w ."


def test_escape_gives_the_arrows_back(desk: Desk, press: Callable[[Qt.Key], list[str]]) -> None:
    desk.table.setFocus(TAB)
    press(Qt.Key.Key_Escape)
    desk.table.setFocus(Qt.FocusReason.MouseFocusReason)
    assert press(Qt.Key.Key_Left) == ["back"]
